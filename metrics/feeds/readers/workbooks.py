from collections.abc import Collection, Iterator
from pathlib import Path

from metrics.feeds.readers.rows import Rows, explain_cells, gather
from metrics.feeds.rules.chunks import Chunk
from metrics.feeds.rules.problems import Problem
from opsportal.lib.tables import BEYOND, read_table


def open_workbook(path: Path, *, name: str) -> Rows:
    """Open the first visible sheet of a workbook; raises TableError."""
    table = read_table(path, name=name)

    def cells_of_rows() -> Iterator[tuple[int, dict[str, str | None] | Problem]]:
        for number, cells in table.rows:
            if BEYOND in cells:
                yield number, explain_cells(number, len(table.columns) + 1, table.columns)
            else:
                yield number, dict(cells)

    def read(columns: Collection[str]) -> Iterator[Chunk]:
        return gather(cells_of_rows(), columns)

    return Rows(table.columns, read)
