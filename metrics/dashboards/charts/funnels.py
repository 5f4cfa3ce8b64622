"""A funnel: value against size, with limits that narrow as size grows."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from metrics.dashboards.charts.trends import MOST_TICKS, Axis, write_ticks
from metrics.dashboards.rules.figures import Measure
from metrics.dashboards.rules.funnels import Funnel, FunnelLimits, FunnelPoint, Reach
from opsportal.lib.drawing import make_scale
from opsportal.lib.formats import format_number

MARGIN = {"l": 48, "r": 64, "t": 28, "b": 48}
PHONE_MARGIN = {"l": 40, "r": 14, "t": 28, "b": 48}
# So many of the points to discuss are named, the farthest out first; the others say it when
# pointed at.
MOST_NAMED = 8
NAME_LENGTH = 24
# Of more points, those that lie between the limits lose their names: a chart has 20 KB.
MOST_HOVERED = 200
MARKERS: dict[Reach, dict[str, Any]] = {
    Reach.WITHIN: {"size": 7, "color": "token:series-1", "opacity": 0.75},
    Reach.OUTSIDE: {
        "size": 8,
        "color": "token:surface",
        "line": {"color": "token:series-1", "width": 1.5},
    },
    Reach.BEYOND: {
        "symbol": "diamond",
        "size": 10,
        "color": "token:warn",
        "line": {"color": "token:surface", "width": 1},
    },
}


def funnel_axis(funnel: Funnel) -> Axis:
    """Choose the value axis: all points, and the limits where most of the sizes are."""
    held = [point.value for point in funnel.points] + [funnel.whole]
    held += [end for limits in funnel.curve[len(funnel.curve) * 2 // 3 :] for end in limits.alarm]
    scale = make_scale(held, most_ticks=5)
    step = scale.ticks[1] - scale.ticks[0] if len(scale.ticks) > 1 else scale.high - scale.low
    low, high = max(math.floor(round(scale.low / step, 6)) * step, 0.0), scale.high
    if funnel.measure.is_proportion:
        high = min(high, float(funnel.measure.scale))
    digits = max(0, 2 - math.floor(math.log10(step)))
    count = math.floor((high - low) / step + 1e-9) + 1
    # A little room above, so that a point at the very edge is whole.
    top = high + (high - low) * 0.02
    return Axis(low, top, tuple(round(low + i * step, digits) for i in range(count)))


def draw_funnel(funnel: Funnel) -> dict[str, Any]:
    """Draw limits, the line of the whole, the points, and the names of those to discuss."""
    axis = funnel_axis(funnel)
    sizes = [limits.size for limits in funnel.curve]
    scale = make_scale([0.0, *sizes], margin_share=0.02, most_ticks=MOST_TICKS)
    names = _name_points(funnel, scale.high)
    return {
        "data": [*_draw_limits(funnel), *_draw_points(funnel)],
        "layout": {
            "margin": MARGIN,
            "xaxis": {
                "range": [0, scale.high],
                "tickvals": [tick for tick in scale.ticks if tick >= 0],
                "ticktext": [format_number(tick) for tick in scale.ticks if tick >= 0],
                "title": {"text": funnel.measure.n_label.capitalize()},
            },
            "yaxis": {
                "range": [axis.low, axis.high],
                "tickvals": list(axis.ticks),
                "ticktext": write_ticks(funnel.measure, axis.ticks),
            },
            "annotations": [*names, *_name_limits(funnel, axis)],
        },
        "phone": {"margin": PHONE_MARGIN, "annotations": names[:3]},
    }


def _draw_limits(funnel: Funnel) -> list[dict[str, Any]]:
    ends: list[tuple[Callable[[FunnelLimits], float], str]] = [
        (lambda limits: limits.alarm[0], "solid"),
        (lambda limits: limits.alarm[1], "solid"),
        (lambda limits: limits.warning[0], "4px,3px"),
        (lambda limits: limits.warning[1], "4px,3px"),
        (lambda _: funnel.whole, "solid"),
    ]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [_short(limits.size) for limits in funnel.curve],
            "y": [_round(funnel.measure, end(limits)) for limits in funnel.curve],
            "line": {"color": "token:chart-axis", "width": 1, "dash": dash},
            "hoverinfo": "skip",
            # Where the smallest parts are, they reach beyond what is worth drawing.
            "cliponaxis": True,
        }
        for end, dash in ends
    ]


def _draw_points(funnel: Funnel) -> list[dict[str, Any]]:
    traces = []
    for reach, marker in MARKERS.items():
        points = [point for point in funnel.points if point.reach is reach]
        if not points:
            continue
        trace = {
            "type": "scatter",
            "mode": "markers",
            "x": [_short(point.size) for point in points],
            "y": [_round(funnel.measure, point.value) for point in points],
            "marker": marker,
        }
        if len(points) <= MOST_HOVERED:
            trace["text"] = [_cut(point.name) for point in points]
            trace["hovertemplate"] = "%{text}: %{y}, n %{x:,}<extra></extra>"
        else:
            trace["hovertemplate"] = "%{y}, n %{x:,}<extra></extra>"
        traces.append(trace)
    return traces


def _name_points(funnel: Funnel, most: float) -> list[dict[str, Any]]:
    """Name the points to discuss, away from the edge that they are near to."""
    return [
        {
            "xref": "x",
            "yref": "y",
            "x": _short(point.size),
            "y": _round(funnel.measure, point.value),
            "xanchor": "right" if point.size > 0.7 * most else "left",
            "yanchor": "top" if point.value < funnel.whole else "bottom",
            "yshift": -5 if point.value < funnel.whole else 5,
            "text": _cut(point.name),
            "font": {"color": "token:ink"},
        }
        for point in _spaced(funnel.to_discuss, funnel, most)[:MOST_NAMED]
    ]


def _spaced(points: Sequence[FunnelPoint], funnel: Funnel, most: float) -> list[FunnelPoint]:
    """Leave out the names that would lie on one that stands farther out."""
    axis = funnel_axis(funnel)
    kept: list[FunnelPoint] = []
    for point in points:
        if all(
            abs(point.value - other.value) > (axis.high - axis.low) / 18
            or abs(point.size - other.size) > most / 4
            for other in kept
        ):
            kept.append(point)
    return kept


def _name_limits(funnel: Funnel, axis: Axis) -> list[dict[str, Any]]:
    """Name the lines where they end, those that are far enough apart."""
    last = funnel.curve[-1]
    lines = [
        (funnel.whole, "whole"),
        (last.alarm[0], "99.8 %"),
        (last.alarm[1], "99.8 %"),
        (last.warning[0], "95 %"),
        (last.warning[1], "95 %"),
    ]
    named: list[float] = []
    labels = []
    for at, words in lines:
        if any(abs(at - other) < (axis.high - axis.low) / 18 for other in named):
            continue
        named.append(at)
        labels.append(
            {
                "xref": "paper",
                "yref": "y",
                "x": 1,
                "y": _round(funnel.measure, at),
                "xanchor": "left",
                "yanchor": "middle",
                "xshift": 6,
                "text": words,
                "font": {"color": "token:ink-3"},
            }
        )
    return labels


def _round(measure: Measure, value: float) -> float:
    return round(value, measure.decimals + 1)


def _short(size: float) -> float:
    return int(size) if size == math.floor(size) else round(size, 2)


def _cut(name: str) -> str:
    """Shorten a name for the drawing; what looks like markup is drawn as it stands."""
    short = name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…"
    return short.replace("&", "&amp;").replace("<", "&lt;")
