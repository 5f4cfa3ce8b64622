from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.generic import TemplateView

from opsportal.lib.api.problems import PROBLEM_TYPE, describe_problem
from opsportal.samples import sample_components

PROBLEMS = {
    400: ("bad_request", "This request cannot be read."),
    403: ("permission_denied", "You may not do this."),
    404: ("not_found", "There is no such address."),
    500: ("server_error", "The portal made a mistake; it has been logged."),
}


class ComponentsView(TemplateView):
    """Show every part of the pages in all its states."""

    template_name = "components_page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**sample_components(), **kwargs)


def _error(request: HttpRequest, status: int) -> HttpResponse:
    """Answer an error that no view answered: a page, or under the API's address a problem."""
    if request.path.startswith("/api/"):
        code, detail = PROBLEMS[status]
        return JsonResponse(
            describe_problem(status, code, detail), status=status, content_type=PROBLEM_TYPE
        )
    return render(request, f"errors/{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return _error(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "errors/csrf.html", status=403)
