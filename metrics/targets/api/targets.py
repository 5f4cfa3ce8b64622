from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from metrics.kpis.models import Kpi
from metrics.targets.models import Ramp, Target
from metrics.targets.policies import may_set
from metrics.targets.selectors import visible_ramps, visible_targets
from metrics.targets.serializers.targets import (
    RampSerializer,
    RampSettingSerializer,
    TargetSerializer,
    TargetSettingSerializer,
)
from metrics.targets.services import TargetError, set_ramp, set_target
from opsportal.lib.api.pagination import CursorPages
from opsportal.lib.api.parameters import read_parameters
from opsportal.lib.api.problems import Problem, problems
from teams.access.api import ViewerAPIView
from teams.access.roles import Permission
from teams.structure.models import Unit

PARAMETERS = [
    OpenApiParameter("kpi", description="Slug of the KPI."),
    OpenApiParameter("unit", description="Slug of the unit that it was set on."),
]


class SettingView(ViewerAPIView):
    """Whoever reads a unit's figures reads what it aims at; who leads it or above sets it."""

    pagination_class = CursorPages

    @property
    def needs(self) -> Permission:  # type: ignore[override]
        reading = self.request.method in ("GET", "HEAD", "OPTIONS")
        return Permission.READ_UNIT_KPIS if reading else Permission.SET_TARGETS

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Keep what the parameters ask for."""
        given = read_parameters(self.request, ["kpi", "unit"])
        if "kpi" in given:
            rows = rows.filter(kpi__slug=given["kpi"])
        if "unit" in given:
            rows = rows.filter(unit__slug=given["unit"])
        return rows.select_related("kpi", "unit", "set_by")

    def find(self, said: dict[str, Any]) -> dict[str, Any]:
        """Find the KPI and the unit of a body; a unit that one may not set is none."""
        kpi = Kpi.objects.filter(slug=said["kpi"]).first()
        if kpi is None:
            raise Problem("unknown_kpi", f"There is no KPI '{said['kpi']}'.", status=404)
        node = self.viewer.tree.by_slug(said["unit"])
        if node is None or not may_set(self.viewer, node.id):
            raise Http404("No such unit, or none whose targets you set.")
        return said | {
            "kpi": kpi,
            "unit": Unit.objects.get(pk=node.id),
            "by": self.viewer.user,
        }


class TargetListView(SettingView, ListAPIView[Target]):
    """What units aim at, each stretch of days by itself; a POST sets it for some days."""

    serializer_class = TargetSerializer

    def get_queryset(self) -> QuerySet[Target]:
        return self.narrow(visible_targets(self.viewer))

    @extend_schema(
        parameters=PARAMETERS,
        responses={200: TargetSerializer(many=True), **problems(400, 401, 403)},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        request=TargetSettingSerializer,
        responses={201: TargetSerializer, **problems(400, 401, 403, 404)},
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Set what a unit aims at; what held before takes up again after `end`."""
        read_parameters(request, [])
        asked = TargetSettingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            target = set_target(**self.find(asked.validated_data))
        except TargetError as error:
            raise Problem("invalid_target", str(error)) from None
        return Response(TargetSerializer(target).data, status=201)


class RampListView(SettingView, ListAPIView[Ramp]):
    """What share of a target newcomers are held to by week; a POST sets it for some days."""

    serializer_class = RampSerializer

    def get_queryset(self) -> QuerySet[Ramp]:
        return self.narrow(visible_ramps(self.viewer))

    @extend_schema(
        parameters=PARAMETERS,
        responses={200: RampSerializer(many=True), **problems(400, 401, 403)},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        request=RampSettingSerializer,
        responses={201: RampSerializer, **problems(400, 401, 403, 404)},
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Set the ramp of a unit; what held before takes up again after `end`."""
        read_parameters(request, [])
        asked = RampSettingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            ramp = set_ramp(**self.find(asked.validated_data))
        except TargetError as error:
            raise Problem("invalid_ramp", str(error)) from None
        return Response(RampSerializer(ramp).data, status=201)
