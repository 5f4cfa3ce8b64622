"""What is known of one person: where they belong, who leads them, what was and what is ahead."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from teams.access.selectors import visible_people
from teams.access.viewers import Viewer
from teams.directory.selectors.people import changeable_people
from teams.directory.selectors.units import ChangeableUnits
from teams.structure.models import Assignment, Leadership, Person, Unit
from teams.structure.rules import Node


class When(StrEnum):
    PAST = "past"
    NOW = "now"
    AHEAD = "ahead"


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Days that follow each other; `end` is the first day after them, an open side is None."""

    unit: Unit
    start: date | None
    end: date | None
    when: When

    @property
    def last_day(self) -> date | None:
        return None if self.end is None else self.end - timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Stay(Stretch):
    """A stretch of days in a unit."""

    level: str
    job_title: str


@dataclass(frozen=True, kw_only=True)
class Lead(Stretch):
    """A stretch of days at the head of a unit; `id` is that of its leadership."""

    id: int
    is_deputy: bool
    may_end: bool


@dataclass(frozen=True)
class PersonFile:
    """A person as one viewer may see them.

    `stays` are empty where the viewer sees names alone; `leads` are those of today then, and for
    who may change the person those ahead too. Both are newest first. `above` is the way from the
    root to the person's unit of today, and `leader` whom they answer to.
    """

    person: Person
    above: list[Node]
    leader: Person | None
    may_read: bool
    may_change: bool
    is_over: bool
    stays: list[Stay]
    leads: list[Lead]

    @property
    def unit(self) -> Node | None:
        return self.above[-1] if self.above else None

    @property
    def current(self) -> Stay | None:
        """The stay of today, where it may be read."""
        return next((stay for stay in self.stays if stay.when is When.NOW), None)


def get_file(viewer: Viewer, person: Person) -> PersonFile:
    """Read what the viewer may see of a person whose name they see."""
    today = viewer.today
    may_read = visible_people(viewer).filter(pk=person.pk).exists()
    may_change = changeable_people(viewer).filter(pk=person.pk).exists()
    stays = _list_stays(person, today)
    unit_id = next((stay.unit.pk for stay in stays if stay.when is When.NOW), None)
    above = [] if unit_id is None else viewer.tree.above(unit_id)
    kept = {When.NOW}
    if may_change:
        kept |= {When.AHEAD}
    if may_read:
        kept |= set(When)
    units = ChangeableUnits(viewer) if may_change else None
    return PersonFile(
        person=person,
        above=above,
        leader=find_leader(person, above, today),
        may_read=may_read,
        may_change=may_change,
        is_over=all(stay.when is When.PAST for stay in stays),
        stays=stays if may_read else [],
        leads=[lead for lead in _list_leads(person, today, units) if lead.when in kept],
    )


def _list_stays(person: Person, today: date) -> list[Stay]:
    rows = Assignment.objects.filter(person=person).select_related("unit").order_by("-valid")
    return [
        Stay(
            unit=row.unit,
            level=row.level,
            job_title=row.job_title,
            start=row.valid.lower,
            end=row.valid.upper,
            when=_place(row.valid.lower, row.valid.upper, today),
        )
        for row in rows
    ]


def _list_leads(person: Person, today: date, units: ChangeableUnits | None) -> list[Lead]:
    rows = Leadership.objects.filter(person=person).select_related("unit").order_by("-valid", "pk")
    leads: list[Lead] = []
    for row in rows:
        when = _place(row.valid.lower, row.valid.upper, today)
        may_end = when is not When.PAST and units is not None and row.unit_id in units
        leads.append(
            Lead(
                id=row.pk,
                unit=row.unit,
                is_deputy=row.is_deputy,
                start=row.valid.lower,
                end=row.valid.upper,
                when=when,
                may_end=may_end,
            )
        )
    return leads


def _place(start: date | None, end: date | None, today: date) -> When:
    if end is not None and end <= today:
        return When.PAST
    return When.AHEAD if start is not None and start > today else When.NOW


def find_leader(person: Person, above: list[Node], today: date) -> Person | None:
    """Find the nearest leader above, who is not the person themselves."""
    leaders = {
        row.unit_id: row.person
        for row in Leadership.objects.filter(
            unit_id__in=[node.id for node in above], valid__contains=today, is_deputy=False
        ).select_related("person")
    }
    nearest = (leaders.get(node.id) for node in reversed(above))
    return next((leader for leader in nearest if leader and leader.pk != person.pk), None)
