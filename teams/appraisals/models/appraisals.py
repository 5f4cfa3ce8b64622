import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from opsportal.lib.ranges import OneIdRange
from teams.appraisals.models.calibration import CalibrationSession
from teams.appraisals.models.cycles import Cycle, Section
from teams.appraisals.rules.scores import RATINGS
from teams.appraisals.rules.transitions import PAIRS, State
from teams.structure.models import Person, Unit


@pghistory.track()
class Appraisal(models.Model):
    """One row per person and cycle that they take part in.

    `unit` and `level` are those of the last day of `period`, which begins where the person
    joined later. Who wrote what, stands in its reviews; how it came where it is, in transitions.
    """

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="appraisals")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appraisals")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=40, blank=True)
    job_title = models.CharField(max_length=120, blank=True)
    period = DateRangeField(help_text="Half-open; within that of the cycle.")
    session = models.ForeignKey(
        CalibrationSession, null=True, on_delete=models.PROTECT, related_name="appraisals"
    )
    state = models.CharField(
        max_length=20,
        choices=[(state.value, state.value) for state in State],
        default=State.DRAFT.value,
    )
    state_since = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    score = models.DecimalField(
        max_digits=6,
        decimal_places=4,
        null=True,
        help_text="What the leaders' ratings came to when they were submitted.",
    )
    score_weight = models.PositiveSmallIntegerField(default=0)
    scored_at = models.DateTimeField(
        null=True, help_text="Ratings that were changed before it no longer hold."
    )

    class Meta:
        ordering = ["person__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "person"], name="appraisal_once_a_cycle"),
            ExclusionConstraint(
                name="appraisal_one_at_a_time",
                expressions=[
                    (OneIdRange("person"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=~Q(state=State.WITHDRAWN.value),
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]), name="appraisal_state"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.SHARED.value) | Q(signed_at__isnull=False),
                name="appraisal_signed_before_shared",
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=1, score__lte=RATINGS[-1]),
                name="appraisal_score_on_scale",
            ),
            models.CheckConstraint(
                condition=Q(period__isempty=False), name="appraisal_covers_some_day"
            ),
        ]
        triggers = [pgtrigger.FSM(name="states", field="state", transitions=list(PAIRS))]

    def __str__(self) -> str:
        return f"{self.person}, {self.cycle}"


class ReviewKind(models.TextChoices):
    SELF = "self", "Self review"
    LEADER = "leader", "Leader review"


class Review(models.Model):
    """One row per person who writes in an appraisal: its subject, and each leader for their days.

    A leader's review speaks for `days`, on which the person answered to them. Waived, it is not
    waited for: `waived_words` say why.
    """

    appraisal = models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="reviews")
    kind = models.CharField(max_length=10, choices=ReviewKind)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="reviews")
    days = DateRangeField(null=True, help_text="First and last day on which they led, half-open.")
    day_count = models.PositiveIntegerField(default=0, help_text="How many days of these they led.")
    is_closing = models.BooleanField(
        default=False, help_text="They lead the person at the end, and share it with them."
    )
    submitted_at = models.DateTimeField(null=True)
    waived_at = models.DateTimeField(null=True)
    waived_words = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["appraisal", "-kind", "is_closing", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["appraisal"], condition=Q(kind="self"), name="review_one_self"
            ),
            models.UniqueConstraint(
                fields=["appraisal"], condition=Q(is_closing=True), name="review_one_closing"
            ),
            models.UniqueConstraint(
                fields=["appraisal", "author", "kind"], name="review_once_an_author"
            ),
            models.CheckConstraint(
                condition=Q(is_closing=False) | Q(kind="leader"), name="review_leaders_close"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author} on {self.appraisal}"


class Part(models.Model):
    """One row per section that somebody has written or rated in a review.

    `version` grows with every save, so that whoever saves knows whether somebody came between.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="parts")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="+")
    rating = models.PositiveSmallIntegerField(null=True)
    words = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["section__position"]
        constraints = [
            models.UniqueConstraint(fields=["review", "section"], name="part_once_a_section"),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__in=RATINGS),
                name="part_rating_on_scale",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section} in {self.review}"


class KeptText(models.Model):
    """One row per text that came too late to stand: somebody else had saved the same part."""

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="kept_texts")
    words = models.TextField()
    rating = models.PositiveSmallIntegerField(null=True)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Kept beside {self.part}"
