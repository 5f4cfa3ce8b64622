"""Differences between two groups: of proportions, of means, and of an arm from its comparison."""

from __future__ import annotations

from fractions import Fraction
from math import hypot, sqrt
from typing import NamedTuple

from opsportal.lib.statistics.intervals import Exact, Interval, variance_of_values, wilson
from opsportal.lib.statistics.quantiles import t_quantile


class Group(NamedTuple):
    """n observations of one group: their sum and the sum of their squares."""

    n: int
    total: Exact
    total_squares: Exact

    @property
    def mean(self) -> Fraction:
        return Fraction(self.total) / self.n


class Estimate(NamedTuple):
    """A value and the interval around it; None where so little data give none."""

    value: float
    interval: Interval | None


def difference_of_proportions(
    successes: tuple[Exact, Exact], ns: tuple[Exact, Exact], confidence: float = 0.95
) -> Estimate | None:
    """Calculate how far the first group's proportion lies above the second's.

    Square-and-add of two Wilson intervals; R. G. Newcombe 1998, Statistics in Medicine 17, 873,
    method 10. None where a group has no n.
    """
    intervals = [wilson(y, n, confidence) for y, n in zip(successes, ns, strict=True)]
    first, second = intervals
    if first is None or second is None:
        return None
    p, q = (Fraction(y) / n for y, n in zip(successes, ns, strict=True))
    value = float(p - q)
    low = value - hypot(float(p) - first.low, second.high - float(q))
    high = value + hypot(first.high - float(p), float(q) - second.low)
    return Estimate(value, Interval(max(low, -1.0), min(high, 1.0)))


def difference_of_means(first: Group, second: Group, confidence: float = 0.95) -> Estimate | None:
    """Calculate how far the first group's mean lies above the second's.

    B. L. Welch 1947, Biometrika 34: no equal variances assumed, degrees of freedom by
    Satterthwaite. No interval below two observations in a group; None where one is empty.
    """
    if not (first.n and second.n):
        return None
    value = float(first.mean - second.mean)
    if min(first.n, second.n) < 2:
        return Estimate(value, None)
    errors = [float(_squared_error(group)) for group in (first, second)]
    if not sum(errors):
        return Estimate(value, Interval(value, value))
    degrees = sum(errors) ** 2 / sum(
        error**2 / (group.n - 1) for error, group in zip(errors, (first, second), strict=True)
    )
    half = t_quantile(degrees, confidence) * sqrt(sum(errors))
    return Estimate(value, Interval(value - half, value + half))


def lift(arm: Group, comparison: Group | None, confidence: float = 0.95) -> Estimate | None:
    """Calculate by which share the arm's mean lies above that of its comparison arm.

    mean ÷ mean − 1; E. C. Fieller 1954, Journal of the Royal Statistical Society B 16, with the
    degrees of freedom of the smaller group, which is on the safe side. No interval where the
    comparison's mean cannot be told from 0. None without a comparison arm, or where its mean is
    not above 0: before and after are no arms.
    """
    if comparison is None or not (arm.n and comparison.n) or comparison.mean <= 0:
        return None
    ratio = arm.mean / comparison.mean
    value = float(ratio - 1)
    fewest = min(arm.n, comparison.n)
    if fewest < 2:
        return Estimate(value, None)
    t = Fraction(t_quantile(fewest - 1, confidence))
    of_arm, of_comparison = _squared_error(arm), _squared_error(comparison)
    doubt = t * t * of_comparison / comparison.mean**2
    if doubt >= 1:
        return Estimate(value, None)
    spread = of_arm * (1 - doubt) + ratio * ratio * of_comparison
    half = float(t / comparison.mean) * sqrt(spread)
    room = float(1 - doubt)
    middle = float(ratio)
    low, high = (middle - half) / room - 1, (middle + half) / room - 1
    return Estimate(value, Interval(min(low, value), max(high, value)))


def _squared_error(group: Group) -> Fraction:
    return variance_of_values(*group) / group.n
