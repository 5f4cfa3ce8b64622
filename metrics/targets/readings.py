"""The SQL that finds, for many values at once, which targets and ramps they are held to.

The way upward is walked once for each unit and person over the whole stretch of days that is
asked for, as ranges, and not once for each day: a year of days costs what one day costs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeVar

from django.db import connection

# Where a value's own target would stand: with the team that the person was in, or with the unit
# on days on which they were in none; then upward, as the tree stood on each day.
_FIND = """
    WITH RECURSIVE asked AS (
        SELECT unit_id, person_id, daterange(first_day, last_day, '[]') AS valid
        FROM unnest(%(units)s::bigint[], %(people)s::bigint[], %(firsts)s::date[],
            %(lasts)s::date[]) AS asked(unit_id, person_id, first_day, last_day)
    ),
    place AS (
        SELECT asked.unit_id, asked.person_id, assignment.unit_id AS place_id,
            assignment.valid * asked.valid AS valid
        FROM asked JOIN teams_assignment assignment
            ON assignment.person_id = asked.person_id AND assignment.valid && asked.valid
    ),
    above(unit_id, person_id, above_id, steps, valid) AS (
        SELECT unit_id, person_id, place_id, 0, valid FROM place
        UNION ALL
        SELECT asked.unit_id, asked.person_id, asked.unit_id, 0, unnest(
            datemultirange(asked.valid) - coalesce(
                (SELECT range_agg(place.valid) FROM place
                 WHERE place.unit_id = asked.unit_id AND place.person_id = asked.person_id),
                '{}'::datemultirange
            )
        )
        FROM asked
        UNION ALL
        SELECT above.unit_id, above.person_id, placement.parent_id, above.steps + 1,
            placement.valid * above.valid
        FROM above JOIN teams_unitplacement placement
            ON placement.unit_id = above.above_id AND placement.valid && above.valid
    )
    SELECT 'target', above.unit_id, above.person_id, target.kpi_id, above.above_id, above.steps,
        lower(above.valid * target.valid), upper(above.valid * target.valid) - 1,
        target.low, target.high, NULL::numeric[], NULL::date
    FROM above JOIN metrics_target target
        ON target.unit_id = above.above_id AND target.valid && above.valid
    WHERE target.kpi_id = ANY(%(kpis)s)
    UNION ALL
    SELECT 'ramp', above.unit_id, above.person_id, ramp.kpi_id, above.above_id, above.steps,
        lower(above.valid * ramp.valid), upper(above.valid * ramp.valid) - 1,
        NULL, NULL, ramp.shares, coalesce(person.hired_on, (
            SELECT min(lower(valid)) FROM teams_assignment WHERE person_id = person.id
        ))
    FROM above JOIN metrics_ramp ramp
        ON ramp.unit_id = above.above_id AND ramp.valid && above.valid
    LEFT JOIN teams_person person ON person.id = above.person_id
    WHERE ramp.kpi_id = ANY(%(kpis)s) AND (%(of_units)s OR above.person_id IS NOT NULL)
    ORDER BY 6
"""


class Aim(NamedTuple):
    """What a target asks for: at least `low`, at most `high`, in the KPI's own unit."""

    low: Decimal | None
    high: Decimal | None


class Asked(NamedTuple):
    """Whose target is asked for, and on which day."""

    kpi_id: int
    unit_id: int
    person_id: int | None
    day: date


class NearestTarget(NamedTuple):
    """A target that holds on some days, and the unit that it was set on."""

    aim: Aim
    unit_id: int


class NearestRamp(NamedTuple):
    """The shares that newcomers are held to by week; of a person, their first day too."""

    shares: list[Decimal]
    unit_id: int
    first_day: date | None


_Key = tuple[int, int, int | None]
# The first and the last day.
_Holds = tuple[date, date]


@dataclass
class Expectations:
    """The targets and ramps on the way up from what was asked for, the nearest first."""

    targets: dict[_Key, list[tuple[_Holds, NearestTarget]]] = field(default_factory=dict)
    ramps: dict[_Key, list[tuple[_Holds, NearestRamp]]] = field(default_factory=dict)

    def target_on(self, asked: Asked) -> NearestTarget | None:
        """Find the target in force on the day, the nearest upward."""
        return _find_on(self.targets.get(asked[:3], []), asked.day)

    def ramp_on(self, asked: Asked) -> NearestRamp | None:
        """Find the ramp in force on the day, the nearest upward."""
        return _find_on(self.ramps.get(asked[:3], []), asked.day)


def find_expectations(asked: Iterable[Asked], *, of_units: bool = False) -> Expectations:
    """Read all that holds for what is asked, in one query; nothing asked, nothing read.

    Ramps are those of people; with `of_units`, those that hold in units too.
    """
    kpis: set[int] = set()
    spans: dict[tuple[int, int | None], tuple[date, date]] = {}
    for one in asked:
        kpis.add(one.kpi_id)
        key = one.unit_id, one.person_id
        first, last = spans.get(key, (one.day, one.day))
        spans[key] = min(first, one.day), max(last, one.day)
    found = Expectations()
    if not spans:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            _FIND,
            {
                "kpis": sorted(kpis),
                "of_units": of_units,
                "units": [unit_id for unit_id, _ in spans],
                "people": [person_id for _, person_id in spans],
                "firsts": [first for first, _ in spans.values()],
                # An inclusive end: the day after the calendar's last one is no date.
                "lasts": [last for _, last in spans.values()],
            },
        )
        for kind, unit, person, kpi, above, _, *days, low, high, shares, first_day in cursor:
            holds = (days[0], days[1])
            if kind == "target":
                nearest = NearestTarget(Aim(low, high), above)
                found.targets.setdefault((kpi, unit, person), []).append((holds, nearest))
            else:
                ramp = NearestRamp(shares, above, first_day)
                found.ramps.setdefault((kpi, unit, person), []).append((holds, ramp))
    return found


_Found = TypeVar("_Found")


def _find_on(nearest_first: Sequence[tuple[_Holds, _Found]], day: date) -> _Found | None:
    return next((found for (first, last), found in nearest_first if first <= day <= last), None)
