"""James–Stein estimation: many means known equally well, each drawn towards the mean of all."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import NamedTuple

FEWEST = 4


class JamesStein(NamedTuple):
    """The mean of all, the share of a difference from it that is kept, and what comes of it."""

    mean: float
    kept: float
    estimates: list[float]


def shrink_means(values: Sequence[float], variance: float) -> JamesStein | None:
    """Shrink values that share one known variance of chance; None below four of them.

    kept = 1 − (k − 3) · variance ÷ Σ (value − mean)², not below 0. B. Efron and C. Morris 1975,
    JASA 70; 1977, Scientific American 236. For units of unequal size there are
    `shrink_proportions` and `shrink_ratios`.
    """
    if variance < 0:
        raise ValueError(f"A variance is not negative: {variance}.")
    if len(values) < FEWEST:
        return None
    mean = fmean(values)
    spread = sum((value - mean) ** 2 for value in values)
    kept = max(0.0, 1 - (len(values) - 3) * variance / spread) if spread else 0.0
    return JamesStein(mean, kept, [mean + kept * (value - mean) for value in values])
