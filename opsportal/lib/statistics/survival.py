"""Durations of which some have not ended: by when has a given share of them?

What is still open counts with the age it has reached, and is neither dropped nor taken for ended.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import groupby
from math import inf, log, sqrt
from typing import NamedTuple

from opsportal.lib.statistics.intervals import ranks_of_quantile
from opsportal.lib.statistics.quantiles import normal_quantile

# Products of shares meet a share that they equal only up to rounding.
ROUNDING = 1e-9


class DurationQuantile(NamedTuple):
    """By when a share has ended, and the interval around it, in the unit of the durations.

    `value` is None where the share is not reached; then `low` may still tell what it surely
    exceeds. `high` is None where no upper end can be told.
    """

    value: float | None
    low: float | None
    high: float | None


NOT_REACHED = DurationQuantile(None, None, None)


class _Step(NamedTuple):
    """The share that lasts beyond a time, and Greenwood's sum up to it."""

    time: float
    survival: float
    greenwood: float


def duration_quantile(
    ended: Sequence[float],
    unended: Sequence[float],
    share: float,
    confidence: float = 0.95,
) -> DurationQuantile:
    """Find the least time by which a share of durations has ended; `unended` hold ages so far.

    E. L. Kaplan and P. Meier 1958, JASA 53: the least t at which the estimated survival is at
    most 1 − share. The interval is that of R. Brookmeyer and J. Crowley 1982, Biometrics 38, on
    the log-log scale with Greenwood's variance; where all have ended, that of order statistics.
    What ends at an age at which another is still open comes first. Raises ValueError for a share
    outside 0 to 1 and for negative durations.
    """
    if not 0 < share < 1:
        raise ValueError(f"A quantile lies between 0 and 1, not at {share}.")
    if min(ended, default=0) < 0 or min(unended, default=0) < 0:
        raise ValueError("A duration is not negative.")
    left = 1 - share
    steps = list(_survival(ended, unended))
    value = next((s.time for s in steps if s.survival <= left * (1 + ROUNDING)), None)
    if not steps:
        return NOT_REACHED
    if unended:
        low, high = _brookmeyer_crowley(steps, left, confidence)
    else:
        low, high = _order_statistics(sorted(ended), share, confidence)
    if value is None:
        return DurationQuantile(None, low, None)
    # A test inverted on few may leave out the very value.
    return DurationQuantile(
        value,
        None if low is None else min(low, value),
        None if high is None else max(high, value),
    )


def _survival(ended: Sequence[float], unended: Sequence[float]) -> Iterator[_Step]:
    """Yield the estimate at each time at which something ended, in order."""
    ages = sorted(unended)
    survival, greenwood, done = 1.0, 0.0, 0
    for time, same in groupby(sorted(ended)):
        count = sum(1 for _ in same)
        at_risk = len(ended) - done + len(ages) - bisect_left(ages, time)
        lasting = at_risk - count
        survival *= lasting / at_risk
        greenwood += count / (at_risk * lasting) if lasting else inf
        done += count
        yield _Step(time, survival, greenwood)


def _brookmeyer_crowley(
    steps: Sequence[_Step], left: float, confidence: float
) -> tuple[float | None, float | None]:
    """Find the times whose survival cannot be told from `left`: the first, and what follows them.

    Where even the last time is surely too early, it is all that is known. Where the survival
    falls past `left` in one step, the interval is that step, unless it falls to nothing, which
    has no variance.
    """
    z = normal_quantile(confidence)
    distances = [_distance(step, left) for step in steps]
    inside = [index for index, distance in enumerate(distances) if abs(distance) <= z]
    if not inside:
        past = [step for step, distance in zip(steps, distances, strict=True) if distance > z]
        if not past:
            return steps[-1].time, None
        return (past[0].time, past[0].time) if past[0].survival else (None, None)
    after = inside[-1] + 1
    return steps[inside[0]].time, steps[after].time if after < len(steps) else None


def _distance(step: _Step, left: float) -> float:
    """Count the standard errors by which survival has fallen below `left`, on the log-log scale."""
    if step.survival <= 0:
        return inf
    # The standard error of log(−log S) is sqrt(greenwood) ÷ |log S|.
    fallen = log(-log(step.survival)) - log(-log(left))
    return fallen * -log(step.survival) / sqrt(step.greenwood)


def _order_statistics(
    ordered: Sequence[float], share: float, confidence: float
) -> tuple[float, float] | tuple[None, None]:
    ranks = ranks_of_quantile(len(ordered), share, confidence)
    return (None, None) if ranks is None else (ordered[ranks.low - 1], ordered[ranks.high - 1])
