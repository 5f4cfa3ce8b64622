from functools import cached_property
from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from metrics.kpis.rules import Formulas, read_formulas
from metrics.records.kinds import KINDS
from metrics.records.kinds.kind import Combine, Kind

# What formulas may read: a stock or a maximum does not add up over days.
FLOWS = {
    slug: [column.name for column in kind.measures if column.combine is Combine.FLOW]
    for slug, kind in KINDS.items()
}


class Direction(models.TextChoices):
    HIGHER = "higher", "Higher is better"
    LOWER = "lower", "Lower is better"
    BAND = "band", "Best within a band"


class StatisticalModel(models.TextChoices):
    """How the uncertainty of a value is reckoned."""

    PROPORTION = "proportion", "Proportion (Wilson)"
    RATIO = "ratio", "Ratio of flows (days as replicates)"


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
    numerator = models.CharField(max_length=200, help_text="Arithmetic over measures.")
    denominator = models.CharField(max_length=200)
    n = models.CharField(max_length=200, help_text="What is counted as n, over measures.")
    scale = models.PositiveIntegerField(default=1)
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
        """Parse the three formulas; raise FormulaError where they cannot be added up."""
        return read_formulas(self.numerator, self.denominator, self.n, FLOWS)

    @property
    def kind(self) -> Kind:
        return KINDS[self.formulas.kind]

    @property
    def is_proportion(self) -> bool:
        return self.model == StatisticalModel.PROPORTION


class DayTotal(models.Model):
    """What every kind's totals have: whose, where, when, and which measures were known.

    `known` has one bit per measure in the kind's order. Facts that lack a measure are summed apart
    from those that have it, so that a ratio counts only facts which have both of its sides: an
    absent measure is unknown, not zero.
    """

    pk = models.CompositePrimaryKey("unit_id", "day", "queue_id", "known")
    unit = models.ForeignKey(
        "teams.Unit", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    day = models.DateField()
    queue = models.ForeignKey(
        "teams.Queue", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    known = models.SmallIntegerField()

    class Meta:
        abstract = True


def _totals_model(kind: Kind) -> type[DayTotal]:
    name = f"{kind.model.__name__}Total"
    fields: dict[str, Any] = {
        column.name: models.BigIntegerField(null=True) for column in kind.measures
    }
    meta = type("Meta", (), {"indexes": [models.Index(fields=["day"], name=f"{name.lower()}_day")]})
    doc = (
        f"One row per unit, queue, day and set of known measures: {kind.name.lower()} "
        "of the unit and everything below it, added up."
    )
    return type(name, (DayTotal,), {**fields, "Meta": meta, "__module__": __name__, "__doc__": doc})


# A new kind of facts gets its totals by itself.
TOTALS: dict[str, type[DayTotal]] = {slug: _totals_model(kind) for slug, kind in KINDS.items()}


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
