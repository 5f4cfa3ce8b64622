"""Which days a change of facts touches, and that they are to be computed again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from psycopg2.sql import SQL, Composable, Identifier

from metrics.records.kinds import Kind
from metrics.records.services.columns import write_columns
from metrics.records.statements import fetch
from teams.changes.services import mark_days, mark_range
from teams.structure.services.locking import lock_structure


@dataclass(frozen=True)
class Changes:
    """Days on which changed facts count, and stretches of days for which they hold.

    A stretch ends before its second day, without one never.
    """

    days: set[date] = field(default_factory=set)
    stretches: list[tuple[date, date | None]] = field(default_factory=list)


def collect_changes(kind: Kind, facts: Sequence[Composable]) -> Changes:
    """Collect the days of facts, as they were and as they are, from what selects them."""
    united = SQL(" UNION ALL ").join(
        SQL("SELECT {} FROM ({}) AS fact").format(_days(kind), selected) for selected in facts
    )
    if not kind.until:
        lines = SQL("SELECT DISTINCT day FROM ({}) AS d WHERE day IS NOT NULL").format(united)
        return Changes(days={day for (day,) in fetch(lines)})
    stretches = SQL(
        "SELECT lower(stretch), upper(stretch) FROM ("
        "SELECT unnest(range_agg(daterange(day, until))) AS stretch FROM ({}) AS d) AS s"
    ).format(united)
    return Changes(stretches=[(start, end) for start, end in fetch(stretches)])


def mark_changes(kind: Kind, changes: Changes, *, reason: str) -> None:
    """Mark days whose facts changed, in the transaction that changes them; renew their columns.

    Of a stretch, the days that have facts. Nobody computes a day meanwhile: one whose first fact
    is still on its way would be missed, and be computed without what changes here.
    """
    if changes.days:
        mark_days(changes.days, reason=reason)
        write_columns(kind, changes.days)
    if changes.stretches:
        lock_structure()
    for start, end in changes.stretches:
        mark_range(start, end, reason=reason)


def _days(kind: Kind) -> Composable:
    if kind.until:
        return SQL("fact.day, {} AS until").format(SQL(kind.until))
    if len(kind.days) == 1:
        return SQL("fact.day")
    return SQL("unnest(ARRAY[{}]) AS day").format(
        SQL(", ").join(Identifier("fact", day) for day in kind.days)
    )
