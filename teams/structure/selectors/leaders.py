"""Whom people answer to: the nearest leader above who is not themselves, on any day."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from django.db import connection

# From each person's units upward, as the tree stood on each day, to whoever led there. Deputies
# have a leader's rights and do not answer for anybody.
_ABOVE = """
    WITH RECURSIVE above(person_id, unit_id, steps, valid) AS (
        SELECT person_id, unit_id, 0, valid * daterange(%(start)s, %(end)s)
        FROM teams_assignment
        WHERE person_id = ANY(%(people)s) AND valid && daterange(%(start)s, %(end)s)
        UNION ALL
        SELECT above.person_id, placement.parent_id, above.steps + 1,
            placement.valid * above.valid
        FROM above JOIN teams_unitplacement placement
            ON placement.unit_id = above.unit_id AND placement.valid && above.valid
    )
    SELECT above.person_id, above.steps, leadership.person_id, above.unit_id,
        lower(above.valid * leadership.valid), upper(above.valid * leadership.valid)
    FROM above JOIN teams_leadership leadership
        ON leadership.unit_id = above.unit_id AND leadership.valid && above.valid
    WHERE NOT leadership.is_deputy AND leadership.person_id <> above.person_id
    ORDER BY above.steps
"""

# Who sits below the units that somebody leads, down to the next leader, and every leader below:
# of whoever leads the unit that they sit in, the way up decides.
_MAY_BE_LED = """
    WITH RECURSIVE below(unit_id, is_led_by_another) AS (
        SELECT unit_id, false FROM teams_leadership
        WHERE person_id = %(leader)s AND valid @> %(on)s::date AND NOT is_deputy
        UNION
        SELECT placement.unit_id, below.is_led_by_another OR EXISTS (
            SELECT FROM teams_leadership leadership
            WHERE leadership.unit_id = placement.unit_id AND leadership.valid @> %(on)s::date
                AND NOT leadership.is_deputy
        )
        FROM below JOIN teams_unitplacement placement
            ON placement.parent_id = below.unit_id AND placement.valid @> %(on)s::date
    )
    SELECT DISTINCT assignment.person_id
    FROM below JOIN teams_assignment assignment
        ON assignment.unit_id = below.unit_id AND assignment.valid @> %(on)s::date
    WHERE assignment.person_id <> %(leader)s AND (NOT below.is_led_by_another OR EXISTS (
        SELECT FROM teams_leadership leadership
        WHERE leadership.person_id = assignment.person_id AND leadership.valid @> %(on)s::date
            AND NOT leadership.is_deputy
    ))
    ORDER BY 1
"""


class Answering(NamedTuple):
    """Days [start, end) on which a person answers to whoever leads a unit."""

    leader_id: int
    unit_id: int
    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days


def list_leaders(person_ids: Collection[int], start: date, end: date) -> dict[int, list[Answering]]:
    """List whom people answered to in [start, end), in order of days, in one query.

    Days on which nobody led above, or on which somebody belonged to no unit, are missing.
    """
    found: dict[int, list[tuple[int, Answering]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, {"people": list(person_ids), "start": start, "end": end})
        for person_id, steps, *held in cursor:
            found.setdefault(person_id, []).append((steps, Answering(*held)))
    return {person_id: _keep_nearest(rows) for person_id, rows in found.items()}


def find_leaders(person_ids: Collection[int], on: date) -> dict[int, Answering]:
    """Find whom people answer to on a day; who answers to nobody is not in the answer."""
    found = list_leaders(person_ids, on, on + timedelta(days=1))
    return {person_id: stretches[0] for person_id, stretches in found.items()}


def list_people_led(leader_id: int, on: date) -> list[int]:
    """List the people who answer to somebody on a day, in two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_MAY_BE_LED, {"leader": leader_id, "on": on})
        candidates = [person_id for (person_id,) in cursor]
    if not candidates:
        return []
    leaders = find_leaders(candidates, on)
    return [
        person_id
        for person_id in candidates
        if person_id in leaders and leaders[person_id].leader_id == leader_id
    ]


def _keep_nearest(rows: Iterable[tuple[int, Answering]]) -> list[Answering]:
    """Keep, of leaders who stand above each other on the same days, the nearest of each day."""
    rows = list(rows)
    edges = sorted({day for _, row in rows for day in (row.start, row.end)})
    kept: list[Answering] = []
    for start, end in pairwise(edges):
        over = [(steps, row) for steps, row in rows if row.start <= start and row.end >= end]
        if not over:
            continue
        row = min(over, key=lambda one: one[0])[1]
        last = kept[-1] if kept else None
        if last and last[:2] == row[:2] and last.end == start:
            kept[-1] = last._replace(end=end)
        else:
            kept.append(Answering(row.leader_id, row.unit_id, start, end))
    return kept
