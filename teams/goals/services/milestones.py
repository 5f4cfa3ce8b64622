from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from teams.audit.services import record_event
from teams.goals.errors import GoalError
from teams.goals.models import Milestone
from teams.goals.services.goals import lock_open_goal

if TYPE_CHECKING:
    from teams.accounts.models import User


@transaction.atomic
def tick_milestone(*, milestone: Milestone, done: bool, by: "User | None") -> None:
    """Note that a milestone is done as of today, or that it is not; said twice, it stays.

    Raises GoalError where the goal is closed, or the milestone went meanwhile.
    """
    goal = lock_open_goal(milestone.goal)
    held = goal.milestones.filter(pk=milestone.pk).first()
    if held is None:
        raise GoalError("milestone_gone", gettext("This milestone is no longer part of the goal."))
    if done == (held.done_on is not None):
        return
    held.done_on = timezone.localdate() if done else None
    held.save(update_fields=["done_on"])
    act = "goal.milestone_done" if done else "goal.milestone_reopened"
    record_event(act, by=by, subject=goal, milestone=held.pk)
