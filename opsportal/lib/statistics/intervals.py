"""Intervals: between what and what does the true value probably lie?

Sums arrive as int or Fraction, so that a billion rows cost no digit; every interval holds the
value it belongs to.
"""

from __future__ import annotations

from fractions import Fraction
from math import sqrt
from typing import NamedTuple

from opsportal.lib.statistics.quantiles import (
    beta_quantiles,
    binomial_quantile,
    binomial_up_to,
    gamma_quantiles,
    normal_quantile,
    t_quantile,
    upper_tail,
)

Exact = int | Fraction

FEWEST_REPLICATES = 5


class Interval(NamedTuple):
    """Both ends belong to it."""

    low: float
    high: float


def wilson(successes: Exact, n: Exact, confidence: float = 0.95) -> Interval | None:
    """Calculate the score interval of a proportion; None where n is 0.

    E. B. Wilson 1927; R. G. Newcombe 1998, method 3. The lower end is written as the quotient
    that has no difference of near numbers in it.
    """
    _check_proportion(successes, n)
    z = normal_quantile(confidence)
    if n == 0:
        return None
    # Whole numbers divide to the nearest double as they are; fractions of them need no less.
    spread = z * sqrt(float(successes * (n - successes) / n) + z * z / 4)
    middle = float(successes) + z * z / 2
    low = float(successes * successes / n) / (middle + spread)
    high = (middle + spread) / (float(n) + z * z)
    return _around(successes / n, low, high, ceiling=1.0)


def clopper_pearson(successes: int, n: int, confidence: float = 0.95) -> Interval | None:
    """Calculate the exact interval of a proportion; None where n is 0.

    C. J. Clopper and E. S. Pearson 1934, by quantiles of the beta distribution.
    """
    _check_proportion(successes, n)
    tail = upper_tail(confidence)
    if n == 0:
        return None
    failures = n - successes
    low, high = beta_quantiles(
        (max(successes, 1), failures + 1), (successes + 1, max(failures, 1)), tail
    )
    return _around(
        Fraction(successes, n),
        low if successes else 0.0,
        high if failures else 1.0,
        ceiling=1.0,
    )


def poisson_exact(count: int, exposure: Exact, confidence: float = 0.95) -> Interval | None:
    """Calculate the exact interval of the rate count ÷ exposure; None where exposure is 0.

    F. Garwood 1936. For rare events only: over hundreds of units a day it is far too narrow.
    """
    if count < 0 or exposure < 0:
        raise ValueError(f"A rate needs no negative numbers: {count} in {exposure}.")
    tail = upper_tail(confidence)
    if exposure == 0:
        return None
    low, high = gamma_quantiles(max(count, 1), count + 1, tail)
    return _around(
        Fraction(count) / exposure,
        low / float(exposure) if count else 0.0,
        high / float(exposure),
    )


def ratio_of_totals(
    sum_y: Exact,
    sum_x: Exact,
    sum_yy: Exact,
    sum_xy: Exact,
    sum_xx: Exact,
    count: int,
    confidence: float = 0.95,
) -> Interval | None:
    """Calculate the interval of Σy ÷ Σx from the sums over `count` days.

    The ratio estimator with days as replicates and Student's t on count − 1 degrees of freedom;
    W. G. Cochran 1977, Sampling Techniques, section 6.4, without the correction for a finite
    population. y and x are not negative, so neither is the interval. None below five days and
    where Σx is 0. Raises ValueError for sums that no days can have.
    """
    squares = _residual_squares(sum_y, sum_x, sum_yy, sum_xy, sum_xx)
    if sum_x == 0 or count < FEWEST_REPLICATES:
        return None
    # Whole numbers divide to the nearest double as they are, and need no common factor looked for.
    ratio = float(sum_y / sum_x)
    half = t_quantile(count - 1, confidence) * sqrt(squares * count / ((count - 1) * sum_x**4))
    return _around(ratio, ratio - half, ratio + half)


def mean_of_values(
    n: int, total: Exact, total_squares: Exact, confidence: float = 0.95
) -> Interval | None:
    """Calculate Student's interval of a mean from n values' sum and sum of squares.

    "Student" 1908. None below two values. Raises ValueError for sums that no values can have.
    """
    if n < 2:
        return None
    mean = float(Fraction(total) / n)
    half = t_quantile(n - 1, confidence) * sqrt(variance_of_values(n, total, total_squares) / n)
    return Interval(mean - half, mean + half)


def variance_of_values(n: int, total: Exact, total_squares: Exact) -> Fraction:
    """Calculate the sample variance of n ≥ 2 values, divisor n − 1, without losing a digit."""
    squares = total_squares - Fraction(total) ** 2 / n
    if squares < 0:
        raise ValueError("This sum and this sum of squares belong to different values.")
    return squares / (n - 1)


class Ranks(NamedTuple):
    """Places among values in rising order, the first being 1."""

    low: int
    high: int


def ranks_of_quantile(n: int, share: float, confidence: float = 0.95) -> Ranks | None:
    """Find which of n values in rising order bound the quantile at `share`, whatever they follow.

    The number of values below the quantile is binomial; each tail keeps at most half of what the
    confidence leaves over. H. A. David and H. N. Nagaraja 2003, Order Statistics, section 7.1.
    None where so few values cannot tell: both ends must exist.
    """
    if not 0 < share < 1 or n < 0:
        raise ValueError(f"No quantile at {share} of {n} values.")
    tail = upper_tail(confidence)
    low = binomial_quantile(n, share, tail)
    # The low end is the largest rank r with at most the tail below it: P(B ≤ r − 1) ≤ tail.
    if binomial_up_to(low, n, share) > tail:
        low -= 1
    low, high = low + 1, binomial_quantile(n, share, 1 - tail) + 1
    return Ranks(low, high) if low >= 1 and high <= n else None


def residual_squares(
    sum_y: Exact, sum_x: Exact, sum_yy: Exact, sum_xy: Exact, sum_xx: Exact
) -> Fraction | None:
    """Sum (y − r·x)² over days, r being Σy ÷ Σx, from the sums; None where Σx is 0."""
    squares = _residual_squares(sum_y, sum_x, sum_yy, sum_xy, sum_xx)
    return Fraction(squares) / sum_x**2 if sum_x else None


def _residual_squares(
    sum_y: Exact, sum_x: Exact, sum_yy: Exact, sum_xy: Exact, sum_xx: Exact
) -> Exact:
    """Sum (y·Σx − x·Σy)² over days: what residual_squares divides by the square of Σx."""
    if sum_y < 0 or sum_x < 0:
        raise ValueError(f"A ratio of totals needs no negative totals: {sum_y} ÷ {sum_x}.")
    squares = sum_x * sum_x * sum_yy - 2 * sum_x * sum_y * sum_xy + sum_y * sum_y * sum_xx
    if sum_x and squares < 0:
        raise ValueError("These sums of squares and products belong to different days.")
    return squares


def _check_proportion(successes: Exact, n: Exact) -> None:
    if not 0 <= successes <= n:
        raise ValueError(f"A proportion lies between 0 and 1: {successes} of {n}.")


def _around(
    value: Fraction | float, low: float, high: float, *, ceiling: float | None = None
) -> Interval:
    """Keep the ends where rounding may not push them: 0 ≤ low ≤ value ≤ high (≤ ceiling)."""
    middle = float(value)
    if ceiling is not None:
        high = min(high, ceiling)
    return Interval(max(0.0, min(low, middle)), max(high, middle))
