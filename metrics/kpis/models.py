from functools import cached_property, lru_cache
from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from metrics.kpis.measures import MEASURE_SETS, MeasureSet
from metrics.kpis.rules.formulas import Formulas, read_formulas
from opsportal.lib.periods import Grain


@lru_cache(maxsize=1_000)
def _read_formulas(numerator: str, denominator: str, n: str, source: str) -> Formulas:
    """Parse formulas; the texts decide alone, so that a process does it once for each."""
    combine = {measure.name: measure.combine for measure in MEASURE_SETS[source].measures}
    return read_formulas(numerator, denominator, n, combine, source)


class Direction(models.TextChoices):
    HIGHER = "higher", "Higher is better"
    LOWER = "lower", "Lower is better"
    BAND = "band", "Best within a band"


class StatisticalModel(models.TextChoices):
    """How the uncertainty of a value is reckoned."""

    PROPORTION = "proportion", "Proportion (Wilson)"
    RATIO = "ratio", "Ratio of flows (days as replicates)"
    COUNT = "count", "Rate of rare events (exact Poisson)"
    TOTAL = "total", "Total, stock, mean or maximum (no interval)"
    QUANTILE = "quantile", "Quantile of durations, open ones censored (Kaplan–Meier)"
    AGREEMENT = "agreement", "Agreement of judges (Krippendorff α, nominal)"
    INDEX = "index", "Actual ÷ expected from the rates of all others (days as replicates)"


class Kpi(models.Model):
    """One row per KPI, under the slug that scripts rely on; its versions say what it means."""

    slug = models.SlugField(max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(default=0, help_text="Its order on pages.")

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.slug


@pghistory.track()
class KpiVersion(models.Model):
    """One row per definition of a KPI that ever held, from `valid_from` until the next one.

    The first version of a KPI has no start: it holds for all days before.
    """

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    valid_from = models.DateField(null=True)
    name = models.CharField(max_length=80)
    family = models.CharField(max_length=40)
    source = models.CharField(max_length=40, help_text="The measures that it reads.")
    numerator = models.CharField(max_length=200, help_text="Arithmetic over measures.")
    denominator = models.CharField(
        max_length=200, blank=True, help_text="Blank: the numerator alone is the value."
    )
    n = models.CharField(max_length=200, help_text="What is counted as n, over measures.")
    scale = models.PositiveIntegerField(default=1)
    quantile = models.DecimalField(
        max_digits=4,
        decimal_places=3,
        null=True,
        blank=True,
        help_text="Of a quantile: 0.5 is the median.",
    )
    unit_label = models.CharField(max_length=20, help_text="%, units/h, s …")
    n_label = models.CharField(max_length=40)
    decimals = models.PositiveSmallIntegerField(default=1)
    direction = models.CharField(max_length=10, choices=Direction)
    model = models.CharField(max_length=20, choices=StatisticalModel)
    minimum_n = models.PositiveIntegerField()
    owner = models.CharField(max_length=80)
    why = models.TextField()
    formula = models.TextField(help_text="In words.")
    read_beside = ArrayField(models.CharField(max_length=80), default=list)
    reviewed_on = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["kpi", "number"]
        constraints = [
            models.UniqueConstraint(fields=["kpi", "number"], name="kpiversion_number"),
            models.UniqueConstraint(
                fields=["kpi", "valid_from"], nulls_distinct=False, name="kpiversion_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.number}"

    @cached_property
    def formulas(self) -> Formulas:
        """Parse the three formulas; raise FormulaError where they have no meaning."""
        # The numerator of a quantile names a clock of its items; only its n is read from totals.
        numerator = self.n if self.model == StatisticalModel.QUANTILE else self.numerator
        return _read_formulas(numerator, self.denominator, self.n, self.source)

    @property
    def measure_set(self) -> MeasureSet:
        return MEASURE_SETS[self.source]

    @property
    def is_proportion(self) -> bool:
        return self.model == StatisticalModel.PROPORTION


class DayTotal(models.Model):
    """What all totals have: when, whose, in which queue, and which measures were known.

    `known` has one bit per measure in the set's order. Lines that lack a measure are summed apart
    from those that have it, so that a ratio counts only facts which have both of its sides: an
    absent measure is unknown, not zero. Queue 0 is none. The key begins with the day, so that a
    day is written in one place; a unit's days are found by skipping. ADR 8.
    """

    pk = models.CompositePrimaryKey("day", "unit_id", "queue_id", "known")
    day = models.DateField()
    unit = models.ForeignKey(
        "teams.Unit",
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    queue_id = models.BigIntegerField()
    known = models.IntegerField()

    class Meta:
        abstract = True


def _totals_model(measures: MeasureSet) -> type[DayTotal]:
    name = "".join(word.capitalize() for word in measures.slug.split("_"))
    fields: dict[str, Any] = {
        measure.name: models.BigIntegerField(null=True) for measure in measures.measures
    }
    doc = (
        f"One row per unit, queue, day and set of known measures: {measures.name.lower()} "
        "of the unit and everything below it, added up."
    )
    return type(f"{name}Total", (DayTotal,), {**fields, "__module__": __name__, "__doc__": doc})


# A new set of measures gets its totals by itself.
TOTALS: dict[str, type[DayTotal]] = {
    slug: _totals_model(measures) for slug, measures in MEASURE_SETS.items()
}


class PeriodResult(models.Model):
    """One row per version, unit, queue and period of what totals cannot give.

    Quantiles and agreement come from the items themselves, computed after the period's last
    changed day. Queue 0 is all queues together. No row where there are no items.
    """

    version = models.ForeignKey(KpiVersion, on_delete=models.CASCADE, related_name="results")
    unit = models.ForeignKey(
        "teams.Unit", on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    queue_id = models.BigIntegerField()
    grain = models.CharField(max_length=10, choices=[(grain.value, grain.value) for grain in Grain])
    period_start = models.DateField()
    n = models.PositiveIntegerField()
    value = models.FloatField(null=True, help_text="Null: not reached, or not to be told.")
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "grain", "period_start", "unit", "queue_id"],
                name="periodresult_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.version} of unit {self.unit_id}, {self.grain} from {self.period_start}"


class ReviewState(models.TextChoices):
    OPEN = "open", "Waits for review"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


@pghistory.track()
class DefinitionChange(models.Model):
    """One row per change of a KPI's definition that someone proposed, whatever became of it.

    Approved by another, it becomes a version; nothing is ever overwritten.
    """

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="changes")
    said = models.JSONField(help_text="The fields that it changes, with what they are to say.")
    valid_from = models.DateField()
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
    version = models.OneToOneField(
        KpiVersion, null=True, on_delete=models.PROTECT, related_name="change"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kpi"],
                condition=models.Q(state=ReviewState.OPEN),
                name="definitionchange_one_open",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ReviewState.APPROVED)
                | models.Q(reviewed_by__isnull=False)
                & ~models.Q(reviewed_by=models.F("proposed_by")),
                name="definitionchange_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi} from {self.valid_from}: {self.state}"


class Recompute(models.Model):
    """One row per recompute that someone asked for, to be followed until its days are done."""

    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    days = models.PositiveIntegerField(default=0)
    requested_at = models.DateTimeField(auto_now_add=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Recompute {self.pk}"
