"""Where people were when, and within which unit a viewer reads their figures."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from psycopg2.extras import DateRange

from metrics.kpis.measures import MEASURE_SETS, Of
from metrics.kpis.policies import is_oneself, may_read_people
from metrics.kpis.readings import list_people_below
from opsportal.lib.periods import Period
from teams.access.viewers import Viewer
from teams.structure.models import Assignment


@dataclass(frozen=True, slots=True)
class Stay:
    """Days [start, end) that a person belonged to a unit directly; None where a side is open."""

    unit_id: int
    level: str
    start: date | None
    end: date | None

    def within(self, period: Period) -> Period | None:
        """Find the days of a period that lie in it; None where none does."""
        start = period.start if self.start is None else max(self.start, period.start)
        end = period.end if self.end is None else min(self.end, period.end)
        return Period(start, end) if start < end else None


@dataclass(frozen=True)
class Reach:
    """How far a viewer reads a person: in `unit_id` and below, on the days of `stays`.

    `top_id` is the highest unit that the viewer's right leads to; `unit_id` the lowest that holds
    the same days, so that what is provisional elsewhere does not count. `stays` are the newest
    first, those in the reach alone; `is_whole` tells whether these are all there are. `sets` are
    the measure sets that may be read.
    """

    top_id: int
    unit_id: int
    stays: Sequence[Stay]
    is_whole: bool
    sets: frozenset[str]

    def covers(self, period: Period) -> bool:
        return any(stay.within(period) is not None for stay in self.stays)


def list_stays(person_ids: Collection[int]) -> dict[int, list[Stay]]:
    """List where people belonged, each person's newest stay first."""
    found: dict[int, list[Stay]] = {}
    rows = Assignment.objects.filter(person__in=person_ids).order_by("-valid")
    for person_id, unit_id, level, valid in rows.values_list(
        "person_id", "unit_id", "level", "valid"
    ):
        found.setdefault(person_id, []).append(Stay(unit_id, level, valid.lower, valid.upper))
    return found


def find_reach(viewer: Viewer, person_id: int) -> Reach | None:
    """Find how far a viewer reads a person's figures; None where not at all.

    Oneself is read everywhere. Others are read where they are today, or were: whoever leads a
    unit that somebody has left still reads the days in it.
    """
    stays = list_stays([person_id]).get(person_id, [])
    of_people = frozenset(slug for slug, one in MEASURE_SETS.items() if one.of is Of.PERSON)
    if is_oneself(viewer, person_id):
        return _narrow(viewer, person_id, viewer.tree.root.id, stays, of_people)
    for stay in sorted(stays, key=lambda stay: not _is_on(stay, viewer.today)):
        for node in viewer.tree.above(stay.unit_id):
            sets = frozenset(slug for slug in of_people if may_read_people(viewer, node.id, [slug]))
            if sets:
                return _narrow(viewer, person_id, node.id, stays, sets)
    return None


def _is_on(stay: Stay, day: date) -> bool:
    return (stay.start is None or stay.start <= day) and (stay.end is None or day < stay.end)


def _narrow(
    viewer: Viewer, person_id: int, top_id: int, stays: Sequence[Stay], sets: frozenset[str]
) -> Reach:
    """Keep the stays that lie below the top, and look for the lowest unit that holds them all."""
    held = _list_days(top_id, person_id)
    kept = [
        Stay(stay.unit_id, stay.level, start, end)
        for stay in stays
        for start, end in _cut(stay, held)
    ]
    unit_id = _find_lowest(viewer, [stay.unit_id for stay in kept], top_id)
    if unit_id != top_id and _list_days(unit_id, person_id) != held:
        # The tree was another one then: below this unit, some of the days are missing.
        unit_id = top_id
    return Reach(top_id, unit_id, kept, len(kept) == len(stays) and kept == list(stays), sets)


def _list_days(unit_id: int, person_id: int) -> list[tuple[date | None, date | None]]:
    """List the stretches of days on which a person was in a unit or below, in order."""
    members = list_people_below(unit_id, date.min, date.max, person_id)
    return sorted(
        (
            (_inner(member.valid.lower, date.min), _inner(member.valid.upper, date.max))
            for member in members
        ),
        key=lambda days: days[0] or date.min,
    )


def _inner(day: date | None, edge: date) -> date | None:
    return None if day == edge else day


def _cut(
    stay: Stay, held: Iterable[tuple[date | None, date | None]]
) -> list[tuple[date | None, date | None]]:
    """Cut from a stay the days that are held, the newest first."""
    found = []
    for first, end in held:
        starts = [day for day in (stay.start, first) if day is not None]
        ends = [day for day in (stay.end, end) if day is not None]
        start, stop = max(starts, default=None), min(ends, default=None)
        if start is None or stop is None or start < stop:
            found.append((start, stop))
    return _join(found)[::-1]


def _join(
    stretches: Iterable[tuple[date | None, date | None]],
) -> list[tuple[date | None, date | None]]:
    """Join stretches that touch: a unit that moved in the tree does not part a stay in it."""
    joined: list[tuple[date | None, date | None]] = []
    for start, end in stretches:
        if joined and joined[-1][1] == start and start is not None:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _find_lowest(viewer: Viewer, unit_ids: Iterable[int], top_id: int) -> int:
    """Find the lowest unit of today that stands above all of some, or is the only one."""
    ways = [[node.id for node in viewer.tree.above(unit_id)] for unit_id in set(unit_ids)]
    lowest = top_id
    for level in zip(*ways, strict=False):
        if len(set(level)) > 1:
            break
        lowest = level[0]
    # Above the top, nothing may be read.
    return lowest if lowest in viewer.tree.below(top_id) else top_id


# One's own days, each set by itself, found by the index on person and day.
_EXTENT = """
    SELECT '{slug}', min(day), max(day)
    FROM ({lines}) fact
    WHERE subject_id = %(person)s AND known <> 0 AND day <@ ANY(%(stays)s::daterange[])
"""


def find_person_extents(reach: Reach, person_id: int) -> dict[str, tuple[date, date]]:
    """Find the first and the last day of a person's facts, by measure set; only where any are."""
    if not reach.stays or not reach.sets:
        return {}
    query = " UNION ALL ".join(
        _EXTENT.format(slug=slug, lines=MEASURE_SETS[slug].lines) for slug in sorted(reach.sets)
    )
    stays = [DateRange(stay.start, stay.end) for stay in reach.stays]
    with connection.cursor() as cursor:
        cursor.execute(query, {"person": person_id, "stays": stays})
        return {slug: (first, last) for slug, first, last in cursor.fetchall() if first}
