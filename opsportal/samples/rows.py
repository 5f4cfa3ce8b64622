"""Rows: of people and things that need someone, of teams, of what is to be done."""

from datetime import date
from typing import Any

from opsportal.lib.drawing import make_scale
from opsportal.samples.names import ARABIC_NAME, HEBREW_NAME, LONG_NAME


def sample_attention() -> list[dict[str, Any]]:
    return [
        {
            "status": "late",
            "status_word": "Late 6 days",
            "what": "Answer the dispute on Oskar Nyberg’s appraisal",
            "why": "Says two weeks of overturned audits were counted; answer was due 17 Nov",
            "who": "Lukas Weidner",
            "since": "since 10 Nov",
            "deed": {"label": "Answer", "href": "#"},
            "first": True,
        },
        {
            "status": "due",
            "status_word": "Due Fri 27",
            "what": f"4 appraisals wait in {LONG_NAME}",
            "why": "54 of 58 are submitted",
            "who": ARABIC_NAME,
            "since": "since 13 Nov",
            "deed": {"label": "Remind", "href": "#"},
        },
        {
            "status": "done",
            "status_word": "Done 09:02",
            "what": "Feed ‘Vendor attendance’ has arrived",
            "why": "Stays for today, then leaves the list",
            "who": "Ola Svensson",
            "deed": {"label": "Undo", "href": "#"},
        },
    ]


def sample_story() -> list[dict[str, Any]]:
    return [
        {
            "on": date(2026, 11, 24),
            "kind": "Appraisal",
            "title": "H1 2026–27 was shared",
            "words": f"By {LONG_NAME}",
            "href": "#",
            "icon": "clipboard-text",
        },
        {"on": date(2026, 5, 4), "kind": "Unit", "title": HEBREW_NAME, "icon": "hierarchy-2"},
    ]


def sample_steps() -> list[dict[str, Any]]:
    return [
        {"name": "Received", "state": "done", "first": "01:58:40", "second": "1.2 MB"},
        {"name": "Read", "state": "done", "first": "01:58:43", "second": "6,412 rows"},
        {"name": "Written", "state": "done", "first": "01:59:18", "second": "one transaction"},
        {
            "name": "Days recomputed",
            "state": "now",
            "first": "19 of 28",
            "second": "about 1 min left; you may leave",
            "percent": 68,
        },
        {"name": "Shown in dashboards", "state": "todo", "first": "provisional until then"},
    ]


def sample_teams() -> list[dict[str, Any]]:
    columns = ("band", "name", "leader", "value", "low", "high", "n", "status")
    rows = [
        ("Higher", "Video EN 1", "Samuel Brandt", 94.6, 94.2, 95.0, 13402, "met"),
        ("Higher", "Video EN 2", "Aoife Kelleher", 94.3, 93.9, 94.7, 11988, "close"),
        ("Middle", LONG_NAME, "Lukas Weidner", 90.6, 89.8, 91.3, 5610, "missed"),
        ("Lower", HEBREW_NAME, "Carmen Ibáñez", 83.2, 82.4, 83.8, 10920, "missed"),
        ("Not ranked", "Video Escalations", "Grace Mbeki", 87.5, 79.0, 92.9, 88, "few"),
    ]
    teams = [dict(zip(columns, row, strict=True)) for row in rows]
    return [{**team, "few": team["status"] == "few"} for team in teams]


def sample_failed_steps() -> list[dict[str, Any]]:
    return [
        {"name": "Received", "state": "done", "first": "08:12:03"},
        {"name": "Checked", "state": "failed", "first": "column ‘decided’ is missing"},
        {"name": "Written", "state": "todo"},
    ]


def sample_strips() -> list[dict[str, Any]]:
    return [
        {
            "subject": "People",
            "icon": "users",
            "facts": ("*4* in onboarding, 1 late at a gate", "*95 %* certified"),
            "deed": "People",
            "href": "#",
        },
        {
            "subject": "Data",
            "icon": "database-import",
            "facts": (f"*1* feed late: {LONG_NAME}", "21–22 Nov provisional"),
            "deed": "Feeds",
            "href": "#",
        },
    ]


def sample_news() -> list[dict[str, Any]]:
    return [
        {
            "title": "On-time delivery left its usual range",
            "words": "Video Safety, since 3 Nov: 91.2 % after 93.8 %",
            "href": "#",
        },
        {"title": "A new version of accuracy holds", "words": "since 10 Nov; read what changed"},
    ]


def sample_matrix() -> dict[str, Any]:
    """Return a matrix of people and certifications with every kind of cell."""
    current = {"status": "done", "word": "to Mar 27", "href": "#"}
    late = {"status": "expired", "word": "Expired 9 d ago", "href": "#"}
    due = {"status": "due", "word": "Due in 5 d", "href": "#"}
    booked = {"status": "booked", "word": "Booked 24 Nov", "href": "#"}
    untouched = {"status": "todo", "word": "Not started", "href": "#"}
    again = {"status": "retake", "word": "Retake by 4 Dec", "href": "#"}
    return {
        "label": "Certifications",
        "corner": "Person",
        "heads": [
            {"label": "Graphic content 2026", "under": "95 % current"},
            {"label": "Policy VS-14 v3", "under": "49 % current"},
            {"label": "Minor safety", "under": "100 % current"},
            {"label": "Audit calibration", "under": "95 % current"},
        ],
        "rows": [
            {"name": "Hugo Salas", "href": "#", "cells": [late, due, current, None]},
            {"name": ARABIC_NAME, "href": "#", "cells": [current, booked, untouched, again]},
            {"name": LONG_NAME, "under": "Video ES", "cells": [due, current, current, None]},
        ],
    }


def sample_evidence() -> list[dict[str, Any]]:
    """Return figures to cite: judged, too few to judge, frozen."""
    return [
        {
            "number": "E1",
            "name": "Accuracy",
            "href": "#",
            "shown": "97.1 %",
            "scale": make_scale([92.0, 99.0]),
            "value": 97.1,
            "low": 96.1,
            "high": 97.9,
            "target": 95.0,
            "status": "met",
            "interval": "96.1 – 97.9",
            "n": "1,418",
            "version": 2,
        },
        {
            "number": "E2",
            "name": f"Decisions overturned in {LONG_NAME}",
            "shown": "4.5 %",
            "scale": make_scale([0.0, 16.0]),
            "value": 4.5,
            "low": 1.3,
            "high": 15.1,
            "few": True,
            "status": "few",
            "interval": "1.3 – 15.1",
            "n": "44 of 200",
            "version": 1,
            "frozen": "Frozen 24 Nov 10:12",
        },
    ]
