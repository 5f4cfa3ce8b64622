from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from metrics.dashboards.rules.questions import Span
from metrics.feeds.selectors import IncompleteDay, late_feeds
from metrics.kpis.extents import Extent
from teams.access.viewers import Viewer
from teams.structure.rules import Node

# Who leads some units, and how many belong to each of others: a whole organisation's, in a hash
# and not one by one.
_PEOPLE = """
    SELECT 'leads', leadership.unit_id, person.name, person.employee_id, leadership.is_deputy, 0
    FROM teams_leadership leadership JOIN teams_person person ON person.id = leadership.person_id
    WHERE leadership.unit_id = ANY(%(led)s) AND leadership.valid @> %(today)s::date
    UNION ALL
    SELECT 'sits', unit_id, '', '', false, count(*)
    FROM teams_assignment
    WHERE unit_id IN (SELECT unnest(%(counted)s::bigint[])) AND valid @> %(today)s::date
    GROUP BY unit_id
"""


@dataclass(frozen=True)
class Leader:
    """Who leads a unit, or deputises, today."""

    name: str
    employee_id: str
    is_deputy: bool


@dataclass(frozen=True)
class Header:
    """Whose dashboard it is: the way there, who leads, how many, how fresh its data are.

    `leaders` holds those of the unit and of the units directly below, by unit id; `late` the
    feeds that its figures wait for, each with its newest day. `people` counts, by unit id, who
    belongs to each unit itself, of all that stand below.
    """

    unit: Node
    above: list[Node]
    leaders: dict[int, list[Leader]]
    people: dict[int, int]
    below: list[Node]
    extent: Extent | None
    waiting_days: int
    late: list[IncompleteDay]

    @property
    def headcount(self) -> int:
        return sum(self.people.values())

    @property
    def span(self) -> Span:
        assert self.extent is not None, "asked of a unit that has data"
        return Span(self.extent.first, self.extent.last, self.extent.days)


def read_header(viewer: Viewer, unit: Node, extent: Extent | None, waiting_days: int) -> Header:
    """Read who leads, how many there are and what is late, in two queries."""
    below = viewer.tree.children(unit.id)
    leaders, people = _read_people(
        viewer,
        led=[unit.id, *(node.id for node in below), *_siblings(viewer, unit)],
        counted=viewer.tree.below(unit.id),
    )
    return Header(
        unit=unit,
        above=viewer.tree.above(unit.id)[:-1],
        leaders=leaders,
        people=people,
        below=below,
        extent=extent,
        waiting_days=waiting_days,
        late=late_feeds(viewer, unit.id),
    )


def _siblings(viewer: Viewer, unit: Node) -> list[int]:
    return [node.id for node in viewer.tree.siblings(unit.id) if unit.id in viewer.led_unit_ids]


def _read_people(
    viewer: Viewer, *, led: Collection[int], counted: Collection[int]
) -> tuple[dict[int, list[Leader]], dict[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"led": list(led), "counted": list(counted), "today": viewer.today})
        rows = cursor.fetchall()
    leaders: dict[int, list[Leader]] = {}
    people: dict[int, int] = {}
    for tie, unit_id, name, employee_id, is_deputy, heads in rows:
        if tie == "sits":
            people[unit_id] = heads
        else:
            leaders.setdefault(unit_id, []).append(Leader(name, employee_id, is_deputy))
    for found in leaders.values():
        found.sort(key=lambda leader: (leader.is_deputy, leader.name))
    return leaders, people
