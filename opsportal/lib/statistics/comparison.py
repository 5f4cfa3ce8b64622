"""Comparison of units: who really differs, and in what order may they stand?

Groups and ranks follow from intervals, so that noise never prints as first, second, third. The
order within a list follows from estimates shrunk towards the whole, so that a small unit does
not lead it by luck.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from opsportal.lib.statistics.intervals import Exact, Interval, residual_squares


class Band(StrEnum):
    """Where an interval lies against the value of the whole; above is not yet better."""

    ABOVE = "above"
    ACROSS = "across"
    BELOW = "below"


class RankRange(NamedTuple):
    """The best and the worst rank that the intervals leave open; 1 is best."""

    best: int
    worst: int


class DaySums(NamedTuple):
    """The sums over one unit's days of y, x, y², x·y and x²."""

    sum_y: Exact
    sum_x: Exact
    sum_yy: Exact
    sum_xy: Exact
    sum_xx: Exact


def band(low: float, high: float, whole: float) -> Band:
    """Classify an interval as wholly above, across or wholly below a value; touching is across."""
    if low > whole:
        return Band.ABOVE
    return Band.BELOW if high < whole else Band.ACROSS


def rank_ranges(
    intervals: Sequence[Interval | None], *, higher_is_better: bool
) -> list[RankRange | None]:
    """Calculate each unit's rank range: from 1 + units wholly better to k − units wholly worse.

    Intervals that touch are not apart, and equal intervals share their range. A unit without an
    interval has no rank and does not count into k.
    """
    present = [interval for interval in intervals if interval is not None]
    lows = sorted(interval.low for interval in present)
    highs = sorted(interval.high for interval in present)
    k = len(present)

    def rank(interval: Interval) -> RankRange:
        above = k - bisect_right(lows, interval.high)
        below = bisect_left(highs, interval.low)
        better, worse = (above, below) if higher_is_better else (below, above)
        return RankRange(1 + better, k - worse)

    return [None if interval is None else rank(interval) for interval in intervals]


def shrink_proportions(successes: Sequence[int], ns: Sequence[int]) -> list[float | None]:
    """Shrink each unit's proportion towards that of the whole; None where n is 0.

    Empirical Bayes, beta-binomial. The correlation within units is found by the method of
    moments, each unit weighted by its n; J. C. Kleinman 1973, JASA 68. Units that spread no more
    than chance explains all get the value of the whole.
    """
    if any(not 0 <= s <= n for s, n in zip(successes, ns, strict=True)):
        raise ValueError("A proportion lies between 0 and 1.")
    total, whole = sum(ns), sum(successes)
    if not 0 < whole < total:
        return [whole / total if n else None for n in ns]
    p = whole / total
    spread, units, room = _spread(successes, ns)
    beyond_chance = spread / (p * (1 - p)) - (units - 1)
    possible = room - (units - 1)
    correlation = min(beyond_chance / possible, 1.0) if beyond_chance > 0 < possible else 0.0
    if correlation == 0:
        return [p if n else None for n in ns]
    weight = (1 - correlation) / correlation
    return [
        (s + weight * p) / (n + weight) if n else None for s, n in zip(successes, ns, strict=True)
    ]


def shrink_ratios(
    totals: Sequence[Exact], exposures: Sequence[Exact], *, noise: float | None = None
) -> list[float | None]:
    """Shrink each unit's total ÷ exposure towards that of the whole; None where exposure is 0.

    Empirical Bayes, gamma-Poisson, the variance between units by the method of moments, each
    weighted by its exposure; D. G. Clayton and J. Kaldor 1987, Biometrics 43, for the model.
    `noise` is the variance of a total per exposure: for counts of rare events leave it out (it
    is the mean, as Poisson has it); for units, seconds and money pass `noise_of_days`.
    """
    if any(y < 0 or x < 0 for y, x in zip(totals, exposures, strict=True)):
        raise ValueError("A ratio of totals needs no negative totals.")
    exposure = sum(exposures, Fraction(0))
    if exposure == 0:
        return [None for _ in exposures]
    mean = float(sum(totals, Fraction(0)) / exposure)
    noise = mean if noise is None else noise
    spread, units, room = _spread(totals, exposures)
    beyond_chance = spread - noise * (units - 1)
    if beyond_chance <= 0 or room <= 0:
        return [mean if x else None for x in exposures]
    weight = noise * room / beyond_chance
    return [
        (float(y) + weight * mean) / (float(x) + weight) if x else None
        for y, x in zip(totals, exposures, strict=True)
    ]


def noise_of_days(units: Iterable[DaySums]) -> float | None:
    """Estimate the variance of a total per exposure from how days scatter within units.

    Takes the variance of a day's y as proportional to its x, as the gamma-Poisson model does.
    None where no unit has two days.
    """
    squares, room = Fraction(0), Fraction(0)
    for sums in units:
        residual = residual_squares(*sums)
        if residual is not None:
            squares += residual
            room += sums.sum_x - Fraction(sums.sum_xx) / sums.sum_x
    return float(squares / room) if room else None


def _spread(totals: Sequence[Exact], exposures: Sequence[Exact]) -> tuple[float, int, float]:
    """Sum x·(y/x − Y/X)² over units; with it the number of units and X − Σx²/X.

    Each difference is taken exactly before it becomes a float; whole numbers stay whole.
    """
    pairs = [(y, x) for y, x in zip(totals, exposures, strict=True) if x]
    total, exposure = sum(y for y, _ in pairs), sum(x for _, x in pairs)
    spread = sum(float((y * exposure - total * x) / exposure) ** 2 / float(x) for y, x in pairs)
    room = float((exposure * exposure - sum(x * x for _, x in pairs)) / exposure)
    return spread, len(pairs), room
