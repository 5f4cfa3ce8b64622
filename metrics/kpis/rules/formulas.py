"""Formulas over measures: what they read, and what they come to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations_with_replacement
from math import lcm
from typing import NamedTuple

from metrics.records.kinds import Combine
from opsportal.lib.arithmetic import ArithmeticSyntaxError, Expression
from opsportal.lib.duals import Dual
from opsportal.lib.statistics.intervals import Exact

# Beside measures, a formula may name the number of days on which all of its measures are known.
DAYS = "days"


class FormulaError(ValueError):
    """A formula that has no meaning; the message is a sentence for its author."""


@dataclass(frozen=True)
class Formulas:
    """The three formulas of a definition, and how each measure they read combines over days.

    They are evaluated on what the measures come to over a period: never on single facts.
    """

    numerator: Expression
    denominator: Expression | None
    n: Expression
    combine: Mapping[str, Combine]

    @cached_property
    def measures(self) -> frozenset[str]:
        """Name the measures that a fact must know to be counted."""
        return frozenset().union(*(one.names for one in self._all)) - {DAYS}

    @cached_property
    def replicated(self) -> tuple[str, ...]:
        """Name what the value itself is made of, in order: its days are replicates."""
        names = self.numerator.names | (self.denominator.names if self.denominator else set())
        return tuple(sorted(names))

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """List the pairs whose products on each day the interval of a ratio is made of."""
        return tuple(combinations_with_replacement(self.replicated, 2))

    @cached_property
    def counts_days(self) -> bool:
        """Tell whether a formula reads on how many days its measures are known."""
        return any(DAYS in one.names for one in self._all)

    @cached_property
    def other_than_flows(self) -> tuple[tuple[str, Combine], ...]:
        """List the measures that do not simply add up over days, and what they do instead."""
        return tuple(
            (name, self.combines(name))
            for name in sorted(self.measures)
            if self.combines(name) is not Combine.FLOW
        )

    @property
    def adds_up(self) -> bool:
        """Tell whether the value is made of sums over days alone."""
        return all(self.combines(name) is Combine.FLOW for name in self.replicated)

    @cached_property
    def adds_up_by_parts(self) -> bool:
        """Tell whether numerator and denominator of a whole are the sums of those of its parts."""
        return (
            self.denominator is not None
            and DAYS not in self.replicated
            and self.adds_up
            and is_sum(self.numerator)
            and is_sum(self.denominator)
        )

    @property
    def counts_events(self) -> bool:
        """Tell whether the numerator reads measures that add up, and those alone."""
        return all(self.combines(name) is Combine.FLOW for name in self.numerator.names - {DAYS})

    def combines(self, name: str) -> Combine:
        return Combine.FLOW if name == DAYS else self.combine[name]

    def evaluate(
        self, values: Mapping[str, Exact]
    ) -> tuple[Exact | None, Exact | None, Exact | None]:
        """Calculate numerator, denominator and n; None where one divides by zero.

        Without a formula for it the denominator is 1.
        """
        denominator = 1 if self.denominator is None else self.denominator.evaluate(values)
        return self.numerator.evaluate(values), denominator, self.n.evaluate(values)

    @cached_property
    def plain(self) -> tuple[str, str, str] | None:
        """Name the measures that numerator, denominator and n are, where each is one that adds up.

        Nearly all are: what is read for each day and queue can be taken as it comes.
        """
        names = [one.text.strip() for one in self._all]
        is_plain = len(names) == 3 and all(
            one.names == {name} and self.combines(name) is Combine.FLOW
            for one, name in zip(self._all, names, strict=True)
        )
        return (names[0], names[1], names[2]) if is_plain else None

    def slopes(self, values: Mapping[str, Exact]) -> "Slopes":
        """Differentiate numerator ÷ denominator by each measure, where neither divides by zero."""
        if self._quotient is not None:
            return self._quotient.slopes(self.replicated, values)
        duals = {name: Dual.variable(name, values[name]) for name in self.replicated}
        value = self.numerator.evaluate(duals)
        if self.denominator is not None:
            value = value / self.denominator.evaluate(duals)
        slopes = value.slopes if isinstance(value, Dual) else {}
        unit = lcm(*(slope.denominator for slope in slopes.values()))
        return Slopes({name: int(slope * unit) for name, slope in slopes.items()}, unit)

    @cached_property
    def _quotient(self) -> "_Quotient | None":
        """Take numerator ÷ denominator as sums of measures, where both are that."""
        if not is_sum(self.numerator) or not (self.denominator is None or is_sum(self.denominator)):
            return None
        above, apart = _in_whole_numbers(self.numerator)
        if self.denominator is None:
            return _Quotient(above, None, Fraction(1, apart))
        below, beneath = _in_whole_numbers(self.denominator)
        return _Quotient(above, below, Fraction(beneath, apart))

    @property
    def _all(self) -> list[Expression]:
        return [one for one in (self.numerator, self.denominator, self.n) if one is not None]


class Slopes(NamedTuple):
    """By measure, each slope times `unit`: over one denominator, everything adds up exactly."""

    weights: Mapping[str, Exact]
    unit: Exact

    @property
    def by_name(self) -> dict[str, Fraction]:
        return {name: Fraction(weight) / self.unit for name, weight in self.weights.items()}


class _Quotient(NamedTuple):
    """A sum of measures ÷ another or 1, times a number: what nearly every definition is."""

    above: Mapping[str, int]
    below: Mapping[str, int] | None
    times: Fraction

    def slopes(self, names: Iterable[str], values: Mapping[str, Exact]) -> Slopes:
        """Differentiate by the quotient rule, with no division."""
        above, below, (up, down) = self.above, self.below, self.times.as_integer_ratio()
        if below is None:
            return Slopes({name: factor * up for name, factor in above.items()}, down)
        y = sum(factor * values[name] for name, factor in above.items())
        x = sum(factor * values[name] for name, factor in below.items())
        weights = {name: (above.get(name, 0) * x - y * below.get(name, 0)) * up for name in names}
        return Slopes(weights, x * x * down)


def read_formulas(
    numerator: str, denominator: str, n: str, combine: Mapping[str, Combine], source: str
) -> Formulas:
    """Parse a definition's formulas over the measures of `source`; raise FormulaError.

    A blank denominator is none.
    """
    formulas = Formulas(
        _parse(numerator, combine, source),
        _parse(denominator, combine, source) if denominator.strip() else None,
        _parse(n, combine, source),
        combine,
    )
    if not formulas.measures:
        raise FormulaError(f"'{numerator}' and the formulas beside it read no measure.")
    for expression in formulas._all:
        _refuse_zero(expression)
    return formulas


def _parse(text: str, combine: Mapping[str, Combine], source: str) -> Expression:
    try:
        expression = Expression.parse(text)
    except ArithmeticSyntaxError as error:
        raise FormulaError(f"'{text}': {error}") from error
    if unknown := sorted(expression.names - combine.keys() - {DAYS}):
        raise FormulaError(
            f"'{text}': '{unknown[0]}' is not a measure of {source}, which has "
            f"{', '.join(combine)} and {DAYS}. A definition reads measures, never other KPIs, "
            "so that none can go round in a circle."
        )
    if not expression.names:
        raise FormulaError(f"'{text}' reads no measure.")
    return expression


def _refuse_zero(expression: Expression) -> None:
    """Refuse what is zero, or divides by zero, whatever the measures are."""
    try:
        results = [expression.evaluate(places) for places in _places_apart(expression.names)]
    except TypeError as error:
        raise FormulaError(f"'{expression}': {error}") from error
    if all(result is None for result in results):
        raise FormulaError(f"'{expression}' divides by what can only be zero.")
    if not any(results):
        raise FormulaError(f"'{expression}' can only be zero.")


def is_sum(expression: Expression) -> bool:
    """Tell whether an expression is a sum of measures, each times a number.

    Such a sum over many facts is the same sum over their totals; nothing else is.
    """
    factors = _find_factors(expression)
    # At no place is it anything but what its factors say.
    return all(
        expression.evaluate(places) == sum(factors[name] * places[name] for name in factors)
        for places in (dict.fromkeys(factors, 0), *_places_apart(expression.names))
    )


def is_whole_sum(expression: Expression) -> bool:
    """Tell whether an expression is a sum of measures, each times a whole number."""
    factors = _find_factors(expression)
    return is_sum(expression) and all(factor.denominator == 1 for factor in factors.values())


def _find_factors(expression: Expression) -> dict[str, Fraction]:
    """Find what an expression would multiply each measure by, were it a sum."""
    alone = ({name: int(name == one) for name in expression.names} for one in expression.names)
    values = (expression.evaluate(places) for places in alone)
    return {
        name: Fraction(value or 0) for name, value in zip(expression.names, values, strict=True)
    }


def _in_whole_numbers(expression: Expression) -> tuple[dict[str, int], int]:
    """Write the factors of a sum over one denominator, and give that."""
    factors = _find_factors(expression)
    apart = lcm(*(factor.denominator for factor in factors.values()))
    return {name: int(factor * apart) for name, factor in factors.items()}, apart


def _places_apart(names: Iterable[str]) -> Iterator[dict[str, int]]:
    """Yield values of the measures at which no formula is zero, or a sum, by chance."""
    ordered = sorted(names)
    yield {name: 10_007 * (index + 2) ** 3 for index, name in enumerate(ordered)}
    yield {name: 7_919 + 104_729 * index**2 for index, name in enumerate(ordered)}
