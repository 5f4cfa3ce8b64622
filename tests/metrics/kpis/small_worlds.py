"""Small organisations that change from day to day, drawn at random and written to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.db import transaction
from hypothesis import strategies as st

from metrics.kpis.models import TOTALS
from metrics.kpis.totals import rewrite_totals
from teams.structure.models import Assignment, Leadership, Person, Unit, UnitPlacement

ROOT = "root"
FIRST = date(2026, 1, 30)  # the window reaches into the next month
DAYS = [FIRST + timedelta(days=number) for number in range(4)]
AROUND = [FIRST - timedelta(days=2), FIRST - timedelta(days=1), *DAYS]
DAY = timedelta(days=1)

Stretch = tuple[date | None, date | None, Any]


@dataclass
class World:
    """What holds when, under names: half-open stretches of days, None being an open side."""

    placements: dict[str, list[Stretch]]
    assignments: dict[str, list[Stretch]]
    leaders: dict[str, list[Stretch]]
    hired_on: dict[str, date | None]
    left_on: dict[str, date | None]
    units: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)

    def standing(self, day: date) -> dict[str, str | None]:
        """Give the parent of each unit that stands on a day."""
        found = {unit: on(stretches, day) for unit, stretches in self.placements.items()}
        return {ROOT: None} | {unit: parent for unit, parent in found.items() if parent}

    def above(self, unit: str, day: date) -> list[str]:
        """List a unit and all above it on a day, the nearest first."""
        parents, chain = self.standing(day), [unit]
        while parent := parents.get(chain[-1]):
            chain.append(parent)
        return chain

    def place(self, person: str | None, day: date) -> tuple[str, str] | None:
        """Find the unit and the level of a person on a day; a machine's place is the root."""
        if person is None:
            return ROOT, ""
        return on(self.assignments[person], day)

    def sitting_in(self, unit: str, day: date) -> set[str]:
        return {p for p in self.people if (self.place(p, day) or ("", ""))[0] == unit}


def on(stretches: list[Stretch], day: date) -> Any:
    for start, end, value in stretches:
        if (start is None or start <= day) and (end is None or day < end):
            return value
    return None


@st.composite
def timelines(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> list[Stretch]:
    """Draw up to three stretches that fill the days around the window, some with nothing."""
    cuts = sorted(draw(st.sets(st.sampled_from(AROUND), max_size=2)))
    begin = draw(st.none() | st.just(AROUND[0] - DAY))
    edges = [begin, *cuts, draw(st.none() | st.just(DAYS[-1] + DAY))]
    drawn = [(start, end, draw(values)) for start, end in pairwise(edges)]
    return [stretch for stretch in drawn if stretch[2] is not None]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw a world; a unit stands below the root or a unit before it, so that no ring arises."""
    units = [f"u{number}" for number in range(draw(st.integers(1, 5)))]
    people = [f"p{number}" for number in range(draw(st.integers(1, 5)))]
    places = st.tuples(st.sampled_from([ROOT, *units]), st.sampled_from(["", "L1", "L2"]))
    days = st.none() | st.sampled_from(DAYS)
    hired_on = {person: draw(days) for person in people}
    left_on = {person: draw(days) for person in people}
    for person, hired in hired_on.items():
        left = left_on[person]
        if hired and left and left < hired:
            hired_on[person], left_on[person] = left, hired
    return World(
        placements={
            unit: draw(timelines(st.none() | st.sampled_from([ROOT, *units[:index]])))
            for index, unit in enumerate(units)
        },
        assignments={person: draw(timelines(st.none() | places)) for person in people},
        leaders={
            unit: draw(timelines(st.none() | st.sampled_from(people))) for unit in [ROOT, *units]
        },
        hired_on=hired_on,
        left_on=left_on,
    )


def write_world(world: World) -> None:
    """Write a world's structure to the database, and remember its ids."""
    world.units = {ROOT: Unit.objects.get(is_root=True).pk}
    for unit, stretches in world.placements.items():
        world.units[unit] = Unit.objects.create(slug=unit, name=unit).pk
        for start, end, parent in stretches:
            UnitPlacement.objects.create(
                unit_id=world.units[unit], parent_id=world.units[parent], valid=(start, end)
            )
    for person, stretches in world.assignments.items():
        world.people[person] = Person.objects.create(
            employee_id=person,
            name=person,
            hired_on=world.hired_on[person],
            left_on=world.left_on[person],
        ).pk
        for start, end, (unit, level) in stretches:
            Assignment.objects.create(
                person_id=world.people[person],
                unit_id=world.units[unit],
                level=level,
                valid=(start, end),
            )
    for unit, stretches in world.leaders.items():
        for start, end, person in stretches:
            Leadership.objects.create(
                unit_id=world.units[unit], person_id=world.people[person], valid=(start, end)
            )


Line = tuple[date, str, dict[str, int | None]]
Totals = dict[tuple[date, str, int], tuple[int | None, ...]]


def roll_up(world: World, lines: list[Line]) -> Totals:
    """Add lines up to their unit and all above it, apart by which measures they know."""
    totals: Totals = {}
    for day, unit, measures in lines:
        values = list(measures.values())
        known = sum(1 << bit for bit, value in enumerate(values) if value is not None)
        for above in world.above(unit, day):
            before = totals.get((day, above, known), (0,) * len(values))
            totals[day, above, known] = tuple(
                None if value is None else value + (earlier or 0)
                for value, earlier in zip(values, before, strict=True)
            )
    return totals


def read_totals(world: World, slug: str, measures: list[str], days: list[date]) -> Totals:
    """Rewrite the totals of some days, all at once, and read those of a set."""
    rewrite_totals(days)
    names = {id_: name for name, id_ in world.units.items()}
    return {
        (day, names[unit_id], known): tuple(values)
        for day, unit_id, known, *values in TOTALS[slug].objects.values_list(
            "day", "unit_id", "known", *measures
        )
    }


@contextmanager
def undone() -> Iterator[None]:
    """Undo in the database what one example did."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)
