"""How far the data of a unit reach."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.utils import timezone

from metrics.kpis.models import TOTALS
from opsportal.lib.periods import Period

# These sets have totals of days on which nothing arrived: who is where, and what was promised.
WITHOUT_FACTS = frozenset({"staff_days", "growth_days", "feed_days"})
# How many days are looked at to tell whether data are sparse; a history of years has as many.
RECENT_DAYS = 182

# Each end is one step into the totals' key, skipping from day to day until the unit is found:
# what it costs does not grow with the days between.
_ENDS = """
    SELECT '{slug}', first.day, last.day
    FROM (
        SELECT day FROM {totals} WHERE unit_id = %(unit)s ORDER BY day LIMIT 1
    ) first
    CROSS JOIN (
        SELECT day FROM {totals} WHERE unit_id = %(unit)s ORDER BY day DESC LIMIT 1
    ) last
"""
_RECENT = """
    SELECT day FROM {totals}
    WHERE unit_id = %(unit)s AND day > %(last)s::date - %(recent)s AND day <= %(last)s
"""
_DAYS = """
    SELECT (SELECT count(DISTINCT day) FROM ({days}) days),
        (SELECT max(computed_at) FROM teams_operatingday WHERE day BETWEEN %(first)s AND %(last)s)
"""
_QUEUES = """
    SELECT queue_id FROM {totals}
    WHERE unit_id = %(unit)s AND day = ANY(%(days)s) AND queue_id <> 0
"""


@dataclass(frozen=True)
class Extent:
    """From when to when a unit has data of any kind, on how many days, last computed when.

    Of a longer history than RECENT_DAYS, `days` is as many as there would be, were data as dense
    throughout as they are of late. `sets` are the measure sets of which there are totals.
    """

    first: date
    last: date
    days: int
    computed_at: datetime | None
    sets: frozenset[str] = frozenset()


def find_extents(unit_id: int, sets: Iterable[str]) -> dict[str, tuple[date, date]]:
    """Find the first and the last day of a unit's totals, by measure set; only where it has any.

    The caller checks the right.
    """
    query = " UNION ALL ".join(
        _ENDS.format(slug=slug, totals=TOTALS[slug]._meta.db_table) for slug in sorted(set(sets))
    )
    if not query:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(query, {"unit": unit_id})
        return {slug: (first, last) for slug, first, last in cursor.fetchall()}


def _find_last(ends: Sequence[date]) -> date:
    """Find the last day of which there are data, not only promises.

    A set that reaches beyond today, as requests do that are due tomorrow, says what is to come;
    the other sets tell how far things have come.
    """
    today = timezone.localdate()
    return max((end for end in ends if end <= today), default=max(ends))


def get_extent(unit_id: int) -> Extent | None:
    """Find how far a unit's data reach; None where it has none. The caller checks the right."""
    of_all = find_extents(unit_id, TOTALS)
    found = {slug: ends for slug, ends in of_all.items() if slug not in WITHOUT_FACTS}
    if not found:
        return None
    first = min(start for start, _ in found.values())
    last = _find_last([end for _, end in found.values()])
    # Only the sets that have totals are looked into.
    days = " UNION ALL ".join(
        _RECENT.format(totals=TOTALS[slug]._meta.db_table) for slug in sorted(found)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _DAYS.format(days=days),
            {"unit": unit_id, "first": first, "last": last, "recent": RECENT_DAYS},
        )
        recent, computed_at = cursor.fetchone()
    length = (last - first).days + 1
    days_in_all = recent * max(length, RECENT_DAYS) // RECENT_DAYS
    return Extent(first, last, days_in_all, computed_at, frozenset(of_all))


def find_queues_of(unit_id: int, sets: Iterable[str], period: Period) -> set[int]:
    """Find the queues in which a unit has totals of any of some sets in a period.

    The caller checks the right.
    """
    query = " UNION ".join(
        _QUEUES.format(totals=TOTALS[slug]._meta.db_table)
        for slug in sorted(set(sets) - WITHOUT_FACTS)
    )
    if not query:
        return set()
    # Days are listed, because the keys of totals begin with them.
    days = [period.start + timedelta(days=number) for number in range(period.days)]
    with connection.cursor() as cursor:
        cursor.execute(query, {"unit": unit_id, "days": days})
        return {queue_id for (queue_id,) in cursor.fetchall()}
