"""What holds when: a timeline is a list of stretches in order that never overlap.

Days before its first and after its last stretch, and between two, hold nothing. Two stretches
that touch hold different values, so that every boundary is a change.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Generic, TypeVar

# Open sides. No one is assigned to a unit in the year 1, and no one plans for 9999.
BEGINNING = date.min
FOREVER = date.max

V = TypeVar("V")
W = TypeVar("W")


@dataclass(frozen=True, slots=True)
class Stretch(Generic[V]):
    """A value that holds from `start` until before `end`."""

    start: date
    end: date
    value: V

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end


Range = tuple[date, date]


def join_up(stretches: Iterable[Stretch[V]]) -> list[Stretch[V]]:
    """Put stretches in order, and make one of those that touch and hold the same."""
    joined: list[Stretch[V]] = []
    for stretch in sorted(stretches, key=lambda stretch: stretch.start):
        if joined and joined[-1].end == stretch.start and joined[-1].value == stretch.value:
            joined[-1] = replace(joined[-1], end=stretch.end)
        else:
            joined.append(stretch)
    return joined


def stretch_on(timeline: Sequence[Stretch[V]], day: date) -> Stretch[V] | None:
    return next((stretch for stretch in timeline if day in stretch), None)


def value_on(timeline: Sequence[Stretch[V]], day: date) -> V | None:
    stretch = stretch_on(timeline, day)
    return None if stretch is None else stretch.value


def next_change(timeline: Sequence[Stretch[V]], day: date) -> date:
    """Find the next day after this one on which something else holds than on the day before."""
    changes = (edge for s in timeline for edge in (s.start, s.end) if edge > day)
    return min(changes, default=FOREVER)


def cut(timeline: Sequence[Stretch[V]], start: date, end: date) -> list[Stretch[V]]:
    """Let nothing hold from `start` until before `end`."""
    kept: list[Stretch[V]] = []
    for stretch in timeline:
        if stretch.start < min(stretch.end, start):
            kept.append(replace(stretch, end=min(stretch.end, start)))
        if max(stretch.start, end) < stretch.end:
            kept.append(replace(stretch, start=max(stretch.start, end)))
    return kept


def put(
    timeline: Sequence[Stretch[V]], on: date, value: V | None, *, until: date | None = None
) -> list[Stretch[V]]:
    """Let a value, or nothing, hold from a day until the next later change already known.

    `until` ends it sooner, with nothing from then until that change. Where that change is an end
    after which nothing holds, `until` replaces it, so that an end can also be put off.
    """
    limit = next_change(timeline, on)
    if until is not None and stretch_on(timeline, limit) is None:
        limit = min((s.start for s in timeline if s.start > limit), default=FOREVER)
    end = limit if until is None else min(until, limit)
    kept = cut(timeline, on, limit)
    if value is not None and on < end:
        kept.append(Stretch(on, end, value))
    return join_up(kept)


def chain_end(timeline: Sequence[Stretch[V]], day: date) -> date:
    """Find the first day after this one on which nothing holds; the day itself when it is."""
    end = day
    while (stretch := stretch_on(timeline, end)) is not None:
        end = stretch.end
        if end == FOREVER:
            break
    return end


def differences(old: Sequence[Stretch[V]], new: Sequence[Stretch[V]]) -> list[Range]:
    """List the ranges of days on which another value holds in the one than in the other."""
    return join_ranges(days for days, was, is_ in _side_by_side(old, new) if was != is_)


class Entry(StrEnum):
    """How a day comes after the one before."""

    FIRST = "first"  # nothing ever held before
    RETURN = "return"  # nothing held the day before, something did earlier
    ON = "on"


def with_beginnings(
    timeline: Sequence[Stretch[V]], kept: Callable[[V], W]
) -> list[Stretch[tuple[V, date, Entry]]]:
    """Tell of each day since when what is `kept` of its value holds without a gap, and its entry.

    In what differs between two such timelines lie all the days whose figures look back: at how long
    somebody has held their level, and at where they were the day before.
    """
    runs = join_up([Stretch(one.start, one.end, kept(one.value)) for one in timeline])
    told: list[Stretch[tuple[V, date, Entry]]] = []
    end: date | None = None
    for start, until, value in ((one.start, one.end, one.value) for one in join_up(timeline)):
        since = next(run.start for run in runs if start in run)
        entry = Entry.FIRST if end is None else Entry.ON if end == start else Entry.RETURN
        second = start + timedelta(days=1)
        told.append(Stretch(start, second, (value, since, entry)))
        if second < until:
            told.append(Stretch(second, until, (value, since, Entry.ON)))
        end = until
    return told


def with_first_days(timeline: Sequence[Stretch[V]]) -> list[Stretch[tuple[V, bool]]]:
    """Tell the first day of each stretch apart: that on which its value is taken up."""
    told: list[Stretch[tuple[V, bool]]] = []
    for stretch in join_up(timeline):
        second = stretch.start + timedelta(days=1)
        told.append(Stretch(stretch.start, second, (stretch.value, True)))
        if second < stretch.end:
            told.append(Stretch(second, stretch.end, (stretch.value, False)))
    return told


def losses(old: Sequence[Stretch[V]], new: Sequence[Stretch[V]]) -> list[Range]:
    """List the ranges of days on which something held in the old timeline, nothing in the new."""
    return join_ranges(
        days for days, was, is_ in _side_by_side(old, new) if was is not None and is_ is None
    )


def _side_by_side(
    old: Sequence[Stretch[V]], new: Sequence[Stretch[V]]
) -> Iterator[tuple[Range, V | None, V | None]]:
    edges = sorted({edge for s in [*old, *new] for edge in (s.start, s.end)})
    for start, end in pairwise(edges):
        yield (start, end), value_on(old, start), value_on(new, start)


def stop_before(
    timeline: Sequence[Stretch[V]], ranges_of: Callable[[V], Sequence[Range]]
) -> list[Stretch[V]]:
    """End each stretch, for good, where it reaches into one of the ranges given for its value."""
    ends = [
        min((a for a, b in ranges_of(s.value) if s.start < b and a < s.end), default=s.end)
        for s in timeline
    ]
    return [replace(s, end=end) for s, end in zip(timeline, ends, strict=True) if s.start < end]


def join_ranges(ranges: Iterable[Range]) -> list[Range]:
    """Make one of ranges that touch or overlap."""
    joined: list[Range] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
