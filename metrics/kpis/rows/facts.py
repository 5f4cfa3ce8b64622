"""The facts that a figure counts, one by one, where their unit or person stood on their day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from metrics.kpis.readings import BELOW
from metrics.kpis.rows.scopes import Cell, Place
from metrics.records.kinds import ColumnType, Kind, Measure

_MEMBERS_OF = {
    "person_id": """
        SELECT place.person_id AS subject_id, place.valid * below.valid AS valid
        FROM below
        JOIN teams_assignment place ON place.unit_id = below.unit_id AND place.valid && below.valid
        WHERE %(person)s::bigint IS NULL OR place.person_id = %(person)s
    """,
    "unit_id": "SELECT unit_id AS subject_id, valid FROM below",
}
_STOOD_THERE = """EXISTS (
    SELECT FROM member WHERE member.subject_id = fact.{subject} AND member.valid @> fact.{on}
)"""
# From the newest day back, and no further than the page needs: what a page costs does not grow
# with the days that lie before it.
_FACTS = """
    {below}, member AS MATERIALIZED ({members})
    SELECT found.* FROM generate_series(
        %(newest)s::date::timestamp, %(start)s::date::timestamp, interval '-1 day'
    ) WITH ORDINALITY AS back(at, position)
    CROSS JOIN LATERAL (
        SELECT fact.id, fact.{on}, fact.feed_id, fact.written_by_id, {subject}, {queue}, {columns},
            {measures}
        FROM {facts} fact
        WHERE fact.{on} = back.at::date AND {scope} AND {counted} AND {in_queue}
            AND (fact.{on} < %(after_day)s::date OR fact.id < %(after_id)s)
        ORDER BY fact.id DESC LIMIT %(limit)s
    ) found
    LIMIT %(limit)s
"""


@dataclass(frozen=True)
class FactRow:
    """One fact: when it counts, about whom, what it says, and who brought it.

    `said` holds its columns by name; `counted` what it adds to the measures of the definition.
    """

    id: int
    day: date
    feed_id: int
    import_id: int
    subject_id: int | None
    queue_id: int | None
    said: dict[str, Any]
    counted: dict[str, int]


def shown_columns(kind: Kind) -> list[str]:
    """Name the columns of a kind that stand in a row beside its day, subject and queue.

    Whom else a row names, as the auditor of a decision, is nobody's figure here.
    """
    apart = (ColumnType.PERSON, ColumnType.UNIT, ColumnType.QUEUE)
    return [
        column.name for column in kind.columns if column.type not in apart and column.field != "day"
    ]


def list_facts(cell: Cell, kind: Kind, *, after: Place | None, limit: int) -> list[FactRow]:
    """List the facts of a kind that a figure counts, the newest day first, in one query.

    Those that do not know what the definition reads are not counted and not listed. The caller
    checks the right.
    """
    measures = _measures_of(cell, kind)
    on = measures[0].on if measures else "day"
    if any(measure.on != on for measure in measures):
        return []
    fields = {column.field for column in kind.columns}
    subject = next((name for name in ("person_id", "unit_id") if name in fields), None)
    columns = shown_columns(kind)
    query = _FACTS.format(
        below=BELOW,
        members=_MEMBERS_OF[subject or "unit_id"],
        on=on,
        subject=f"fact.{subject}" if subject else "NULL::bigint",
        queue="fact.queue_id" if "queue_id" in fields else "NULL::bigint",
        columns=", ".join(f'fact."{kind.column(name).field}"' for name in columns) or "NULL",
        measures=", ".join(f"({measure.sql})" for measure in measures) or "NULL",
        facts=kind.model._meta.db_table,
        scope=_write_scope(cell, subject, on),
        counted=" AND ".join(f"({measure.sql}) IS NOT NULL" for measure in measures) or "true",
        in_queue="(%(queue)s::bigint IS NULL OR fact.queue_id = %(queue)s)"
        if "queue_id" in fields
        else "%(queue)s::bigint IS NULL",
    )
    newest = min(after.day, cell.period.last_day) if after else cell.period.last_day
    with connection.cursor() as cursor:
        cursor.execute(
            query,
            {
                **cell.parameters,
                "newest": newest,
                "after_day": after.day if after else date.max,
                "after_id": after.key if after else 0,
                "limit": limit,
            },
        )
        return [_read_row(row, columns, measures) for row in cursor.fetchall()]


def _measures_of(cell: Cell, kind: Kind) -> list[Measure]:
    return [measure for measure in kind.day_totals if measure.name in cell.names]


def _write_scope(cell: Cell, subject: str | None, on: str) -> str:
    """Write who counts: whoever stood there; machines, and what is of no unit, in the root."""
    in_root = "true" if cell.is_root and cell.person_id is None else "false"
    if subject is None:
        return in_root
    stood = _STOOD_THERE.format(subject=subject, on=on)
    if subject == "person_id":
        return f"({stood} OR fact.person_id IS NULL AND {in_root})"
    return stood


def _read_row(row: tuple[Any, ...], columns: Sequence[str], measures: Sequence[Measure]) -> FactRow:
    id_, day, feed_id, import_id, subject_id, queue_id, *cells = row
    said, counted = cells[: len(columns) or 1], cells[len(columns) or 1 :]
    return FactRow(
        id_,
        day,
        feed_id,
        import_id,
        subject_id,
        queue_id,
        dict(zip(columns, said, strict=False)),
        {one.name: number for one, number in zip(measures, counted, strict=False)},
    )
