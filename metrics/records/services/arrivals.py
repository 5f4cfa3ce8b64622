"""Rows on their way in: staged beside the facts, so that weighing and writing are set operations.

Everything here lives in temporary tables of one database session; a process that dies takes them
with it.
"""

from collections.abc import Mapping
from datetime import date
from types import TracebackType
from typing import TYPE_CHECKING, Self

from psycopg2.sql import SQL, Composable, Identifier, Literal

from metrics.records.kinds import Kind
from metrics.records.services.fingerprints import Fingerprints
from metrics.records.services.matching import identity, type_of
from metrics.records.statements import fetch, run, write_table

if TYPE_CHECKING:
    import pyarrow as pa

LEFTOVERS = SQL(
    "DROP VIEW IF EXISTS arrived; "
    "DROP TABLE IF EXISTS arrived_rows, arrived_names, repeated, weighed"
)


class Arrivals:
    """The checked rows of one import, until they are written or forgotten.

    Reading them goes through the view `arrived`: row, key, and the kind's fields. `keyed` tells
    whether the file has keys; without them rows are told apart by their natural grain. `first_day`
    and `last_day` are those of the rows, None where there are none; `by_day` tells whether the
    rows came in the order of their days.
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.keyed = False
        self.rows = 0
        self.first_day: date | None = None
        self.last_day: date | None = None
        self.by_day = True
        # Set when they are weighed: the feed has no fact that one of these rows could be about.
        self.all_new = False
        self._fingerprints = Fingerprints()
        self._resolved: list[str] = []

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
        if not rows.num_rows:
            return
        self._take_note(rows)
        write_table("arrived_rows", rows)

    def may_repeat(self) -> bool:
        """Tell whether two rows may be about the same fact; where not, they surely are not.

        Two spellings of a name that was created may be one.
        """
        return bool(self._resolved) or self._fingerprints.may_repeat()

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
        self._resolved.append(field)
        run(self._view())

    def _take_note(self, rows: "pa.Table") -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        self.keyed = rows.column("key").null_count == 0
        self.rows += rows.num_rows
        days = rows.column("day")
        first, last = pc.min_max(days).as_py().values()
        numbers = days.cast(pa.int32()).to_numpy()
        self.by_day &= bool((numbers[1:] >= numbers[:-1]).all())
        self.by_day &= self.last_day is None or self.last_day <= first
        self.first_day = min(self.first_day or first, first)
        self.last_day = max(self.last_day or last, last)
        told_apart_by = identity(self.kind, keyed=self.keyed)
        self._fingerprints.add([rows.column(field) for field in told_apart_by])

    def _tables(self) -> Composable:
        fields = SQL(", ").join(
            SQL("{} {}").format(Identifier(field), type_of(self.kind, field))
            for field in self.kind.fields
        )
        return SQL(
            """
            CREATE TEMP TABLE arrived_rows (row integer NOT NULL, key text COLLATE "C", {fields});
            CREATE TEMP TABLE arrived_names (field text, stand_in bigint, id bigint NOT NULL)
            """
        ).format(fields=fields)

    def _view(self) -> Composable:
        """Show the staged rows, with ids in the place of names; most files bring no new name."""
        values = [
            SQL("coalesce({names}.id, {value})" if field in self._resolved else "{value}").format(
                names=Identifier(f"names_{field}"), value=Identifier("r", field)
            )
            for field in self.kind.fields
        ]
        joins = [
            SQL(
                " LEFT JOIN arrived_names {names}"
                " ON {names}.field = {field} AND {names}.stand_in = {value}"
            ).format(
                names=Identifier(f"names_{field}"),
                field=Literal(field),
                value=Identifier("r", field),
            )
            for field in dict.fromkeys(self._resolved)
        ]
        return SQL(
            "CREATE OR REPLACE TEMP VIEW arrived AS "
            "SELECT r.row, r.key, {fields} FROM arrived_rows r{joins}"
        ).format(
            fields=SQL(", ").join(
                SQL("{} AS {}").format(value, Identifier(field))
                for value, field in zip(values, self.kind.fields, strict=True)
            ),
            joins=SQL("").join(joins),
        )
