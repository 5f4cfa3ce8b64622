"""How rows are said: status words, days, pages of a list."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from teams.access.viewers import Viewer
from teams.conversations.models import Action
from teams.conversations.rules import Standing
from teams.conversations.selectors import Led

SHOWN = 20
# So soon before somebody is due, the list says so.
SOON_DAYS = 7
M = TypeVar("M", bound=Model)


def say_overdue(days: int) -> str:
    return ngettext("Overdue %(n)s day", "Overdue %(n)s days", days) % {"n": days}


def say_standing(standing: Standing, viewer: Viewer) -> dict[str, str]:
    """Say how somebody stands as a status (a key of opsportal.lib.statuses) and its words."""
    if standing.is_overdue and standing.last_on is None:
        return {"status": "overdue", "state": gettext("Overdue")}
    if standing.is_overdue:
        return {"status": "overdue", "state": say_overdue(standing.days_over)}
    words = gettext("Due %(day)s") % {"day": date_format(standing.due_on, "j M")}
    is_soon = (standing.due_on - viewer.today).days <= SOON_DAYS
    return {"status": "due" if is_soon else "", "state": words}


def shape_led(row: Led, viewer: Viewer) -> dict[str, Any]:
    """Write a row of the leader's list."""
    last, planned = row.last, row.planned
    return {
        "person": row.person,
        "unit": row.unit,
        "last_on": row.standing.last_on,
        "last_with": last.leader.name if last and last.leader != viewer.person else "",
        "planned": planned,
        "points": ngettext("%(n)s point on the agenda", "%(n)s points on the agenda", row.points)
        % {"n": row.points}
        if row.points
        else "",
        "planned_is_past": planned is not None and planned.planned_on < viewer.today,
        **say_standing(row.standing, viewer),
    }


def shape_action(action: Action, viewer: Viewer) -> dict[str, Any]:
    """Write an action with how it stands; what is done says when."""
    days = (viewer.today - action.due_on).days
    if action.done_on:
        status, state = "done", gettext("Done %(day)s")
        state %= {"day": date_format(action.done_on, "j M")}
    elif days > 0:
        status, state = "overdue", say_overdue(days)
    else:
        status, state = "due", gettext("Due %(day)s")
        state %= {"day": date_format(action.due_on, "j M")}
    return {"action": action, "status": status, "state": state, "is_open": not action.done_on}


def turn_pages(
    request: HttpRequest, rows: "QuerySet[M, M]", most: int
) -> tuple[list[M], dict[str, str]]:
    """Read one page of a list, in one query: its rows, and the words and links under it.

    `from` in the address says after how many it begins; what is no number begins at the first.
    """
    given = request.GET.get("from", "")
    start = int(given) if given.isascii() and given.isdigit() and len(given) < 7 else 0
    found = list(rows[start : start + most + 1])
    has_more, shown = len(found) > most, found[:most]
    if not has_more and not start:
        return shown, {}
    return shown, {
        "shown": gettext("%(first)s – %(last)s") % {"first": start + 1, "last": start + len(shown)}
        if shown
        else gettext("No more"),
        "previous": f"?from={max(start - most, 0)}" if start else "",
        "next": f"?from={start + most}" if has_more else "",
    }
