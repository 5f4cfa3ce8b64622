import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from metrics.kpis.models import ReviewState
from opsportal.lib.ranges import OneIdRange


@pghistory.track()
class Target(models.Model):
    """One row per stretch of days that a unit, and all below that have none of their own, aim at.

    `low` alone: at least; `high` alone: at most; both: a band. In the KPI's own unit.
    """

    kpi = models.ForeignKey("metrics.Kpi", on_delete=models.PROTECT, related_name="targets")
    unit = models.ForeignKey("teams.Unit", on_delete=models.PROTECT, related_name="+")
    valid = DateRangeField()
    low = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    high = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="target_one_at_a_time",
                expressions=[
                    (OneIdRange("kpi"), RangeOperators.OVERLAPS),
                    (OneIdRange("unit"), RangeOperators.OVERLAPS),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=False) | Q(high__isnull=False), name="target_says_something"
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lte=F("high")),
                name="target_low_below_high",
            ),
            models.CheckConstraint(condition=Q(valid__isempty=False), name="target_holds_some_day"),
        ]

    def __str__(self) -> str:
        return f"{self.kpi} of {self.unit}, {self.valid}"


@pghistory.track()
class Ramp(models.Model):
    """One row per stretch of days in which newcomers of a unit are held to a share of a target.

    `shares` holds the share (0 to 1) of full expectation by week since someone's first day, the
    first week first; after the last one the whole is expected. Inherited downward like targets.
    """

    kpi = models.ForeignKey("metrics.Kpi", on_delete=models.PROTECT, related_name="ramps")
    unit = models.ForeignKey("teams.Unit", on_delete=models.PROTECT, related_name="+")
    valid = DateRangeField()
    shares = ArrayField(models.DecimalField(max_digits=5, decimal_places=4))
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="ramp_one_at_a_time",
                expressions=[
                    (OneIdRange("kpi"), RangeOperators.OVERLAPS),
                    (OneIdRange("unit"), RangeOperators.OVERLAPS),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(valid__isempty=False), name="ramp_holds_some_day"),
        ]

    def __str__(self) -> str:
        return f"{self.kpi} of {self.unit}, {self.valid}: {len(self.shares)} weeks"


@pghistory.track()
class TargetChange(models.Model):
    """One row per target that someone proposed for a unit, whatever became of it.

    Analysts propose; who leads the unit or above decides, or another analyst. Approved, it
    becomes a Target; nothing is ever overwritten.
    """

    kpi = models.ForeignKey("metrics.Kpi", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("teams.Unit", on_delete=models.PROTECT, related_name="+")
    low = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    high = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    start = models.DateField(null=True, help_text="Null: from the beginning.")
    end = models.DateField(null=True, help_text="The first day on which it no longer holds.")
    reason = models.TextField()
    state = models.CharField(max_length=10, choices=ReviewState, default=ReviewState.OPEN)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(auto_now_add=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True)
    review = models.TextField(blank=True, help_text="What the reviewer said.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kpi", "unit"],
                condition=Q(state=ReviewState.OPEN),
                name="targetchange_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReviewState.APPROVED)
                | Q(reviewed_by__isnull=False) & ~Q(reviewed_by=F("proposed_by")),
                name="targetchange_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=False) | Q(high__isnull=False),
                name="targetchange_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi} of {self.unit}: {self.state}"
