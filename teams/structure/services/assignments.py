from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from teams.accounts.models import User
from teams.audit.services import record_event
from teams.structure.errors import StructureError
from teams.structure.models import Person, Unit
from teams.structure.rules.timelines import (
    FOREVER,
    Range,
    chain_end,
    cut,
    losses,
    next_change,
    put,
    value_on,
)
from teams.structure.services.leaderships import end_leaderships_of_people
from teams.structure.services.locking import lock_structure
from teams.structure.services.refusals import told_as_sentences
from teams.structure.services.standing import require_standing
from teams.structure.services.stretches import (
    ASSIGNMENTS,
    Place,
    Timeline,
    days_of_change,
    mark_ranges,
)


@transaction.atomic
def join_person(
    *,
    person: Person,
    unit: Unit,
    on: date,
    by: User | None,
    level: str = "",
    job_title: str = "",
    fte: Decimal = Decimal(1),
) -> None:
    """Assign someone who belongs nowhere on a day, until the next change already known.

    A leaving on that day is taken back by it. Raises StructureError.
    """
    lock_structure()
    person.refresh_from_db()
    before = ASSIGNMENTS.read(Q(person=person))[person.pk]
    if value_on(before, on) is not None:
        raise StructureError("already_assigned", f"{person} belongs to a unit on {on} already.")
    place = Place(unit.pk, level, job_title, fte)
    touched = _assign(person, put(before, on, place), unit, on)
    if person.hired_on is None:
        # Until now the first day known was that of the first assignment.
        touched += days_of_change(before[0].start if before else None, on)
        person.hired_on = on
        person.save(update_fields=["hired_on"])
    mark_ranges(touched, reason=f"{person} joined")
    record_event("person.joined", by=by, subject=person, unit=unit.slug, on=on, level=level)


@transaction.atomic
def transfer_person(
    *,
    person: Person,
    unit: Unit,
    on: date,
    by: User | None,
    level: str | None = None,
    job_title: str | None = None,
    fte: Decimal | None = None,
) -> None:
    """Let a person belong to another unit, or at another level, from a day on.

    It may lie back or ahead, and holds until the next later change already known; what is None
    stays as it is on that day. Raises StructureError.
    """
    lock_structure()
    person.refresh_from_db()
    before = ASSIGNMENTS.read(Q(person=person))[person.pk]
    held: Place | None = value_on(before, on)
    if held is None:
        raise StructureError(
            "not_assigned", f"{person} belongs to no unit on {on}; let them join instead."
        )
    place = Place(
        unit.pk,
        held.level if level is None else level,
        held.job_title if job_title is None else job_title,
        held.fte if fte is None else fte,
    )
    if place == held:
        raise StructureError("already_there", f"{person} belongs to {unit} on {on} already.")
    touched = _assign(person, put(before, on, place), unit, on)
    mark_ranges(touched, reason=f"{person} moved")
    record_event(
        "person.transferred", by=by, subject=person, unit=unit.slug, on=on, level=place.level
    )


@transaction.atomic
def leave_person(*, person: Person, on: date, by: User | None, reason: str = "") -> None:
    """Let someone work no more from a day on: `on` is the first day without them.

    Later moves of the same employment fall away, a later return that is known stays. What they
    lead ends too, and from that day on they may not sign in (teams.access.policies). Raises
    StructureError.
    """
    lock_structure()
    person.refresh_from_db()
    before = ASSIGNMENTS.read(Q(person=person))[person.pk]
    end = chain_end(before, on)
    if end == on:
        raise StructureError("not_assigned", f"{person} belongs to no unit on {on}.")
    if person.hired_on is not None and on < person.hired_on:
        raise StructureError(
            "person_leaves_after_hire", f"{person} was hired on {person.hired_on}."
        )
    after = cut(before, on, end)
    touched = ASSIGNMENTS.write(Q(person=person), {person.pk: after})
    touched += end_leaderships_of_people({person.pk: losses(before, after)})
    touched += _set_left_on(person, after, on, reason=reason)
    mark_ranges(touched, reason=f"{person} left")
    record_event("person.left", by=by, subject=person, on=on, reason=reason)


def _assign(person: Person, after: Timeline, unit: Unit, on: date) -> list[Range]:
    """Write where a person is, and when they leave; return the ranges of days it touches."""
    closes = require_standing(unit, on)
    if next_change(after, on) > closes:
        raise StructureError("unit_not_standing", f"{unit} closes on {closes}.")
    with told_as_sentences():
        touched = ASSIGNMENTS.write(Q(person=person), {person.pk: after})
        return touched + _set_left_on(person, after, on, reason=person.leaving_reason)


def _set_left_on(person: Person, timeline: Timeline, on: date, *, reason: str) -> list[Range]:
    """Write down when someone leaves, at the end of their last assignment; return the days."""
    end = timeline[-1].end if timeline else on
    before, person.left_on = person.left_on, None if end == FOREVER else end
    person.leaving_reason = "" if person.left_on is None else reason
    person.save(update_fields=["left_on", "leaving_reason"])
    return days_of_change(before, person.left_on)
