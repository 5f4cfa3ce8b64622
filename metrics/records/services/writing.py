"""Arrived rows become facts: inserted, updated or found unchanged, in the caller's transaction."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from psycopg2.sql import SQL, Composable, Identifier, Literal

from metrics.records.services.arrivals import Arrivals
from metrics.records.services.marking import Changes, collect_changes
from metrics.records.services.matching import columns, identity, same, table_of
from metrics.records.services.repeats import Superseded, settle_repeats
from metrics.records.statements import fetch, run

# Fewer rows than these are left to the server's own housekeeping.
LEARNT_FROM = 100_000


@dataclass(frozen=True)
class Outcome:
    """What arrived rows come to: each is counted once; days are those of the arrived rows."""

    inserted: int
    updated: int
    unchanged: int
    first_day: date | None
    last_day: date | None


def lock_feed(feed_id: int) -> None:
    """Let one transaction at a time change a feed's facts; the next waits until it ends.

    Taken before anything else is locked, so that two imports cannot wait for each other.
    """
    assert transaction.get_connection().in_atomic_block
    run(SQL("SELECT pg_advisory_xact_lock(hashtext('metrics_feed'), %s)"), [feed_id])


def weigh_arrivals(arrivals: Arrivals, *, feed_id: int) -> Outcome:
    """Compare arrived rows with the feed's facts, and keep the last of those that share a key.

    Each row is counted against what stood before it, its forerunner in the file included; where a
    key ends as it stood, none of its rows changed anything. So inserted rows are as many as new
    facts, and a file sent again is unchanged throughout. Changes no fact. Call under the feed's
    lock.
    """
    # Rows by the million are joined and grouped here, once and by one session.
    run(SQL("SET LOCAL work_mem = '128MB'"))
    facts = _of_feed(arrivals, feed_id)
    [(stands,)] = fetch(SQL("SELECT EXISTS ({})").format(facts))
    arrivals.all_new = not stands
    may_repeat = arrivals.may_repeat()
    if stands or may_repeat:
        run(SQL("ANALYZE arrived_rows"))
    superseded = settle_repeats(arrivals, facts) if may_repeat else Superseded()
    rows = arrivals.rows - superseded.rows
    new, changed = _compare(arrivals, facts) if stands else (rows, 0)
    return Outcome(
        inserted=new,
        updated=changed + superseded.updated,
        unchanged=rows - new - changed + superseded.unchanged,
        first_day=arrivals.first_day,
        last_day=arrivals.last_day,
    )


def write_arrivals(arrivals: Arrivals, *, feed_id: int, import_id: int) -> Changes:
    """Write weighed rows as facts and keep what they overwrite; return the days that changed.

    The days include those on which an overwritten fact counted before. Call under the feed's
    lock, after `weigh_arrivals`.
    """
    kind = arrivals.kind
    names = {
        "facts": table_of(kind),
        "fields": columns(kind.fields),
        "arrived": columns(kind.fields, "a"),
        "values": _as_json(arrivals, "f"),
        "kind": Literal(kind.slug),
        "feed": Literal(feed_id),
        "import_": Literal(import_id),
    }
    insert = SQL(
        "INSERT INTO {facts} (feed_id, key, {fields}, written_by_id) "
        "SELECT {feed}, a.key, {arrived}, {import_} FROM arrived a"
    ).format(**names)
    # Facts of one day lie side by side, so that reading a day reads few pages; in the order of the
    # file, so that of two that say the same thing the later one is the latest.
    by_day = SQL(" ORDER BY a.day, a.row")
    if arrivals.all_new:
        run(insert if arrivals.by_day else insert + by_day)
        _learn(arrivals)
        return collect_changes(kind, [SQL("SELECT * FROM arrived")])
    changes = collect_changes(
        kind,
        [
            SQL("SELECT a.* FROM arrived a JOIN weighed w USING (row)"),
            SQL("SELECT f.* FROM {facts} f JOIN weighed w USING (id)").format(**names),
        ],
    )
    keep = SQL(
        """
        INSERT INTO metrics_priorversion (overwritten_by_id, written_by_id, kind, fact_id, values)
        SELECT {import_}, f.written_by_id, {kind}, f.id, {values}
        FROM {facts} f JOIN weighed w USING (id)
        """
    ).format(**names)
    update = SQL(
        """
        UPDATE {facts} f SET ({fields}, written_by_id) = ROW({arrived}, {import_})
        FROM weighed w JOIN arrived a USING (row) WHERE f.id = w.id
        """
    ).format(**names)
    insert_new = insert + SQL(" JOIN weighed w USING (row) WHERE w.id IS NULL") + by_day
    for statement in (keep, update, insert_new):
        run(statement)
    _learn(arrivals)
    return changes


def _learn(arrivals: Arrivals) -> None:
    """Let the planner know of many new facts at once: days are computed from them right away."""
    if arrivals.rows >= LEARNT_FROM:
        run(SQL("ANALYZE {}").format(table_of(arrivals.kind)))


def _of_feed(arrivals: Arrivals, feed_id: int) -> Composable:
    """Select the feed's facts that arrived rows can be about.

    What has a key may have stood on any day; what has none keeps its day.
    """
    where = SQL("key IS NOT NULL")
    if not arrivals.keyed:
        where = SQL("key IS NULL AND day BETWEEN {} AND {}").format(
            Literal(arrivals.first_day), Literal(arrivals.last_day)
        )
    return SQL("SELECT * FROM {} WHERE feed_id = {} AND {}").format(
        table_of(arrivals.kind), Literal(feed_id), where
    )


def _compare(arrivals: Arrivals, facts: Composable) -> tuple[int, int]:
    """Note which rows are new and which say something else than their fact; count both."""
    kind, keyed = arrivals.kind, arrivals.keyed
    told = [field for field in kind.fields if field not in identity(kind, keyed=keyed)]
    run(
        SQL(
            """
            CREATE TEMP TABLE weighed AS
            SELECT a.row, f.id FROM arrived a LEFT JOIN ({facts}) f ON {same}
            WHERE f.id IS NULL OR ROW({stood}) IS DISTINCT FROM ROW({arrived})
            """
        ).format(
            facts=facts,
            same=same(kind, "a", "f", keyed=keyed),
            stood=columns(told, "f"),
            arrived=columns(told, "a"),
        )
    )
    run(SQL("ANALYZE weighed"))
    [(all_, changed)] = fetch(SQL("SELECT count(*), count(id) FROM weighed"))
    return all_ - changed, changed


def _as_json(arrivals: Arrivals, of: str) -> Composable:
    pairs = SQL(", ").join(
        SQL("{}, {}").format(Literal(field), Identifier(of, field))
        for field in arrivals.kind.fields
    )
    return SQL("jsonb_build_object({})").format(pairs)
