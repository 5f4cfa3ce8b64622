"""Control charts: is this value outside what the process does anyway?

The chart of individual values and moving ranges (XmR), the four rules of every chart, and a new
start wherever a definition version or a declared change breaks the series. None is a period
without data: it is passed over and breaks neither a moving range nor a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import pairwise
from statistics import mean
from typing import NamedTuple

# Moving ranges of two: their mean is 1.128 sigma (d2), their own upper limit 3.267 means (D4).
SIGMA_PER_MEAN_RANGE = 1 / 1.128
RANGE_LIMIT = 3.267

RUN_ON_ONE_SIDE = 8
RUN_IN_A_ROW = 6


class Limits(NamedTuple):
    """What the process does anyway: mean ± 3 sigma."""

    mean: float
    lower: float
    upper: float


class Rule(StrEnum):
    """Why a point is a signal."""

    BEYOND_LIMITS = "beyond_limits"
    EIGHT_ON_ONE_SIDE = "eight_on_one_side"
    SIX_IN_A_ROW = "six_in_a_row"
    TWO_OF_THREE = "two_of_three"


class Chunk(NamedTuple):
    """A stretch [start, end) of a series with limits of its own, if it is long enough."""

    start: int
    end: int
    limits: Limits | None


class Point(NamedTuple):
    """A value with the limits that hold for it."""

    value: float
    limits: Limits


# The rules that fired at a point; None where there is no data.
Signal = frozenset[Rule] | None


def xmr(values: Sequence[float | None], *, screen: bool = True) -> Limits | None:
    """Calculate the limits of a series, sigma from the mean moving range; None below two values.

    D. J. Wheeler 1993, Understanding Variation; NIST e-Handbook 6.3.2.2 for the constants.
    """
    mean_range = mean_moving_range(values, screen=screen)
    if mean_range is None:
        return None
    # `statistics.mean` is exact, so that a constant series lies on its mean to the last bit.
    middle = mean(value for value in values if value is not None)
    reach = 3 * SIGMA_PER_MEAN_RANGE * mean_range
    return Limits(middle, middle - reach, middle + reach)


def mean_moving_range(values: Sequence[float | None], *, screen: bool = True) -> float | None:
    """Calculate the mean step from one value to the next, up or down; None below two values.

    `screen` leaves out, once, moving ranges beyond 3.267 times their mean, which are themselves
    signals and would widen the limits.
    """
    present = [value for value in values if value is not None]
    ranges = [abs(after - before) for before, after in pairwise(present)]
    if not ranges:
        return None
    mean_range = mean(ranges)
    if not screen:
        return mean_range
    return mean(size for size in ranges if size <= RANGE_LIMIT * mean_range)


def cut_at(length: int, breaks: Iterable[int]) -> list[tuple[int, int]]:
    """Cut a series at each index in `breaks` into [start, end); indexes outside it are void."""
    starts = sorted({0, *(index for index in breaks if 0 < index < length)})
    return [(a, b) for a, b in pairwise([*starts, length]) if a < b]


def xmr_by_chunk(
    values: Sequence[float | None], breaks: Iterable[int], *, screen: bool = True
) -> list[Chunk]:
    """Calculate limits anew from each index in `breaks` on."""
    return [Chunk(a, b, xmr(values[a:b], screen=screen)) for a, b in cut_at(len(values), breaks)]


def find_signals(values: Sequence[float | None], limits: Limits | None) -> list[Signal]:
    """Find for each point the rules that fired, where all points have the same limits."""
    return find_signals_within(values, [limits] * len(values))


def find_signals_within(
    values: Sequence[float | None], limits: Sequence[Limits | None]
) -> list[Signal]:
    """Find for each point the rules that fired; every point of a run carries its rule.

    Beyond the point's own limits; 8 or more on one side of the mean; 6 or more in a row rising
    or falling; 2 of 3 beyond two thirds of the way to the same limit. Points without data are
    None; one without limits fires nothing and is passed over.
    """
    signals: list[Signal] = [None if value is None else frozenset() for value in values]
    judged = [
        (index, Point(value, within))
        for index, (value, within) in enumerate(zip(values, limits, strict=True))
        if value is not None and within is not None
    ]
    points = [point for _, point in judged]
    for rule, find in _RULES.items():
        for place in find(points):
            index, _ = judged[place]
            signals[index] = (signals[index] or frozenset()) | {rule}
    return signals


def find_signals_by_chunk(values: Sequence[float | None], chunks: Iterable[Chunk]) -> list[Signal]:
    """Find the signals of each chunk by its own limits; no run reaches across a break."""
    return [
        signal
        for chunk in chunks
        for signal in find_signals(values[chunk.start : chunk.end], chunk.limits)
    ]


def outside_since(signals: Sequence[Signal]) -> int | None:
    """Find the index where the unbroken run of signals that still lasts began; None if none does.

    Points without data neither break the run nor begin it.
    """
    since = None
    for index in reversed(range(len(signals))):
        rules = signals[index]
        if rules is None:
            continue
        if not rules:
            break
        since = index
    return since


def _beyond_limits(points: Sequence[Point]) -> Iterator[int]:
    for place, (value, limits) in enumerate(points):
        if not limits.lower <= value <= limits.upper:
            yield place


def _on_one_side(points: Sequence[Point]) -> Iterator[int]:
    """A point on the mean is on no side and ends a run."""
    sides = [_sign(value - limits.mean) for value, limits in points]
    for start, end, side in _runs(sides):
        if side and end - start >= RUN_ON_ONE_SIDE:
            yield from range(start, end)


def _in_a_row(points: Sequence[Point]) -> Iterator[int]:
    """Six points are five steps the same way; a step of nothing ends a run."""
    steps = [_sign(after.value - before.value) for before, after in pairwise(points)]
    for start, end, direction in _runs(steps):
        if direction and end - start >= RUN_IN_A_ROW - 1:
            yield from range(start, end + 1)


def _two_of_three(points: Sequence[Point]) -> Iterator[int]:
    """The two carry the rule, the third does not."""
    sides = [_outer_third(point) for point in points]
    for place, side in enumerate(sides):
        if side and side in (*sides[max(0, place - 2) : place], *sides[place + 1 : place + 3]):
            yield place


def _outer_third(point: Point) -> int:
    """Tell the side on which a point lies in the outer third or beyond; 0 where it does not."""
    off = point.value - point.limits.mean
    return _sign(off) * (abs(off) > (point.limits.upper - point.limits.mean) * 2 / 3)


_RULES: dict[Rule, Callable[[Sequence[Point]], Iterator[int]]] = {
    Rule.BEYOND_LIMITS: _beyond_limits,
    Rule.EIGHT_ON_ONE_SIDE: _on_one_side,
    Rule.SIX_IN_A_ROW: _in_a_row,
    Rule.TWO_OF_THREE: _two_of_three,
}


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _runs(items: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Cut a sequence into its longest runs of equal items: start, end, item."""
    start = 0
    for end in range(1, len(items) + 1):
        if end == len(items) or items[end] != items[start]:
            yield start, end, items[start]
            start = end
