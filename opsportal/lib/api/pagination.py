"""Cursor pages: `{"next", "previous", "results"}`, `limit` up to 1000."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core import signing
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from opsportal.lib.api.problems import Problem

LIMIT = 100
MAX_LIMIT = 1000
# As many as always fit into a bigint.
KEY_DIGITS = 18


class CursorPages(CursorPagination):  # type: ignore[misc] # it comes without types
    """Pages of a queryset, in its primary key's order unless the view says otherwise.

    The first field of the order is a whole number.
    """

    ordering = "pk"
    page_size = LIMIT
    page_size_query_param = "limit"
    max_page_size = MAX_LIMIT
    cursor_query_param = "cursor"

    def get_page_size(self, request: Request) -> int:
        return read_limit(request)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Read the cursor; raise Problem where it was made up or spoiled on its way."""
        try:
            cursor = super().decode_cursor(request)
        except NotFound:
            raise _invalid_cursor() from None
        if cursor is not None and cursor.position is not None and not _is_key(cursor.position):
            raise _invalid_cursor()
        return cursor

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return page_schema(schema)


def page_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Describe a page of `schema` rows in OpenAPI."""
    link = {"type": "string", "format": "uri", "nullable": True}
    return {
        "type": "object",
        "required": ["next", "previous", "results"],
        "properties": {"next": link, "previous": link, "results": schema},
    }


def read_limit(request: Request) -> int:
    """Read `limit`; raise Problem unless it is from 1 to 1000."""
    text = request.query_params.get("limit", "")
    if text == "":
        return LIMIT
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MAX_LIMIT:
        raise Problem(
            "invalid_limit", f"'{text}' is not a limit from 1 to {MAX_LIMIT}.", parameter="limit"
        )
    return int(text)


def read_offset(request: Request) -> int:
    """Read where a page of computed rows starts from its cursor; raise Problem for another."""
    cursor = request.query_params.get("cursor", "")
    if cursor == "":
        return 0
    try:
        return int(signing.Signer(salt="cursor").unsign(cursor))
    except (signing.BadSignature, ValueError):
        raise _invalid_cursor() from None


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= KEY_DIGITS


def _invalid_cursor() -> Problem:
    return Problem("invalid_cursor", "This cursor is not one of ours.", parameter="cursor")


def page_of_rows(
    request: Request,
    rows: Sequence[Any],
    *,
    start: int,
    total: int,
    fixed: Mapping[str, str] | None = None,
) -> Response:
    """Answer with computed rows `start` to `start + len(rows)` of `total`, with links around.

    `fixed` are parameters that the links say even where the caller did not.
    """
    limit = read_limit(request)
    url = request.build_absolute_uri()
    for name, value in (fixed or {}).items():
        url = replace_query_param(url, name, value)

    def link(offset: int) -> str:
        if offset == 0:
            return str(remove_query_param(url, "cursor"))
        return str(
            replace_query_param(url, "cursor", signing.Signer(salt="cursor").sign(str(offset)))
        )

    end = start + len(rows)
    return Response(
        {
            "next": link(end) if end < total else None,
            "previous": link(max(start - limit, 0)) if start else None,
            "results": rows,
        }
    )
