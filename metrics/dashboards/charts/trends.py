"""A KPI over time: line, usual range, target, signals, open periods."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate, groupby, pairwise
from typing import Any

from metrics.dashboards.charts.marks import MarkPlace, draw_marks, name_marks
from metrics.dashboards.rules.figures import (
    Measure,
    line_of_target,
    write_interval,
    write_number,
)
from metrics.dashboards.rules.marks import find_marks
from metrics.dashboards.rules.trends import Stretch, Trend, describe_point, name_start
from opsportal.lib.drawing import make_scale
from opsportal.lib.periods import Grain

HEIGHT = 336  # .plot-m, in CSS pixels at the browser's default size of type
MARGIN = {"l": 48, "r": 128, "t": 28, "b": 32}
PHONE_MARGIN = {"l": 40, "r": 14, "t": 28, "b": 32}
# So wide is a letter of the words beside a line, and the gap before them.
LETTER_WIDTH = 7
LETTER_GAP = 8
LINE_HEIGHT = 15
MOST_TICKS = 6


@dataclass(frozen=True, slots=True)
class Axis:
    """The value axis: from the tick below the lowest to a little above the highest.

    In the definition's unit, with ticks that are round in the one that is written.
    """

    low: float
    high: float
    ticks: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """Words at the right end of a line, where that line ends."""

    at: float
    text: str
    colour: str
    lines: int = 1
    weight: int = 400


def make_axis(trend: Trend) -> Axis:
    """Choose an axis that holds values, limits and target; zero where it is near enough."""
    held = [value for value in trend.values if value is not None]
    for stretch in trend.stretches:
        held += [end for limits in stretch.limits for end in (limits.lower, limits.upper)]
    held += [line for line in _target_lines(trend) if line is not None]
    # A limit beyond what is possible does not stretch the axis.
    per = trend.measure.per
    held = [_within(value, _possible(trend)) / per for value in held]
    floor = 0.0 if held and min(held) >= 0 else None
    ceiling = 100.0 if trend.measure.is_proportion and trend.measure.scale == 100 else None
    if held and floor == 0.0 and min(held) <= 0.3 * max(held):
        held.append(0.0)
    scale = make_scale(held, most_ticks=5)
    step = scale.ticks[1] - scale.ticks[0] if len(scale.ticks) > 1 else scale.high - scale.low
    low = math.floor(round(scale.low / step, 6)) * step
    if floor is not None:
        low = max(low, floor)
    high = scale.high if ceiling is None else min(scale.high, ceiling)
    digits = max(0, 2 - math.floor(math.log10(step)))
    count = math.floor((high - low) / step + 1e-9) + 1
    ticks = (round(low + i * step, digits) for i in range(count))
    return Axis(low * per, high * per, tuple(tick * per for tick in ticks))


def draw_trend(trend: Trend) -> dict[str, Any]:
    """Draw a trend: band, mean, target, line, signals as diamonds, open periods dotted."""
    axis = make_axis(trend)
    xs = [point.period.start.isoformat() for point in trend.points]
    marks = _place_marks(trend)
    labels = spread_labels(_list_labels(trend), axis)
    return {
        "data": _draw_lines(trend, xs),
        "layout": {
            "margin": MARGIN,
            "xaxis": {"type": "date", "range": _x_range(trend), **_date_ticks(trend, MOST_TICKS)},
            "yaxis": {
                "range": [axis.low, axis.high],
                "tickvals": list(axis.ticks),
                "ticktext": write_ticks(trend.measure, axis.ticks),
                "zeroline": axis.low <= 0 <= axis.high,
            },
            "shapes": [*_draw_stretches(trend), *_draw_open(trend), *draw_marks(marks)],
            "annotations": [*labels, *name_marks(marks)],
        },
        "phone": {"xaxis": _date_ticks(trend, 4), **_name_on_phone(trend, marks)},
    }


def _draw_lines(trend: Trend, xs: Sequence[str]) -> list[dict[str, Any]]:
    points = trend.points
    first_open = next((i for i, point in enumerate(points) if point.is_open), len(points))
    calm = [i for i, point in enumerate(points) if not point.is_open and not point.signal]
    open_ones = [i for i, point in enumerate(points) if point.is_open]
    series = {"color": "token:series-1", "width": 2}
    traces = [
        *_draw_target(trend, xs),
        _line(trend, xs, [i for i in range(len(points)) if i < first_open], line=series),
    ]
    if open_ones:
        dotted = range(max(first_open - 1, 0), len(points))
        traces.append(_line(trend, xs, dotted, line={**series, "dash": "2px,3px"}))
    traces.append(_dots(trend, xs, calm, {"size": 5, "color": "token:series-1"}))
    if trend.signals:
        diamond = {"symbol": "diamond", "size": 8, "color": "token:warn"}
        edge = {"line": {"color": "token:surface", "width": 1}}
        traces.append(_dots(trend, xs, trend.signals, {**diamond, **edge}))
    if open_ones:
        ring = {"line": {"color": "token:series-1", "width": 1.5}}
        traces.append(_dots(trend, xs, open_ones, {"size": 7, "color": "token:surface", **ring}))
    return traces


def _line(
    trend: Trend, xs: Sequence[str], indexes: Iterable[int], *, line: dict[str, Any]
) -> dict[str, Any]:
    chosen = list(indexes)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [xs[i] for i in chosen],
        "y": [trend.values[i] for i in chosen],
        "line": line,
        "hoverinfo": "skip",
    }


def _dots(
    trend: Trend, xs: Sequence[str], indexes: Iterable[int], marker: dict[str, Any]
) -> dict[str, Any]:
    chosen = [i for i in indexes if trend.values[i] is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [xs[i] for i in chosen],
        "y": [trend.values[i] for i in chosen],
        "marker": marker,
        "text": [describe_point(trend, trend.points[i]) for i in chosen],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _draw_target(trend: Trend, xs: Sequence[str]) -> list[dict[str, Any]]:
    """Draw the target as a dashed line that steps where it was changed."""
    lines = _target_lines(trend)
    if all(line is None for line in lines):
        return []
    # To both edges of the drawing, so that the words stand at the line.
    start, end = _x_range(trend)
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [start, *xs, end],
            "y": [lines[0], *lines, lines[-1]],
            "line": {
                "color": "token:chart-target",
                "width": 1.25,
                "dash": "5px,4px",
                "shape": "hv",
            },
            "hoverinfo": "skip",
        }
    ]


def _target_lines(trend: Trend) -> list[float | None]:
    return [line_of_target(trend.measure, aim) for aim in trend.aims]


def _draw_stretches(trend: Trend) -> list[dict[str, Any]]:
    """Draw each stretch's usual range as a band and its mean as a thin line."""
    shapes: list[dict[str, Any]] = []
    for stretch in trend.stretches:
        if not stretch.limits:
            continue
        x0, x1 = _edges(trend, stretch.start, stretch.end)
        mean = stretch.limits[-1].mean
        below = {"xref": "x", "yref": "y", "layer": "below"}
        band = {"fillcolor": "token:chart-band", "line": {"width": 0}}
        line = {"color": "token:chart-axis", "width": 1}
        shapes += [
            {"type": "path", **below, "path": _outline(trend, stretch), **band},
            {"type": "line", **below, "x0": x0, "x1": x1, "y0": mean, "y1": mean, "line": line},
        ]
    return shapes


