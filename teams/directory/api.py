from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from opsportal.lib.api.pagination import CursorPages, page_of_rows, read_limit, read_offset
from opsportal.lib.api.parameters import read_date, read_parameters
from opsportal.lib.api.problems import Problem
from teams.access.api import ViewerAPIView
from teams.access.roles import Permission
from teams.access.selectors import visible_people
from teams.directory.selectors import with_place
from teams.directory.serializers import PersonSerializer, QueueSerializer, UnitSerializer
from teams.structure.models import Person, Queue
from teams.structure.selectors import get_tree


class UnitListView(ViewerAPIView, GenericAPIView[Any]):
    """The tree of a day, parents first."""

    needs = Permission.SEE_NAMES
    serializer_class = UnitSerializer
    pagination_class = CursorPages

    @extend_schema(
        operation_id="units_list",
        parameters=[
            OpenApiParameter("on", OpenApiTypes.DATE, description="The day; today without it.")
        ],
        responses=UnitSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        given = read_parameters(request, ["on"])
        on = read_date(given, "on")
        tree = self.viewer.tree if on is None else get_tree(on)
        start, nodes = read_offset(request), list(tree.walk())
        rows = [
            {
                "slug": node.slug,
                "name": node.name,
                "path": tree.path(node.id),
                "kind": node.kind,
                "parent": tree.nodes[node.parent_id].slug if node.parent_id else None,
            }
            for node in nodes[start : start + read_limit(request)]
        ]
        rows = UnitSerializer(rows, many=True).data
        return page_of_rows(request, rows, start=start, total=len(nodes))


class PersonListView(ViewerAPIView, ListAPIView[Person]):
    """Oneself, and the people about whom one may read."""

    serializer_class = PersonSerializer
    pagination_class = CursorPages

    @extend_schema(
        parameters=[
            OpenApiParameter("unit", description="Slug: who belongs to it, or below it, today."),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Person]:
        given = read_parameters(self.request, ["unit"])
        people = with_place(visible_people(self.viewer), on=self.viewer.today)
        if "unit" not in given:
            return people
        node = self.viewer.tree.by_slug(given["unit"])
        if node is None:
            raise Problem(
                "unknown_unit", f"No unit '{given['unit']}' stands today.", parameter="unit"
            )
        return people.filter(
            assignments__valid__contains=self.viewer.today,
            assignments__unit_id__in=self.viewer.tree.below(node.id),
        )


class QueueListView(ViewerAPIView, ListAPIView[Queue]):
    """The kinds of work, and what they differ by."""

    needs = Permission.SEE_NAMES
    serializer_class = QueueSerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[Queue]:
        read_parameters(self.request, [])
        return Queue.objects.select_related("customer")
