from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from opsportal.lib.api.pagination import CursorPages
from opsportal.lib.api.parameters import read_parameters
from opsportal.lib.api.problems import Problem
from teams.access.api import ViewerAPIView
from teams.appraisals.models import Appraisal
from teams.appraisals.rules.transitions import State
from teams.appraisals.selectors.deadlines import with_due
from teams.appraisals.selectors.scopes import visible_appraisals
from teams.appraisals.serializers import AppraisalSerializer

STATES = [state.value for state in State]


class AppraisalListView(ViewerAPIView, ListAPIView[Appraisal]):
    """Where appraisals stand: one's own, those that one writes, and those of people in reach."""

    serializer_class = AppraisalSerializer
    pagination_class = CursorPages

    @extend_schema(
        parameters=[
            OpenApiParameter("cycle", description="Name of the cycle."),
            OpenApiParameter("state", enum=STATES, description="Where it stands."),
            OpenApiParameter("person", description="Employee number."),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Appraisal]:
        given = read_parameters(self.request, ["cycle", "state", "person"])
        found = with_due(visible_appraisals(self.viewer)).select_related("cycle", "person", "unit")
        if "state" in given:
            if given["state"] not in STATES:
                raise Problem(
                    "unknown_state",
                    f"There is no state '{given['state']}'. Known are: {', '.join(STATES)}.",
                    parameter="state",
                )
            found = found.filter(state=given["state"])
        if "cycle" in given:
            found = found.filter(cycle__name=given["cycle"])
        if "person" in given:
            found = found.filter(person__employee_id=given["person"])
        return found
