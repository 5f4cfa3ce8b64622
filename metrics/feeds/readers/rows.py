from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from metrics.feeds.rules.chunks import Chunk
from metrics.feeds.rules.problems import Problem

ROWS_PER_CHUNK = 100_000


@dataclass(frozen=True)
class Rows:
    """A file's header, as it stands there, and its rows, once, as chunks of the columns asked for.

    Columns `beyond_reading` hold neither text nor numbers. Reading them, or further down into
    damage that shows only there, raises TableError.
    """

    header: list[str]
    read: Callable[[Collection[str]], Iterator[Chunk]]
    beyond_reading: frozenset[str] = frozenset()

    @property
    def readable(self) -> list[str]:
        return [name for name in self.header if name not in self.beyond_reading]


def gather(
    rows: Iterator[tuple[int, dict[str, str | None] | Problem]], columns: Collection[str]
) -> Iterator[Chunk]:
    """Gather rows of text, each with its number or with why it cannot be read, into chunks."""
    import numpy as np
    import pyarrow as pa

    while batch := list(islice(rows, ROWS_PER_CHUNK)):
        good = [(number, cells) for number, cells in batch if not isinstance(cells, Problem)]
        yield Chunk(
            rows=np.array([number for number, _ in good], dtype=np.int32),
            columns={
                column: pa.array([cells.get(column) for _, cells in good], pa.string())
                for column in columns
            },
            unreadable=[cells for _, cells in batch if isinstance(cells, Problem)],
        )


def explain_cells(number: int, found: int, header: Sequence[str]) -> Problem:
    """Say that a row has more cells than the header, or fewer."""
    return Problem(
        row=number,
        column="",
        code="wrong_number_of_cells",
        message=(
            f"The row has {found:,} cells and the header {len(header):,}: a delimiter or a "
            "quotation mark is missing or too many."
        ),
    )
