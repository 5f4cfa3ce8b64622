"""Query parameters, read strictly: what is not known is refused, not ignored."""

from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches

from rest_framework.request import Request

from opsportal.lib.api.problems import Problem

PAGING = ("cursor", "limit")


def read_parameters(request: Request, known: Iterable[str]) -> dict[str, str]:
    """Return the query parameters that were given; raise Problem for an unknown or repeated one.

    PostgreSQL takes no text with a NUL in it, so none gets as far as a query.
    """
    allowed = sorted({*known, *PAGING})
    given: dict[str, str] = {}
    for name, values in request.query_params.lists():
        if name not in allowed:
            near = get_close_matches(name, allowed, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise Problem(
                "unknown_parameter",
                f"There is no parameter '{name}' here.{hint} Known are: {', '.join(allowed)}.",
                parameter=name,
            )
        if len(values) > 1:
            raise Problem(
                "repeated_parameter", f"Parameter '{name}' was given twice.", parameter=name
            )
        if "\x00" in values[0]:
            raise Problem(
                "invalid_parameter",
                f"Parameter '{name}' holds a character that no text may hold.",
                parameter=name,
            )
        if values[0] != "":
            given[name] = values[0]
    return given


def read_date(given: dict[str, str], name: str) -> date | None:
    """Read an ISO 8601 date; None where it was not given; raise Problem where it is none."""
    text = given.get(name)
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem(
            "invalid_date", f"'{text}' is not a date such as 2026-11-22.", parameter=name
        ) from None