def _outline(trend: Trend, stretch: Stretch) -> str:
    """Go along the upper limits and back along the lower ones, a step for each change."""
    upper, lower = [], []
    ends = accumulate(len(list(equal)) for _, equal in groupby(stretch.limits))
    for start, end in pairwise([0, *ends]):
        limits = stretch.limits[start]
        # Inside a path, plotly.js takes T for a command: it wants the time behind a line.
        for x in _edges(trend, stretch.start + start, stretch.start + end):
            at = x.replace("T", "_")
            upper.append(f"{at},{_within(limits.upper, _possible(trend))}")
            lower.append(f"{at},{_within(limits.lower, _possible(trend))}")
    return f"M{'L'.join([*upper, *reversed(lower)])}Z"


def _draw_open(trend: Trend) -> list[dict[str, Any]]:
    """Lay a grey strip under the periods that are still open at the end."""
    first = next((i for i, point in enumerate(trend.points) if point.is_open), None)
    if first is None:
        return []
    x0, x1 = _edges(trend, first, len(trend.points))
    return [
        {
            "type": "rect",
            "xref": "x",
            "yref": "paper",
            "x0": x0,
            "x1": x1,
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "fillcolor": "token:sunken",
            "line": {"width": 0},
        }
    ]


def _place_marks(trend: Trend) -> list[MarkPlace]:
    return [
        MarkPlace(
            _edges(trend, mark.index, mark.index + 1)[0],
            mark.index / len(trend.points),
            mark.words,
        )
        for mark in find_marks(trend)
    ]


def _name_on_phone(trend: Trend, marks: Sequence[MarkPlace]) -> dict[str, Any]:
    """Name the newest mark and the target; the other words stand in the sub line.

    The target has its name at the end of its line, as on a desk, in a margin no wider than the
    words: inside the drawing it would lie over lines and points.
    """
    names = name_marks(marks)[-1:]
    line = _target_lines(trend)[-1] if trend.aims else None
    if line is None:
        return {"margin": PHONE_MARGIN, "annotations": names}
    number = write_number(trend.measure, line)
    letters = max(len("Target"), len(number))
    target = {
        "xref": "paper",
        "yref": "y",
        "x": 1,
        "y": line,
        "xanchor": "left",
        "yanchor": "middle",
        "xshift": LETTER_GAP - 4,
        "text": f"Target<br>{number}",
        "font": {"color": "token:ink-2"},
    }
    margin = {**PHONE_MARGIN, "r": LETTER_GAP + LETTER_WIDTH * letters}
    return {"margin": margin, "annotations": [*names, target]}


