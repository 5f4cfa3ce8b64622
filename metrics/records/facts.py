from typing import Any

from django.db import models
from django.db.models import Q

from metrics.records.kinds.kind import MEASURE_LIMIT


def measure() -> models.IntegerField:
    """Hold one measure of a fact: a whole number, or unknown."""
    return models.IntegerField(null=True)


def dimension(to: str) -> "models.ForeignKey[Any, Any]":
    """Point from a fact to whom or what it is about.

    Without an index of its own: facts are found by day or by key, and every index is paid for
    again with every row that arrives.
    """
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", db_index=False)


def measures_possible(name: str, measures: list[str]) -> models.CheckConstraint:
    """Refuse, in the database, a measure that is negative or beyond the limit."""
    possible = Q()
    for column in measures:
        possible &= Q(**{f"{column}__isnull": True}) | Q(
            **{f"{column}__gte": 0, f"{column}__lte": MEASURE_LIMIT}
        )
    return models.CheckConstraint(condition=possible, name=name)


class Fact(models.Model):
    """What every kind of fact has: its feed, that feed's key for it, and who last wrote it."""

    # Found through the unique (feed, key).
    feed = models.ForeignKey(
        "metrics.Feed", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    key = models.CharField(max_length=400, db_collation="C")
    day = models.DateField()
    written_by = models.ForeignKey(
        "metrics.Import", on_delete=models.PROTECT, related_name="+", db_index=True
    )

    class Meta:
        abstract = True


class PriorVersion(models.Model):
    """One row per fact that an import overwrote: what it said before, and who had written that.

    Rolling the import back puts it there again; the row then goes.
    """

    overwritten_by = models.ForeignKey(
        "metrics.Import",
        on_delete=models.CASCADE,
        related_name="prior_versions",
        db_index=False,  # the unique constraint below starts with it
    )
    written_by = models.ForeignKey("metrics.Import", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    fact_id = models.BigIntegerField()
    values = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["overwritten_by", "kind", "fact_id"], name="prior_version_once"
            )
        ]
        indexes = [models.Index(fields=["kind", "fact_id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.fact_id} before import {self.overwritten_by_id}"
