from metrics.kpis.models import ReviewState
from metrics.targets.models import TargetChange
from teams.access.roles import Permission
from teams.access.viewers import Viewer


def readable_unit_ids(viewer: Viewer) -> frozenset[int]:
    """Return the units whose targets someone may see: with their figures, or to decide on them."""
    if viewer.may(Permission.CHANGE_DEFINITIONS):
        return frozenset(viewer.tree.nodes)
    return viewer.comparable_unit_ids


def may_set(viewer: Viewer, unit_id: int) -> bool:
    """Tell whether someone may set what a unit aims at: who leads it, or any unit above.

    What they set is written down with their name and the day, and nothing is overwritten.
    """
    return viewer.may(Permission.SET_TARGETS, unit_id)


def may_propose(viewer: Viewer, unit_id: int) -> bool:
    """Tell whether someone may propose what a unit aims at: analysts, whom nobody answers to."""
    return viewer.may(Permission.CHANGE_DEFINITIONS) and unit_id in viewer.tree


def may_review(viewer: Viewer, change: TargetChange) -> bool:
    """Tell whether someone may decide on a proposal: a leader there or another analyst."""
    return (
        change.state == ReviewState.OPEN
        and change.proposed_by_id != viewer.user.pk
        and (may_set(viewer, change.unit_id) or may_propose(viewer, change.unit_id))
    )


def may_withdraw(viewer: Viewer, change: TargetChange) -> bool:
    """Tell whether someone may take a proposal back: it waits, and it is theirs."""
    return change.state == ReviewState.OPEN and change.proposed_by_id == viewer.user.pk
