"""A day's facts once more as columns: what millions of rows are added up from.

A row of the database costs as much to fetch as a hundred numbers of a column to add. Columns are
derived from the facts and nothing else, and written in the transaction that changes them, with the
day marked: whoever adds it up holds the same mark. ADR 15.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from metrics.records.facts import DayColumns
from metrics.records.kinds import Kind
from metrics.records.statements import fetch_bytes, fetch_table

if TYPE_CHECKING:
    import pyarrow as pa

# Days are counted as Python counts them.
_KEPT = """
    SELECT day - '0001-01-01'::date + 1, content FROM metrics_daycolumns
    WHERE kind = %(kind)s AND day = ANY(%(days)s)
"""


def write_columns(kind: Kind, days: Iterable[date]) -> None:
    """Keep the facts of some days as columns, where their kind does so.

    Call with the days marked as changed, in the transaction that changed them. A day without facts
    has none.
    """
    assert transaction.get_connection().in_atomic_block
    if not kind.in_columns:
        return
    for day in sorted(set(days)):
        facts = _fetch_facts(kind, day)
        if facts.num_rows:
            _keep(kind, day, facts)
        else:
            DayColumns.objects.filter(kind=kind.slug, day=day).delete()


def forget_columns(start: date | None, end: date | None) -> None:
    """Forget the columns from a day until before another: they are made anew from the facts.

    For whoever wants days computed from the facts alone, with the days marked.
    """
    assert transaction.get_connection().in_atomic_block
    kept = DayColumns.objects.all()
    if start is not None:
        kept = kept.filter(day__gte=start)
    if end is not None:
        kept = kept.filter(day__lt=end)
    kept.delete()


def bring_columns(kind: Kind, days: Sequence[date]) -> "dict[date, pa.Table]":
    """Give the facts of some days as columns: person_id, queue_id, known, then the measures.

    Days without facts are left out. Facts that have no columns, as from before their kind had any
    or had other ones, get them now. For whoever recomputes days, holding their marks.
    """
    import pyarrow as pa

    assert transaction.get_connection().in_atomic_block
    alone = pa.ipc.IpcReadOptions(use_threads=False)
    kept = {
        date.fromordinal(ordinal): pa.ipc.open_stream(content, options=alone).read_all()
        for ordinal, content in fetch_bytes(_KEPT, {"kind": kind.slug, "days": list(days)})
    }
    read = {day: facts for day, facts in kept.items() if facts.schema == _schema(kind)}
    for day in days:
        if day not in read and (facts := _fetch_facts(kind, day)).num_rows:
            _keep(kind, day, facts)
            read[day] = facts
    return read


def _fetch_facts(kind: Kind, day: date) -> "pa.Table":
    schema = _schema(kind)
    facts = kind.model._meta.db_table
    query = f"SELECT {', '.join(schema.names)} FROM {facts} WHERE day = %(day)s"  # noqa: S608
    return fetch_table(query, {"day": day}, schema)


def _schema(kind: Kind) -> "pa.Schema":
    import pyarrow as pa

    return pa.schema(
        {
            "person_id": pa.int64(),
            "queue_id": pa.int64(),
            "known": pa.int16(),
            **{measure.field: pa.int32() for measure in kind.measures},
        }
    )


def _keep(kind: Kind, day: date, facts: "pa.Table") -> None:
    import pyarrow as pa

    content = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(content, facts.schema, options=options) as stream:
        stream.write_table(facts)
    DayColumns.objects.bulk_create(
        [DayColumns(kind=kind.slug, day=day, content=content.getvalue().to_pybytes())],
        update_conflicts=True,
        unique_fields=["day", "kind"],
        update_fields=["content"],
    )
