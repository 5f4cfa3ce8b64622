from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf

from django.db import models

MEASURE_LIMIT = 10**9


class ColumnType(StrEnum):
    """How a cell of a file becomes a value of a fact."""

    PERSON = "person"  # an employee_id
    UNIT = "unit"  # a path or a slug; blank is the whole organisation
    QUEUE = "queue"  # a slug or a name
    DAY = "day"  # an ISO 8601 date
    MONTH = "month"  # 2026-11, or any date of the month; kept as its first day
    INSTANT = "instant"  # ISO 8601 with an offset
    MEASURE = "measure"  # a whole number from 0 to MEASURE_LIMIT; blank is unknown
    NUMBER = "number"  # any finite number
    MONEY = "money"  # an amount that is not negative; kept in millionths
    CURRENCY = "currency"  # three letters, ISO 4217
    TEXT = "text"  # at most TEXT_LENGTH characters
    CHOICE = "choice"  # one of the column's choices


# What a feed can take from arithmetic over its columns.
AMOUNTS = (ColumnType.MEASURE, ColumnType.NUMBER, ColumnType.MONEY)
TEXT_LENGTH = 200


class Combine(StrEnum):
    """How a measure of several days becomes one figure; units of one day are summed."""

    FLOW = "flow"  # summed
    STOCK = "stock"  # the last in the period
    MEAN = "mean"  # the mean over the days that have it
    MAXIMUM = "maximum"  # the largest, of units too


@dataclass(frozen=True)
class Column:
    """One column of a kind's file: its name in the contract, its meaning, how it is read.

    A row needs what is `required`; other columns may be blank or absent, and are then unknown. A
    measure or amount is from `least` to `most`, by default from 0 to MEASURE_LIMIT, a number by
    default any, and above zero where it is `positive`; a measure beyond `plausible_up_to` is taken
    and warned of. Only what is planned or promised `may_lie_ahead` of today. `held_by` names the
    model field that holds it where its name does not.
    """

    name: str
    type: ColumnType
    meaning: str
    required: bool = False
    combine: Combine = Combine.FLOW
    least: int | None = None
    most: int | None = None
    positive: bool = False
    plausible_up_to: int | None = None
    may_lie_ahead: bool = False
    choices: Sequence[str] = ()
    held_by: str = ""

    @property
    def limits(self) -> tuple[float, float]:
        """Return the least and the most that it can be."""
        least, most = (-inf, inf) if self.type is ColumnType.NUMBER else (0, MEASURE_LIMIT)
        return (
            least if self.least is None else self.least,
            most if self.most is None else self.most,
        )

    @property
    def field(self) -> str:
        """Name the model field that holds it."""
        return self.held_by or {
            "employee_id": "person_id",
            "unit": "unit_id",
            "queue": "queue_id",
            "date": "day",
        }.get(self.name, self.name)


@dataclass(frozen=True)
class Measure:
    """What the totals of a day add up: a name, its meaning, and what one fact contributes.

    `sql` reads the fact under the alias `fact` and is NULL where the contribution is unknown.
    `on` names the fact's field with the day on which it counts.
    """

    name: str
    meaning: str
    sql: str
    combine: Combine = Combine.FLOW
    on: str = "day"


@dataclass(frozen=True)
class Holding:
    """Facts that hold from one day until before another, without one until further notice.

    No two of them that say `of`, or where that is blank no two at all, hold on one day for the
    same rest of the grain.
    """

    start: str
    end: str
    of: str = ""


@dataclass(frozen=True)
class Presence:
    """A choice that says whether a column is filled; where it is blank, whether that is decides."""

    choice: str
    column: str
    filled: str
    blank: str


_IN_COLUMNS = {"person_id", "queue_id", "day"}


@dataclass(frozen=True)
class Kind:
    """One kind of fact: its columns, its grain, what cannot be, and what its totals add up.

    `at_most` pairs name measures of which the first can never exceed the second; `in_order` pairs
    name instants or days of which the first can never come after the second; `differ` pairs name
    columns that can never say the same; of `needs` pairs the first cannot be known without the
    second. A row is needed to know one of `one_of`; by default, one of its measures. `totals` are
    by default its measures, added up. `operating_days` tell for a date field of the model the
    instant column whose operating day it is.

    A fact counts on its days, or, where `until` is SQL, from its day until before that one: it
    reads the fact under the alias `fact` and is NULL for one that holds until further notice.

    `in_columns` keeps a day's facts a second time as columns (records/services/columns.py), to add
    its totals up from. It is for what comes by the ten thousand a day, and says of a person, a
    queue and a day nothing but measures.
    """

    slug: str
    name: str
    one_row_is: str
    model: type[models.Model]
    columns: Sequence[Column]
    grain: Sequence[str]
    at_most: Sequence[tuple[str, str]] = ()
    in_order: Sequence[tuple[str, str]] = ()
    differ: Sequence[tuple[str, str]] = ()
    needs: Sequence[tuple[str, str]] = ()
    presence: Presence | None = None
    holds: Holding | None = None
    one_of: Sequence[str] | None = None
    totals: Sequence[Measure] | None = None
    operating_days: Mapping[str, str] = field(default_factory=dict)
    until: str = ""
    in_columns: bool = False

    def __post_init__(self) -> None:
        if self.in_columns:
            named = {column.field for column in self.dimensions if column.required}
            plain = self.totals is None and not self.until and named == _IN_COLUMNS
            assert plain, f"{self.slug} says more than columns hold"

    @property
    def measures(self) -> list[Column]:
        return [column for column in self.columns if column.type is ColumnType.MEASURE]

    @property
    def dimensions(self) -> list[Column]:
        return [column for column in self.columns if column.type is not ColumnType.MEASURE]

    @property
    def needed(self) -> Sequence[str]:
        """Name the columns of which a row must know at least one; none where it need not."""
        return [column.name for column in self.measures] if self.one_of is None else self.one_of

    @property
    def day_totals(self) -> Sequence[Measure]:
        """Say what a day of such facts adds up to; nothing where only other totals read them."""
        if self.totals is not None:
            return self.totals
        return [
            Measure(column.name, column.meaning, f"fact.{column.name}", column.combine)
            for column in self.measures
        ]

    @property
    def days(self) -> list[str]:
        """Name the fields whose days have totals that a fact counts in."""
        return list(dict.fromkeys(["day", *(measure.on for measure in self.day_totals)]))

    @property
    def fields(self) -> list[str]:
        """Name the model fields that an import fills: those of the columns, then operating days."""
        return [*(column.field for column in self.columns), *self.operating_days]

    def is_nullable(self, column: Column) -> bool:
        """Tell whether a fact may leave a column unknown; elsewhere blank text is a value."""
        held = self.model._meta.get_field(column.field)
        return isinstance(held, models.Field) and held.null

    def column(self, name: str) -> Column:
        """Find a column by its name; raise KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
