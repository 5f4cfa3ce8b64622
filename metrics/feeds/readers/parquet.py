from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from metrics.feeds.readers.rows import ROWS_PER_CHUNK, Rows
from metrics.feeds.rules.chunks import Chunk
from opsportal.lib.tables import TableError

if TYPE_CHECKING:
    import pyarrow as pa

# A few bytes of Parquet can stand for billions of equal rows.
ROWS_AT_MOST = 100_000_000


def open_parquet(path: Path, *, name: str) -> Rows:
    """Open a Parquet file; numbers stay numbers, all else becomes text. Raises TableError."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(path, memory_map=True)
        header = list(file.schema_arrow.names)
    except (pa.ArrowException, OSError):
        raise _damaged(name) from None
    if file.metadata.num_rows > ROWS_AT_MOST:
        raise TableError(
            "too_large",
            f"'{name}' has {file.metadata.num_rows:,} rows; at most {ROWS_AT_MOST:,} are read.",
        )

    def read(columns: Collection[str]) -> Iterator[Chunk]:
        import numpy as np

        start = 2  # as a spreadsheet would show it, under a header
        wanted = sorted(columns)
        try:
            for batch in file.iter_batches(ROWS_PER_CHUNK, columns=wanted, use_threads=False):
                rows = np.arange(start, start + batch.num_rows, dtype=np.int32)
                start += batch.num_rows
                yield Chunk(rows, {name: _simplify(name, batch.column(name)) for name in wanted})
        except (pa.ArrowException, OSError):
            raise _damaged(name) from None

    nested = frozenset(field.name for field in file.schema_arrow if pa.types.is_nested(field.type))
    return Rows(header, read, beyond_reading=nested)


def _simplify(name: str, column: pa.Array) -> pa.Array:
    """Make a column text or numbers; raise TableError for one that is neither."""
    import pyarrow as pa
    import pyarrow.compute as pc

    types = pa.types
    if types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if types.is_integer(column.type) or types.is_floating(column.type):
        return column
    if types.is_decimal(column.type):
        return pc.cast(column, pa.float64())
    try:
        return pc.cast(column, pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        raise TableError(
            "unreadable_column", f"Column '{name}' holds {column.type}, not text or numbers."
        ) from None


def _damaged(name: str) -> TableError:
    return TableError("unreadable", f"'{name}' cannot be opened as Parquet: it is damaged.")
