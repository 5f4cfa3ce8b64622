"""Values with their interval, by statistical model."""

from collections.abc import Callable, Mapping
from math import sqrt
from typing import NamedTuple

from metrics.kpis.rules.formulas import Formulas
from metrics.kpis.rules.sums import Sums, combine_measures
from opsportal.lib.statistics.intervals import (
    FEWEST_REPLICATES,
    Exact,
    Interval,
    poisson_exact,
    wilson,
)
from opsportal.lib.statistics.quantiles import t_quantile


class Figure(NamedTuple):
    """A value, what it was made of, and the interval around it; None where there is none.

    Numerator, denominator and n are exact; value and interval are in the KPI's own unit.
    """

    numerator: Exact | None
    denominator: Exact | None
    n: Exact | None
    value: float | None
    low: float | None
    high: float | None


class Known(NamedTuple):
    """What an interval is made of: numerator and denominator, the measures, their sums."""

    y: Exact
    x: Exact
    values: Mapping[str, Exact]
    sums: Sums
    formulas: Formulas


FindInterval = Callable[[Known], Interval | None]

NO_FIGURE = Figure(None, None, None, None, None, None)


def calculate_figure(
    formulas: Formulas, sums: Sums, *, scale: int, find_interval: FindInterval
) -> Figure:
    """Divide, scale, and put the interval around.

    The value is the double nearest to the exact quotient. No denominator, no value; without a
    formula for the denominator the numerator alone is the value.
    """
    values = combine_measures(formulas, sums)
    y, x, n = formulas.evaluate(values)
    shown_x = x if formulas.denominator is not None else None
    if y is None or not x:
        return Figure(y, shown_x, n, None, None, None)
    interval = find_interval(Known(y, x, values, sums, formulas))
    return Figure(y, shown_x, n, *scale_interval(divide(y * scale, x), interval, scale))


def divide(y: Exact, x: Exact) -> float:
    """Return the double nearest to an exact quotient; x is not 0."""
    # Whole numbers divide correctly rounded as they are: no common factor need be looked for.
    return (y.numerator * x.denominator) / (y.denominator * x.numerator)


def scale_interval(
    value: float, interval: Interval | None, scale: int
) -> tuple[float, float | None, float | None]:
    """Put an interval into the unit of its scaled value, so that low ≤ value ≤ high still."""
    if interval is None:
        return value, None, None
    return value, min(interval.low * scale, value), max(interval.high * scale, value)


def find_no_interval(known: Known) -> None:
    """Leave totals, stocks, means and maxima without an interval: they are what they are."""


def find_proportion_interval(known: Known) -> Interval | None:
    """Take Wilson's interval; none where the numerator is no part of the denominator."""
    return wilson(known.y, known.x) if 0 <= known.y <= known.x else None


def find_count_interval(known: Known) -> Interval | None:
    """Take Garwood's exact interval of a Poisson count over its exposure."""
    if known.y < 0 or known.x < 0:
        return None
    return poisson_exact(int(known.y), known.x)


def find_ratio_interval(known: Known) -> Interval | None:
    """Linearise the value over its days, which are replicates, with Student's t.

    Each day deviates by the sum of its measures times the value's slopes: K. M. Wolter 2007,
    Introduction to Variance Estimation, chapter 6. Of a plain ratio this is the ratio estimator
    (statistics.intervals.ratio_of_totals). None below five days, and none below zero.
    """
    count = known.sums.busy_days
    if known.y < 0 or known.x < 0 or count < FEWEST_REPLICATES:
        return None
    weights, unit = known.formulas.slopes(known.values)
    drift = sum(weight * known.values[name] for name, weight in weights.items())
    squares: Exact = 0
    for (one, other), product in known.sums.products.items():
        twice = 1 if one == other else 2
        squares += twice * weights.get(one, 0) * weights.get(other, 0) * product
    variance = divide(squares * count - drift * drift, (count - 1) * unit * unit)
    half = t_quantile(count - 1, 0.95) * sqrt(variance)
    value = divide(known.y, known.x)
    return Interval(max(0.0, value - half), value + half)
