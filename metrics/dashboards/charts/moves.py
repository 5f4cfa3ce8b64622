"""Where a person came, moved and left, drawn over their trend."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from html import escape
from typing import Any

from metrics.dashboards.rules.persons import Move
from metrics.dashboards.rules.trends import Trend
from opsportal.lib.periods import Grain

# From the first day of a point's period to the left edge of what the point stands for.
_HALF_STEPS = {Grain.DAY: 0.5, Grain.WEEK: 3.5, Grain.MONTH: 15.2, Grain.QUARTER: 45.65}
MOST_LETTERS = 32


def mark_moves(figure: dict[str, Any], trend: Trend, moves: Sequence[Move]) -> dict[str, Any]:
    """Add named vertical lines to a drawing of draw_trend; on a phone only the last has its name.

    Their names hang below the upper edge, so that they do not run into those of definitions,
    which stand above it.
    """
    if not moves:
        return figure
    half = timedelta(days=_HALF_STEPS[trend.grain])
    first = datetime.combine(trend.points[0].period.start, time()) - half
    last = datetime.combine(trend.points[-1].period.start, time()) + half
    places = [
        min(max(datetime.combine(move.on, time()) - half, first), last).isoformat()
        for move in moves
    ]
    middle = (first + (last - first) / 2).isoformat()
    lines = [
        {
            "type": "line",
            "xref": "x",
            "yref": "paper",
            "x0": at,
            "x1": at,
            "y0": 0,
            "y1": 1,
            "line": {"color": "token:line-strong", "width": 1},
        }
        for at in places
    ]
    names = [
        {
            "xref": "x",
            "yref": "paper",
            "x": at,
            "y": 1,
            "xanchor": "left" if at < middle else "right",
            "yanchor": "top",
            # Neighbours of a few weeks do not write over each other.
            "yshift": -15 * (place % 3),
            "text": _cut(move.words),
            "font": {"color": "token:ink-2"},
        }
        for place, (at, move) in enumerate(zip(places, moves, strict=True))
    ]
    layout, phone = figure["layout"], figure["phone"]
    return {
        **figure,
        "layout": {
            **layout,
            "shapes": [*layout["shapes"], *lines],
            "annotations": [*layout["annotations"], *names],
        },
        "phone": {**phone, "annotations": [*phone["annotations"], {**names[-1], "yshift": 0}]},
    }


def _cut(words: str) -> str:
    """Shorten words, and write them so that Plotly takes none of them for markup."""
    short = words if len(words) <= MOST_LETTERS else f"{words[: MOST_LETTERS - 1]}…"
    return escape(short, quote=False)
