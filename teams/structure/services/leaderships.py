from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction
from django.db.models import Q

from teams.accounts.models import User
from teams.audit.services import record_event
from teams.structure.errors import StructureError
from teams.structure.models import Leadership, Person, Unit
from teams.structure.rules.timelines import (
    FOREVER,
    Range,
    cut,
    next_change,
    put,
    stop_before,
    stretch_on,
    value_on,
)
from teams.structure.services.locking import lock_structure
from teams.structure.services.refusals import told_as_sentences
from teams.structure.services.standing import require_assigned, require_standing
from teams.structure.services.stretches import DEPUTIES, LEADERS, Deputy, mark_ranges


@transaction.atomic
def appoint_leader(
    *,
    person: Person,
    unit: Unit,
    on: date,
    by: User | None,
    deputy: bool = False,
    until: date | None = None,
    replace: bool = False,
) -> None:
    """Let a person lead a unit, or deputise, from a day until the next change already known.

    `until` ends it sooner. A unit that somebody else leads on that day is refused, unless
    `replace` lets the new leader follow them. Raises StructureError.
    """
    if until is not None and until <= on:
        raise StructureError("ends_before_start", "A leadership ends after the day it begins.")
    lock_structure()
    until = _earliest(until, require_standing(unit, on), require_assigned(person, on))
    with told_as_sentences():
        if deputy:
            _appoint_deputy(person, unit, on, until)
        else:
            touched = _appoint_leader(person, unit, on, until, replace=replace)
            mark_ranges(touched, reason=f"{person} leads {unit}")
    record_event(
        "leader.appointed", by=by, subject=person, unit=unit.slug, on=on, until=until, deputy=deputy
    )


@transaction.atomic
def end_leadership(
    *, person: Person, unit: Unit, on: date, by: User | None, deputy: bool = False
) -> None:
    """Let a person no longer lead a unit, or deputise, from a day on. Raises StructureError."""
    lock_structure()
    if deputy:
        key = Deputy(unit.pk, person.pk)
        held = DEPUTIES.read(Q(unit=unit, person=person))[key]
        stretch = stretch_on(held, on)
        if stretch is not None:
            DEPUTIES.write(Q(unit=unit, person=person), {key: cut(held, on, stretch.end)})
    else:
        led = LEADERS.read(Q(unit=unit))[unit.pk]
        stretch = stretch_on(led, on)
        if stretch is not None and stretch.value == person.pk:
            touched = LEADERS.write(Q(unit=unit), {unit.pk: cut(led, on, stretch.end)})
            mark_ranges(touched, reason=f"{person} leads {unit} no more")
        else:
            stretch = None
    if stretch is None:
        raise StructureError("not_leading", f"{person} does not lead {unit} on {on}.")
    record_event("leadership.ended", by=by, subject=person, unit=unit.slug, on=on, deputy=deputy)


def end_leaderships_of_unit(unit: Unit, on: date) -> list[Range]:
    """Let nobody lead a unit or deputise for it from a day on; return the ranges it touches."""
    touched = []
    for rows in (LEADERS, DEPUTIES):
        held = rows.read(Q(unit=unit)).items()
        after = {key: cut(timeline, on, FOREVER) for key, timeline in held}
        touched += rows.write(Q(unit=unit), after)
    return touched


def end_leaderships_of_people(lost: Mapping[int, Sequence[Range]]) -> list[Range]:
    """Let people lead nothing on days on which they are not assigned any more.

    A leadership that reaches into such days ends there for good: who returns leads nothing yet.
    Returns the ranges that it touches.
    """
    touched = []
    lost = {person_id: ranges for person_id, ranges in lost.items() if ranges}
    units = Leadership.objects.filter(person_id__in=lost).values_list("unit_id", flat=True)
    within = Q(unit_id__in=set(units))
    for rows in (LEADERS, DEPUTIES):
        held = rows.read(within).items()
        touched += rows.write(
            within,
            {
                owner: stop_before(timeline, lambda id_: lost.get(id_, ()))
                for owner, timeline in held
            },
        )
    return touched


def _appoint_leader(
    person: Person, unit: Unit, on: date, until: date | None, *, replace: bool
) -> list[Range]:
    led = LEADERS.read(Q(unit=unit))[unit.pk]
    current = value_on(led, on)
    if current == person.pk and until is None:
        raise StructureError("already_leading", f"{person} leads {unit} on {on} already.")
    if current is not None and current != person.pk and not replace:
        leader = Person.objects.get(pk=current)
        raise StructureError(
            "leadership_one_leader_at_a_time",
            f"{leader} leads {unit} on {on}. End that first, or let {person} follow them.",
        )
    led = put(led, on, person.pk, until=until)
    key = Deputy(unit.pk, person.pk)
    deputised = DEPUTIES.read(Q(unit=unit, person=person))[key]
    DEPUTIES.write(Q(unit=unit, person=person), {key: cut(deputised, on, next_change(led, on))})
    return LEADERS.write(Q(unit=unit), {unit.pk: led})


def _appoint_deputy(person: Person, unit: Unit, on: date, until: date | None) -> None:
    key = Deputy(unit.pk, person.pk)
    held = DEPUTIES.read(Q(unit=unit, person=person))[key]
    if value_on(held, on) and until is None:
        raise StructureError("already_leading", f"{person} deputises for {unit} on {on} already.")
    DEPUTIES.write(Q(unit=unit, person=person), {key: put(held, on, person.pk, until=until)})


def _earliest(until: date | None, *ends: date) -> date | None:
    """Return the first of several ends, None for an open one."""
    end = min(until or FOREVER, *ends)
    return None if end == FOREVER else end
