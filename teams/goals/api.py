from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from opsportal.lib.api.pagination import CursorPages
from opsportal.lib.api.parameters import read_parameters
from opsportal.lib.api.problems import Problem
from teams.access.api import ViewerAPIView
from teams.goals.models import Goal, GoalState
from teams.goals.selectors import visible_goals, with_milestones
from teams.goals.serializers import GoalSerializer
from teams.structure.models import Assignment


class GoalListView(ViewerAPIView, ListAPIView[Goal]):
    """One's own goals, those of people about whom one may read them, and those of units."""

    serializer_class = GoalSerializer
    pagination_class = CursorPages

    @extend_schema(
        operation_id="goals_list",
        parameters=[
            OpenApiParameter("person", description="Employee number: whose goals."),
            OpenApiParameter(
                "unit",
                description="Slug: goals of the unit and of those below it, and of the people who "
                "belong to them today.",
            ),
            OpenApiParameter("state", enum=GoalState.values, description="What became of them."),
        ],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Goal]:
        given = read_parameters(self.request, ["person", "unit", "state"])
        goals = visible_goals(self.viewer)
        if "person" in given:
            goals = goals.filter(person__employee_id=given["person"])
        if "unit" in given:
            goals = goals.filter(self._below(given["unit"]))
        if "state" in given:
            if given["state"] not in GoalState.values:
                raise Problem(
                    "unknown_state",
                    f"'{given['state']}' is not one of {', '.join(GoalState.values)}.",
                    parameter="state",
                )
            goals = goals.filter(state=given["state"])
        return with_milestones(goals, self.viewer.today).select_related("person", "unit", "reading")

    def _below(self, slug: str) -> Q:
        node = self.viewer.tree.by_slug(slug)
        if node is None:
            raise Problem("unknown_unit", f"No unit '{slug}' stands today.", parameter="unit")
        units = self.viewer.tree.below(node.id)
        people = Assignment.objects.filter(unit__in=units, valid__contains=self.viewer.today)
        return Q(unit__in=units) | Q(person__in=people.values("person"))
