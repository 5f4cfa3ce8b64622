"""Statements over whole sets of facts, which no queryset can say."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from struct import Struct
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg2.sql import Composable

if TYPE_CHECKING:
    import pyarrow as pa

Parameters = Sequence[Any] | Mapping[str, Any]
# Of a binary COPY: signature, flags and extension come first, -1 in place of a row last. A row has
# the number of its fields, the length of the first and that itself, the length of the second.
# PostgreSQL, COPY, Binary Format.
_HEADER_LENGTH, _TRAILER_LENGTH = 19, 2
_ROW_HEAD = Struct(">hiii")


def run(sql: Composable, parameters: Parameters | None = None) -> int:
    """Run a statement; return how many rows it touched."""
    with connection.cursor() as cursor:
        # As text, since what records history looks into every statement.
        cursor.execute(sql.as_string(cursor.cursor), parameters)
        return int(cursor.rowcount)


def fetch(sql: Composable, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
    """Run a query; return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql.as_string(cursor.cursor), parameters)
        return list(cursor.fetchall())


def fetch_table(sql: str, parameters: Parameters, schema: "pa.Schema") -> "pa.Table":
    """Run a query; return its rows as columns, which `schema` names in order."""
    from pyarrow import csv

    rows = _copy_out(sql, parameters, "csv")
    if not rows.tell():
        return schema.empty_table()
    rows.seek(0)
    return csv.read_csv(
        rows,
        csv.ReadOptions(column_names=schema.names, use_threads=False),
        convert_options=csv.ConvertOptions(column_types=schema),
    )


def fetch_bytes(sql: str, parameters: Parameters) -> list[tuple[int, memoryview]]:
    """Run a query of an int and a bytea; return both as they are.

    A cursor has bytes spelt out in twice as many digits, and read again.
    """
    rows = _copy_out(sql, parameters, "binary")
    view, position, found = rows.getbuffer(), _HEADER_LENGTH, []
    while position < len(view) - _TRAILER_LENGTH:
        _, _, number, length = _ROW_HEAD.unpack_from(view, position)
        position += _ROW_HEAD.size
        found.append((number, view[position : position + length]))
        position += length
    return found


def write_table(name: str, rows: "pa.Table") -> None:
    """Append rows to a table of the database, by the names of their columns."""
    from pyarrow import csv

    lines = BytesIO()
    csv.write_csv(rows, lines, csv.WriteOptions(include_header=False))
    lines.seek(0)
    columns = ", ".join(f'"{column}"' for column in rows.column_names)
    _copy(f"COPY {name} ({columns}) FROM STDIN WITH (FORMAT csv)", lines)


def _copy_out(sql: str, parameters: Parameters, format_: str) -> BytesIO:
    with connection.cursor() as cursor:
        query = cursor.mogrify(sql, parameters).decode()
    rows = BytesIO()
    _copy(f"COPY ({query}) TO STDOUT WITH (FORMAT {format_})", rows)
    return rows


def _copy(statement: str, stream: BytesIO) -> None:
    """Run a COPY, whose errors are those of any other statement: a cursor hands on the driver's."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(statement, stream)
