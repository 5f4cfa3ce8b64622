"""Whose appraisals stand on somebody's list beside the steps that wait for them."""

from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.appraisals.models import Appraisal, CycleState, ReviewKind
from teams.appraisals.rules.transitions import State
from teams.appraisals.selectors.open_steps import reviews_of

SHOWN_OWN = 40


def may_list(viewer: Viewer) -> bool:
    """Tell whether somebody has to do with appraisals at all."""
    rights = (Permission.READ_APPRAISALS, Permission.OPEN_APPRAISALS)
    return viewer.person is not None or any(viewer.may(right) for right in rights)


def list_own(viewer: Viewer) -> list[Appraisal]:
    """List somebody's own appraisals, the newest first; drafts are not theirs yet. One query."""
    if viewer.person is None or not viewer.is_within_token(Permission.READ_APPRAISALS):
        return []
    own = Appraisal.objects.filter(person=viewer.person).exclude(state=State.DRAFT.value)
    return list(own.select_related("cycle").order_by("-period", "-pk")[:SHOWN_OWN])


def list_people_written(viewer: Viewer) -> list[Appraisal]:
    """List the appraisals of open cycles in which somebody writes as a leader, by state."""
    if viewer.person is None:
        return []
    written = reviews_of(viewer).filter(kind=ReviewKind.LEADER)
    found = (
        Appraisal.objects.filter(pk__in=written.values("appraisal"), cycle__state=CycleState.OPEN)
        .exclude(state__in=[State.DRAFT.value, State.WITHDRAWN.value])
        .select_related("cycle", "person", "unit")
    )
    places = {state.value: place for place, state in enumerate(State)}
    return sorted(found, key=lambda one: (places[one.state], one.person.name, one.pk))
