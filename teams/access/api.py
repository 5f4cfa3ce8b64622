from typing import Any, NoReturn

from django.db.models import QuerySet
from django.utils.translation import gettext
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.views import APIView

from opsportal.lib.api.pagination import CursorPages
from opsportal.lib.api.parameters import read_date, read_parameters
from opsportal.lib.api.problems import Problem
from teams.access.roles import Permission
from teams.access.selectors import search_events
from teams.access.serializers import AuditEventSerializer
from teams.access.viewers import Viewer, get_viewer
from teams.accounts.models import ApiToken
from teams.audit.models import AuditEvent


class ViewerAPIView(APIView):
    """A call for whoever holds `needs` somewhere; None lets in everyone who is signed in."""

    needs: Permission | None = None
    viewer: Viewer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.viewer = _read_viewer(request)
        if self.needs is not None and not self.viewer.may(self.needs):
            refuse(self.needs)


def refuse(right: Permission) -> NoReturn:
    """Answer that a right is lacking altogether."""
    raise Problem(
        "permission_missing",
        gettext("This needs the right '%(right)s', which you or this token do not have.")
        % {"right": right.value},
        status=403,
    )


def _read_viewer(request: Request) -> Viewer:
    """Return the viewer of a browser's session, or of an API token within its scopes."""
    if not isinstance(request.auth, ApiToken):
        return request.viewer
    scopes = [Permission(scope) for scope in request.auth.scopes]
    return get_viewer(request.user, limited_to=scopes or None)


class ApiTokenScheme(KnoxTokenScheme):
    """How OpenAPI describes our tokens; drf-spectacular finds it because it exists."""

    target_class = "teams.access.backends.ApiTokenAuthentication"
    name = "apiToken"


class NewestFirst(CursorPages):
    ordering = "-pk"


class AuditEventListView(ViewerAPIView, ListAPIView[AuditEvent]):
    """What was done, newest first."""

    needs = Permission.READ_AUDIT
    serializer_class = AuditEventSerializer
    pagination_class = NewestFirst

    @extend_schema(
        parameters=[
            OpenApiParameter("act", description="Acts that begin so, such as 'person.'."),
            OpenApiParameter(
                "person",
                description="Who acted or was acted upon: employee number, e-mail, part of a name.",
            ),
            OpenApiParameter("from", description="ISO date, inclusive."),
            OpenApiParameter("to", description="ISO date, exclusive."),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[AuditEvent]:
        given = read_parameters(self.request, ["act", "person", "from", "to"])
        return search_events(
            self.viewer,
            act=given.get("act", ""),
            person=given.get("person", ""),
            start=read_date(given, "from"),
            end=read_date(given, "to"),
        )
