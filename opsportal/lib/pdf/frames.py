"""Where a chart stands on a sheet, and the pen that draws it: lines, dashes, words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from opsportal.lib.pdf.axes import make_axis
from opsportal.lib.pdf.documents import MARGIN, Document
from opsportal.lib.pdf.tokens import Colour, find_colour

# One CSS pixel of a chart on the page: 800 of them fill the width of a sheet.
PIXEL = 0.225
POINTS_OF_PIXEL = PIXEL * 72 / 25.4
SIZE = 12
# As in static/js/plotly-theme.json.
USUAL_MARGIN = {"l": 44, "r": 96, "t": 28, "b": 32}
DASHES = {"dash": (4.0, 3.0), "dot": (1.5, 2.5), "dashdot": (4.0, 2.0)}


class Frame:
    """A figure's place on a sheet: its axes, and the pen that draws in pixels of the page."""

    def __init__(
        self, document: Document, figure: Mapping[str, Any], top: float, height: float
    ) -> None:
        self.document = document
        self.layout: Mapping[str, Any] = figure.get("layout", {})
        self.traces = [t for t in figure.get("data", ()) if t.get("visible", True) is True]
        margin = {**USUAL_MARGIN, **self.layout.get("margin", {})}
        self.left = MARGIN + margin["l"] * PIXEL
        self.right = MARGIN + document.epw - margin["r"] * PIXEL
        self.top = top + margin["t"] * PIXEL
        self.bottom = top + height - margin["b"] * PIXEL
        bars = [t for t in self.traces if t.get("type") == "bar"]
        lying = any(t.get("orientation") == "h" for t in bars)
        self.x = make_axis(
            self.layout.get("xaxis", {}),
            self._reach("x"),
            start=self.left,
            end=self.right,
            from_zero=bool(bars) and lying,
        )
        self.y = make_axis(
            self.layout.get("yaxis", {}),
            self._reach("y"),
            start=self.bottom,
            end=self.top,
            from_zero=bool(bars) and not lying,
        )

    def _reach(self, at: str) -> list[Any]:
        """List what must lie on an axis: values, the ends of intervals, bars on top of others."""
        found: list[Any] = []
        for trace in self.traces:
            values = list(trace.get(at, ()))
            found += [value for value in values if value is not None]
            if error := trace.get(f"error_{at}"):
                for value, (low, high) in zip(values, ends_of(error, len(values)), strict=True):
                    found += [value - low, value + high] if value is not None else []
        if self.layout.get("barmode") in ("stack", "relative"):
            sums: dict[tuple[Any, bool], float] = {}
            for trace in self.traces:
                along = "x" if trace.get("orientation") == "h" else "y"
                if trace.get("type") != "bar" or along != at:
                    continue
                other = trace["y" if along == "x" else "x"]
                for place, value in zip(other, trace[along], strict=True):
                    key = (place, (value or 0) < 0)
                    sums[key] = sums.get(key, 0.0) + (value or 0)
            found += sums.values()
        return found

    @contextmanager
    def clipped(self) -> Iterator[None]:
        """Draw nothing beyond the axes; a mark at the edge is drawn whole."""
        room = 6 * PIXEL
        with self.document.rect_clip(
            self.left - room,
            self.top - room,
            self.right - self.left + 2 * room,
            self.bottom - self.top + 2 * room,
        ):
            yield

    def write(self, text: str, x: float, y: float, **how: Any) -> None:
        self.document.write_at(x, y, plain(text), size=SIZE * POINTS_OF_PIXEL, **how)

    def use_line(self, line: Mapping[str, Any], *, usual: str = "") -> bool:
        """Take up a line's colour, width and dash; False where it is not to be drawn."""
        width = line.get("width", 2)
        colour = colour_of(line.get("color", f"token:{usual}" if usual else None))
        if not width or colour is None:
            return False
        self.document.set_draw_color(*colour)
        self.document.set_line_width(width * PIXEL)
        dash = line.get("dash", "solid")
        if dash == "solid":
            self.document.set_dash_pattern()
            return True
        on, off = (
            DASHES[dash]
            if dash in DASHES
            else [float(part) for part in dash.replace("px", "").split(",")][:2]
        )
        self.document.set_dash_pattern(dash=on * PIXEL, gap=off * PIXEL)
        return True


def ends_of(error: Mapping[str, Any], count: int) -> list[tuple[float, float]]:
    """Return how far each interval reaches down and up."""
    above: Sequence[float | None] = error.get("array") or [None] * count
    below: Sequence[float | None] = error.get("arrayminus") or above
    return [(low or 0.0, high or 0.0) for low, high in zip(below, above, strict=True)]


def nth(value: Any, index: int) -> Any:
    return value[index] if isinstance(value, list | tuple) else value


def colour_of(value: Any) -> Colour | None:
    return find_colour(value) if isinstance(value, str) else None


def plain(text: str) -> str:
    return re.sub(r"<[^>]+>", " ", text)
