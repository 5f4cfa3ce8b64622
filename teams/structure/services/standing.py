from datetime import date

from django.db.models import Q

from teams.structure.errors import StructureError
from teams.structure.models import Person, Unit
from teams.structure.rules.timelines import FOREVER, chain_end
from teams.structure.services.stretches import ASSIGNMENTS, PLACEMENTS


def require_standing(unit: Unit, on: date) -> date:
    """Return the day on which a unit that stands on a day is to close, FOREVER if never.

    Raises StructureError where it does not stand.
    """
    if unit.is_root:
        return FOREVER
    end = chain_end(PLACEMENTS.read(Q(unit=unit))[unit.pk], on)
    if end == on:
        raise StructureError("unit_not_standing", f"{unit} does not stand on {on}.")
    return end


def require_assigned(person: Person, on: date) -> date:
    """Return the day on which someone assigned on a day is to leave, FOREVER if never.

    Raises StructureError where they are not assigned.
    """
    end = chain_end(ASSIGNMENTS.read(Q(person=person))[person.pk], on)
    if end == on:
        raise StructureError("not_assigned", f"{person} belongs to no unit on {on}.")
    return end
