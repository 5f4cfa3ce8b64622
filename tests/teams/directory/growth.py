"""More units and people than anyone would name."""

from collections.abc import Sequence

from teams.structure.models import Assignment, Leadership, Person, Unit, UnitPlacement
from tests.personas import FOUNDED


def add_units(parent: Unit, number: int) -> list[Unit]:
    units = [Unit(slug=f"more-{i}", name=f"More {i:03}") for i in range(number)]
    units = Unit.objects.bulk_create(units)
    for unit in units:
        UnitPlacement.objects.create(unit=unit, parent=parent, valid=(None, None))
    return units


def add_people(units: Sequence[Unit]) -> list[Person]:
    """Add one person to each unit, who leads it."""
    people = [
        Person(employee_id=f"M-{i:03}", name=f"Moritz More {i:03}", hired_on=FOUNDED)
        for i, _ in enumerate(units)
    ]
    people = Person.objects.bulk_create(people)
    for person, unit in zip(people, units, strict=True):
        Assignment.objects.create(person=person, unit=unit, level="L2", valid=(FOUNDED, None))
        Leadership.objects.create(person=person, unit=unit, valid=(FOUNDED, None))
    return people
