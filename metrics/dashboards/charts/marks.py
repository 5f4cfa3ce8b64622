"""Vertical lines where something changed, with their names above the drawing."""

from collections.abc import Sequence
from typing import Any, NamedTuple

# Names stand in two rows above the drawing, so that neighbours need not lie on each other.
ROW_HEIGHT = 13
MOST_LETTERS = 44


class MarkPlace(NamedTuple):
    """A mark: its place on the axis, as a share of the width from the left too, and its words."""

    x: str
    share: float
    words: str


def draw_marks(places: Sequence[MarkPlace]) -> list[dict[str, Any]]:
    """Draw a thin line for each mark, from bottom to top."""
    return [
        {
            "type": "line",
            "xref": "x",
            "yref": "paper",
            "x0": place.x,
            "x1": place.x,
            "y0": 0,
            "y1": 1,
            "line": {"color": "token:line-strong", "width": 1},
        }
        for place in places
    ]


def name_marks(places: Sequence[MarkPlace]) -> list[dict[str, Any]]:
    """Name the marks; the newest two that come close stand in two rows, older ones lose theirs."""
    named: list[dict[str, Any]] = []
    rows: list[float] = []
    for place in reversed(places):
        close = [share for share in rows if abs(share - place.share) < 0.35]
        if len(close) > 1:
            continue
        rows.append(place.share)
        named.append(
            {
                "xref": "x",
                "yref": "paper",
                "x": place.x,
                "y": 1,
                "xanchor": "left" if place.share < 0.5 else "right",
                "yanchor": "bottom",
                "yshift": ROW_HEIGHT if close else 0,
                "text": _cut(place.words),
                "font": {"color": "token:ink-2"},
            }
        )
    return named[::-1]


def _cut(words: str) -> str:
    short = words if len(words) <= MOST_LETTERS else f"{words[: MOST_LETTERS - 1]}…"
    return short.replace("&", "&amp;").replace("<", "&lt;")
