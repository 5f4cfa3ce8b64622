"""Errors as problem details (RFC 9457), each with a code that scripts can rely on."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

PROBLEM_TYPE = "application/problem+json"


class Problem(exceptions.APIException):  # type: ignore[misc] # it comes without types
    """Answer a call with one problem: a stable code, a sentence, and members of your own."""

    def __init__(
        self, code: str, detail: str, status: int = status.HTTP_400_BAD_REQUEST, **members: Any
    ) -> None:
        super().__init__(detail=detail, code=code)
        self.status_code = status
        self.members = members


def describe_problem(status: int, code: str, detail: str) -> dict[str, Any]:
    """Return the members that every problem has."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }


def handle_exception(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception into `application/problem+json`; None lets Django answer 500."""
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    response = exception_handler(exc, context)
    if response is None or not isinstance(exc, exceptions.APIException):
        return response
    codes = exc.get_codes()
    response.data = {
        **describe_problem(
            response.status_code,
            codes if isinstance(codes, str) else "invalid",
            exc.detail if isinstance(exc.detail, str) else "Some fields are not valid.",
        ),
        **({} if isinstance(exc.detail, str) else {"fields": exc.detail}),
        **getattr(exc, "members", {}),
    }
    response.content_type = PROBLEM_TYPE
    return response


class ProblemSerializer(serializers.Serializer[Any]):  # type: ignore[misc] # it comes without types
    """What every error answers: a title, a sentence, and a code that scripts can rely on."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable; the sentence is not.")
    detail = serializers.CharField()
    parameter = serializers.CharField(
        required=False, help_text="The query parameter that it is about, where it is about one."
    )

    def get_fields(self) -> dict[str, Any]:
        # 'fields' is an attribute of every serializer and cannot be declared as one.
        return {
            **super().get_fields(),
            "fields": serializers.DictField(
                required=False,
                child=serializers.ListField(child=serializers.CharField()),
                help_text="What is wrong with which field of the body.",
            ),
        }


def problems(*codes: int) -> dict[tuple[int, str], Any]:
    """Describe in OpenAPI that a call may answer with problems under these status codes."""
    return {(code, PROBLEM_TYPE): ProblemSerializer for code in codes}
