"""The lines of a figure's days: what its measures came to, by day and queue, without a name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from metrics.kpis.measures import MEASURE_SETS
from metrics.kpis.readings import BELOW, Source, write_rows
from metrics.kpis.rows.scopes import Cell, Place
from metrics.records.kinds import Combine, Kind

_LINES = """
    {below}
    SELECT day, queue_id, {combined}
    FROM ({rows}) fact
    WHERE known & {mask} = {mask}
        AND (%(queue)s::bigint IS NULL OR queue_id = %(queue)s)
        AND (day, queue_id) < (%(after_day)s::date, %(after_queue)s::bigint)
    GROUP BY 1, 2
    ORDER BY 1 DESC, 2 DESC
    LIMIT %(limit)s
"""
_WRITERS = """
    SELECT DISTINCT fact.{on}, {queue}, fact.written_by_id
    FROM {facts} fact
    WHERE fact.{on} = ANY(%(days)s) AND {scope}
"""
_STANDS_BELOW = {
    "person_id": """(EXISTS (
        SELECT FROM below
        JOIN teams_assignment place ON place.unit_id = below.unit_id AND place.valid @> fact.{on}
        WHERE place.person_id = fact.person_id AND below.valid @> fact.{on}
            AND (%(person)s::bigint IS NULL OR place.person_id = %(person)s)
    ) OR fact.person_id IS NULL AND {in_root})""",
    "unit_id": """EXISTS (
        SELECT FROM below WHERE below.unit_id = fact.unit_id AND below.valid @> fact.{on}
    )""",
}


@dataclass(frozen=True)
class Line:
    """What one day came to in one queue, 0 being none; `measures` by name."""

    day: date
    queue_id: int
    measures: dict[str, int]


def list_lines(cell: Cell, source: Source, *, after: Place | None, limit: int) -> list[Line]:
    """List the lines that a figure adds up, the newest day first, in one query.

    The caller checks the right.
    """
    measures, names = cell.version.measure_set, cell.names
    last = min(after.day, cell.period.last_day) if after else cell.period.last_day
    combined = (
        f"{'max' if measures.measure(name).combine is Combine.MAXIMUM else 'sum'}({name})::bigint"
        for name in names
    )
    query = _LINES.format(
        below=BELOW if source.of_people else "",
        rows=write_rows(measures, source, names),
        combined=", ".join(combined),
        mask=measures.mask_of(names),
    )
    days = (last - cell.period.start).days + 1
    with connection.cursor() as cursor:
        cursor.execute(
            query,
            {
                **source.parameters,
                **cell.parameters,
                "subjects": None,
                "days": [cell.period.start + timedelta(days=number) for number in range(days)],
                "after_day": after.day if after else date.max,
                "after_queue": after.key if after else 0,
                "limit": limit,
            },
        )
        return [
            Line(day, queue_id, dict(zip(names, numbers, strict=True)))
            for day, queue_id, *numbers in cursor.fetchall()
        ]


def find_writers(
    cell: Cell, kinds: Iterable[Kind], lines: Sequence[Line]
) -> Mapping[tuple[date, int], list[int]]:
    """Find, by day and queue, the imports whose facts stand behind lines, the newest first.

    Facts that hold for a stretch of days, as rates do, are not looked for day by day.
    """
    in_queues = MEASURE_SETS[cell.version.source].has_queue
    queries = [
        _WRITERS.format(
            on=on,
            queue="coalesce(fact.queue_id, 0)" if in_queues and "queue_id" in fields else "0",
            facts=kind.model._meta.db_table,
            scope=_write_scope(cell, fields, on),
        )
        for kind in kinds
        if kind.holds is None
        for fields in [{column.field for column in kind.columns}]
        for on in kind.days
    ]
    if not queries or not lines:
        return {}
    found: dict[tuple[date, int], list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"{BELOW} {' UNION '.join(queries)} ORDER BY 3 DESC",
            {**cell.parameters, "days": sorted({line.day for line in lines})},
        )
        for day, queue_id, import_id in cursor.fetchall():
            found.setdefault((day, queue_id), []).append(import_id)
    return found


def _write_scope(cell: Cell, fields: Iterable[str], on: str) -> str:
    in_root = "true" if cell.is_root and cell.person_id is None else "false"
    subject = next((name for name in _STANDS_BELOW if name in fields), None)
    return _STANDS_BELOW[subject].format(on=on, in_root=in_root) if subject else in_root
