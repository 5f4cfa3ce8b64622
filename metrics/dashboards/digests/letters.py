"""A digest as a letter: what the page shows of the unit, in words, with links to more."""

from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse

from metrics.dashboards.digests.rules import WEEK, Line, Signals, find_signals, title_letter
from metrics.dashboards.rules.questions import Question
from metrics.dashboards.selectors import UnitDashboard, get_unit_dashboard
from metrics.dashboards.tables.addresses import Owner, address
from metrics.dashboards.tables.freshness import say_freshness, say_late, say_waiting
from metrics.dashboards.tables.tiles import HEADLINES
from teams.access.viewers import Viewer
from teams.structure.rules import Node


def write_letter(viewer: Viewer, unit: Node, day: date) -> dict[str, Any]:
    """Write the digest of a unit that the viewer may read, as its templates take it.

    The same figures as on the dashboard as it opens. What turned is what did in the week to `day`.
    """
    dashboard = get_unit_dashboard(viewer, unit, {})
    header, body = dashboard.header, dashboard.body
    letter = {
        "unit": unit.name,
        "freshness": say_freshness(header.extent),
        "data_notes": [
            note for note in (say_late(header.late), say_waiting(header.waiting_days)) if note
        ],
        "href": _absolute(reverse("metrics:unit-dashboard", args=[unit.slug])),
        "stop_href": _absolute(reverse("metrics:unit-digest", args=[unit.slug])),
        "reader": viewer.name,
        "title": f"{unit.name}: no data yet",
        "parts": [],
        "figures": [],
    }
    if body is None:
        return letter
    signals = _find_signals(dashboard, day - WEEK)
    question = body.question
    owner = Owner("unit", unit.slug)
    return letter | {
        "title": title_letter(unit.name, signals),
        "period": question.period.label(),
        "against": question.against.label() if question.against else "",
        "is_calm": signals.is_calm,
        "parts": [
            {
                "head": head,
                "lines": [
                    {"title": line.title, "words": line.words, "href": _page(question, owner, line)}
                    for line in lines
                ],
            }
            for head, lines in (
                ("New this week", signals.turned),
                ("Standing longer", signals.standing),
                ("Target missed, within its usual range", signals.missed),
            )
            if lines
        ],
        "figures": signals.figures,
    }


def _find_signals(dashboard: UnitDashboard, since: date) -> Signals:
    body, header = dashboard.body, dashboard.header
    assert body is not None, "asked of a unit with data"
    return find_signals(body.tiles[:HEADLINES], header.span, body.question.period, since)


def _page(question: Question, owner: Owner, line: Line) -> str:
    return _absolute(address(question, owner, kpi=line.kpi))


def _absolute(path: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"
