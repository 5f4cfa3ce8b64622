"""Rows on their way in: staged beside the facts, so that weighing and writing are set operations.

Everything here lives in temporary tables of one database session; a process that dies takes them
with it.
"""

from collections.abc import Mapping
from io import BytesIO
from types import TracebackType
from typing import TYPE_CHECKING, Self

from django.db import connection
from psycopg2.sql import SQL, Composable, Identifier, Literal

from metrics.records.kinds import ColumnType, Kind
from metrics.records.statements import fetch, run

if TYPE_CHECKING:
    import pyarrow as pa

# What may be unknown to the portal when its row arrives, and be created when it is written.
NAMED = (ColumnType.PERSON, ColumnType.UNIT, ColumnType.QUEUE)
SQL_TYPES = {
    ColumnType.PERSON: SQL("bigint NOT NULL"),
    ColumnType.UNIT: SQL("bigint NOT NULL"),
    ColumnType.QUEUE: SQL("bigint NOT NULL"),
    ColumnType.DAY: SQL("date NOT NULL"),
    ColumnType.MEASURE: SQL("integer"),
}
LEFTOVERS = SQL(
    "DROP VIEW IF EXISTS arrived; "
    "DROP TABLE IF EXISTS arrived_rows, arrived_names, repeated_keys, changed_facts"
)


class Arrivals:
    """The checked rows of one import, until they are written or forgotten.

    Reading them goes through the view `arrived`: row, key, and the fact's own columns. A row
    without a key has its natural grain as key, spelt in ids, so that one fact has one key however
    a file spells its names.
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.fields = [column.field for column in kind.columns]

    def __enter__(self) -> Self:
        for statement in (LEFTOVERS, self._tables(), self._view()):
            run(statement)
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # After an error of the database the session may not answer; the next import tidies up.
        if error is None:
            run(LEFTOVERS)

    def add(self, rows: "pa.Table") -> None:
        """Stage checked rows: columns row, key (null: natural), then the kind's fields in order.

        Ids below zero stand for names that `resolve` is to give an id.
        """
        from pyarrow import csv

        buffer = BytesIO()
        csv.write_csv(rows, buffer, csv.WriteOptions(include_header=False))
        buffer.seek(0)
        with connection.cursor() as cursor:
            cursor.copy_expert("COPY arrived_rows FROM STDIN WITH (FORMAT csv)", buffer)

    def unresolved(self, field: str) -> set[int]:
        """Return the stand-ins below zero that staged rows use in a field."""
        rows = fetch(
            SQL("SELECT DISTINCT {field} FROM arrived_rows WHERE {field} < 0").format(
                field=Identifier(field)
            )
        )
        return {stand_in for (stand_in,) in rows}

    def resolve(self, field: str, ids: Mapping[int, int]) -> None:
        """Tell the ids of what stood in for a name."""
        run(
            SQL("INSERT INTO arrived_names SELECT %s, * FROM unnest(%s::bigint[], %s::bigint[])"),
            [field, list(ids), list(ids.values())],
        )

    def _tables(self) -> Composable:
        columns = SQL(", ").join(
            SQL("{} {}").format(Identifier(column.field), SQL_TYPES[column.type])
            for column in self.kind.columns
        )
        return SQL(
            """
            CREATE TEMP TABLE arrived_rows (row integer NOT NULL, key text COLLATE "C", {columns});
            CREATE TEMP TABLE arrived_names (field text, stand_in bigint, id bigint NOT NULL)
            """
        ).format(columns=columns)

    def _view(self) -> Composable:
        values: dict[str, Composable] = {}
        joins: list[Composable] = []
        for column in self.kind.columns:
            field = SQL("r.{}").format(Identifier(column.field))
            values[column.name] = field
            if column.type in NAMED:
                names = Identifier(f"names_{column.name}")
                values[column.name] = SQL("coalesce({}.id, {})").format(names, field)
                joins.append(
                    SQL(
                        " LEFT JOIN arrived_names {names}"
                        " ON {names}.field = {name} AND {names}.stand_in = {field}"
                    ).format(names=names, name=Literal(column.field), field=field)
                )
        natural = SQL(", ").join(values[name] for name in self.kind.grain)
        columns = SQL(", ").join(
            SQL("{} AS {}").format(values[column.name], Identifier(column.field))
            for column in self.kind.columns
        )
        return SQL(
            "CREATE TEMP VIEW arrived AS SELECT r.row, "
            "coalesce(r.key, concat_ws('/', {natural})) COLLATE \"C\" AS key, {columns} "
            "FROM arrived_rows r{joins}"
        ).format(natural=natural, columns=columns, joins=SQL("").join(joins))