def _list_labels(trend: Trend) -> list[Label]:
    labels = []
    line = _target_lines(trend)[-1] if trend.aims else None
    if line is not None:
        labels.append(Label(line, f"Target {write_number(trend.measure, line)}", "ink-2"))
    if trend.limits is not None:
        lower, upper = (
            _within(end, _possible(trend)) for end in (trend.limits.lower, trend.limits.upper)
        )
        usual = write_interval(trend.measure, lower, upper)
        labels.append(Label((lower + upper) / 2, f"Usual range<br>{usual}", "ink-3", lines=2))
    end = next((p for p in reversed(trend.points) if p.reading.value is not None), None)
    if end is not None and end.reading.value is not None:
        words = write_number(trend.measure, end.reading.value)
        labels.append(
            Label(
                end.reading.value,
                f"{words} provisional" if end.is_open else words,
                "series-1",
                weight=600,
            )
        )
    return labels


def spread_labels(labels: Sequence[Label], axis: Axis) -> list[dict[str, Any]]:
    """Keep labels at the ends of their lines, moved apart by as little as they need."""
    tall = HEIGHT - MARGIN["t"] - MARGIN["b"]
    per_pixel = (axis.high - axis.low) / tall
    ordered = sorted(labels, key=lambda label: label.at)
    middles: list[float] = []
    floor = -math.inf
    for label in ordered:
        half = label.lines * LINE_HEIGHT / 2
        middle = max((label.at - axis.low) / per_pixel, floor + half)
        middles.append(middle)
        floor = middle + half + 1
    ceiling = float(tall + LINE_HEIGHT)
    for index in reversed(range(len(ordered))):
        half = ordered[index].lines * LINE_HEIGHT / 2
        middles[index] = min(middles[index], ceiling - half)
        ceiling = middles[index] - half - 1
    return [
        {
            "xref": "paper",
            "yref": "y",
            "x": 1,
            "y": axis.low + middle * per_pixel,
            "xanchor": "left",
            "yanchor": "middle",
            "xshift": 8,
            "text": label.text,
            # In markup, weight would become an inline style, which the content policy forbids.
            "font": {"color": f"token:{label.colour}", "weight": label.weight},
        }
        for label, middle in zip(ordered, middles, strict=True)
    ]


def _possible(trend: Trend) -> tuple[float, float]:
    values = [value for value in trend.values if value is not None]
    low = 0.0 if all(value >= 0 for value in values) else -math.inf
    return low, float(trend.measure.scale) if trend.measure.is_proportion else math.inf


def _within(value: float, ends: tuple[float, float]) -> float:
    return min(max(value, ends[0]), ends[1])


def _edges(trend: Trend, start: int, end: int) -> tuple[str, str]:
    """Find where points [start, end) begin and end across: half a step to either side."""
    half = _half_step(trend)
    return (
        (_midnight(trend.points[start].period.start) - half).isoformat(),
        (_midnight(trend.points[end - 1].period.start) + half).isoformat(),
    )


def _x_range(trend: Trend) -> list[str]:
    return list(_edges(trend, 0, len(trend.points)))


def _half_step(trend: Trend) -> timedelta:
    days = {Grain.DAY: 1.0, Grain.WEEK: 7.0, Grain.MONTH: 30.4, Grain.QUARTER: 91.3}
    return timedelta(days=days[trend.grain] / 2)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _date_ticks(trend: Trend, most: int) -> dict[str, Any]:
    """Name at most so many periods, evenly, the last one always."""
    count = len(trend.points)
    step = max(math.ceil(count / most), 1)
    chosen = list(range(count - 1, -1, -step))[::-1]
    now = trend.points[-1].period.start
    return {
        "tickvals": [trend.points[i].period.start.isoformat() for i in chosen],
        "ticktext": [name_start(trend.points[i].period, trend.grain, now) for i in chosen],
    }


def write_ticks(measure: Measure, ticks: Sequence[float]) -> list[str]:
    """Write the ticks of the value axis, with decimals only where any of them has some."""
    shown = [tick / measure.per for tick in ticks]
    digits = 0 if all(tick == int(tick) for tick in shown) else None
    return [f"{tick:,.0f}" if digits == 0 else f"{tick:,g}".replace("-", "−") for tick in shown]
