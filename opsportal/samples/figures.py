"""Figures of each form as pages give them to components/chart_card.html."""

import math
from typing import Any


def wave(start: float, swing: float, slope: float = 0.0, n: int = 28) -> list[float]:
    return [start + slope * i + swing * math.sin(i * 1.7) * math.cos(i * 0.6) for i in range(n)]


def sample_trend() -> dict[str, Any]:
    """Return a control chart: usual range, target, line and signals."""
    days = [f"2026-10-{d:02}" for d in range(4, 32)]
    values = [v - (3.4 if i > 18 else 0) for i, v in enumerate(wave(94, 0.6))]
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


def sample_funnel() -> dict[str, Any]:
    """Return a funnel: shares against n, between the limits of what chance alone would give."""
    sizes = [60 * 1.4**i for i in range(18)]
    spread = [math.sqrt(91.2 * 8.8 / n) for n in sizes]
    limits = {"mode": "lines", "hoverinfo": "skip", "line": {"color": "token:chart-axis"}}
    units = {"Video EN 1": (13402, 94.6), "Video ES": (10920, 83.2), "Escalations": (88, 87.5)}
    return {
        "data": [
            {**limits, "x": sizes, "y": [91.2 - 1.96 * s for s in spread]},
            {**limits, "x": sizes, "y": [min(91.2 + 1.96 * s, 100) for s in spread]},
            {
                "mode": "markers+text",
                "x": [n for n, _ in units.values()],
                "y": [value for _, value in units.values()],
                "text": list(units),
                "textposition": ["top left", "bottom left", "top right"],
                "textfont": {"color": "token:ink-2"},
                "marker": {"size": 9, "color": "token:series-1"},
                "hovertemplate": "%{text}: %{y:.1f} % of %{x:,}<extra></extra>",
            },
        ],
        "layout": {
            "margin": {"l": 36, "r": 64, "t": 28, "b": 44},
            "xaxis": {
                "type": "log",
                "title": {"text": "items due"},
                "tickvals": [100, 1000, 10000],
            },
            "yaxis": {"range": [78, 100.5]},
            "annotations": [_beside(91.2, "All 91.2", "token:ink-2")],
        },
        "phone": {"margin": {"l": 30, "r": 12}, "annotations": []},
    }


def sample_bars() -> dict[str, Any]:
    """Return why a figure moved: rate and mix of each team, from zero."""
    teams = ["Video EN 1", "Video FR", "Video ES"]
    parts = [("Rate", "series-1", [0.4, -0.2, -1.9]), ("Mix", "chart-muted", [0.1, -0.1, -0.6])]
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "name": name,
                "y": teams,
                "x": points,
                "marker": {"color": f"token:{colour}"},
                "hovertemplate": "%{y}, " + name.lower() + ": %{x:+.1f} points<extra></extra>",
            }
            for name, colour, points in parts
        ],
        "layout": {
            "barmode": "relative",
            "margin": {"l": 84, "r": 16, "t": 12, "b": 32},
            "xaxis": {"zeroline": True, "zerolinecolor": "token:chart-axis", "nticks": 6},
            "yaxis": {"showgrid": False},
        },
        "phone": {},
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
