from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection, transaction

from opsportal.lib.queueing import enqueue

RECOMPUTE_TASK = "metrics.kpis.recompute_changed_days"


def mark_days(days: Iterable[date], *, reason: str) -> int:
    """Mark days of changed facts, and ask for a recompute when the change is committed.

    Days go in in order, so that two transactions that mark the same days wait for each other
    instead of deadlocking. A mark on a day that is being recomputed waits for that recompute and
    then stands, so that no change is missed. Returns how many days were marked.
    """
    ordered = sorted(set(days))
    return _mark(
        """
        INSERT INTO teams_operatingday (day, changed_at, reason, failure)
        SELECT day, clock_timestamp(), %s, '' FROM unnest(%s::date[]) AS day ORDER BY day
        ON CONFLICT (day) DO UPDATE
            SET changed_at = excluded.changed_at, reason = excluded.reason,
                failed_at = NULL, failure = ''
        """,
        [reason[:200], ordered],
    )


def mark_range(start: date | None, end: date | None, *, reason: str) -> int:
    """Mark the days from `start` until before `end` that have facts; None leaves a side open.

    For changes of structure: only days that have facts can change their figures.
    """
    return _mark(
        """
        UPDATE teams_operatingday
        SET changed_at = clock_timestamp(), reason = %s, failed_at = NULL, failure = ''
        WHERE day IN (
            SELECT day FROM teams_operatingday
            WHERE day >= coalesce(%s::date, '-infinity') AND day < coalesce(%s::date, 'infinity')
            ORDER BY day FOR UPDATE
        )
        """,
        [reason[:200], start, end],
    )


def _mark(sql: str, parameters: list[Any]) -> int:
    assert transaction.get_connection().in_atomic_block, "a mark belongs to the change it marks"
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        marked = int(cursor.rowcount)
    if marked:
        enqueue(RECOMPUTE_TASK)
    return marked
