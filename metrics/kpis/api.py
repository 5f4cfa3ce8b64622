from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from metrics.kpis.models import Kpi, Recompute
from metrics.kpis.selectors import get_progress, list_kpis
from metrics.kpis.serializers import (
    KpiSerializer,
    RecomputeRequestSerializer,
    RecomputeSerializer,
)
from metrics.kpis.services import request_recompute
from opsportal.lib.api.pagination import CursorPages
from opsportal.lib.api.parameters import read_parameters
from teams.access.api import ViewerAPIView
from teams.access.roles import Permission


class CatalogueOrder(CursorPages):
    ordering = "position"


class KpiListView(ViewerAPIView, ListAPIView[Kpi]):
    """The catalogue: every KPI with its versions."""

    needs = Permission.SEE_NAMES
    serializer_class = KpiSerializer
    pagination_class = CatalogueOrder

    def get_queryset(self) -> QuerySet[Kpi]:
        read_parameters(self.request, [])
        return list_kpis()


class KpiDetailView(ViewerAPIView, RetrieveAPIView[Kpi]):
    """One KPI with its versions."""

    needs = Permission.SEE_NAMES
    serializer_class = KpiSerializer
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet[Kpi]:
        read_parameters(self.request, [])
        return list_kpis()


class RecomputeListView(ViewerAPIView):
    """Ask for days to be recomputed."""

    needs = Permission.RECOMPUTE_KPIS

    @extend_schema(request=RecomputeRequestSerializer, responses={202: RecomputeSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        asked = RecomputeRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        recompute = request_recompute(**asked.validated_data, by=self.viewer.user)
        return Response(
            RecomputeSerializer(get_progress(recompute)).data,
            status=202,
            headers={"Location": reverse("api:recompute-detail", args=[recompute.pk])},
        )


class RecomputeDetailView(ViewerAPIView):
    """Follow a recompute until no day is left."""

    needs = Permission.RECOMPUTE_KPIS

    @extend_schema(responses=RecomputeSerializer)
    def get(self, request: Request, pk: int, *args: Any, **kwargs: Any) -> Response:
        read_parameters(request, [])
        progress = get_progress(get_object_or_404(Recompute, pk=pk))
        return Response(RecomputeSerializer(progress).data)
