from typing import Any

from django.db import models
from django.db.models import Case, F, Q, Value, When

from metrics.records.kinds.kind import MEASURE_LIMIT, TEXT_LENGTH


def measure() -> models.IntegerField:
    """Hold one measure of a fact: a whole number, or unknown."""
    return models.IntegerField(null=True)


def text(*, null: bool = False) -> models.CharField:
    """Hold words as the file had them, or, where `null`, nothing."""
    return models.CharField(max_length=TEXT_LENGTH, null=null)


def dimension(to: str, *, null: bool = False) -> "models.ForeignKey[Any, Any]":
    """Point from a fact to whom or what it is about.

    Without an index of its own, since facts are found by day or by key, and without a check row
    by row: what a fact can point to is never deleted (the database refuses it), and an import
    looks its names up before it writes. ADR 7.
    """
    return models.ForeignKey(
        to,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        null=null,
    )


def known(measures: list[str]) -> models.GeneratedField:
    """Keep which measures a fact knows: one bit for each, in the kind's order."""
    bits: Any = Value(0)
    for position, name in enumerate(measures):
        bits = bits + Case(
            When(**{f"{name}__isnull": True}, then=Value(0)), default=Value(1 << position)
        )
    return models.GeneratedField(
        expression=bits, output_field=models.SmallIntegerField(), db_persist=True
    )


def keys(name: str, grain: list[str]) -> list[models.UniqueConstraint]:
    """Let a feed have one fact per key, and where it sends no keys, one per natural grain.

    The second serves every search by day as well.
    """
    return [
        models.UniqueConstraint(
            fields=["feed", "key"], condition=Q(key__isnull=False), name=f"{name}_key"
        ),
        models.UniqueConstraint(
            fields=["day", *(field for field in grain if field != "day"), "feed", "key"],
            nulls_distinct=False,
            name=f"{name}_grain",
        ),
    ]


def measures_possible(name: str, measures: list[str]) -> models.CheckConstraint:
    """Refuse, in the database, a measure that is negative or beyond the limit."""
    possible = Q()
    for column in measures:
        possible &= Q(**{f"{column}__isnull": True}) | Q(
            **{f"{column}__gte": 0, f"{column}__lte": MEASURE_LIMIT}
        )
    return models.CheckConstraint(condition=possible, name=name)


def never_after(name: str, first: str, second: str) -> models.CheckConstraint:
    """Refuse, in the database, a fact whose first field comes after its second."""
    return models.CheckConstraint(
        condition=Q(**{f"{first}__isnull": True})
        | Q(**{f"{second}__isnull": True})
        | Q(**{f"{first}__lte": F(second)}),
        name=name,
    )


class Fact(models.Model):
    """What every kind of fact has: its feed, that feed's key for it, and who last wrote it.

    Without a key its natural grain is the key.
    """

    feed = models.ForeignKey(
        "metrics.Feed",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    key = models.CharField(max_length=400, db_collation="C", null=True)  # noqa: DJ001
    day = models.DateField()
    # Found through the days of the import, which the import knows.
    written_by = models.ForeignKey(
        "metrics.Import",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        abstract = True


class PriorVersion(models.Model):
    """One row per fact that an import overwrote: what it said before, and who had written that.

    Rolling the import back puts it there again; the row then goes. Imports are never deleted, so
    that no row checks whether they are there.
    """

    overwritten_by = models.ForeignKey(
        "metrics.Import",
        on_delete=models.PROTECT,
        related_name="prior_versions",
        db_index=False,  # the unique constraint below starts with it
        db_constraint=False,
    )
    written_by = models.ForeignKey(
        "metrics.Import", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    kind = models.CharField(max_length=40)
    fact_id = models.BigIntegerField()
    values = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["overwritten_by", "kind", "fact_id"], name="prior_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.fact_id} before import {self.overwritten_by_id}"


class DayColumns(models.Model):
    """One row per kind and operating day whose facts are kept as columns too, of all its feeds.

    Derived from the facts of the day, and written in the transaction that changes them (see
    services/columns.py). `content` is an Arrow stream.
    """

    kind = models.CharField(max_length=40)
    day = models.DateField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "kind"], name="daycolumns_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.day}"
