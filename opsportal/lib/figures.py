"""What a chart shows, as rows: the table that stands beside any figure of static/js/charts.js.

A figure is the plain dictionary that plotly.js draws. Pure; numbers come out as people read them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from opsportal.lib.formats import format_number

DASH = "–"
MOST_DECIMALS = 4


def tabulate_figure(figure: Mapping[str, Any]) -> dict[str, Any]:
    """Return {heads: [{label, num}], rows: [[cells]]} for components/table.html.

    Where marks carry words of their own (a scatter of teams), a row is a mark: words, x, y. Else a
    row is a place on the axis of places (a day, a team) and each series has a column, with its
    interval beside it where it is drawn with one. Lines that only join or frame marks, which have
    no name and answer to no pointer, are left out unless there is nothing else.
    """
    layout = figure.get("layout", {})
    shown = [trace for trace in figure.get("data", ()) if trace.get("visible", True) is True]
    traces = (
        [trace for trace in shown if trace.get("name")]
        or [trace for trace in shown if trace.get("hoverinfo") != "skip"]
        or shown
    )
    if traces and all(_is_cloud(trace) for trace in traces):
        return _list_marks(traces, layout)
    return _list_places(traces, layout)


def _is_cloud(trace: Mapping[str, Any]) -> bool:
    """Tell marks that stand between two axes of numbers and have words of their own."""
    words = trace.get("text")
    return (
        trace.get("type", "scatter") == "scatter"
        and isinstance(words, list | tuple)
        and all(_is_number(value) for value in [*trace.get("x", ()), *trace.get("y", ())])
    )


def _list_marks(traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> dict[str, Any]:
    rows = [
        [_first_line(words), _write(x), _write(y)]
        for trace in traces
        for words, x, y in zip(trace["text"], trace["x"], trace["y"], strict=False)
    ]
    across, up = _title(layout, "xaxis") or "x", _title(layout, "yaxis") or "y"
    return {
        "heads": [
            {"label": "Name", "num": False},
            {"label": across, "num": True},
            {"label": up, "num": True},
        ],
        "rows": rows,
    }


def _list_places(traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> dict[str, Any]:
    lying = any(trace.get("orientation") == "h" for trace in traces)
    at, of = ("y", "x") if lying else ("x", "y")
    names = _tick_names(layout.get(f"{at}axis", {}))
    heads: list[dict[str, Any]] = []
    columns: list[dict[Any, str]] = []
    places: dict[Any, None] = {}
    of_title = _title(layout, f"{of}axis")
    # Marks of one series may be drawn in several traces: calm, signals, open.
    for name, parts in _group(traces):
        heads.append({"label": name or of_title, "num": True})
        column: dict[Any, str] = {}
        ends: dict[Any, str] = {}
        for trace in parts:
            for index, (place, value) in enumerate(
                zip(trace.get(at, ()), trace.get(of, ()), strict=False)
            ):
                places.setdefault(place)
                column[place] = _write(value)
                if interval := _write_interval(trace.get(f"error_{of}"), index, value):
                    ends[place] = interval
        columns.append(column)
        if ends:
            heads.append({"label": "95 % interval", "num": True})
            columns.append(ends)
    ordered = sorted(places, key=str) if _are_days(places) else list(places)
    first = _title(layout, f"{at}axis") or ("Period" if places and _are_days(places) else "Name")
    return {
        "heads": [{"label": first, "num": False}, *heads],
        "rows": [
            [names.get(place, str(place)), *(column.get(place, DASH) for column in columns)]
            for place in ordered
        ],
    }


def _group(
    traces: Iterable[Mapping[str, Any]],
) -> list[tuple[str, list[Mapping[str, Any]]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for trace in traces:
        found.setdefault(str(trace.get("name", "")), []).append(trace)
    return list(found.items())


def _title(layout: Mapping[str, Any], axis: str) -> str:
    title = layout.get(axis, {}).get("title", "")
    return str(title.get("text", "")) if isinstance(title, Mapping) else str(title or "")


def _tick_names(axis: Mapping[str, Any]) -> dict[Any, str]:
    """Take the names of places where every place has one, as bars of teams do."""
    if axis.get("type") == "date":
        return {}
    return {
        value: _first_line(text)
        for value, text in zip(axis.get("tickvals", ()), axis.get("ticktext", ()), strict=False)
    }


def _write_interval(error: Mapping[str, Any] | None, index: int, value: Any) -> str:
    if not error or not _is_number(value) or value is None:
        return ""
    above = error.get("array", ())
    below = error.get("arrayminus", above)
    if index >= len(above) or above[index] is None or below[index] is None:
        return ""
    return f"{_write(value - below[index])} – {_write(value + above[index])}"


def _write(value: Any) -> str:
    if value is None:
        return DASH
    if not _is_number(value):
        return _first_line(value)
    text = format_number(round(value, MOST_DECIMALS), MOST_DECIMALS)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _first_line(words: Any) -> str:
    return str(words).split("<br>")[0]


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _are_days(places: Iterable[Any]) -> bool:
    return all(isinstance(place, str) and place[:4].isdigit() for place in places)
