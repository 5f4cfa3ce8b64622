"""How measures become a value: formulas as sums of measures, values with their interval."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from opsportal.lib.arithmetic import ArithmeticSyntaxError, Expression
from opsportal.lib.statistics.intervals import Exact, Interval, ratio_of_totals, wilson


class FormulaError(ValueError):
    """A formula that cannot be added up over days and units; the message is a sentence."""


@dataclass(frozen=True)
class Formula:
    """A sum of measures, each times a whole number, divided by one whole number.

    Such a sum over many facts is the same sum over their totals; nothing else is.
    """

    factors: Mapping[str, int]
    divisor: int


@dataclass(frozen=True)
class Formulas:
    """The three formulas of a definition, and the kind of facts whose measures they read."""

    kind: str
    numerator: Formula
    denominator: Formula
    n: Formula

    @property
    def measures(self) -> frozenset[str]:
        """Name the measures that a fact must have to be counted."""
        return frozenset().union(
            *(formula.factors for formula in (self.numerator, self.denominator, self.n))
        )


class Sums(NamedTuple):
    """What a definition's numerator y, denominator x and n add up to over some days.

    `yy`, `xy` and `xx` add up the squares and products of each day; `days` counts the days on
    which something happened.
    """

    y: Exact
    x: Exact
    n: Exact
    yy: Exact
    xy: Exact
    xx: Exact
    days: int


class Figure(NamedTuple):
    """A value and the interval around it, in the KPI's own unit; None where there is none."""

    value: float | None
    low: float | None
    high: float | None


NO_FIGURE = Figure(None, None, None)


def read_formulas(
    numerator: str, denominator: str, n: str, measures_by_kind: Mapping[str, Collection[str]]
) -> Formulas:
    """Parse a definition's formulas; raise FormulaError where they cannot be added up."""
    expressions = [_parse(text) for text in (numerator, denominator, n)]
    names = frozenset().union(*(expression.names for expression in expressions))
    kinds = [kind for kind, measures in measures_by_kind.items() if names <= set(measures)]
    if len(kinds) != 1:
        raise FormulaError(
            f"{', '.join(sorted(names)) or 'A formula without measures'}: not the measures "
            f"of one kind of facts that can be summed over days."
        )
    return Formulas(kinds[0], *(_read_sum(expression) for expression in expressions))


def _parse(text: str) -> Expression:
    try:
        return Expression.parse(text)
    except ArithmeticSyntaxError as error:
        raise FormulaError(f"'{text}': {error}") from error


def _read_sum(expression: Expression) -> Formula:
    """Take an expression apart into the factor of each measure."""
    names = sorted(expression.names)
    if not names:
        raise FormulaError(f"'{expression}' is not a sum of measures.")
    nothing = dict.fromkeys(names, 0)
    factors = {name: _evaluate(expression, nothing | {name: 1}) for name in names}
    # A sum of measures is 0 at 0, and at any other place what its factors say.
    for places in (nothing, *_places_apart(names)):
        expected = sum((factors[name] * places[name] for name in names), Fraction(0))
        if _evaluate(expression, places) != expected:
            raise FormulaError(f"'{expression}' is not a sum of measures.")
    divisor = lcm(*(factor.denominator for factor in factors.values()))
    return Formula({name: int(factor * divisor) for name, factor in factors.items()}, divisor)


def _places_apart(names: list[str]) -> Iterable[dict[str, int]]:
    """Yield values of the measures at which no product or quotient passes for a sum."""
    yield {name: 10_007 * (index + 2) ** 3 for index, name in enumerate(names)}
    yield {name: 7_919 + 104_729 * index**2 for index, name in enumerate(names)}


def _evaluate(expression: Expression, values: Mapping[str, int]) -> Fraction:
    result = expression.evaluate(values)
    if not isinstance(result, int | Fraction):
        raise FormulaError(f"'{expression}' is not a sum of measures.")
    return Fraction(result)


def add_sums(parts: Iterable[Sums]) -> Sums | None:
    """Add up the sums of separate days; None where there are none."""
    columns = list(zip(*parts, strict=True))
    return Sums(*(sum(column) for column in columns)) if columns else None


def calculate_figure(sums: Sums, *, scale: int, is_proportion: bool) -> Figure:
    """Divide, scale, and put the interval around: Wilson, or days as replicates.

    The value is the double nearest to the exact quotient. No denominator, no figure.
    """
    if sums.x == 0:
        return NO_FIGURE
    value = float(sums.y * scale / sums.x)
    interval = _interval(sums, is_proportion=is_proportion)
    if interval is None:
        return Figure(value, None, None)
    return Figure(value, min(interval.low * scale, value), max(interval.high * scale, value))


def _interval(sums: Sums, *, is_proportion: bool) -> Interval | None:
    if sums.y < 0 or sums.x < 0:
        return None
    if is_proportion:
        return wilson(sums.y, sums.x) if sums.y <= sums.x else None
    return ratio_of_totals(sums.y, sums.x, sums.yy, sums.xy, sums.xx, sums.days)
