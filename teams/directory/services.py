from datetime import date

from django.db import transaction
from django.utils.translation import gettext

from teams.accounts.models import User
from teams.structure.errors import StructureError
from teams.structure.models import Person, Unit
from teams.structure.rules.names import clean_name, explain_employee_id, explain_name
from teams.structure.services import join_person
from teams.structure.services.refusals import told_as_sentences


@transaction.atomic
def take_on_person(
    *,
    employee_id: str,
    name: str,
    email: str,
    employment: str,
    unit: Unit,
    on: date,
    by: User | None,
    level: str = "",
    job_title: str = "",
) -> Person:
    """Write down somebody new with a sign-in, and let them join a unit from a day on.

    The sign-in has no usable password until they are invited. Raises StructureError, also where
    the number or the address is taken, be it by a sign-in of nobody: that one may hold roles.
    """
    employee_id, name = employee_id.strip(), clean_name(name)
    reason = explain_employee_id(employee_id) or explain_name(name)
    if reason:
        raise StructureError("bad_name", reason)
    known = Person.objects.filter(employee_id=employee_id).first()
    if known is not None:
        raise StructureError(
            "employee_id_taken",
            gettext("‘%(number)s’ is the employee number of %(person)s already.")
            % {"number": employee_id, "person": known},
        )
    with told_as_sentences():
        person = Person.objects.create(
            employee_id=employee_id,
            name=name,
            employment=employment,
            user=User.objects.create_user(email),
        )
    join_person(person=person, unit=unit, on=on, by=by, level=level, job_title=job_title)
    return person
