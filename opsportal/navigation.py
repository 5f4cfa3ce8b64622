"""The one list of what the frame links to; each page shows the entries its viewer may open."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

# Room in the phone's bar beside 'More'.
TABS = 4


class Entry(NamedTuple):
    """One line of the navigation; `may_open` takes the viewer."""

    label: str
    icon: str
    url_name: str
    may_open: Callable[[Any], bool]
    section: str = ""


ENTRIES: tuple[Entry, ...] = ()


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `navigation` with the lines that this viewer may open.

    Lazy, because a page that says that the database is away must not ask it for rights.
    """
    return {"navigation": SimpleLazyObject(lambda: list_lines(request))}


def list_lines(request: HttpRequest) -> dict[str, Any]:
    """Return `lines` for the rail, and for a phone `tabs` and the `more` behind them.

    The line whose address the request's path begins with, the longest such, is the current one.
    """
    viewer = getattr(request, "viewer", None)
    if viewer is None:
        return {"lines": [], "tabs": [], "more": []}
    lines = [
        {
            "label": gettext(entry.label),
            "section": gettext(entry.section) if entry.section else "",
            "icon": entry.icon,
            "href": reverse(entry.url_name),
            "current": False,
        }
        for entry in ENTRIES
        if entry.may_open(viewer)
    ]
    here = [line for line in lines if _leads_to(line["href"], request.path)]
    if here:
        max(here, key=lambda line: len(line["href"]))["current"] = True
    return {"lines": lines, "tabs": lines[:TABS], "more": lines[TABS:]}


def _leads_to(href: str, path: str) -> bool:
    """Everything lies below the home page, so that one is current only on itself."""
    return path == href or (href != "/" and path.startswith(href))
