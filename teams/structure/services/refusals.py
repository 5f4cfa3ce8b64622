from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from teams.structure.errors import StructureError

# What the database refuses by itself, by the name of the constraint or trigger.
REFUSALS = {
    "placement_no_cycle": "A unit cannot stand below itself.",
    "placement_root_stands": "The organisation stands above all units and cannot be moved.",
    "placement_sibling_names": "Another unit of the same parent has this name on those days.",
    "placement_one_parent_at_a_time": "A unit stands under one parent at a time.",
    "placement_holds_some_day": "A unit stands somewhere for at least one day.",
    "unit_one_root": "There is one organisation.",
    "unit_name_fits_a_path": "A unit's name is not empty and has no '/'.",
    "assignment_one_unit_at_a_time": "A person belongs to one unit at a time.",
    "assignment_holds_some_day": "An assignment holds for at least one day.",
    "assignment_fte_positive": "A full-time equivalent is more than zero.",
    "leadership_one_leader_at_a_time": "A unit has one leader at a time; others deputise.",
    "leadership_once_per_person": "A person leads or deputises for a unit once at a time.",
    "leadership_holds_some_day": "A leadership holds for at least one day.",
    "person_is_named": "A person has a name and an employee number without '/'.",
    "person_leaves_after_hire": "A person cannot leave before the day they were hired.",
    "teams_person_employee_id_key": "This employee number is taken.",
    "teams_person_user_id_key": "This sign-in belongs to another person.",
    "teams_user_email_key": "This e-mail address belongs to another sign-in.",
}


@contextmanager
def told_as_sentences() -> Iterator[None]:
    """Run in a transaction; raise a StructureError for what a constraint refuses.

    Its code is the constraint's name.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnostics = getattr(error.__cause__, "diag", None)
        constraint = getattr(diagnostics, "constraint_name", None) or ""
        if constraint not in REFUSALS:
            raise
        raise StructureError(constraint, REFUSALS[constraint]) from error
