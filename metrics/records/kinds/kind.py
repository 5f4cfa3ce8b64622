from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import models

MEASURE_LIMIT = 10**9


class ColumnType(StrEnum):
    """How a cell of a file becomes a value of a fact."""

    PERSON = "person"  # an employee_id
    UNIT = "unit"  # a path or a slug; blank is the whole organisation
    QUEUE = "queue"  # a slug or a name
    DAY = "day"  # an ISO 8601 date
    MEASURE = "measure"  # a whole number from 0 to MEASURE_LIMIT; blank is unknown


class Combine(StrEnum):
    """How a measure of several days becomes one figure."""

    FLOW = "flow"  # summed
    STOCK = "stock"  # the last in the period
    MAXIMUM = "maximum"


@dataclass(frozen=True)
class Column:
    """One column of a kind's file: its name in the contract, its meaning, how it is read.

    A measure beyond `plausible_up_to` is taken and warned of.
    """

    name: str
    type: ColumnType
    meaning: str
    required: bool = False
    combine: Combine = Combine.FLOW
    plausible_up_to: int | None = None

    @property
    def field(self) -> str:
        """Name the model field that holds it."""
        return {
            "employee_id": "person_id",
            "unit": "unit_id",
            "queue": "queue_id",
            "date": "day",
        }.get(self.name, self.name)


@dataclass(frozen=True)
class Kind:
    """One kind of fact: its columns, its grain, and what cannot be.

    `at_most` pairs name measures of which the first can never exceed the second.
    """

    slug: str
    name: str
    one_row_is: str
    model: type[models.Model]
    columns: Sequence[Column]
    grain: Sequence[str]
    at_most: Sequence[tuple[str, str]] = field(default=())

    @property
    def measures(self) -> list[Column]:
        return [column for column in self.columns if column.type is ColumnType.MEASURE]

    @property
    def dimensions(self) -> list[Column]:
        return [column for column in self.columns if column.type is not ColumnType.MEASURE]

    def column(self, name: str) -> Column:
        """Find a column by its name; raise KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
