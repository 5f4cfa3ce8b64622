"""A comparison on paper: the table of the page, with dot and interval in each row."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from opsportal.lib.drawing import Scale, place_on_scale
from opsportal.lib.pdf.documents import Document
from opsportal.lib.pdf.figures import draw_figure
from opsportal.lib.pdf.frames import PIXEL
from opsportal.lib.pdf.grids import SIZE, Cell, Column, Draw, Grid
from opsportal.lib.pdf.marks import draw_range

PLOT_MARGIN = 3.0
FUNNEL_HEIGHT = 432  # .plot-l, in CSS pixels


def write_card(document: Document, card: Mapping[str, Any]) -> None:
    """Write one comparison as metrics/dashboards/tables/comparisons.py shapes it."""
    if funnel := card.get("funnel"):
        _write_funnel(document, funnel)
    document.ln(7)
    document.keep_together(45)
    document.paragraph(card["title"], size=12, style="B", after=0.3)
    document.paragraph(card["sub"], size=8.5, ink="ink-3", after=2)
    if mix := card.get("mix"):
        document.paragraph(mix["words"], size=8.5, ink="ink-2", after=2)
    columns = _list_columns(document, card)
    plot = next(index for index, column in enumerate(columns) if column.draw_head)
    grid = Grid(document, columns)
    grid.write_head()
    scale = Scale(*card["scale"])
    lines = partial(_draw_row, document, scale, target=card["target"], whole=card["whole"])
    for group in card["groups"]:
        grid.write_band(group["head"], {plot: lines})
        for row in group["rows"]:
            drawn = partial(
                lines,
                value=row["number"],
                low=row["low"],
                high=row["high"],
                few=row["few"],
            )
            grid.write_row(_list_cells(card, row, drawn))
        if group["hidden"]:
            grid.write_band(f"{group['hidden']:,} more")
    total = card["total"]
    grid.write_row(
        _list_cells(card, {**total, "leader": "", "rank": "", "allowance": ""}, None),
        is_total=True,
    )


def _write_funnel(document: Document, funnel: Mapping[str, Any]) -> None:
    """Write the second view of a comparison, where the page was asked for it."""
    document.ln(7)
    document.keep_together(FUNNEL_HEIGHT * PIXEL + 14)
    document.paragraph(funnel["title"], size=12, style="B", after=0.3)
    document.paragraph(funnel["sub"], size=8.5, ink="ink-3", after=2)
    draw_figure(document, funnel["figure"], height=FUNNEL_HEIGHT)


def _list_columns(document: Document, card: Mapping[str, Any]) -> list[Column]:
    """Give the drawing what the words leave; a leader stands under the name of the unit."""
    name, value, interval, n, change, rank, status = 36, 17, 23, 16, 13, 17, 27
    taken = name + value + interval + n + rank + status + (change if card["has_change"] else 0)
    heads = partial(_draw_head, document, card)
    columns = [
        Column(card["head"], name),
        Column(card["measure"], value, "R", style="B"),
        Column("", document.epw - taken, draw_head=heads),
        Column("95 % interval", interval, "R", ink="ink-2"),
        Column(card["n_label"], n, "R", ink="ink-2"),
        Column(card["change_label"], change, "R") if card["has_change"] else None,
        Column("Rank range", rank, "R", ink="ink-2"),
        Column("Against target", status),
    ]
    return [column for column in columns if column is not None]


def _list_cells(
    card: Mapping[str, Any], row: Mapping[str, Any], drawn: Draw | None
) -> list[Cell | str]:
    cells: list[Cell | str] = [
        Cell(row["name"], under=row["leader"]),
        row["value"],
        Cell(draw=drawn),
        row["interval"],
        row["n"],
    ]
    if card["has_change"]:
        cells.append(row["change"])
    return [*cells, row["rank"], Cell(under=row["allowance"], status=row["status"])]


def _draw_row(
    document: Document,
    scale: Scale,
    x: float,
    y: float,
    width: float,
    height: float,
    **marks: Any,
) -> None:
    draw_range(document, scale, x + PLOT_MARGIN, y, width - 2 * PLOT_MARGIN, height, **marks)


def _draw_head(
    document: Document, card: Mapping[str, Any], x: float, y: float, width: float, height: float
) -> None:
    """Name the ticks of the shared scale; a tick does not run into the target's words."""
    scale, inner = Scale(*card["scale"]), width - 2 * PLOT_MARGIN
    left, middle = x + PLOT_MARGIN, y + height - 2.6
    taken = []
    if card["target"] is not None:
        at = place_on_scale(card["target"], scale)
        wide = document.width_of(card["target_label"], size=SIZE)
        centre = min(max(left + at / 100 * inner, x + wide / 2), x + width - wide / 2)
        document.write_at(centre, middle, card["target_label"], size=SIZE, align="C")
        taken.append((centre, wide))
    for tick in scale.ticks:
        words = f"{tick:g}".replace("-", "−")
        at = left + place_on_scale(tick, scale) / 100 * inner
        wide = document.width_of(words, size=SIZE)
        if all(abs(at - other) > (wide + room) / 2 + 1 for other, room in taken):
            document.write_at(at, middle, words, size=SIZE, align="C", ink="ink-3")
            taken.append((at, wide))
