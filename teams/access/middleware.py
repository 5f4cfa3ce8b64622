from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from teams.access.viewers import get_viewer


class ViewerMiddleware:
    """Put `request.viewer` on every request of someone signed in; read only when asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        request.viewer = (  # type: ignore[attr-defined]
            SimpleLazyObject(lambda: get_viewer(user)) if user.is_authenticated else None
        )
        return self.get_response(request)
