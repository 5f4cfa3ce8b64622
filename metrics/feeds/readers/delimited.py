from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from metrics.feeds.readers.rows import Rows, explain_cells
from metrics.feeds.rules.chunks import Chunk
from opsportal.lib.tables import CsvDialect, TableError, inspect_csv, read_records

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv

BLOCK_BYTES = 8 << 20
MALFORMED_AT_MOST = 10_000


def open_csv(path: Path, *, name: str) -> Rows:
    """Open a CSV file, whatever its delimiter; raises TableError."""
    dialect = inspect_csv(path, name=name)
    for number, record in read_records(path, dialect):
        if any(cell.strip() for cell in record):
            reading = _Reading(path, dialect, [cell.strip() for cell in record], number)
            return Rows(reading.header, reading.read)
    raise TableError("empty_file", f"'{name}' is empty: not even a header stands in it.")


class _Reading:
    """One way through a CSV file, block by block, each parsed as a whole."""

    def __init__(self, path: Path, dialect: CsvDialect, header: list[str], header_row: int) -> None:
        self.path, self.dialect, self.header, self.header_row = path, dialect, header, header_row
        self.malformed: dict[int, int] = {}  # row: how many cells it has

    def read(self, columns: Collection[str]) -> Iterator[Chunk]:
        number = self.dialect.skip + 1
        for batch in self.read_batches():
            rows = self.number_rows(number, batch.num_rows)
            number = int(rows[-1]) + 1 if len(rows) else number
            keep = (rows > self.header_row) & ~_blank_rows(batch)
            yield self.chunk(batch, rows, keep, columns, until=number)
        if self.malformed:
            yield self.chunk(batch.slice(0, 0), rows[:0], keep[:0], columns, until=None)

    def chunk(
        self,
        batch: pa.RecordBatch,
        rows: np.ndarray,
        keep: np.ndarray,
        columns: Collection[str],
        *,
        until: int | None,
    ) -> Chunk:
        import pyarrow as pa

        aside = [row for row in sorted(self.malformed) if until is None or row < until]
        cells = {row: self.malformed.pop(row) for row in aside}
        mask = pa.array(keep)
        return Chunk(
            rows=rows[keep],
            columns={name: batch.column(self.header.index(name)).filter(mask) for name in columns},
            unreadable=[
                explain_cells(row, found, self.header)
                for row, found in cells.items()
                if row > self.header_row
            ],
        )

    def read_batches(self) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa
        from pyarrow import csv

        names = [str(position) for position in range(len(self.header))]
        encoding = self.dialect.encoding
        try:
            yield from csv.open_csv(
                self.path,
                # In one thread: only then is a malformed row told with its number.
                csv.ReadOptions(
                    use_threads=False,
                    block_size=BLOCK_BYTES,
                    skip_rows=self.dialect.skip,
                    column_names=names,
                    encoding="utf8" if encoding == "utf-8-sig" else encoding,
                ),
                csv.ParseOptions(
                    delimiter=self.dialect.delimiter,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=self.set_aside,
                ),
                csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
                ),
            )
        except pa.ArrowInvalid:
            if len(self.malformed) > MALFORMED_AT_MOST:
                problem = explain_cells(*next(iter(self.malformed.items())), self.header)
                raise TableError(
                    problem.code,
                    f"More than {MALFORMED_AT_MOST:,} rows are malformed, the first is row "
                    f"{problem.row:,}. {problem.message}",
                    row=problem.row,
                ) from None
            raise TableError(
                "broken_quotes",
                "Somewhere a quotation mark is not closed, so that the rest of the file is one "
                "cell. A quotation mark inside a cell is written twice.",
            ) from None

    def set_aside(self, row: csv.InvalidRow) -> str:
        self.malformed[row.number] = row.actual_columns
        return "error" if len(self.malformed) > MALFORMED_AT_MOST else "skip"

    def number_rows(self, start: int, count: int) -> np.ndarray:
        """Number the next rows of a batch; malformed ones are not among them."""
        import numpy as np

        between = sum(row >= start for row in self.malformed)
        numbers = np.arange(start, start + count + between, dtype=np.int32)
        return numbers[~np.isin(numbers, list(self.malformed))][:count]


def _blank_rows(batch: pa.RecordBatch) -> np.ndarray:
    """Tell which rows have no text at all, as at the end of many files."""
    import numpy as np
    import pyarrow.compute as pc

    blank = np.ones(batch.num_rows, dtype=bool)
    for column in batch.columns:
        if not blank.any():
            break
        blank &= pc.equal(pc.utf8_trim_whitespace(column), "").to_numpy(zero_copy_only=False)
    return blank
