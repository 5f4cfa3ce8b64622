"""How many items must be looked at to know a share this well, or to rule out that it is high?"""

from __future__ import annotations

from math import ceil, log

from opsportal.lib.statistics.quantiles import normal_quantile, upper_tail


def sample_for_share(
    margin: float,
    *,
    share: float = 0.5,
    confidence: float = 0.95,
    population: int | None = None,
) -> float:
    """Calculate how many items show a share to ± margin; not yet rounded up to whole items.

    z² p (1 − p) ÷ margin², corrected where the population is finite; W. G. Cochran 1977, Sampling
    Techniques, section 4.4. A share of one half is the safe guess: no other needs more.
    """
    if not 0 < margin < 1 or not 0 < share < 1 or (population is not None and population < 1):
        raise ValueError(f"No sample shows {share} to ± {margin} of {population}.")
    n = normal_quantile(confidence) ** 2 * share * (1 - share) / margin**2
    return n if population is None else n / (1 + (n - 1) / population)


def zero_defect_sample(share: float, *, confidence: float = 0.95) -> int:
    """Calculate how many items without a defect show that fewer than this share have one.

    The smallest n with (1 − share)ⁿ ≤ 1 − confidence, one-sided, from a large population.
    """
    if not 0 < share < 1:
        raise ValueError(f"A share lies between 0 and 1, not at {share}.")
    return ceil(log(2 * upper_tail(confidence)) / log(1 - share))
