"""Funnel limits: how far may a unit of this size lie from the whole by chance alone?"""

from __future__ import annotations

from collections.abc import Callable

from opsportal.lib.statistics.quantiles import (
    binomial_quantile,
    binomial_up_to,
    poisson_quantile,
    poisson_up_to,
)

# The tails of 95 % and 99.8 % limits.
WARNING_TAIL = 0.025
ALARM_TAIL = 0.001


def funnel_limits_exact(whole: float, n: int, tail: float) -> tuple[float, float] | None:
    """Calculate the lower and upper limit of a proportion in a unit of size n; None where n is 0.

    Exact binomial, interpolated between whole numbers so that the curve over n is smooth;
    D. J. Spiegelhalter 2005, Statistics in Medicine 24, appendix A.1.1. `tail` is the
    probability beyond each limit.
    """
    if not 0 <= whole <= 1 or not 0 < tail < 0.5 or n < 0:
        raise ValueError(f"No funnel has these limits: {whole} of {n}, tail {tail}.")
    if n == 0:
        return None
    low, high = (
        _interpolate(
            binomial_quantile(n, whole, share), share, lambda count: binomial_up_to(count, n, whole)
        )
        / n
        for share in (tail, 1 - tail)
    )
    # In the smallest units interpolation would push a limit past the whole, or below none.
    return max(0.0, min(low, whole)), min(1.0, max(high, whole))


def funnel_limits_of_counts(
    rate: float, exposure: float, tail: float
) -> tuple[float, float] | None:
    """Calculate the limits of events per exposure in a unit of so much exposure; None for none.

    Exact Poisson, interpolated like the binomial ones; D. J. Spiegelhalter 2005, Statistics in
    Medicine 24, appendix A.1.2.
    """
    if rate < 0 or not 0 < tail < 0.5 or exposure < 0:
        raise ValueError(f"No funnel has these limits: {rate} of {exposure}, tail {tail}.")
    if exposure == 0:
        return None
    mean = rate * exposure
    low, high = (
        _interpolate(poisson_quantile(mean, share), share, lambda count: poisson_up_to(count, mean))
        / exposure
        for share in (tail, 1 - tail)
    )
    return max(0.0, min(low, rate)), max(high, rate)


def _interpolate(least: int, share: float, up_to: Callable[[int], float]) -> float:
    """Take from the smallest count with at least `share` up to it the part that is too much."""
    reached = up_to(least)
    step = reached - up_to(least - 1)
    return least - (reached - share) / step if step else float(least)
