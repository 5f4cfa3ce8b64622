"""What /components/ shows: every part of the pages in all its states. Invented figures."""

import math
from typing import Any

from django import forms

from opsportal.lib.drawing import make_scale
from opsportal.lib.icons import FILLED, OUTLINE
from opsportal.lib.statuses import STATUSES

LONG_NAME = (
    "Trust & Safety Operations for Short Video, Live Streams and Comments in Spanish, "
    "Portuguese and Catalan, Night Shift, Team 17"
)
COLOURS = (
    *("ink", "ink-2", "ink-3", "line-strong", "sunken", "canvas", "accent", "accent-soft"),
    *("good", "bad", "warn", "calm", "good-soft", "bad-soft", "warn-soft", "calm-soft"),
    *("chart-band", "chart-axis", "chart-muted"),
    *("series-1", "series-2", "series-3", "series-4", "series-5"),
)


class SampleForm(forms.Form):
    name = forms.CharField(help_text="As it stands in the roster.", initial=LONG_NAME)
    joined_on = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(choices=[("queue_days", "Queue days"), ("work", "Work records")])
    file = forms.FileField(help_text="CSV, XLSX, Parquet or NDJSON, up to 1 GB.")
    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    whole = forms.BooleanField(label="All rows or none", required=False)


def sample_components() -> dict[str, Any]:
    """Return the context of components_page.html."""
    return {
        "crumbs": [{"label": "Trust & Safety", "href": "#"}, {"label": "Components"}],
        "colours": COLOURS,
        "statuses": list(STATUSES.items()),
        "icons": [(name, False) for name in OUTLINE] + [(name, True) for name in FILLED],
        "tiles": _tiles(),
        "attention": _attention(),
        "steps": _steps(),
        "failed_steps": [
            {"name": "Received", "state": "done", "first": "08:12:03"},
            {"name": "Checked", "state": "failed", "first": "column ‘decided’ is missing"},
            {"name": "Written", "state": "todo"},
        ],
        "counts": {
            "rows": 6412,
            "inserted": 5988,
            "updated": 311,
            "unchanged": 86,
            "rejected": 27,
        },
        "filters": _filters(),
        "links": [
            {"label": "All 27", "href": "#", "current": True},
            {"label": "Unknown person 14", "href": "#"},
            {"label": "Date ahead 6", "href": "#"},
        ],
        "form": SampleForm(data={"name": LONG_NAME, "joined_on": "31 February"}),
        "scale": make_scale([78.0, 96.0]),
        "teams": _teams(),
        "figure": sample_figure(),
        "table": {
            "heads": [{"label": "Day"}, {"label": "On time, %", "num": True}],
            "rows": [["28 Sep", "92.9"], ["29 Sep", "93.9"], ["30 Sep", "94.3"]],
            "total": ["All days", "93.7"],
        },
        "long_name": LONG_NAME,
    }


def _wave(start: float, swing: float, slope: float = 0.0, n: int = 28) -> list[float]:
    return [start + slope * i + swing * math.sin(i * 1.7) * math.cos(i * 0.6) for i in range(n)]


def _tiles() -> list[dict[str, Any]]:
    fallen = [v - (3.4 if i > 8 else 0) for i, v in enumerate(_wave(94, 0.6))]
    gaps = [None if 9 < i < 14 else v for i, v in enumerate(_wave(0.72, 0.03))]
    return [
        {
            "name": "On-time delivery",
            "href": "#",
            "chosen": True,
            "value": "91.2",
            "unit": "%",
            "spark": {
                "values": fallen,
                "band": (92.1, 95.8),
                "target": 94,
                "signals": (9, 15, 21, 27),
            },
            "change": "−2.6 pp",
            "before": "93.8",
            "status": "missed",
            "target": "target ≥ 94.0",
            "interval": "90.9 – 91.5, n 45,878",
            "signal": "Outside its usual range since 3 Nov",
            "explain": {
                "formula": "(due − missed) ÷ due × 100",
                "numerator": "41,841",
                "denominator": "45,878",
                "n": "45,878 items due",
                "version": "version 2, since 1 Jan",
                "href": "#",
                "computed": "22 Nov, 02:03",
            },
        },
        {
            "name": "Units per hour",
            "href": "#",
            "value": "41.8",
            "spark": {"values": _wave(40.7, 1.4, 0.05), "band": (38.8, 44.0), "target": 40},
            "change": "+3.1",
            "before": "38.7",
            "status": "met",
            "target": "target ≥ 40.0",
            "interval": "41.5 – 42.1, n 412,306",
        },
        {
            "name": "Cost per correct unit",
            "href": "#",
            "value": "0.94",
            "prefix": "€",
            "spark": {"values": _wave(0.96, 0.02, -0.001), "band": (0.9, 0.99), "target": 0.96},
            "change": "−0.03",
            "before": "€0.97",
            "status": "close",
            "target": "target ≤ €0.96",
            "interval": "0.91 – 0.97, rates of 1 Oct",
        },
        {
            "name": "Agreement (α)",
            "href": "#",
            "value": "0.71",
            "spark": {"values": gaps, "target": 0.8},
            "change": "−0.02",
            "before": "0.73",
            "status": "few",
            "interval": "n 64 of 200 needed",
        },
        {
            "name": "Utilisation",
            "href": "#",
            "value": "78.4",
            "unit": "%",
            "spark": {"values": _wave(78, 1.1), "band": (76, 80.6)},
            "change": "+0.2 pp",
            "before": "78.2",
            "status": "provisional",
            "note": "attendance late since 21 Nov",
        },
        {
            "name": "Cost per unit",
            "status": "nodata",
            "note": "no cost rate from 1 Nov",
            "action": {"label": "Add the rate", "href": "#"},
        },
        {
            "name": LONG_NAME,
            "href": "#",
            "value": "1,234,567.8",
            "unit": "items a day",
            "status": "notarget",
        },
    ]


