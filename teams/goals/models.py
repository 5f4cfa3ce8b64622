import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class GoalKind(models.TextChoices):
    KPI = "kpi", _("By a figure")
    MILESTONES = "milestones", _("By milestones")
    WORDS = "words", _("In words")


class GoalState(models.TextChoices):
    OPEN = "open", _("Open")
    REACHED = "reached", _("Reached")
    MISSED = "missed", _("Missed")
    DROPPED = "dropped", _("Dropped")


class Confidence(models.TextChoices):
    ON_TRACK = "on_track", _("On track")
    AT_RISK = "at_risk", _("At risk")
    OFF_TRACK = "off_track", _("Off track")


class ReadingStatus(models.TextChoices):
    """How a figure stands to what the goal aims at; keys of opsportal.lib.statuses."""

    MET = "met"
    MISSED = "missed"
    CLOSE = "close"
    FEW = "few"
    NO_DATA = "nodata"


# A goal of a person stands under one of a unit, one of a unit under one of another; no rings.
KEEPS_A_TREE = pgtrigger.Trigger(
    name="goal_keeps_a_tree",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    condition=pgtrigger.Q(new__parent_id__isnull=False),
    func="""
        -- One at a time: two changes that are harmless alone can close a ring together.
        PERFORM pg_advisory_xact_lock(hashtext('teams_goal'));
        IF NOT EXISTS (
            SELECT 1 FROM teams_goal WHERE id = NEW.parent_id AND unit_id IS NOT NULL
        ) THEN
            RAISE EXCEPTION 'A goal stands under the goal of a unit'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'goal_parent_is_of_a_unit';
        END IF;
        IF EXISTS (
            WITH RECURSIVE above(id, parent_id) AS (
                SELECT id, parent_id FROM teams_goal WHERE id = NEW.parent_id
                UNION
                SELECT goal.id, goal.parent_id FROM teams_goal goal
                JOIN above ON goal.id = above.parent_id
            )
            SELECT 1 FROM above WHERE id = NEW.id
        ) THEN
            RAISE EXCEPTION 'A goal cannot stand below itself'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'goal_no_cycle';
        END IF;
        RETURN NEW;
    """,
)
_NO_AIM = Q(baseline__isnull=True, target__isnull=True, low__isnull=True, high__isnull=True)


