"""The traces of a chart on paper: lines, intervals, marks, words and bars."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from opsportal.lib.pdf.frames import PIXEL, Frame, colour_of, ends_of, nth
from opsportal.lib.pdf.tokens import WHITE

BAR_GAP = 0.44


def draw_trace(frame: Frame, trace: Mapping[str, Any]) -> None:
    """Draw one trace; ValueError for a type that paper does not know yet."""
    kind = trace.get("type", "scatter")
    if kind in ("scatter", "scattergl"):
        mode = trace.get("mode", "lines+markers")
        if "lines" in mode:
            _draw_line(frame, trace)
        _draw_errors(frame, trace)
        if "markers" in mode:
            _draw_markers(frame, trace)
        if "text" in mode:
            _draw_words(frame, trace)
    elif kind == "bar":
        _draw_bars(frame, trace)
    else:
        raise ValueError(f"A trace of type '{kind}' cannot be printed.")


def _draw_line(frame: Frame, trace: Mapping[str, Any]) -> None:
    line = trace.get("line", {})
    steps = line.get("shape") == "hv"
    for run in _runs(frame, trace):
        points: list[tuple[float, float]] = []
        for x, y in run:
            if steps and points:
                points.append((x, points[-1][1]))
            points.append((x, y))
        if trace.get("fill") == "toself" and (ground := colour_of(trace.get("fillcolor"))):
            frame.document.set_fill_color(*ground)
            frame.document.polygon(points, style="F")
        if len(points) > 1 and frame.use_line(line, usual="series-1"):
            frame.document.polyline(points)
    frame.document.set_dash_pattern()


def _runs(frame: Frame, trace: Mapping[str, Any]) -> Iterator[list[tuple[float, float]]]:
    """Yield the stretches of a line between its gaps."""
    pairs = zip(trace.get("x", ()), trace.get("y", ()), strict=True)
    if trace.get("connectgaps"):
        pairs = ((x, y) for x, y in list(pairs) if y is not None)  # type: ignore[assignment]
    for known, group in groupby(pairs, key=lambda pair: None not in pair):
        if known:
            yield [(frame.x.place(x), frame.y.place(y)) for x, y in group]


def _draw_errors(frame: Frame, trace: Mapping[str, Any]) -> None:
    for at in ("x", "y"):
        error = trace.get(f"error_{at}")
        if not error or error.get("visible") is False:
            continue
        style = {"color": error.get("color"), "width": error.get("thickness", 2)}
        if style["color"] is None:
            style["color"] = trace.get("marker", {}).get("color", "token:series-1")
        if isinstance(style["color"], list | tuple) or not frame.use_line(style):
            frame.use_line({"color": "token:series-1", "width": style["width"]})
        ends = ends_of(error, len(trace["x"]))
        for x, y, (low, high) in zip(trace["x"], trace["y"], ends, strict=True):
            if None in (x, y):
                continue
            if at == "x":
                middle = frame.y.place(y)
                frame.document.line(frame.x.place(x - low), middle, frame.x.place(x + high), middle)
            else:
                middle = frame.x.place(x)
                frame.document.line(middle, frame.y.place(y - low), middle, frame.y.place(y + high))


def _draw_markers(frame: Frame, trace: Mapping[str, Any]) -> None:
    marker = trace.get("marker", {})
    for index, (x, y) in enumerate(zip(trace["x"], trace["y"], strict=True)):
        if None in (x, y):
            continue
        fill = colour_of(nth(marker.get("color", "token:series-1"), index)) or WHITE
        symbol = str(nth(marker.get("symbol", "circle"), index))
        edge = marker.get("line", {})
        width = nth(edge.get("width", 0), index) or 0
        rim = colour_of(nth(edge.get("color"), index)) or fill
        if symbol.endswith("-open"):
            symbol, rim, fill, width = symbol[:-5], fill, WHITE, width or 1.5
        frame.document.set_fill_color(*fill)
        frame.document.set_draw_color(*rim)
        frame.document.set_line_width(max(width, 0.1) * PIXEL)
        frame.document.set_dash_pattern()
        size = float(nth(marker.get("size", 6), index)) * PIXEL
        _draw_symbol(frame, symbol, frame.x.place(x), frame.y.place(y), size / 2)


def _draw_symbol(frame: Frame, symbol: str, x: float, y: float, half: float) -> None:
    if symbol == "circle":
        frame.document.circle(x, y, half, style="DF")
    elif symbol == "square":
        frame.document.rect(x - half, y - half, 2 * half, 2 * half, style="DF")
    elif symbol in ("diamond", "triangle-up", "triangle-down"):
        reach = half * 1.3
        corners = {
            "diamond": [(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)],
            "triangle-up": [(x, y - reach), (x + reach, y + half), (x - reach, y + half)],
            "triangle-down": [(x, y + reach), (x + reach, y - half), (x - reach, y - half)],
        }[symbol]
        frame.document.polygon(corners, style="DF")
    elif symbol.startswith(("line-", "x", "cross")):
        frame.document.line(x, y - half, x, y + half)
    else:
        raise ValueError(f"A mark of the form '{symbol}' cannot be printed.")


def _draw_words(frame: Frame, trace: Mapping[str, Any]) -> None:
    for index, (x, y) in enumerate(zip(trace["x"], trace["y"], strict=True)):
        words = nth(trace.get("text", ""), index)
        if None in (x, y) or not words:
            continue
        position = str(nth(trace.get("textposition", "middle center"), index))
        align = "R" if "left" in position else "L" if "right" in position else "C"
        aside = {"R": -7, "L": 7, "C": 0}[align] * PIXEL
        up = (-11 if "top" in position else 11 if "bottom" in position else 0) * PIXEL
        colour = colour_of(nth(trace.get("textfont", {}).get("color"), index))
        frame.write(
            str(words),
            frame.x.place(x) + aside,
            frame.y.place(y) + up,
            align=align,
            ink="ink-2",
            colour=colour,
        )


def _draw_bars(frame: Frame, trace: Mapping[str, Any]) -> None:
    lying = trace.get("orientation") == "h"
    places, values = (trace["y"], trace["x"]) if lying else (trace["x"], trace["y"])
    across, along = (frame.y, frame.x) if lying else (frame.x, frame.y)
    start, wide = _find_slot(frame, trace)
    for index, (place, value) in enumerate(zip(places, values, strict=True)):
        if value is None:
            continue
        foot = _find_foot(frame, trace, index)
        fill = colour_of(nth(trace.get("marker", {}).get("color", "token:series-1"), index))
        if fill is None:
            continue
        frame.document.set_fill_color(*fill)
        middle = across.as_number(place) + start
        ends = (across.place_number(middle), across.place_number(middle + wide))
        reach = (along.place(foot), along.place(foot + value))
        left, top = (reach, ends) if lying else (ends, reach)
        frame.document.rect(
            min(left), min(top), abs(left[1] - left[0]), abs(top[1] - top[0]), style="F"
        )


def _find_slot(frame: Frame, trace: Mapping[str, Any]) -> tuple[float, float]:
    """Return where a bar begins beside its place, and how wide it is, in steps of the axis."""
    if "width" in trace and not isinstance(trace["width"], list | tuple):
        return -trace["width"] / 2, trace["width"]
    whole = 1 - frame.layout.get("bargap", BAR_GAP)
    bars = [t for t in frame.traces if t.get("type") == "bar"]
    if frame.layout.get("barmode", "group") != "group" or len(bars) == 1:
        return -whole / 2, whole
    each = whole / len(bars)
    return -whole / 2 + each * next(i for i, t in enumerate(bars) if t is trace), each


def _find_foot(frame: Frame, trace: Mapping[str, Any], index: int) -> float:
    """Return where a bar begins: at its base, or on those of its side below it in a stack."""
    if "base" in trace:
        return float(nth(trace["base"], index) or 0)
    if frame.layout.get("barmode") not in ("stack", "relative"):
        return 0.0
    at, of = ("y", "x") if trace.get("orientation") == "h" else ("x", "y")
    place, value = trace[at][index], trace[of][index]
    foot = 0.0
    for other in frame.traces:
        if other is trace:
            break
        if other.get("type") != "bar":
            continue
        for found, amount in zip(other[at], other[of], strict=True):
            if found == place and amount is not None and (amount < 0) == (value < 0):
                foot += amount
    return foot
