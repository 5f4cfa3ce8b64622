import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from teams.competencies.models import Competency, Level
from teams.growth.rules import Judgement, Result, Standing
from teams.structure.models import Person, Unit


def _write_choices(of: type[Judgement] | type[Result] | type[Standing]) -> list[tuple[str, str]]:
    return [(one.value, one.value) for one in of]


def _is_one_of(field: str, of: type[Judgement] | type[Result] | type[Standing]) -> Q:
    return Q(**{f"{field}__in": [one.value for one in of]})


@pghistory.track()
class Assessment(models.Model):
    """One row per person, competency and day of how somebody was found against a level.

    The newest of a competency counts.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="assessments")
    competency = models.ForeignKey(Competency, on_delete=models.PROTECT, related_name="+")
    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="+")
    result = models.CharField(max_length=10, choices=_write_choices(Result))
    words = models.TextField(blank=True)
    on = models.DateField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "competency", "on"], name="assessment_once_a_day"
            ),
            models.CheckConstraint(
                condition=_is_one_of("result", Result), name="assessment_result_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.competency}, {self.on}: {self.result}"


@pghistory.track()
class DevelopmentAction(models.Model):
    """One row per dated step that somebody's development plan ever held.

    It is open until it is done or dropped. `version` counts the changes of its words and day.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="development_actions")
    competency = models.ForeignKey(
        Competency, null=True, on_delete=models.PROTECT, related_name="+"
    )
    words = models.TextField()
    due_on = models.DateField()
    done_on = models.DateField(null=True)
    dropped_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="developmentaction_says_what"),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | Q(dropped_on__isnull=True),
                name="developmentaction_done_or_dropped",
            ),
        ]
        # What is open, by whose and by when: the question of every list.
        indexes = [
            models.Index(
                fields=["person", "due_on"],
                condition=Q(done_on__isnull=True, dropped_on__isnull=True),
                name="developmentaction_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.words[:60]}"

    @property
    def is_open(self) -> bool:
        return self.done_on is None and self.dropped_on is None


@pghistory.track()
class Readiness(models.Model):
    """One row per judgement of whether somebody is ready for a higher level; the newest counts."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="readiness")
    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="+")
    judgement = models.CharField(max_length=20, choices=_write_choices(Judgement))
    words = models.TextField(blank=True)
    on = models.DateField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name_plural = "readiness"
        constraints = [
            models.CheckConstraint(
                condition=_is_one_of("judgement", Judgement), name="readiness_judgement_known"
            )
        ]
        indexes = [models.Index(fields=["person", "-on", "-id"], name="readiness_newest")]

    def __str__(self) -> str:
        return f"{self.person} for {self.level.code}: {self.judgement}"


@pghistory.track()
class Successor(models.Model):
    """One row per stretch of days on which somebody was noted as successor of a leadership post.

    The post is that of the unit's leader. The person themselves never reads it.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="successors")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    standing = models.CharField(max_length=20, choices=_write_choices(Standing))
    words = models.TextField(blank=True)
    noted_on = models.DateField()
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "person"],
                condition=Q(ended_on__isnull=True),
                name="successor_noted_once",
            ),
            models.CheckConstraint(
                condition=_is_one_of("standing", Standing), name="successor_standing_known"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=models.F("noted_on")),
                name="successor_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} behind {self.unit}: {self.standing}"
