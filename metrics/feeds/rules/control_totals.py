"""Control totals: what the sender says a file comes to, held against the file as it is read.

Rows and sums are those of the whole file, before any of its rows is refused: they tell whether it
came through whole, not whether it is right.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from metrics.feeds.rules.chunks import Chunk
from metrics.feeds.rules.mapping import Plan
from metrics.feeds.rules.numbers import calculate, read_numbers
from metrics.feeds.rules.problems import Problem
from metrics.records.kinds import Column, ColumnType, Kind
from opsportal.lib.formats import format_number

ROWS = "rows"
SUMMED = (ColumnType.MEASURE, ColumnType.NUMBER, ColumnType.MONEY)
DECIMALS = 6
# How far a sum of fractions may miss by the rounding of floats, of itself.
ROUNDING = 1e-12

Total = int | float


class ControlTotalError(ValueError):
    """A control total that cannot be; the message is a sentence for the sender."""


def list_summed(kind: Kind) -> list[Column]:
    """List the columns of a kind that a sender may give the sum of."""
    return [column for column in kind.columns if column.type in SUMMED]


def read_expected(kind: Kind, given: Mapping[str, str]) -> dict[str, Total]:
    """Read what a sender expects: a number of rows, and sums by column.

    Raises ControlTotalError for a column that has no sum, and for what is no number.
    """
    known = [ROWS, *(column.name for column in list_summed(kind))]
    expected: dict[str, Total] = {}
    for name, text in given.items():
        if name not in known:
            raise ControlTotalError(
                f"No total of '{name[:60]}' can be expected of {kind.name.lower()}; "
                f"known are {', '.join(known)}."
            )
        try:
            number = Decimal(text.strip())
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or (name == ROWS and (number % 1 or number < 0)):
            raise ControlTotalError(f"'{text[:60]}' is no number that '{name}' could come to.")
        expected[name] = int(number) if number % 1 == 0 else float(number)
    return expected


class ControlTotals:
    """What a file comes to, of what its sender expects; `found` is whole after the last chunk."""

    def __init__(self, kind: Kind, expected: Mapping[str, Total]) -> None:
        self.expected = expected
        self.columns = [column for column in list_summed(kind) if column.name in expected]
        self.found: dict[str, Total] = {}

    def add(self, plan: Plan, chunk: Chunk) -> None:
        """Add the rows of a chunk; what is no number adds nothing."""
        for column in self.columns:
            if column.name in plan.sources:
                self.found[column.name] = self.found.get(column.name, 0) + _add_up(
                    column, plan, chunk
                )

    def compare(self, rows: int) -> list[Problem]:
        """Take how many rows the file had, and refuse it where anything is not as expected."""
        if not self.expected:
            return []
        self.found[ROWS] = rows
        self.found = {name: _tidy(total) for name, total in self.found.items()}
        return [
            Problem(0, "" if name == ROWS else name, "control_total", self._explain(name))
            for name, total in self.expected.items()
            if name not in self.found or not totals_agree(total, self.found[name])
        ]

    def _explain(self, name: str) -> str:
        wanted = write_total(self.expected[name])
        if name not in self.found:
            return f"The sender expects '{name}' to come to {wanted}; the file has no '{name}'."
        found = write_total(self.found[name])
        if name == ROWS:
            return f"The sender expects {wanted} rows; the file has {found}."
        return f"The sender expects '{name}' to come to {wanted}; the file comes to {found}."


def _add_up(column: Column, plan: Plan, chunk: Chunk) -> Total:
    import numpy as np

    source = plan.sources[column.name]
    operands = {
        name: read_numbers(chunk.columns[name], column.type)[0] for name in source.expression.names
    }
    if source.column is not None:
        numbers = operands[source.column]
    else:
        numbers = calculate(source, operands, len(chunk.rows))
    counted = numbers.values[numbers.known & np.isfinite(numbers.values)]
    total: Total = counted.sum().item()
    return total


def totals_agree(expected: Total, found: Total) -> bool:
    """Tell whether two totals are the same, but for the rounding of sums of fractions."""
    if isinstance(expected, int) and isinstance(found, int):
        return expected == found
    return math.isclose(expected, found, rel_tol=ROUNDING, abs_tol=10**-DECIMALS / 2)


def _tidy(total: Total) -> Total:
    rounded = round(total, DECIMALS)
    return int(rounded) if rounded == int(rounded) else rounded


def write_total(total: Total) -> str:
    """Write a total with the decimals that it has."""
    decimals = len(str(total).partition(".")[2]) if isinstance(total, float) else 0
    return format_number(total, min(decimals, DECIMALS))
