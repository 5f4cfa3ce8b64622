from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.views.generic import TemplateView

from opsportal.lib.formats import format_number
from teams.access.roles import Permission
from teams.access.selectors import list_own_people
from teams.access.views import ViewerMixin
from teams.goals.models import Goal, GoalState
from teams.goals.policies import readable_unit_ids
from teams.goals.selectors import (
    get_readable_person,
    list_board,
    read_people_goals,
    sets_goals_of,
    visible_goals,
    with_milestones,
)
from teams.goals.selectors.boards import sum_up
from teams.goals.tables import shape_goal, shape_people, shape_sum
from teams.structure.models import Person
from teams.structure.rules import Node

SHOWN = 50
CLOSED_SHOWN = 50


class GoalsView(ViewerMixin, TemplateView):
    """What every list of goals begins with."""

    needs = Permission.SEE_NAMES

    def list_own(self, goals: QuerySet[Goal]) -> list[Goal]:
        """List the open goals of one owner by the day they are due, with what lists say of them."""
        return list(
            with_milestones(goals.filter(state=GoalState.OPEN), self.viewer.today)
            .select_related("reading", "person", "unit")
            .order_by("period", "pk")
        )

    def list_closed(self, goals: QuerySet[Goal]) -> list[dict[str, Any]]:
        closed = with_milestones(goals.exclude(state=GoalState.OPEN), self.viewer.today)
        found = closed.select_related("reading", "person", "unit").order_by("-closed_at")
        return [self.shape(goal) for goal in found[:CLOSED_SHOWN]]

    def shape(self, goal: Goal) -> dict[str, Any]:
        return shape_goal(goal, self.viewer.today)

    def shape_board(self, people: QuerySet[Any]) -> dict[str, Any]:
        """Shape a page of people in order of what needs attention."""
        page = Paginator(people, SHOWN).get_page(self.request.GET.get("page"))
        goals = read_people_goals(page.object_list, self.viewer.today)
        names = {id_: node.name for id_, node in self.viewer.tree.nodes.items()}
        return {
            "rows": shape_people(page.object_list, goals, names, self.viewer.today),
            "shown": _say_range(page),
            "previous": self.link(page.previous_page_number()) if page.has_previous() else "",
            "next": self.link(page.next_page_number()) if page.has_next() else "",
        }

    def link(self, page: int) -> str:
        kept = {name: value for name, value in self.request.GET.items() if name != "page"}
        return f"?{urlencode({**kept, 'page': page})}"


def _say_range(page: Page) -> str:
    return gettext("People %(first)s – %(last)s of %(total)s") % {
        "first": format_number(page.start_index()),
        "last": format_number(page.end_index()),
        "total": format_number(page.paginator.count),
    }


class GoalListView(GoalsView):
    """What am I to reach, and who of my people needs me?"""

    template_name = "teams/goals/goal_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        viewer = self.viewer
        person = viewer.person
        mine = self.list_own(Goal.objects.filter(person=person)) if person else []
        return super().get_context_data(
            title=gettext("Goals"),
            person=person,
            mine=[self.shape(goal) for goal in mine],
            sums=shape_sum(sum_up(mine, viewer.today)),
            above=self._list_above(),
            **self._list_people(),
            **kwargs,
        )

    def _list_above(self) -> list[dict[str, Any]]:
        """List the units that one belongs to or leads, the lowest first, with their open goals."""
        viewer, tree = self.viewer, self.viewer.tree
        units = {
            node.id: node
            for unit_id in [viewer.own_unit_id, *sorted(viewer.led_unit_ids)]
            if unit_id is not None
            for node in reversed(tree.above(unit_id))
            if node.id in readable_unit_ids(viewer)
        }
        goals = self.list_own(Goal.objects.filter(unit__in=units))
        return [
            {
                "unit": node,
                "href": reverse("teams:unit-goals", args=[node.slug]),
                "goals": [self.shape(goal) for goal in goals if goal.unit_id == node.id],
            }
            for node in units.values()
            if node.parent_id is not None or any(goal.unit_id == node.id for goal in goals)
        ]

    def _list_people(self) -> dict[str, Any]:
        """List those who answer to the viewer, or with `people=all` everyone in their scope."""
        viewer = self.viewer
        if not viewer.may(Permission.READ_GOALS):
            return {"board": None, "scopes": []}
        led = list_own_people(viewer)
        everyone = not led or self.request.GET.get("people") == "all"
        board = list_board(viewer, person_ids=None if everyone else led)
        scopes = [
            {"label": gettext("Who answers to me"), "href": "?", "current": not everyone},
            {"label": gettext("Everyone below"), "href": "?people=all", "current": everyone},
        ]
        return {"board": self.shape_board(board), "scopes": scopes if led else []}


class PersonGoalsView(GoalsView):
    """What is somebody to reach, and how far are they?"""

    template_name = "teams/goals/person_goals.html"

    @cached_property
    def person(self) -> Person:
        return get_readable_person(self.viewer, self.kwargs["employee_id"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        viewer, person = self.viewer, self.person
        goals = Goal.objects.filter(person=person)
        found = self.list_own(goals)
        is_own = viewer.person is not None and viewer.person.pk == person.pk
        return super().get_context_data(
            title=gettext("Goals of %(name)s") % {"name": person.name},
            crumbs=[
                {"label": gettext("Goals"), "href": reverse("teams:goal-list")},
                {"label": person.name},
            ],
            person=person,
            is_own=is_own,
            goals=[self.shape(goal) for goal in found],
            sums=shape_sum(sum_up(found, viewer.today)),
            closed=self.list_closed(goals),
            may_write=is_own or sets_goals_of(viewer, person),
            **kwargs,
        )


class UnitGoalsView(GoalsView):
    """What is a unit to reach, and whose goals below it need attention?"""

    template_name = "teams/goals/unit_goals.html"

    @cached_property
    def node(self) -> Node:
        node = self.viewer.tree.by_slug(self.kwargs["slug"])
        if node is None or node.id not in readable_unit_ids(self.viewer):
            raise Http404("No such unit, or none whose goals you may read.")
        return node

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        viewer, node = self.viewer, self.node
        goals = visible_goals(viewer).filter(unit=node.id)
        board = None
        if viewer.may(Permission.READ_GOALS, node.id):
            board = self.shape_board(list_board(viewer, unit_ids=viewer.tree.below(node.id)))
        return super().get_context_data(
            title=gettext("Goals of %(name)s") % {"name": node.name},
            crumbs=[
                {"label": gettext("Goals"), "href": reverse("teams:goal-list")},
                {"label": node.name},
            ],
            unit=node,
            goals=[self.shape(goal) for goal in self.list_own(goals)],
            closed=self.list_closed(goals),
            board=board,
            may_write=viewer.may(Permission.SET_GOALS, node.id),
            **kwargs,
        )
