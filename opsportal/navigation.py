"""The one list of what the frame links to; each page shows the entries its viewer may open."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from opsportal.lib.addresses import address_of
from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.appraisals.selectors.lists import may_list as may_list_appraisals
from teams.finding.selectors import list_stars
from teams.measures.rules import Found, score_match


class Entry(NamedTuple):
    """One line of the navigation; `may_open` takes the viewer.

    `on_phone`: it stands in the phone's bar, which has room for three beside 'Find' and 'More'.
    `also`: addresses that lie elsewhere and still belong to it.
    """

    label: str
    icon: str
    url_name: str
    may_open: Callable[[Viewer], bool]
    section: str = ""
    on_phone: bool = False
    also: tuple[str, ...] = ()


def _everyone(viewer: Viewer) -> bool:
    return True


def _holder_of(permission: Permission) -> Callable[[Viewer], bool]:
    return lambda viewer: viewer.may(permission)


def _one_of_the_people(viewer: Viewer) -> bool:
    return viewer.person is not None


def _keeper_of_the_whole(viewer: Viewer) -> bool:
    """Rosters say who is where in the whole organisation."""
    return viewer.may(Permission.CHANGE_STRUCTURE, viewer.tree.root.id)


ENTRIES: tuple[Entry, ...] = (
    Entry(_("Home"), "home", "metrics:home", _everyone, on_phone=True),
    Entry(_("Dashboards"), "layout-dashboard", "metrics:dashboard-home", _everyone, on_phone=True),
    Entry(_("Explore"), "chart-dots", "metrics:explore", _holder_of(Permission.READ_UNIT_KPIS)),
    Entry(
        _("Org chart"),
        "hierarchy-2",
        "teams:org-chart",
        _holder_of(Permission.SEE_NAMES),
        _("People"),
    ),
    Entry(
        _("People"),
        "users",
        "teams:person-list",
        _holder_of(Permission.SEE_NAMES),
        _("People"),
        on_phone=True,
    ),
    Entry(
        _("Appraisals"),
        "clipboard-text",
        "teams:appraisal-list",
        may_list_appraisals,
        _("People"),
    ),
    Entry(
        _("One-to-ones"),
        "messages",
        "teams:conversation-list",
        _one_of_the_people,
        _("People"),
    ),
    Entry(_("Goals"), "target", "teams:goal-list", _holder_of(Permission.SEE_NAMES), _("People")),
    Entry(
        _("Growth"), "stairs", "teams:growth-home", _holder_of(Permission.SEE_NAMES), _("People")
    ),
    Entry(
        _("Levels"),
        "scale",
        "teams:level-list",
        _holder_of(Permission.SEE_NAMES),
        _("People"),
        also=("/competencies/",),
    ),
    Entry(_("Rosters"), "file-spreadsheet", "teams:roster-list", _keeper_of_the_whole, _("People")),
    Entry(
        _("Feeds and imports"),
        "database-import",
        "metrics:feed-list",
        _holder_of(Permission.READ_FEEDS),
        _("Data"),
        also=("/imports/",),
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
    `stars` are the pages that were starred, `address` is this page's and `is_starred` tells
    whether it is among them.
    """
    viewer = getattr(request, "viewer", None)
    if viewer is None:
        return {"lines": [], "tabs": [], "more": [], "stars": []}
    entries = [entry for entry in ENTRIES if entry.may_open(viewer)]
    current = _find_current(entries, request.path)
    lines = [
        {
            "label": gettext(entry.label),
            "section": gettext(entry.section) if entry.section else "",
            "icon": entry.icon,
            "href": address_of(entry.url_name),
            "current": entry is current,
            "on_phone": entry.on_phone,
        }
        for entry in entries
    ]
    address = request.get_full_path()
    stars = list_stars(viewer.user)
    return {
        "lines": lines,
        "tabs": [line for line in lines if line["on_phone"]],
        "more": [line for line in lines if not line["on_phone"]],
        "stars": stars,
        "address": address,
        "is_starred": any(star["address"] == address for star in stars),
    }


def _find_current(entries: list[Entry], path: str) -> Entry | None:
    """Find the entry under which a page lies; under the home page lies that page alone."""
    ways = [(way, entry) for entry in entries for way in (address_of(entry.url_name), *entry.also)]
    above = [
        (len(way), entry)
        for way, entry in ways
        if path == way or (way != "/" and path.startswith(way))
    ]
    return max(above, key=lambda one: one[0])[1] if above else None


def find_pages(viewer: Viewer, query: str, most: int) -> list[Found]:
    """Find the pages that the navigation leads this viewer to; no query."""
    found = []
    for entry in ENTRIES:
        label, section = gettext(entry.label), gettext(entry.section) if entry.section else ""
        score = score_match(query, label, section)
        if score and entry.may_open(viewer):
            found.append(
                Found(
                    kind=gettext("Page"),
                    name=label,
                    under=section,
                    href=address_of(entry.url_name),
                    score=score,
                    icon=entry.icon,
                )
            )
    return sorted(found, key=lambda one: -one.score)[:most]
