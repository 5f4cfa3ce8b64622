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
    """Open a Parquet file; what has a type keeps it. Raises TableError."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        schema = parquet.read_schema(path, memory_map=True)
        # Words stay in the file's own dictionaries, so that each is looked up once.
        words = [field.name for field in schema if _is_text(field.type)]
        file = parquet.ParquetFile(path, memory_map=True, read_dictionary=words)
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

    nested = frozenset(field.name for field in schema if pa.types.is_nested(field.type))
    return Rows(list(schema.names), read, beyond_reading=nested)


def _simplify(name: str, column: pa.Array) -> pa.Array:
    """Make a column text, numbers, dates or instants; raise TableError for one that is neither."""
    import pyarrow as pa
    import pyarrow.compute as pc

    types = pa.types
    if types.is_dictionary(column.type):
        words = _simplify(name, column.dictionary)
        return pa.DictionaryArray.from_arrays(column.indices, words)
    if types.is_integer(column.type) or types.is_decimal(column.type):
        return column
    if types.is_float16(column.type):
        return pc.cast(column, pa.float32())
    if types.is_floating(column.type) or types.is_timestamp(column.type):
        return column
    try:
        text = pc.cast(column, pa.string())
        # Parquet does not promise that its text is UTF-8.
        text.validate(full=True)
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        raise TableError(
            "unreadable_column", f"Column '{name}' holds {column.type}, not text or numbers."
        ) from None
    return text


def _is_text(type_: pa.DataType) -> bool:
    import pyarrow as pa

    return pa.types.is_string(type_) or pa.types.is_large_string(type_)


def _damaged(name: str) -> TableError:
    return TableError("unreadable", f"'{name}' cannot be opened as Parquet: it is damaged.")
