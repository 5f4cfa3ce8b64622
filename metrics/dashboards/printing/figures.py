"""Headline figures as a grid without boxes, all others as a table by family."""

from collections.abc import Mapping
from typing import Any

from opsportal.lib.pdf.documents import MARGIN, Document, line_height
from opsportal.lib.pdf.grids import Cell, Column, Grid
from opsportal.lib.pdf.marks import draw_spark, draw_status

GAP = 6.0
SMALL = 8.0
# Six tiles stand in rows of three, eight in rows of four, as on the page.
WIDEST = 4


def write_tiles(document: Document, page: Mapping[str, Any]) -> None:
    """Write the headline figures, each with its change, target, interval and signal."""
    tiles = page["tiles"]
    columns = 3 if len(tiles) <= 6 else WIDEST
    width = (document.epw - GAP * (columns - 1)) / columns
    for start in range(0, len(tiles), columns):
        row = tiles[start : start + columns]
        height = max(_measure_tile(document, tile, width) for tile in row)
        document.keep_together(height)
        top = document.get_y()
        for index, tile in enumerate(row):
            _write_tile(document, tile, MARGIN + index * (width + GAP), top, width)
        document.set_y(top + height + 4)


def _list_lines(tile: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List what stands under a value: a status key or nothing, and the words."""
    lines = []
    if tile["change"]:
        lines.append(("", f"{tile['change']} from {tile['before']}"))
    if tile["status"]:
        lines.append((tile["status"], tile.get("status_word", "")))
        if tile["target"]:
            lines.append(("", tile["target"]))
    if tile["interval"]:
        lines.append(("", tile["interval"]))
    if tile["signal"]:
        lines.append(("signal", tile["signal"]))
    if tile["note"]:
        lines.append(("", tile["note"]))
    return lines


def _measure_tile(document: Document, tile: Mapping[str, Any], width: float) -> float:
    lines = sum(
        len(document.wrap(words, width - (4 if status else 0), size=SMALL)) if words else 1
        for status, words in _list_lines(tile)
    )
    names = len(document.wrap(tile["name"], width, size=9, style="B"))
    return names * line_height(9) + 9 + lines * line_height(SMALL)


def _write_tile(
    document: Document, tile: Mapping[str, Any], x: float, top: float, width: float
) -> None:
    document.rule(top - 1, x=x, width=width, ink="accent" if tile["chosen"] else "line")
    y = top
    for line in document.wrap(tile["name"], width, size=9, style="B"):
        ink = "accent" if tile["chosen"] else "ink"
        document.write_at(x, y + line_height(9) / 2, line, size=9, style="B", ink=ink)
        y += line_height(9)
    value = f"{tile.get('prefix', '')}{tile['value'] or '–'}"
    wide = document.write_at(x, y + 4.2, value, size=17, style="B")
    if tile["value"] and tile["unit"]:
        document.write_at(x + wide + 1, y + 4.9, tile["unit"], size=9, ink="ink-2")
    if tile["spark"]:
        draw_spark(document, tile["spark"], x + width * 0.56, y + 0.8, width * 0.44, 7)
    y += 9
    for status, words in _list_lines(tile):
        if status:
            first, *rest = document.wrap(words, width - 4, size=SMALL) if words else [""]
            draw_status(document, status, x, y + line_height(SMALL) / 2, word=first, size=SMALL)
            y += line_height(SMALL)
        else:
            rest = document.wrap(words, width, size=SMALL)
        for line in rest:
            indent = 3.3 if status else 0
            middle = y + line_height(SMALL) / 2
            document.write_at(x + indent, middle, line, size=SMALL, ink="ink-2")
            y += line_height(SMALL)


def write_families(document: Document, page: Mapping[str, Any]) -> None:
    """Write the KPIs that are no headline, by family; nothing where there are none."""
    if not page["families"] and not page["without_data"]:
        return
    document.ln(7)
    document.keep_together(35)
    document.paragraph("All figures", size=12, style="B", after=0.3)
    if page["families"]:
        document.paragraph(page["families_words"] + ".", size=8.5, ink="ink-3", after=2)
        _write_table(document, page)
    if page["without_data"]:
        document.ln(2)
        words = f"No data here yet: {page['without_data']}."
        document.paragraph(words, size=8.5, ink="ink-3")


def _write_table(document: Document, page: Mapping[str, Any]) -> None:
    grid = Grid(
        document,
        [
            Column("KPI", 52),
            Column("Value", 26, "R", style="B"),
            Column("95 % interval, n", 42, "R", ink="ink-2"),
            Column("Change", 20, "R"),
            Column("Against target", 40),
        ],
    )
    grid.write_head()
    for family in page["families"]:
        grid.write_band(family["name"])
        for row in family["rows"]:
            value = row["value"] or "–"
            under = [part for part in (row["signal"], row["note"]) if part]
            grid.write_row(
                [
                    Cell(row["name"], under=". ".join(under)),
                    f"{value} {row['unit']}" if row["value"] and row["unit"] else value,
                    row["interval"],
                    row["change"],
                    Cell(row.get("status_word", ""), under=row["target"], status=row["status"])
                    if row["status"]
                    else "",
                ]
            )
