from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Value

from metrics.dashboards.rules.questions import Span
from metrics.feeds.selectors import IncompleteDay, late_feeds
from metrics.kpis.extents import Extent
from opsportal.lib.ids import rows_of
from teams.access.viewers import Viewer
from teams.structure.models import Assignment, Leadership
from teams.structure.rules import Node


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
    leads = Leadership.objects.filter(unit_id__in=led, valid__contains=viewer.today)
    sits = Assignment.objects.filter(unit_id__in=rows_of(counted), valid__contains=viewer.today)
    rows = leads.values_list(
        Value("leads"), "unit_id", "person__name", "person__employee_id", "is_deputy", Value(0)
    ).union(
        sits.values("unit_id")
        .annotate(heads=Count("pk"))
        .values_list(Value("sits"), "unit_id", Value(""), Value(""), Value(False), "heads"),
        all=True,
    )
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
