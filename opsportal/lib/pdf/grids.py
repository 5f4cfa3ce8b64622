"""Tables over pages: columns of fixed width, rows that stay whole, heads again on every page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from opsportal.lib.pdf.documents import MARGIN, Document, line_height
from opsportal.lib.pdf.marks import draw_status

SIZE = 7.5
PADDING = 1.1
# Draws into a cell: left, top, width, height.
Draw = Callable[[float, float, float, float], None]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, its width in mm, and where its words stand (L or R)."""

    head: str
    width: float
    align: str = "L"
    ink: str = "ink"
    style: str = ""
    draw_head: Draw | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: words, words under them, a status before them, or a drawing."""

    text: str = ""
    under: str = ""
    status: str = ""
    draw: Draw | None = None


class Grid:
    """A table that is written row by row from where the document stands."""

    def __init__(self, document: Document, columns: Sequence[Column]) -> None:
        self.document = document
        self.columns = columns

    @property
    def width(self) -> float:
        return sum(column.width for column in self.columns)

    def write_head(self) -> None:
        document = self.document
        lines = [document.wrap(column.head, column.width - 1, size=SIZE) for column in self.columns]
        height = max(len(found) for found in lines) * line_height(SIZE) + PADDING
        top, x = document.get_y(), MARGIN
        for column, found in zip(self.columns, lines, strict=True):
            if column.draw_head:
                column.draw_head(x, top, column.width, height)
            # Heads end at the rule, however many lines they take.
            first = top + height - PADDING - len(found) * line_height(SIZE)
            self._write_lines(found, column, x, first, ink="ink-3")
            x += column.width
        document.rule(top + height, width=self.width, ink="line-strong")
        document.set_y(top + height + 0.2)

    def write_band(self, text: str, draw: dict[int, Draw] | None = None) -> None:
        """Write a row that heads a group; `draw` goes into columns by their place."""
        height = line_height(SIZE) + 2 * PADDING
        self._make_room(height * 2)
        document, top, x = self.document, self.document.get_y(), MARGIN
        for index, column in enumerate(self.columns):
            if draw and index in draw:
                draw[index](x, top, column.width, height)
            x += column.width
        document.write_at(MARGIN, top + height / 2, text, size=SIZE, ink="ink-3", width=self.width)
        document.rule(top + height, width=self.width)
        document.set_y(top + height)

    def write_row(self, cells: Sequence[Cell | str], *, is_total: bool = False) -> None:
        document = self.document
        found = [cell if isinstance(cell, Cell) else Cell(cell) for cell in cells]
        words = [
            [] if cell.status else document.wrap(cell.text, column.width - 1.5, size=SIZE)
            for cell, column in zip(found, self.columns, strict=True)
        ]
        unders = [
            document.wrap(cell.under, column.width - 1.5, size=SIZE - 0.5) if cell.under else []
            for cell, column in zip(found, self.columns, strict=True)
        ]
        lines = max(
            (len(first) or bool(cell.status)) + len(under)
            for cell, first, under in zip(found, words, unders, strict=True)
        )
        height = max(lines, 1) * line_height(SIZE) + 2 * PADDING
        self._make_room(height)
        top, x = document.get_y(), MARGIN
        if is_total:
            document.rule(top, width=self.width, ink="line-strong")
        for cell, column, first, under in zip(found, self.columns, words, unders, strict=True):
            if cell.draw:
                cell.draw(x, top, column.width, height)
            y = top + PADDING
            if cell.status:
                draw_status(
                    document,
                    cell.status,
                    x,
                    y + line_height(SIZE) / 2,
                    word=cell.text,
                    size=SIZE,
                    width=column.width,
                )
                y += line_height(SIZE)
            style = "B" if is_total else column.style
            self._write_lines(first, column, x, y, ink=column.ink, style=style)
            y += len(first) * line_height(SIZE)
            self._write_lines(under, column, x, y, ink="ink-3", size=SIZE - 0.5)
            x += column.width
        if not is_total:
            document.rule(top + height, width=self.width)
        document.set_y(top + height)

    def _write_lines(
        self,
        lines: Sequence[str],
        column: Column,
        x: float,
        top: float,
        *,
        ink: str,
        style: str = "",
        size: float = SIZE,
    ) -> None:
        right = column.align == "R"
        for index, line in enumerate(lines):
            self.document.write_at(
                # Numbers keep clear of the next column's words.
                x + column.width - 1.5 if right else x,
                top + (index + 0.5) * line_height(SIZE),
                line,
                size=size,
                style=style,
                ink=ink,
                align=column.align,
            )

    def _make_room(self, height: float) -> None:
        if self.document.will_page_break(height):
            self.document.add_page()
            self.write_head()
