"""Funnel limits: how far may a unit of this size lie from the whole by chance alone?"""

from __future__ import annotations

from opsportal.lib.statistics.quantiles import binomial_quantile, binomial_up_to

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
    low = _interpolated_quantile(whole, n, tail) / n
    high = _interpolated_quantile(whole, n, 1 - tail) / n
    # In the smallest units interpolation would push a limit past the whole, or below none.
    return max(0.0, min(low, whole)), min(1.0, max(high, whole))


def _interpolated_quantile(whole: float, n: int, share: float) -> float:
    """Find the smallest count with at least `share` up to it, less the part it has too much."""
    least = binomial_quantile(n, whole, share)
    reached = binomial_up_to(least, n, whole)
    return least - (reached - share) / (reached - binomial_up_to(least - 1, n, whole))
