"""Why the chosen KPI moved, on paper: a bar from zero in each row, rate and mix end to end."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from opsportal.lib.drawing import Scale, place_on_scale
from opsportal.lib.pdf.documents import MARGIN, Document
from opsportal.lib.pdf.grids import SIZE, Cell, Column, Grid
from opsportal.lib.pdf.tokens import read_tokens

INSET = 3.0
THICK = 2.4
LEGEND = (
    ("series-1", "Rate: its own figure changed"),
    ("series-2", "Mix: its share of the work changed"),
)


def write_movement(document: Document, movement: Mapping[str, Any]) -> None:
    """Write the split that metrics/dashboards/tables/movements.py shapes, or why there is none."""
    document.ln(7)
    if movement.get("why_not"):
        document.keep_together(15)
        document.paragraph("Why it moved", size=12, style="B", after=0.3)
        document.paragraph(movement["why_not"], size=8.5, ink="ink-3")
        return
    document.keep_together(50)
    document.paragraph(movement["title"], size=12, style="B", after=0.3)
    document.paragraph(movement["sub"], size=8.5, ink="ink-3", after=0.5)
    _write_legend(document)
    unit = f", {movement['unit']}" if movement["unit"] else ""
    figures = [Column(head, 18, "R") for head in ("Rate", "Mix")]
    wide = document.epw - 50 - 36 - 24
    scale = Scale(*movement["scale"])
    columns = [
        Column(movement["head"], 50),
        Column("", wide, draw_head=partial(_draw_ticks, document, scale)),
        *figures,
        Column(f"Both{unit}", 24, "R", style="B"),
    ]
    grid = Grid(document, columns)
    grid.write_head()
    for row in movement["rows"]:
        grid.write_row(_list_cells(document, scale, row))
    grid.write_row(_list_cells(document, scale, movement["total"]), is_total=True)
    if movement["beside"]:
        _write_beside(document, movement["beside"], unit)


def _list_cells(document: Document, scale: Scale, row: Mapping[str, Any]) -> list[Cell | str]:
    draw = partial(_draw_bar, document, scale, row["bar"])
    return [row["name"], Cell(draw=draw), row["rate"], row["mix"], row["effect"]]


def _write_beside(document: Document, beside: Mapping[str, Any], unit: str) -> None:
    document.ln(5)
    document.keep_together(30)
    document.paragraph("The same change by queue", size=10, style="B", after=1)
    grid = Grid(document, [Column("Queue", 70), Column(f"Rate and mix together{unit}", 40, "R")])
    grid.write_head()
    for row in beside["rows"]:
        grid.write_row([row["name"], row["effect"]])
    grid.write_row([beside["total"]["name"], beside["total"]["effect"]], is_total=True)


def _write_legend(document: Document) -> None:
    x, y = MARGIN, document.get_y() + 2
    for ink, words in LEGEND:
        document.set_fill_color(*read_tokens()[ink])
        document.rect(x, y - 1, 2, 2, style="F")
        x += 3 + document.write_at(x + 3, y, words, size=8, ink="ink-2") + 5
    document.set_xy(MARGIN, y + 3)


def _draw_bar(
    document: Document,
    scale: Scale,
    parts: Sequence[float],
    x: float,
    y: float,
    width: float,
    height: float,
) -> None:
    """Draw rate and mix from zero: parts of one sign end to end, others to their own side."""
    left, inner = x + INSET, width - 2 * INSET

    def across(value: float) -> float:
        return left + place_on_scale(value, scale) / 100 * inner

    top = y + (height - THICK) / 2
    ends = {True: 0.0, False: 0.0}
    for (ink, _), part in zip(LEGEND, parts, strict=True):
        start = ends[part < 0]
        ends[part < 0] = start + part
        first, last = sorted((across(start), across(start + part)))
        document.set_fill_color(*read_tokens()[ink])
        document.rect(first, top, last - first, THICK, style="F")
    document.set_draw_color(*read_tokens()["chart-axis"])
    document.set_line_width(0.2)
    document.line(across(0), y, across(0), y + height)


def _draw_ticks(
    document: Document, scale: Scale, x: float, y: float, width: float, height: float
) -> None:
    for tick in scale.ticks:
        at = x + INSET + place_on_scale(tick, scale) / 100 * (width - 2 * INSET)
        words = f"{tick:g}".replace("-", "−")
        document.write_at(at, y + height - 2.6, words, size=SIZE, align="C", ink="ink-3")
