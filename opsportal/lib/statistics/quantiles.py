"""Quantiles of the distributions that intervals are made of."""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist


def upper_tail(confidence: float) -> float:
    """Split what a two-sided confidence leaves over: 0.025 for 0.95."""
    if not 0 < confidence < 1:
        raise ValueError(f"Confidence lies between 0 and 1, not at {confidence}.")
    return (1 - confidence) / 2


@lru_cache(maxsize=64)
def normal_quantile(confidence: float) -> float:
    """Find z such that a standard normal lies within ±z with this confidence."""
    return -NormalDist().inv_cdf(upper_tail(confidence))


@lru_cache(maxsize=4096)
def t_quantile(degrees: int, confidence: float) -> float:
    """Find t such that Student's t lies within ±t with this confidence."""
    from scipy.special import stdtrit

    return -float(stdtrit(degrees, upper_tail(confidence)))


def beta_quantiles(low: tuple[int, int], high: tuple[int, int], tail: float) -> tuple[float, float]:
    """Find the lower `tail` point of one beta distribution and the upper one of another."""
    from scipy.special import betainccinv, betaincinv

    return float(betaincinv(*low, tail)), float(betainccinv(*high, tail))


def gamma_quantiles(low: int, high: int, tail: float) -> tuple[float, float]:
    """Find the lower `tail` point of one gamma distribution and the upper one of another."""
    from scipy.special import gammainccinv, gammaincinv

    return float(gammaincinv(low, tail)), float(gammainccinv(high, tail))
