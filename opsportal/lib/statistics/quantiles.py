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
def t_quantile(degrees: float, confidence: float) -> float:
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


def binomial_up_to(count: int, n: int, share: float) -> float:
    """Calculate the probability that a binomial with n trials counts at most `count`."""
    from scipy.special import betaincc

    if count < 0:
        return 0.0
    return 1.0 if count >= n else float(betaincc(count + 1, n - count, share))


def binomial_quantile(n: int, share: float, probability: float) -> int:
    """Find the smallest count with at least `probability` up to it."""
    least, most = 0, n
    while least < most:
        middle = (least + most) // 2
        if binomial_up_to(middle, n, share) >= probability:
            most = middle
        else:
            least = middle + 1
    return least


def poisson_up_to(count: int, mean: float) -> float:
    """Calculate the probability that a Poisson variable counts at most `count`."""
    from scipy.special import gammaincc

    return float(gammaincc(count + 1, mean)) if count >= 0 else 0.0


def poisson_quantile(mean: float, probability: float) -> int:
    """Find the smallest count with at least `probability` up to it."""
    most = 1
    while poisson_up_to(most, mean) < probability:
        most *= 2
    least = 0
    while least < most:
        middle = (least + most) // 2
        if poisson_up_to(middle, mean) >= probability:
            most = middle
        else:
            least = middle + 1
    return least
