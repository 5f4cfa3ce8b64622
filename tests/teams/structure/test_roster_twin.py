"""Random rosters and single changes against a calendar of who is where on which day."""

import tempfile
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teams.structure.models import Assignment, Person, RosterImport, Unit
from teams.structure.rules.timelines import BEGINNING, FOREVER
from teams.structure.services import join_person, leave_person, transfer_person
from teams.structure.services.rosters import undo_roster
from tests.teams.structure.rosters import apply, roster

FIRST = date(2026, 1, 1)
DAYS = 16
PEOPLE = ["E-0", "E-1", "E-2"]
UNITS = ["a", "b", "c"]


class Twin:
    """For each person the unit on each day; a change fills days until the next one known."""

    def __init__(self) -> None:
        self.days: dict[str, list[str | None]] = {person: [None] * DAYS for person in PEOPLE}

    def fill(self, person: str, on: int, unit: str | None) -> None:
        days, was = self.days[person], list(self.days[person])
        for day in range(on, DAYS):
            if day > on and was[day] != was[day - 1]:
                break
            days[day] = unit

    def leave(self, person: str, on: int) -> None:
        """Leaving ends the employment: every move until the next gap falls away."""
        days = self.days[person]
        for day in range(on, DAYS):
            if days[day] is None:
                break
            days[day] = None

    def apply_roster(self, on: int, file: dict[str, tuple[str, int | None]], partial: bool) -> None:
        for person in PEOPLE:
            if person in file:
                unit, start = file[person]
                self._employ(person, on, unit, start)
            elif not partial and self.days[person][on] is not None:
                self.fill(person, on, None)

    def _employ(self, person: str, on: int, unit: str, start: int | None) -> None:
        days, begin = self.days[person], on
        if days[on] is None and start is not None:
            if start > on:
                days[on:start] = [None] * (start - on)
                begin = start
            elif not any(days[start:on]):
                begin = start
        self.fill(person, begin, unit)


day_numbers = st.integers(0, DAYS - 2)
persons, units = st.sampled_from(PEOPLE), st.sampled_from(UNITS)
files = st.dictionaries(
    persons, st.tuples(units, st.one_of(st.none(), day_numbers)), min_size=1, max_size=3
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("roster"), day_numbers, files, st.booleans()),
        st.tuples(st.just("transfer"), day_numbers, persons, units),
        st.tuples(st.just("join"), day_numbers, persons, units),
        st.tuples(st.just("leave"), day_numbers, persons, st.none()),
        st.tuples(st.just("undo"), st.just(0), st.none(), st.none()),
    ),
    min_size=1,
    max_size=7,
)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def write(file: dict[str, tuple[str, int | None]]) -> str:
    return roster(
        *(
            f"{person},Person {person},{person.lower()}@example.org,{unit},"
            f"{'' if start is None else day(start)}"
            for person, (unit, start) in file.items()
        ),
        header="employee_id,name,email,unit,start",
    )


def read_calendar() -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = {person: [None] * DAYS for person in PEOPLE}
    for row in Assignment.objects.select_related("person", "unit"):
        start, end = row.valid.lower or BEGINNING, row.valid.upper or FOREVER
        for number in range(DAYS):
            if start <= day(number) < end:
                found[row.person.employee_id][number] = row.unit.slug
    return found


def do(folder: Path, twin: Twin, step: tuple[str, int, Any, Any]) -> None:
    """Do one step in the portal, and in the twin where the portal took it."""
    kind, on, what, how = step
    if kind == "roster":
        apply(folder, write(what), day(on), partial=how)
        twin.apply_roster(on, what, how)
        return
    person = Person.objects.filter(employee_id=what).first()
    if person is None:
        return
    unit = Unit.objects.filter(slug=how).first()
    held = twin.days[what][on]
    if kind == "transfer" and unit is not None and held not in {None, how}:
        transfer_person(person=person, unit=unit, on=day(on), by=None)
        twin.fill(what, on, how)
    elif kind == "join" and unit is not None and held is None:
        join_person(person=person, unit=unit, on=day(on), by=None)
        twin.fill(what, on, how)
    elif kind == "leave" and held is not None and (person.hired_on or FIRST) <= day(on):
        leave_person(person=person, on=day(on), by=None)
        twin.leave(what, on)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_everyone_is_where_the_twin_says(story: list[tuple[str, int, Any, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        twin = Twin()
        # The last change, if it was a roster, with what stood before it.
        undoable: tuple[RosterImport, dict[str, list[str | None]]] | None = None
        for step in story:
            before = deepcopy(twin.days)
            if step[0] != "undo":
                known = RosterImport.objects.count()
                do(Path(folder), twin, step)
                if RosterImport.objects.count() > known:
                    undoable = (RosterImport.objects.all()[0], before)
                elif twin.days != before:
                    undoable = None
            elif undoable is not None:
                undo_roster(roster=undoable[0], by=None)
                twin.days, undoable = undoable[1], None
            assert read_calendar() == twin.days, step
        transaction.set_rollback(True)
