"""Small drawings between words: a status, a sparkline, an interval on a shared scale."""

import re
from collections.abc import Mapping
from typing import Any

from opsportal.lib.drawing import SPARK_HEIGHT, Scale, draw_interval, draw_sparkline
from opsportal.lib.pdf.documents import Document
from opsportal.lib.pdf.tokens import WHITE, Colour, read_tokens
from opsportal.lib.statuses import STATUSES

# A status without a filled icon is a ring; what is over time, a diamond.
DIAMONDS = frozenset({"signal"})
_STEP = re.compile(r"([ML])(-?[\d.]+) (-?[\d.]+)(h0)?")


def tone_of(status: str) -> Colour:
    """Return the colour in which a status is written."""
    tone = STATUSES[status].tone
    return read_tokens()["accent" if tone == "acc" else tone]


def draw_status(
    document: Document,
    status: str,
    x: float,
    y: float,
    *,
    word: str = "",
    size: float = 8.0,
    width: float | None = None,
) -> float:
    """Draw a status as mark and word, its middle at `y`, and return how wide both are."""
    mark = size * 0.3
    _draw_mark(document, status, x + mark / 2, y, mark)
    wide = document.write_at(
        x + mark + 0.9,
        y,
        word or STATUSES[status].word,
        size=size,
        colour=tone_of(status),
        width=None if width is None else width - mark - 0.9,
    )
    return mark + 0.9 + wide


def _draw_mark(document: Document, status: str, x: float, y: float, size: float) -> None:
    half = size / 2
    document.set_draw_color(*tone_of(status))
    document.set_fill_color(*tone_of(status))
    document.set_line_width(0.3)
    document.set_dash_pattern()
    if status in DIAMONDS:
        document.polygon([(x, y - half), (x + half, y), (x, y + half), (x - half, y)], style="F")
        return
    if not STATUSES[status].filled:
        if status == "few":
            document.set_dash_pattern(dash=0.5, gap=0.4)
        document.circle(x, y, half * 0.9)
        document.set_dash_pattern()
        if status == "close":
            document.arc(x - half * 0.9, y - half * 0.9, size * 0.9, 90, 270, style="F")
        return
    document.circle(x, y, half, style="F")
    document.set_draw_color(*WHITE)
    inner = half * 0.42
    if STATUSES[status].tone == "good":
        document.polyline(
            [(x - inner, y), (x - inner * 0.2, y + inner * 0.8), (x + inner, y - inner * 0.7)]
        )
    else:
        document.line(x - inner, y - inner, x + inner, y + inner)
        document.line(x - inner, y + inner, x + inner, y - inner)


def draw_spark(
    document: Document, spark: Mapping[str, Any], x: float, y: float, width: float, height: float
) -> None:
    """Draw a sparkline into a box; `spark` holds what draw_sparkline takes."""
    drawing = draw_sparkline(**spark)
    tokens = read_tokens()

    def across(at: float) -> float:
        return x + at / 100 * width

    def down(at: float) -> float:
        return y + at / SPARK_HEIGHT * height

    if drawing.band_top is not None and drawing.band_height is not None:
        document.set_fill_color(*tokens["chart-band"])
        high = drawing.band_height / SPARK_HEIGHT * height
        document.rect(x, down(drawing.band_top), width, high, style="F")
    if drawing.target is not None:
        document.set_draw_color(*tokens["chart-target"])
        document.set_line_width(0.15)
        document.set_dash_pattern(dash=0.7, gap=0.5)
        document.line(x, down(drawing.target), x + width, down(drawing.target))
        document.set_dash_pattern()
    document.set_draw_color(*tokens["series-1"])
    document.set_line_width(0.3)
    run: list[tuple[float, float]] = []
    for letter, left, top, _ in [*_STEP.findall(drawing.path), ("M", "0", "0", "")]:
        if letter == "M":
            if len(run) > 1:
                document.polyline(run)
            elif run:
                document.circle(*run[0], 0.2, style="F")
            run = []
        run.append((across(float(left)), down(float(top))))
    document.set_fill_color(*tokens["warn"])
    for point in drawing.signals:
        left, top = across(point.x), down(point.y)
        document.polygon(
            [(left, top - 0.7), (left + 0.7, top), (left, top + 0.7), (left - 0.7, top)], style="F"
        )
    if drawing.last is not None:
        document.set_fill_color(*tokens["series-1"])
        document.circle(across(drawing.last.x), down(drawing.last.y), 0.6, style="F")


def draw_range(
    document: Document,
    scale: Scale,
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    value: float | None = None,
    low: float | None = None,
    high: float | None = None,
    target: float | None = None,
    whole: float | None = None,
    few: bool = False,
) -> None:
    """Draw a dot with its interval into a row from `y` down, with the lines through all rows."""
    drawing = draw_interval(scale, value=value, low=low, high=high, target=target, whole=whole)
    tokens = read_tokens()
    middle = y + height / 2

    def across(at: float) -> float:
        return x + at / 100 * width

    document.set_line_width(0.2)
    if drawing.whole is not None:
        document.set_draw_color(*tokens["chart-axis"])
        document.line(across(drawing.whole), y, across(drawing.whole), y + height)
    if drawing.target is not None:
        document.set_draw_color(*tokens["chart-target"])
        document.set_dash_pattern(dash=0.8, gap=0.6)
        document.line(across(drawing.target), y, across(drawing.target), y + height)
        document.set_dash_pattern()
    if drawing.value is None:
        return
    colour = tokens["chart-muted" if few else "series-1"]
    document.set_draw_color(*colour)
    document.set_line_width(0.5)
    document.line(across(drawing.low), middle, across(drawing.high), middle)
    document.set_line_width(0.3)
    document.set_fill_color(*(WHITE if few else colour))
    document.circle(across(drawing.value), middle, 0.85, style="DF")
