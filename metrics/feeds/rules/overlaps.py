"""Facts that hold over stretches of days: which of them would hold at once, and must not."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, order=True)
class Stretch:
    """The days from `start` until before `end` over which one fact holds, and what it is called."""

    start: date
    end: date
    name: str = ""

    def overlaps(self, other: Stretch) -> bool:
        return self.start < other.end and other.start < self.end

    def __str__(self) -> str:
        until = f"before {self.end}" if self.end != date.max else "further notice"
        return f"{self.name}, from {self.start} until {until}"


def find_overlaps(
    arrived: Iterable[tuple[Any, Stretch]], stored: Iterable[tuple[Any, Stretch]]
) -> dict[int, Stretch]:
    """Tell which of the arrived stretches, by position, overlap one of their group before them.

    Both come with their group; the stored ones, which do not overlap each other, come first, and
    a stretch that is refused is in nobody's way.
    """
    groups: dict[Any, list[Stretch]] = {}
    for group, stretch in stored:
        insort(groups.setdefault(group, []), stretch)
    found: dict[int, Stretch] = {}
    for position, (group, stretch) in enumerate(arrived):
        standing = groups.setdefault(group, [])
        if in_the_way := _find_overlap(standing, stretch):
            found[position] = in_the_way
        else:
            insort(standing, stretch)
    return found


def _find_overlap(standing: Sequence[Stretch], stretch: Stretch) -> Stretch | None:
    """Find what overlaps among stretches in order, none of which overlap each other."""
    place = bisect_right(standing, stretch.start, key=lambda other: other.start)
    near = standing[max(place - 1, 0) : place + 1]
    return next((other for other in near if other.overlaps(stretch)), None)
