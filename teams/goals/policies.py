from dataclasses import dataclass

from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.goals.models import Goal, GoalState


@dataclass(frozen=True, slots=True)
class GoalRights:
    """What somebody may do with a goal that they may read."""

    may_change: bool = False
    may_agree: bool = False
    may_check_in: bool = False
    may_close: bool = False


def readable_unit_ids(viewer: Viewer) -> frozenset[int]:
    """Return the units whose goals someone reads: with their figures, and those one stands under.

    What the units above aim at concerns everyone below, whatever else of them stays closed.
    """
    if not viewer.is_within_token(Permission.READ_UNIT_KPIS):
        return frozenset()
    own = () if viewer.own_unit_id is None else viewer.tree.above(viewer.own_unit_id)
    return viewer.unit_ids(Permission.READ_UNIT_KPIS) | {node.id for node in own}


def is_owner(viewer: Viewer, goal: Goal) -> bool:
    return viewer.person is not None and goal.person_id == viewer.person.pk


def rights_over(viewer: Viewer, goal: Goal, *, sets_person: bool) -> GoalRights:
    """Tell what someone may do with a goal; `sets_person`: whether they set that person's goals.

    Who leads sets and closes. One's own goal is a proposal until who leads agrees: then one checks
    in and ticks milestones, and what was agreed on changes with them alone.
    """
    if goal.state != GoalState.OPEN:
        return GoalRights()
    sets = sets_person if goal.unit_id is None else viewer.may(Permission.SET_GOALS, goal.unit_id)
    own = is_owner(viewer, goal)
    proposes = own and goal.agreed_on is None
    return GoalRights(
        may_change=sets or proposes,
        may_agree=sets and goal.agreed_on is None,
        may_check_in=sets or own,
        may_close=sets or proposes,
    )
