from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.views.generic import TemplateView

from teams.access.roles import Permission
from teams.access.views import ViewerMixin
from teams.goals.forms import CheckInForm
from teams.goals.models import Goal, GoalState
from teams.goals.policies import GoalRights, rights_over
from teams.goals.selectors import (
    get_visible_goal,
    sets_goals_of,
    visible_goals,
    with_milestones,
)
from teams.goals.tables import (
    draw_reading,
    name_user,
    say_origin,
    say_reading,
    shape_goal,
)
from teams.goals.words import CONFIDENCE_STATUS

CHECK_INS_SHOWN = 100
CHILDREN_SHOWN = 200


class OneGoalView(ViewerMixin):
    """What every page and deed about one goal begins with."""

    needs = Permission.SEE_NAMES

    @cached_property
    def goal(self) -> Goal:
        return get_visible_goal(self.viewer, self.kwargs["pk"])

    @cached_property
    def sets_person(self) -> bool:
        """Tell whether the viewer sets the goals of the person whose goal it is."""
        goal = self.goal
        return goal.person is not None and sets_goals_of(self.viewer, goal.person)

    @cached_property
    def rights(self) -> GoalRights:
        return rights_over(self.viewer, self.goal, sets_person=self.sets_person)

    def list_crumbs(self, *more: dict[str, str]) -> list[dict[str, str]]:
        goal = self.goal
        title = {"label": goal.title}
        if more:
            title["href"] = reverse("teams:goal-detail", args=[goal.pk])
        return [
            {"label": gettext("Goals"), "href": reverse("teams:goal-list")},
            crumb_of_owner(goal),
            title,
            *more,
        ]


def crumb_of_owner(goal: Goal) -> dict[str, str]:
    if goal.person is not None:
        href = reverse("teams:person-goals", args=[goal.person.employee_id])
        return {"label": goal.person.name, "href": href}
    assert goal.unit is not None
    href = reverse("teams:unit-goals", args=[goal.unit.slug])
    return {"label": goal.unit.name, "href": href}


class GoalDetailView(OneGoalView, TemplateView):
    """How far is a goal, what was said of it, and what does it stand under?"""

    template_name = "teams/goals/goal_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        goal, viewer = self.goal, self.viewer
        parent = goal.parent
        return super().get_context_data(
            title=goal.title,
            crumbs=self.list_crumbs(),
            owner=crumb_of_owner(goal),
            row=shape_goal(goal, viewer.today),
            rights=self.rights,
            is_open=goal.state == GoalState.OPEN,
            drawing=draw_reading(goal),
            rests_on=say_reading(goal),
            origin=say_origin(goal),
            milestones=[
                {
                    "milestone": one,
                    "is_overdue": one.done_on is None
                    and one.due_on is not None
                    and one.due_on < viewer.today,
                }
                for one in goal.milestones.all()
            ],
            check_ins=[
                {
                    "check_in": one,
                    "who": name_user(one.by),
                    "status": CONFIDENCE_STATUS[one.confidence],
                    "word": one.get_confidence_display(),
                }
                for one in goal.check_ins.select_related("by__person")[:CHECK_INS_SHOWN]
            ],
            # One of a unit above, or far below, is not for everyone who reads this one.
            parent=parent
            if parent is not None and visible_goals(viewer).filter(pk=parent.pk).exists()
            else None,
            children=[shape_goal(child, viewer.today) for child in self._list_children()],
            form=CheckInForm() if self.rights.may_check_in else None,
            **kwargs,
        )

    def _list_children(self) -> list[Goal]:
        """List what stands under the goal of a unit, as far as the viewer reads it."""
        if self.goal.unit_id is None:
            return []
        children = visible_goals(self.viewer).filter(parent=self.goal)
        return list(
            with_milestones(children, self.viewer.today)
            .select_related("reading", "person", "unit")
            .order_by("unit__name", "person__name", "pk")[:CHILDREN_SHOWN]
        )
