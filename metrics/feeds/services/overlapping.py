"""Rates that would hold at once: refused, wherever the other one came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q

from metrics.feeds.models import Feed
from metrics.feeds.rules.chunks import Tally
from metrics.feeds.rules.mapping import Plan
from metrics.feeds.rules.overlaps import Stretch, find_overlaps
from metrics.feeds.rules.problems import Problem
from metrics.records.kinds import Kind

if TYPE_CHECKING:
    import pyarrow as pa

LOCK = "SELECT pg_advisory_lock(hashtext('metrics_holding'), hashtext(%s))"
UNLOCK = "SELECT pg_advisory_unlock(hashtext('metrics_holding'), hashtext(%s))"


@contextmanager
def one_at_a_time(kind: Kind) -> Iterator[None]:
    """Let one import at a time be checked and written, of a kind whose facts must not overlap.

    What two of them bring at once would otherwise be held against neither.
    """
    if kind.holds is None:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [kind.slug])
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute(UNLOCK, [kind.slug])


def find_overlapping_rows(plan: Plan, feed: Feed, rows: pa.Table) -> list[Problem]:
    """Refuse arrived rows that would hold on a day on which another fact of any feed holds.

    A row that corrects a fact of its feed, or an earlier row of the file, takes its place: it is
    held against the others alone. Such kinds are small, so that rows are gone through one by one.
    """
    latest = {fact.identity: fact for fact in _read_arrived(plan.kind, rows)}
    holding = [fact for fact in latest.values() if fact.holds]
    standing = [
        (fact.group, fact.stretch)
        for fact in _read_standing(plan.kind, holding)
        if fact.feed_id != feed.pk or fact.identity not in latest
    ]
    found = find_overlaps([(fact.group, fact.stretch) for fact in holding], standing)
    assert plan.kind.holds
    return [
        Problem(
            row=holding[position].row,
            column=plan.label(plan.kind.holds.start),
            code="overlaps",
            message=f"It overlaps {other}.",
            value=str(holding[position].stretch.start),
        )
        for position, other in sorted(found.items())
    ]


def take_out_overlaps(plan: Plan, feed: Feed, tables: Sequence[pa.Table], tally: Tally) -> pa.Table:
    """Return the checked rows of a file that overlap nothing; the others are refused."""
    import pyarrow as pa

    rows = pa.concat_tables(tables)
    problems = find_overlapping_rows(plan, feed, rows)
    tally.refuse(problems)
    wrong = {problem.row for problem in problems}
    kept = [row not in wrong for row in rows.column("row").to_pylist()]
    return rows.filter(pa.array(kept, pa.bool_()))


@dataclass(frozen=True)
class _Fact:
    """A fact or a row: what tells it apart in its feed, and over which days it holds for whom."""

    identity: tuple[Any, ...]
    group: tuple[Any, ...]
    stretch: Stretch
    holds: bool = True
    row: int = 0
    feed_id: int = 0


def _read_arrived(kind: Kind, rows: pa.Table) -> Iterator[_Fact]:
    group, start, end, of = _fields(kind)
    groups = zip(*(rows.column(name).to_pylist() for name in group), strict=True)
    for row, key, of_whom, since, until, says in zip(
        rows.column("row").to_pylist(),
        rows.column("key").to_pylist(),
        groups,
        rows.column(start).to_pylist(),
        rows.column(end).to_pylist(),
        rows.column(of).to_pylist(),
        strict=True,
    ):
        stretch = Stretch(since, until or date.max, f"row {row:,}")
        identity = _identity(key, of_whom, since)
        yield _Fact(identity, of_whom, stretch, holds=says is not None, row=row)


def _read_standing(kind: Kind, arrived: Sequence[_Fact]) -> Iterator[_Fact]:
    """Read the facts that hold on or after the first day on which an arrived one does."""
    if not arrived:
        return
    group, start, end, of = _fields(kind)
    first = min(fact.stretch.start for fact in arrived)
    later = Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": first})
    slugs = dict(Feed.objects.values_list("id", "slug"))
    facts = kind.model._default_manager.filter(later, **{f"{of}__isnull": False})
    for feed_id, key, since, until, *of_whom in facts.values_list(
        "feed_id", "key", start, end, *group
    ).iterator():
        stretch = Stretch(since, until or date.max, f"a row of feed '{slugs[feed_id]}'")
        whom = tuple(of_whom)
        yield _Fact(_identity(key, whom, since), whom, stretch, feed_id=feed_id)


def _identity(key: str | None, group: tuple[Any, ...], start: date) -> tuple[Any, ...]:
    return (*group, start) if key is None else (key,)


def _fields(kind: Kind) -> tuple[list[str], str, str, str]:
    """Name the fields of what facts hold for, of their start, their end, and what they say."""
    assert kind.holds
    start = kind.column(kind.holds.start).field
    group = [kind.column(name).field for name in kind.grain if name != kind.holds.start]
    of = kind.column(kind.holds.of).field if kind.holds.of else start
    return group, start, kind.column(kind.holds.end).field, of
