"""Which changes of people may one record?"""

from collections.abc import Container
from datetime import date

from django.utils.translation import gettext

from teams.structure.errors import StructureError
from teams.structure.models import Assignment, Person


def check_scope(*, person: Person, on: date, units: Container[int]) -> None:
    """Raise StructureError where a person belongs, on that day, to a unit that is not in `units`.

    Who is in one's scope today may have been elsewhere before, or be so soon.
    """
    place = Assignment.objects.filter(person=person, valid__contains=on).select_related("unit")
    assignment = place.first()
    if assignment is not None and assignment.unit_id not in units:
        raise StructureError(
            "out_of_scope",
            gettext("On %(day)s, %(person)s belongs to %(unit)s, which is not in your scope.")
            % {"day": on, "person": person, "unit": assignment.unit},
        )
