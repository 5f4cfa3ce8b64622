"""People as their leaders see them: since when at their level, how ready, what is overdue."""

from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from teams.access.roles import Permission
from teams.access.selectors import is_not_above
from teams.access.viewers import Viewer
from teams.directory.selectors import with_place
from teams.growth.models import DevelopmentAction
from teams.growth.rules import STALE_AFTER, Judgement, Stay, find_level_start
from teams.structure.models import Assignment, Person
from teams.structure.rules.timelines import BEGINNING, FOREVER

# The newest judgement of each, and whether it still speaks of a level above the one that is held:
# whoever was promoted since has what it was about.
_NEWEST = """
    WITH stay AS (
        SELECT person_id, level FROM teams_assignment
        WHERE valid @> %(on)s::date AND {whose}
    ),
    newest AS (
        SELECT DISTINCT ON (readiness.person_id) readiness.person_id, stay.level AS held_code,
            readiness.level_id, readiness.judgement, readiness.on AS judged_on
        FROM teams_readiness readiness JOIN stay USING (person_id)
        ORDER BY readiness.person_id, readiness.on DESC, readiness.id DESC
    )
    SELECT newest.person_id, wanted.code, newest.judgement, newest.judged_on
    FROM newest
    JOIN teams_level wanted ON wanted.id = newest.level_id
    LEFT JOIN teams_level held ON held.code = newest.held_code
    WHERE (held.id IS NULL OR wanted.position > held.position) {which}
    ORDER BY newest.judged_on, newest.person_id
"""
_OF_UNITS, _OF_PEOPLE = "unit_id = ANY(%(whose)s)", "person_id = ANY(%(whose)s)"
# A stay begins a stretch at its level where none at the same level ends that day; the last such
# beginning up to a day is that of the stretch that holds the day.
_LEVEL_TIMES = """
    SELECT level, count(*),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY days), max(days)
    FROM (
        SELECT stay.level, %(on)s::date - (
            SELECT max(lower(first.valid)) FROM teams_assignment first
            WHERE first.person_id = stay.person_id AND lower(first.valid) <= %(on)s::date
                AND NOT EXISTS (
                    SELECT FROM teams_assignment before
                    WHERE before.person_id = first.person_id
                        AND upper(before.valid) = lower(first.valid)
                        AND before.level = first.level
                )
        ) AS days
        FROM teams_assignment stay
        WHERE stay.unit_id = ANY(%(units)s) AND stay.valid @> %(on)s::date AND stay.level <> ''
    ) held
    WHERE days IS NOT NULL
    GROUP BY level
"""


class Show(StrEnum):
    """Which people of the list are wanted."""

    OVERDUE = "overdue"
    READY = "ready"
    STALE = "stale"


class Judged(NamedTuple):
    """The newest judgement of somebody, of a level above the one that they hold."""

    person_id: int
    level: str
    judgement: Judgement
    on: date


class LevelTime(NamedTuple):
    """How long those at a level have held it: how many they are, the median and the longest."""

    level: str
    people: int
    median_days: float
    longest_days: int


def list_newest_readiness(
    on: date, *, person_ids: Collection[int] | None = None, unit_ids: Collection[int] | None = None
) -> list[Judged]:
    """List the newest judgement of people, or of those in units, the oldest first; one query."""
    whose = _OF_PEOPLE if unit_ids is None else _OF_UNITS
    ids = (person_ids or ()) if unit_ids is None else unit_ids
    return _read_newest(whose, ids, on, "")


def list_ready(unit_ids: Collection[int], on: date) -> list[Judged]:
    """List who in some units is judged ready now for a level above their own; one query."""
    return _read_newest(_OF_UNITS, unit_ids, on, f"AND judgement = '{Judgement.READY_NOW}'")


def list_stale(
    on: date, *, person_ids: Collection[int] | None = None, unit_ids: Collection[int] | None = None
) -> list[Judged]:
    """List whose newest judgement is to be made again, the oldest first; one query."""
    whose = _OF_PEOPLE if unit_ids is None else _OF_UNITS
    ids = (person_ids or ()) if unit_ids is None else unit_ids
    return _read_newest(whose, ids, on, "AND judged_on < %(stale)s")


def _read_newest(whose: str, ids: Iterable[int], on: date, which: str) -> list[Judged]:
    with connection.cursor() as cursor:
        cursor.execute(
            _NEWEST.format(whose=whose, which=which),
            {"whose": list(ids), "on": on, "stale": on - STALE_AFTER},
        )
        return [
            Judged(person_id, level, Judgement(judgement), judged_on)
            for person_id, level, judgement, judged_on in cursor
        ]


def overdue_actions(on: date) -> QuerySet[DevelopmentAction]:
    """Scope actions to those that were due before a day and are neither done nor dropped."""
    return DevelopmentAction.objects.filter(
        done_on__isnull=True, dropped_on__isnull=True, due_on__lt=on
    )


def list_people(
    viewer: Viewer, unit_ids: Collection[int], show: Show | None = None
) -> QuerySet[Person]:
    """List people of today in units whose growth one reads, the oldest overdue action first.

    Without oneself. Annotated with `unit_id`, `unit`, `level`, and of what is overdue `overdue`
    (how many) and `overdue_since`.
    """
    today = viewer.today
    reach = viewer.unit_ids(Permission.READ_GROWTH).intersection(unit_ids)
    here = Assignment.objects.filter(unit_id__in=reach, valid__contains=today)
    people = Person.objects.filter(
        is_not_above(viewer, Permission.READ_GROWTH), pk__in=here.values("person_id")
    )
    if viewer.person is not None:
        people = people.exclude(pk=viewer.person.pk)
    if show is Show.READY:
        people = people.filter(pk__in=[one.person_id for one in list_ready(reach, today)])
    elif show is Show.STALE:
        stale = list_stale(today, unit_ids=reach)
        people = people.filter(pk__in=[one.person_id for one in stale])
    late = overdue_actions(today).filter(person=OuterRef("pk")).order_by().values("person")
    people = people.annotate(
        overdue=Coalesce(Subquery(late.annotate(n=Count("pk")).values("n")), 0),
        overdue_since=Subquery(late.annotate(first=Min("due_on")).values("first")),
    )
    if show is Show.OVERDUE:
        people = people.filter(Q(overdue__gt=0))
    ordered = people.order_by("overdue_since", "name", "pk")
    return with_place(ordered, on=today)


def find_stays(person_ids: Collection[int]) -> dict[int, list[Stay]]:
    """Find all stays of people, in one query."""
    found: dict[int, list[Stay]] = {}
    rows = Assignment.objects.filter(person__in=person_ids).order_by("valid")
    for person_id, valid, unit_id, level in rows.values_list(
        "person_id", "valid", "unit_id", "level"
    ):
        stay = Stay(valid.lower or BEGINNING, valid.upper or FOREVER, unit_id, level)
        found.setdefault(person_id, []).append(stay)
    return found


def find_level_starts(person_ids: Collection[int], on: date) -> dict[int, date | None]:
    """Find since when people hold their level of a day, in one query."""
    stays = find_stays(person_ids)
    return {id_: find_level_start(stays.get(id_, []), on) for id_ in person_ids}


def list_level_times(viewer: Viewer, unit_ids: Collection[int]) -> list[LevelTime]:
    """List how long those at each level have held it, in one query."""
    reach = viewer.unit_ids(Permission.READ_GROWTH).intersection(unit_ids)
    with connection.cursor() as cursor:
        cursor.execute(_LEVEL_TIMES, {"units": list(reach), "on": viewer.today})
        return [LevelTime(*row) for row in cursor]