def _attention() -> list[dict[str, Any]]:
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
            "who": "Carmen Ibáñez",
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


def _steps() -> list[dict[str, Any]]:
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


def _filters() -> dict[str, Any]:
    def options(chosen: str, *others: str) -> list[dict[str, Any]]:
        return [
            {"value": word, "label": word, "selected": word == chosen} for word in (chosen, *others)
        ]

    return {
        "action": "#",
        "reset": "#",
        "picks": [
            {
                "kind": "dates",
                "label": "Period",
                "summary": "26 Oct – 22 Nov",
                "from_name": "from",
                "from_value": "2026-10-26",
                "to_name": "to",
                "to_value": "2026-11-22",
            },
            {
                "kind": "select",
                "label": "Compare with",
                "name": "compare",
                "options": options("previous four weeks", "a year before"),
            },
            {
                "kind": "many",
                "label": "Queues",
                "name": "queue",
                "summary": "2 of 3",
                "on": True,
                "options": [
                    {"value": "es", "label": "Spanish, standard", "selected": True},
                    {"value": "de", "label": "German, standard", "selected": True},
                    {"value": "long", "label": LONG_NAME},
                ],
            },
            {
                "kind": "select",
                "label": "Level",
                "name": "level",
                "on": True,
                "options": options("people", "teams"),
            },
        ],
    }


def _teams() -> list[dict[str, Any]]:
    columns = ("band", "name", "leader", "value", "low", "high", "n", "status")
    rows = [
        ("Higher", "Video EN 1", "Samuel Brandt", 94.6, 94.2, 95.0, 13402, "met"),
        ("Higher", "Video EN 2", "Aoife Kelleher", 94.3, 93.9, 94.7, 11988, "close"),
        ("Middle", LONG_NAME, "Lukas Weidner", 90.6, 89.8, 91.3, 5610, "missed"),
        ("Lower", "Video ES", "Carmen Ibáñez", 83.2, 82.4, 83.8, 10920, "missed"),
        ("Not ranked", "Video Escalations", "Grace Mbeki", 87.5, 79.0, 92.9, 88, "few"),
    ]
    teams = [dict(zip(columns, row, strict=True)) for row in rows]
    return [{**team, "few": team["status"] == "few"} for team in teams]


def sample_figure() -> dict[str, Any]:
    """Return a control chart as pages give it to components/chart_card.html."""
    days = [f"2026-10-{d:02}" for d in range(4, 32)]
    values = [v - (3.4 if i > 18 else 0) for i, v in enumerate(_wave(94, 0.6))]
    out = [i for i, v in enumerate(values) if v < 92.1]
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    ends = [days[0], days[-1]]
    return {
        "data": [
            {**edge, "x": ends, "y": [92.1, 92.1]},
            {
                **edge,
                "x": ends,
                "y": [95.8, 95.8],
                "fill": "tonexty",
                "fillcolor": "token:chart-band",
            },
            {
                "x": ends,
                "y": [94, 94],
                "mode": "lines",
                "hoverinfo": "skip",
                "line": {"dash": "5px,4px", "width": 1.25, "color": "token:chart-target"},
            },
            {
                "x": days,
                "y": values,
                "mode": "lines",
                "line": {"color": "token:series-1"},
                "hovertemplate": "%{x|%a %-d %b}: %{y:.1f} %<extra></extra>",
            },
            {
                "x": [days[i] for i in out],
                "y": [values[i] for i in out],
                "mode": "markers",
                "hoverinfo": "skip",
                "marker": {
                    "symbol": "diamond",
                    "size": 8,
                    "color": "token:warn",
                    "line": {"color": "token:surface", "width": 1},
                },
            },
        ],
        "layout": {
            "margin": {"l": 36, "r": 120, "t": 28, "b": 32},
            "xaxis": {"tickformat": "%-d %b", "nticks": 5},
            "yaxis": {"range": [88, 97]},
            "annotations": [
                _beside(94, "Target 94.0", "token:ink-2"),
                _beside(95.3, "Usual range<br>92.1 – 95.8", "token:ink-3"),
            ],
        },
        "phone": {"margin": {"l": 30, "r": 12}, "annotations": []},
    }


def _beside(y: float, text: str, colour: str) -> dict[str, Any]:
    return {
        "xref": "paper",
        "x": 1,
        "xanchor": "left",
        "xshift": 8,
        "y": y,
        "text": text,
        "font": {"color": colour},
    }
