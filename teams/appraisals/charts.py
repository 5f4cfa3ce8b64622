"""The figures of a calibration session, as plain dictionaries that static/js/charts.js draws."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from opsportal.lib.drawing import Scale, make_scale
from teams.appraisals.rules.calibration import HIGHEST, LOWEST, Relation

MARGIN = {"l": 92, "r": 16, "t": 12, "b": 44}
PHONE_MARGIN = {"l": 24, "r": 12, "t": 12, "b": 44}
# So many of the cases are named, the furthest first; the others say it when pointed at.
MOST_NAMED = 6
NAME_LENGTH = 24
BAND_STEPS = 24
# A whole chart stays small: of more points, those that nobody asks about lose their names.
MOST_HOVERED = 250


class Mark(NamedTuple):
    """A person in the scatter: where they stand, and whether their leader is the one shown.

    A case, who is named, lies so far off what is expected; others have None.
    """

    name: str
    score: float
    rating: float
    is_shown: bool
    off: float | None


def draw_scatter(
    marks: Sequence[Mark], relation: Relation | None, rating_names: Collection[tuple[int, Any]]
) -> dict[str, Any]:
    """Draw ratings over evidence scores, the line with its band, and the names of the cases."""
    scale = _score_scale(marks)
    names = [{**name, "font": {"color": "token:ink"}} for name in _name_cases(marks, scale)]
    numbers = [number for number, _ in rating_names]
    return {
        "data": [
            *([] if relation is None else _draw_relation(relation, marks)),
            *_draw_marks([mark for mark in marks if not mark.is_shown], _OTHERS, len(marks)),
            *_draw_marks([mark for mark in marks if mark.is_shown], _SHOWN, 0),
        ],
        "layout": {
            "margin": MARGIN,
            "xaxis": {
                "range": [scale.low, scale.high],
                "tickvals": list(scale.ticks),
                "title": {"text": "Evidence score, 0 – 100"},
            },
            "yaxis": {
                "range": [LOWEST - 0.2, HIGHEST + 0.2],
                "tickvals": numbers,
                "ticktext": [f"{number} {name}" for number, name in rating_names],
            },
            "annotations": names,
        },
        "phone": {
            "margin": PHONE_MARGIN,
            "annotations": names[:2],
            "yaxis": {"ticktext": [str(number) for number in numbers]},
        },
    }


_OTHERS: dict[str, Any] = {"size": 7, "color": "token:chart-muted"}
_SHOWN: dict[str, Any] = {"symbol": "square", "size": 9, "color": "token:series-1"}


def _draw_marks(marks: Sequence[Mark], marker: dict[str, Any], of: int) -> list[dict[str, Any]]:
    if not marks:
        return []
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "x": [round(mark.score, 1) for mark in marks],
        "y": [round(mark.rating, 2) for mark in marks],
        "marker": {**marker, "line": {"color": "token:surface", "width": 1}},
        "hovertemplate": "%{y}, evidence %{x}<extra></extra>",
    }
    if of <= MOST_HOVERED:
        trace["text"] = [_cut(mark.name) for mark in marks]
        trace["hovertemplate"] = "%{text}: %{y}, evidence %{x}<extra></extra>"
    return [trace]


def _draw_relation(relation: Relation, marks: Sequence[Mark]) -> list[dict[str, Any]]:
    low = min(mark.score for mark in marks)
    high = max(mark.score for mark in marks)
    places = [low + (high - low) * step / BAND_STEPS for step in range(BAND_STEPS + 1)]
    x = [round(place, 1) for place in places]
    bands = [relation.band(place) for place in places]
    edge = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "cliponaxis": True}
    return [
        {**edge, "x": x, "y": [round(band.low, 3) for band in bands], "line": {"width": 0}},
        {
            **edge,
            "x": x,
            "y": [round(band.high, 3) for band in bands],
            "line": {"width": 0},
            "fill": "tonexty",
            "fillcolor": "token:chart-band",
        },
        {
            **edge,
            "x": [x[0], x[-1]],
            "y": [round(relation.predict(places[0]), 3), round(relation.predict(places[-1]), 3)],
            "line": {"color": "token:chart-axis", "width": 1.5},
        },
    ]


def _score_scale(marks: Sequence[Mark]) -> Scale:
    """Choose the axis of scores: all marks, within 0 to 100."""
    scale = make_scale([mark.score for mark in marks], margin_share=0.05, most_ticks=5)
    low, high = max(scale.low, -3.0), min(scale.high, 103.0)
    return Scale(low, high, tuple(tick for tick in scale.ticks if 0 <= tick <= 100))


def _name_cases(marks: Sequence[Mark], scale: Scale) -> list[dict[str, Any]]:
    """Name the cases, which come furthest first, but none that would lie on a name before it."""
    span = scale.high - scale.low
    kept: list[Mark] = []
    for mark in marks:
        if mark.off is not None and all(
            abs(mark.rating - other.rating) > 0.25 or abs(mark.score - other.score) > span / 3
            for other in kept
        ):
            kept.append(mark)
    return [
        {
            "xref": "x",
            "yref": "y",
            "x": round(mark.score, 1),
            "y": round(mark.rating, 2),
            "xanchor": "right" if mark.score > scale.low + span / 2 else "left",
            # Away from the line, where fewer marks are.
            "yanchor": "bottom" if (mark.off or 0) > 0 else "top",
            "yshift": 4 if (mark.off or 0) > 0 else -4,
            "text": _cut(mark.name),
        }
        for mark in kept[:MOST_NAMED]
    ]


def _cut(name: str) -> str:
    """Shorten a name for the drawing; what looks like markup is drawn as it stands."""
    short = name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…"
    return short.replace("&", "&amp;").replace("<", "&lt;")