@pghistory.track(exclude=["confidence", "checked_in_at"])
class Goal(models.Model):
    """One row per thing that a person or a unit is to reach within a stretch of days.

    A figure is led from `baseline` to `target`, or kept between `low` and `high`, of which one may
    be open; all in the figure's own unit. Its name, unit and decimals are as they were agreed on.
    `confidence` and `checked_in_at` repeat the last check-in, so that lists can be ordered by it.
    """

    person = models.ForeignKey(
        "teams.Person", null=True, on_delete=models.PROTECT, related_name="goals"
    )
    unit = models.ForeignKey(
        "teams.Unit", null=True, on_delete=models.PROTECT, related_name="goals"
    )
    title = models.CharField(max_length=200)
    words = models.TextField(blank=True)
    kind = models.CharField(max_length=10, choices=GoalKind)
    kpi = models.CharField(max_length=80, blank=True, help_text="The key of a figure.")
    figure_name = models.CharField(max_length=200, blank=True)
    unit_label = models.CharField(max_length=20, blank=True)
    decimals = models.PositiveSmallIntegerField(default=0)
    baseline = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    target = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    low = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    high = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    weight = models.DecimalField(max_digits=5, decimal_places=2, null=True, help_text="Of 100.")
    period = DateRangeField(help_text="Half-open: it is due on the day before its end.")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    state = models.CharField(max_length=10, choices=GoalState, default=GoalState.OPEN)
    confidence = models.CharField(max_length=10, choices=Confidence, blank=True)
    checked_in_at = models.DateTimeField(null=True)
    agreed_on = models.DateField(null=True, help_text="Null: proposed by the person, open.")
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closing_words = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, unit__isnull=True)
                | Q(person__isnull=True, unit__isnull=False),
                name="goal_has_one_owner",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="goal_is_named"),
            models.CheckConstraint(
                condition=(
                    Q(kind=GoalKind.KPI)
                    & ~Q(kpi="")
                    & (
                        Q(baseline__isnull=False, target__isnull=False)
                        & Q(low__isnull=True, high__isnull=True)
                        | Q(baseline__isnull=True, target__isnull=True)
                        & (Q(low__isnull=False) | Q(high__isnull=False))
                    )
                )
                | (~Q(kind=GoalKind.KPI) & Q(kpi="") & _NO_AIM),
                name="goal_is_measured_as_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(baseline__isnull=True) | ~Q(target=F("baseline")),
                name="goal_target_is_not_baseline",
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lte=F("high")),
                name="goal_low_below_high",
            ),
            models.CheckConstraint(
                condition=Q(weight__isnull=True) | Q(weight__gte=0, weight__lte=100),
                name="goal_weight_of_a_hundred",
            ),
            models.CheckConstraint(
                condition=Q(
                    period__isempty=False,
                    period__startswith__isnull=False,
                    period__endswith__isnull=False,
                ),
                name="goal_has_first_and_last_day",
            ),
            models.CheckConstraint(
                condition=Q(state=GoalState.OPEN, closed_at__isnull=True)
                | (~Q(state=GoalState.OPEN) & Q(closed_at__isnull=False)),
                name="goal_closed_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(confidence="", checked_in_at__isnull=True)
                | (~Q(confidence="") & Q(checked_in_at__isnull=False)),
                name="goal_confidence_of_a_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "state"], name="goal_of_person"),
            models.Index(fields=["unit", "state"], name="goal_of_unit"),
        ]
        triggers = [KEEPS_A_TREE]

    def __str__(self) -> str:
        # What somebody is to reach is not for the audit log, which others read.
        return f"Goal {self.pk} of {self.person or self.unit}"


class Milestone(models.Model):
    """One row per step of a goal, done on a day or not yet."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="milestones")
    title = models.CharField(max_length=200)
    due_on = models.DateField(null=True)
    done_on = models.DateField(null=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="milestone_is_named"),
        ]

    def __str__(self) -> str:
        return f"Milestone {self.pk} of goal {self.goal_id}"


class CheckIn(models.Model):
    """One row per moment at which somebody said how a goal stands; never changed."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="check_ins")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)
    words = models.TextField(blank=True)
    confidence = models.CharField(max_length=10, choices=Confidence)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confidence=Confidence.ON_TRACK) | ~Q(words=""),
                name="checkin_says_what_is_in_the_way",
            ),
            models.CheckConstraint(
                condition=Q(confidence__in=Confidence.values), name="checkin_has_a_confidence"
            ),
        ]

    def __str__(self) -> str:
        return f"Check-in {self.pk} of goal {self.goal_id}"


class GoalReading(models.Model):
    """One row per goal measured by a figure: what the figure said when it was last read.

    Read over [start, end): from the goal's first day to today. `share` is how much of the way from
    baseline to target lies behind, see rules.
    """

    goal = models.OneToOneField(Goal, on_delete=models.CASCADE, related_name="reading")
    start = models.DateField()
    end = models.DateField()
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.FloatField(null=True)
    minimum_n = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0, help_text="Of the definition; 0: unknown.")
    shown = models.CharField(max_length=60, blank=True)
    interval = models.CharField(max_length=80, blank=True)
    status = models.CharField(max_length=10, choices=ReadingStatus)
    share = models.FloatField(null=True)
    href = models.CharField(max_length=500, blank=True)
    provisional = models.BooleanField(default=False)
    measured_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")), name="goalreading_spans_some_day"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["met", "missed", "close"]) | Q(value__isnull=False),
                name="goalreading_judged_by_a_value",
            ),
        ]

    def __str__(self) -> str:
        return f"Reading of goal {self.goal_id}: {self.status}"
