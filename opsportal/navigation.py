"""The one list of what the frame links to; each page shows the entries its viewer may open."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from teams.access.roles import Permission
from teams.access.viewers import Viewer

# Room in the phone's bar beside 'More'.
TABS = 4


class Entry(NamedTuple):
    """One line of the navigation; `may_open` takes the viewer."""

    label: str
    icon: str
    url_name: str
    may_open: Callable[[Viewer], bool]
    section: str = ""


def _everyone(viewer: Viewer) -> bool:
    return True


def _holder_of(permission: Permission) -> Callable[[Viewer], bool]:
    return lambda viewer: viewer.may(permission)


def _keeper_of_the_whole(viewer: Viewer) -> bool:
    """Rosters say who is where in the whole organisation."""
    return viewer.may(Permission.CHANGE_STRUCTURE, viewer.tree.root.id)


ENTRIES: tuple[Entry, ...] = (
    Entry(_("Dashboards"), "layout-dashboard", "metrics:dashboard-home", _everyone),
    Entry(
        _("Org chart"),
        "hierarchy-2",
        "teams:org-chart",
        _holder_of(Permission.SEE_NAMES),
        _("People"),
    ),
    Entry(_("People"), "users", "teams:person-list", _holder_of(Permission.SEE_NAMES), _("People")),
    Entry(_("Rosters"), "file-spreadsheet", "teams:roster-list", _keeper_of_the_whole, _("People")),
    Entry(
        _("Feeds and imports"),
        "database-import",
        "metrics:feed-list",
        _holder_of(Permission.READ_FEEDS),
        _("Data"),
    ),
    Entry(
        _("Definitions"),
        "math-function",
        "metrics:kpi-list",
        _holder_of(Permission.SEE_NAMES),
        _("Data"),
    ),
    Entry(
        _("Access"), "key", "teams:grant-list", _holder_of(Permission.INVITE_PEOPLE), _("Portal")
    ),
    Entry(
        _("Audit log"), "history", "teams:audit-log", _holder_of(Permission.READ_AUDIT), _("Portal")
    ),
)


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
    lines: list[dict[str, Any]] = [
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
