from datetime import date

from django.db.models import Count, Min, Q, QuerySet
from django.http import Http404

from teams.access.roles import Permission
from teams.access.selectors import visible_people
from teams.access.viewers import Viewer
from teams.goals.models import Goal, GoalState
from teams.goals.policies import readable_unit_ids
from teams.structure.models import Assignment, Person
from teams.structure.selectors import find_leaders


def readable_people(viewer: Viewer) -> QuerySet[Person]:
    """Scope people to those whose goals the viewer reads: oneself, whom one leads, HR's scope."""
    return visible_people(viewer, Permission.READ_GOALS)


def get_readable_person(viewer: Viewer, employee_id: str) -> Person:
    """Find a person by number whose goals the viewer reads; anything else is not found."""
    # The database cannot even compare with a NUL.
    person = (
        None
        if "\0" in employee_id
        else readable_people(viewer).filter(employee_id=employee_id).first()
    )
    if person is None:
        raise Http404("No such person, or none whose goals you may read.")
    return person


def sets_goals_of(viewer: Viewer, person: Person) -> bool:
    """Tell whether the viewer sets a person's goals: who leads, and nobody for themselves.

    Whoever answers to nobody is the exception: else their goals would never be agreed on.
    """
    if viewer.person is not None and viewer.person.pk == person.pk:
        return answers_to_nobody(viewer)
    if not viewer.may(Permission.SET_GOALS):
        return False
    return visible_people(viewer, Permission.SET_GOALS).filter(pk=person.pk).exists()


def answers_to_nobody(viewer: Viewer) -> bool:
    """Tell whether the viewer leads units and nobody leads above them."""
    person = viewer.person
    if person is None or not viewer.may(Permission.SET_GOALS):
        return False
    return person.pk not in find_leaders([person.pk], viewer.today)


def visible_goals(viewer: Viewer) -> QuerySet[Goal]:
    """Scope goals to those of people and of units whose goals the viewer reads."""
    return Goal.objects.filter(
        Q(person__in=readable_people(viewer).values("pk")) | Q(unit__in=readable_unit_ids(viewer))
    )


def get_visible_goal(viewer: Viewer, pk: int) -> Goal:
    """Find a goal with all that its page says of it at once; out of scope it is not found."""
    goal = (
        with_milestones(visible_goals(viewer), viewer.today)
        .select_related(
            "person",
            "unit",
            "reading",
            "parent__unit",
            "agreed_by__person",
            "closed_by__person",
            "created_by__person",
            "changed_by__person",
        )
        .filter(pk=pk)
        .first()
    )
    if goal is None:
        raise Http404("No such goal, or none that you may read.")
    return goal


def with_milestones(goals: QuerySet[Goal], today: date) -> QuerySet[Goal]:
    """Annotate goals with `n_milestones`, `n_done`, `n_overdue` and `overdue_since`."""
    is_overdue = Q(milestones__done_on__isnull=True, milestones__due_on__lt=today)
    return goals.annotate(
        n_milestones=Count("milestones"),
        n_done=Count("milestones", filter=Q(milestones__done_on__isnull=False)),
        n_overdue=Count("milestones", filter=is_overdue),
        overdue_since=Min("milestones__due_on", filter=is_overdue),
    )


def list_possible_parents(viewer: Viewer, *, unit_id: int | None, of_unit: bool) -> QuerySet[Goal]:
    """List open goals that one of a unit, or of somebody who belongs to it, may stand under.

    Those of the units above, and for a person of the unit itself, as far as the viewer reads them.
    """
    above = [node.id for node in viewer.tree.above(unit_id)] if unit_id is not None else []
    if of_unit:
        above = above[:-1]
    return (
        Goal.objects.filter(
            unit__in=readable_unit_ids(viewer).intersection(above), state=GoalState.OPEN
        )
        .select_related("unit")
        .order_by("unit__name", "title", "pk")
    )


def find_unit_id(person: Person, today: date) -> int | None:
    """Find where a person belongs today, or else will belong first."""
    return (
        Assignment.objects.filter(
            Q(valid__endswith__gt=today) | Q(valid__endswith__isnull=True), person=person
        )
        .order_by("valid")
        .values_list("unit_id", flat=True)
        .first()
    )
