"""Control charts of proportions whose n varies: the p chart and Laney's p′.

The p chart takes counting as the only source of variation. With thousands of items a week days
differ by more than that, and its limits would call nearly every point a signal; p′ widens them by
how much neighbouring weeks really differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import sqrt
from typing import NamedTuple

from opsportal.lib.statistics.control_charts import (
    SIGMA_PER_MEAN_RANGE,
    Limits,
    mean_moving_range,
)
from opsportal.lib.statistics.intervals import Exact


class Baseline(NamedTuple):
    """What a proportion does anyway: its mean, and sigma in units of the binomial's."""

    mean: Fraction
    sigma_z: float

    def limits_at(self, n: Exact, *, scale: int = 1) -> Limits | None:
        """Calculate the limits of a point with this n, times `scale`; None where n is 0.

        They are not cut at 0 and 1, so that thirds of the way to them stay thirds.
        """
        if n == 0:
            return None
        middle = float(self.mean * scale)
        reach = 3 * self.sigma_z * _sigma(self.mean, n) * scale
        return Limits(middle, middle - reach, middle + reach)


def p_chart(successes: Sequence[Exact], ns: Sequence[Exact]) -> Baseline | None:
    """Take variation as binomial alone; None where there is nothing to count.

    W. A. Shewhart 1931; D. C. Montgomery, Introduction to Statistical Quality Control, chapter 7.
    """
    mean = _pool(successes, ns)
    return None if mean is None else Baseline(mean, 1.0)


def p_prime_chart(
    successes: Sequence[Exact], ns: Sequence[Exact], *, screen: bool = True
) -> Baseline | None:
    """Measure variation between points as well; None below two points.

    z = (p − p̄) ÷ binomial sigma at each point, and σ_z the mean moving range of z ÷ 1.128, so
    that a lasting shift does not widen the limits as the standard deviation of z would.
    D. B. Laney 2002, Quality Engineering 14. `screen` as for XmR. A point whose n is 0 is passed
    over.
    """
    mean = _pool(successes, ns)
    if mean is None:
        return None
    points = [(y, n) for y, n in zip(successes, ns, strict=True) if n]
    if not 0 < mean < 1:
        return Baseline(mean, 0.0) if len(points) > 1 else None
    zs = [float(Fraction(y) / n - mean) / _sigma(mean, n) for y, n in points]
    mean_range = mean_moving_range(zs, screen=screen)
    return None if mean_range is None else Baseline(mean, SIGMA_PER_MEAN_RANGE * mean_range)


def _pool(successes: Sequence[Exact], ns: Sequence[Exact]) -> Fraction | None:
    """Pool numerators over denominators: a mean of rates is not a rate."""
    if any(not 0 <= y <= n for y, n in zip(successes, ns, strict=True)):
        raise ValueError("A proportion lies between 0 and 1.")
    total = Fraction(sum(ns))
    return sum(successes) / total if total else None


def _sigma(mean: Fraction, n: Exact) -> float:
    return sqrt(float(mean * (1 - mean) / n))
