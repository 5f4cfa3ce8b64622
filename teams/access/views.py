from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.views.generic.base import View

from teams.access.roles import Permission
from teams.access.viewers import Viewer


class ViewerMixin(View):
    """A page for whoever holds `needs` somewhere; None lets in everyone who is signed in."""

    needs: Permission | None = None

    @property
    def viewer(self) -> Viewer:
        return self.request.viewer  # type: ignore[attr-defined, no-any-return]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.needs is not None and not self.viewer.may(self.needs):
            raise PermissionDenied(f"This page needs the right '{self.needs}'.")
        return super().dispatch(request, *args, **kwargs)
