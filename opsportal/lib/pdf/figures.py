"""Charts as vectors: the figures that static/js/charts.js draws on a page, on paper.

The same plain dictionaries, with the part of Plotly's grammar that the portal's charts use: points,
lines, intervals and bars, shapes and annotations, linear, logarithmic, date and category axes.
"""

import re
from collections.abc import Mapping
from typing import Any

from opsportal.lib.pdf.axes import Axis
from opsportal.lib.pdf.documents import MARGIN, Document
from opsportal.lib.pdf.frames import PIXEL, POINTS_OF_PIXEL, SIZE, Frame, colour_of, plain
from opsportal.lib.pdf.tokens import read_tokens
from opsportal.lib.pdf.traces import draw_trace

HEIGHT = 336
_PATH = re.compile(r"[ML]([^MLZ]+)")


def draw_figure(document: Document, figure: Mapping[str, Any], *, height: float = HEIGHT) -> None:
    """Draw a figure over the width of the page and move under it; `height` in CSS pixels.

    Raises ValueError for a form that paper does not know yet.
    """
    tall = figure.get("layout", {}).get("height", height) * PIXEL
    document.keep_together(tall)
    top = document.get_y()
    Plot(document, figure, top, tall).draw()
    document.set_dash_pattern()
    document.set_y(top + tall)


class Plot(Frame):
    """One figure on its place: the axes, and the drawing of each part."""

    def draw(self) -> None:
        shapes = self.layout.get("shapes", ())
        with self.clipped():
            for shape in shapes:
                if shape.get("layer", "below") == "below":
                    self._draw_shape(shape)
        self._draw_axes()
        with self.clipped():
            for trace in self.traces:
                draw_trace(self, trace)
            for shape in shapes:
                if shape.get("layer", "below") != "below":
                    self._draw_shape(shape)
        for annotation in self.layout.get("annotations", ()):
            self._draw_annotation(annotation)

    # Axes

    def _draw_axes(self) -> None:
        document, tokens = self.document, read_tokens()
        document.set_dash_pattern()
        document.set_line_width(0.15)
        x_layout, y_layout = self.layout.get("xaxis", {}), self.layout.get("yaxis", {})
        self._draw_grid(x_layout, y_layout)
        document.set_draw_color(*tokens["line-strong"])
        if x_layout.get("showline", True) and x_layout.get("visible", True):
            document.line(self.left, self.bottom, self.right, self.bottom)
        for at, words in self.x.ticks:
            x = self.x.place_number(at)
            if not self.left - 0.1 <= x <= self.right + 0.1:
                continue
            self.write(words, x, self.bottom + 12 * PIXEL, align="C", ink="ink-3")
        room = self.left - MARGIN - 10 * PIXEL
        for at, words in self.y.ticks:
            y = self.y.place_number(at)
            if self.top - 0.1 <= y <= self.bottom + 0.1:
                self.write(words, self.left - 8 * PIXEL, y, align="R", ink="ink-3", width=room)
        self._name_axes(x_layout, y_layout)

    def _draw_grid(self, x_layout: Mapping[str, Any], y_layout: Mapping[str, Any]) -> None:
        document, tokens = self.document, read_tokens()
        for axis, layout, usual in ((self.x, x_layout, False), (self.y, y_layout, True)):
            if layout.get("visible", True) is False:
                continue
            lines = [at for at, _ in axis.ticks] if layout.get("showgrid", usual) else []
            document.set_draw_color(*tokens["chart-grid"])
            for at in lines:
                self._cross(axis, at)
            if layout.get("zeroline") and min(axis.low, axis.high) <= 0 <= max(axis.low, axis.high):
                document.set_draw_color(*tokens["chart-axis"])
                self._cross(axis, 0.0)

    def _cross(self, axis: Axis, at: float) -> None:
        place = axis.place_number(at)
        if axis is self.x:
            self.document.line(place, self.top, place, self.bottom)
        else:
            self.document.line(self.left, place, self.right, place)

    def _name_axes(self, x_layout: Mapping[str, Any], y_layout: Mapping[str, Any]) -> None:
        if title := _title(x_layout):
            self.write(title, self.right, self.bottom + 26 * PIXEL, align="R", ink="ink-3")
        if title := _title(y_layout):
            self.write(title, MARGIN, self.top - 14 * PIXEL, align="L", ink="ink-3")

    # Shapes and words

    def _draw_shape(self, shape: Mapping[str, Any]) -> None:
        ground = colour_of(shape.get("fillcolor"))
        has_line = self.use_line(shape.get("line", {}), usual="chart-target")
        if ground is not None:
            self.document.set_fill_color(*ground)
        style = ("D" if has_line else "") + ("F" if ground else "")
        if shape["type"] == "path":
            points = [self._place_pair(pair) for pair in _PATH.findall(shape["path"])]
            if style:
                self.document.polygon(points, style=style)
        else:
            x0, x1 = (self._place_x(shape, shape[end]) for end in ("x0", "x1"))
            y0, y1 = (self._place_y(shape, shape[end]) for end in ("y0", "y1"))
            if shape["type"] == "line":
                if has_line:
                    self.document.line(x0, y0, x1, y1)
            elif shape["type"] == "rect" and style:
                self.document.rect(
                    min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0), style=style
                )
        self.document.set_dash_pattern()

    def _place_pair(self, pair: str) -> tuple[float, float]:
        x, _, y = pair.strip().partition(",")
        return (
            self.x.place(x if self.x.kind in ("date", "category") else float(x)),
            self.y.place(y if self.y.kind in ("date", "category") else float(y)),
        )

    def _place_x(self, item: Mapping[str, Any], value: Any) -> float:
        if item.get("xref", "x") != "x":
            return float(self.left + float(value) * (self.right - self.left))
        return self.x.place(value)

    def _place_y(self, item: Mapping[str, Any], value: Any) -> float:
        if item.get("yref", "y") != "y":
            return float(self.bottom - float(value) * (self.bottom - self.top))
        return self.y.place(value)

    def _draw_annotation(self, annotation: Mapping[str, Any]) -> None:
        font = annotation.get("font", {})
        size = font.get("size", SIZE) * POINTS_OF_PIXEL
        lines = [plain(line) for line in str(annotation["text"]).split("<br>")]
        high = size * 0.45
        x = self._place_x(annotation, annotation["x"]) + annotation.get("xshift", 0) * PIXEL
        y = self._place_y(annotation, annotation["y"]) - annotation.get("yshift", 0) * PIXEL
        x += {"left": 2, "right": -2}.get(annotation.get("xanchor", ""), 0) * PIXEL
        first = {"top": high / 2, "bottom": high / 2 - len(lines) * high}.get(
            annotation.get("yanchor", "middle"), high / 2 - len(lines) * high / 2
        )
        for index, line in enumerate(lines):
            self.document.write_at(
                x,
                y + first + index * high,
                line,
                size=size,
                style="B" if font.get("weight", 400) >= 600 else "",
                align={"left": "L", "right": "R"}.get(annotation.get("xanchor", ""), "C"),
                ink="ink-2",
                colour=colour_of(font.get("color")),
            )


def _title(layout: Mapping[str, Any]) -> str:
    title = layout.get("title", "")
    return str(title.get("text", "") if isinstance(title, Mapping) else title or "")
