from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from opsportal.lib.queueing import enqueue

RECOMPUTE_TASK = "metrics.kpis.recompute_changed_days"

# How far back a change of structure brings days into being that have no facts.
FURTHEST_BACK = timedelta(days=3_653)
# How many days the nightly run makes up for, where it did not run.
CATCH_UP = timedelta(days=31)

# Days go in in order, so that two transactions that mark the same days wait for each other
# instead of deadlocking. A mark on a day that is being recomputed waits for that recompute and
# then stands, so that no change is missed.
_MARK = """
    INSERT INTO teams_operatingday (day, changed_at, reason, failure)
    SELECT day, clock_timestamp(), %(reason)s, '' FROM ({days}) days ORDER BY day
    ON CONFLICT (day) DO UPDATE
        SET changed_at = excluded.changed_at, reason = excluded.reason,
            failed_at = NULL, failure = ''
"""
_THESE_DAYS = "SELECT unnest(%(days)s::date[]) AS day"
_KNOWN_DAYS = """
    SELECT DISTINCT day
    FROM unnest(%(starts)s::date[], %(ends)s::date[]) AS range(starts, ends)
    JOIN teams_operatingday ON day >= coalesce(starts, '-infinity')
        AND day < coalesce(ends, 'infinity')
"""
_DAYS_OF_STRUCTURE = f"""
    {_KNOWN_DAYS}
    UNION
    SELECT day::date
    FROM unnest(%(starts)s::date[], %(ends)s::date[]) AS range(starts, ends),
        generate_series(
            greatest(starts, %(furthest)s::date)::timestamp,
            least(ends - 1, %(today)s::date)::timestamp,
            '1 day'
        ) AS day
    WHERE starts IS NOT NULL
"""  # noqa: S608

Range = tuple[date | None, date | None]


def mark_days(days: Iterable[date], *, reason: str) -> int:
    """Mark days of changed facts, and ask for a recompute when the change is committed.

    Returns how many days were marked.
    """
    return _mark(_THESE_DAYS, {"days": sorted(set(days))}, reason)


def mark_range(start: date | None, end: date | None, *, reason: str) -> int:
    """Mark the days from `start` until before `end` that are there; None leaves a side open.

    For what is read beside facts, such as rates. Returns how many days were marked.
    """
    return _mark(_KNOWN_DAYS, {"starts": [start], "ends": [end]}, reason)


def mark_structure(ranges: Iterable[Range], *, reason: str, whole_from: date | None = None) -> int:
    """Mark the days of half-open ranges in which the structure changed; None is an open side.

    Days until today come into being by it where they had no facts: who is where and who leads
    whom is a figure of such a day too. That needs a day on which the change began, at most
    FURTHEST_BACK ago; without one, and later than today, only days that are there are marked. A
    change ahead needs nothing until its day comes. Nor do days come into being before
    `whole_from`, where only part of what then was is known. One transaction marks once, all its
    ranges together, for the order of days to hold. Returns how many days were marked.
    """
    ranges = list(ranges)
    today = timezone.localdate()
    return _mark(
        _DAYS_OF_STRUCTURE,
        {
            "starts": [start for start, _ in ranges],
            "ends": [end for _, end in ranges],
            "furthest": max(whole_from or date.min, today - FURTHEST_BACK),
            "today": today,
        },
        reason,
    )


def mark_until_today(*, reason: str) -> int:
    """Let today come into being, and the days since the newest before it; mark these.

    Returns how many there were.
    """
    today = timezone.localdate()
    return _mark(
        """
        SELECT day::date FROM generate_series(
            coalesce(
                (
                    SELECT max(day) + 1 FROM teams_operatingday
                    WHERE day BETWEEN %(earliest)s AND %(today)s
                ),
                %(today)s::date
            )::timestamp,
            %(today)s::timestamp, '1 day'
        ) AS day
        """,
        {"earliest": today - CATCH_UP, "today": today},
        reason,
    )


def _mark(days: str, parameters: dict[str, Any], reason: str) -> int:
    assert transaction.get_connection().in_atomic_block, "a mark belongs to the change it marks"
    with connection.cursor() as cursor:
        cursor.execute(_MARK.format(days=days), parameters | {"reason": reason[:200]})
        marked = int(cursor.rowcount)
    if marked:
        enqueue(RECOMPUTE_TASK)
    return marked
