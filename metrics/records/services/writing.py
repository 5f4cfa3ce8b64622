"""Arrived rows become facts: inserted, updated or found unchanged, in the caller's transaction."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from psycopg2.sql import SQL, Composable, Identifier, Literal

from metrics.records.kinds import Kind
from metrics.records.services.arrivals import Arrivals
from metrics.records.statements import fetch, run


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
    run(SQL("ANALYZE arrived_rows"))
    more_updated, more_unchanged = _settle_repeats(arrivals, feed_id)
    changed = _find_changed(arrivals, feed_id)
    [(rows, new, first_day, last_day)] = fetch(
        SQL(
            """
            SELECT count(*), count(*) FILTER (WHERE f.key IS NULL), min(a.day), max(a.day)
            FROM arrived a LEFT JOIN {facts} f ON f.feed_id = %s AND f.key = a.key
            """
        ).format(facts=_table(arrivals.kind)),
        [feed_id],
    )
    return Outcome(
        inserted=new,
        updated=changed + more_updated,
        unchanged=rows - new - changed + more_unchanged,
        first_day=first_day,
        last_day=last_day,
    )


def write_arrivals(arrivals: Arrivals, *, feed_id: int, import_id: int) -> set[date]:
    """Write weighed rows as facts and keep what they overwrite; return the days that changed.

    The days include those on which an overwritten fact stood before. Call under the feed's lock,
    after `weigh_arrivals`.
    """
    names = {
        "facts": _table(arrivals.kind),
        "fields": _columns(arrivals),
        "arrived": _columns(arrivals, "a"),
        "values": _as_json(arrivals, "f"),
        "kind": Literal(arrivals.kind.slug),
        "feed": Literal(feed_id),
        "import_": Literal(import_id),
    }
    run(
        SQL(
            """
            INSERT INTO metrics_priorversion
                (overwritten_by_id, written_by_id, kind, fact_id, values)
            SELECT {import_}, f.written_by_id, {kind}, f.id, {values}
            FROM {facts} f JOIN changed_facts c ON c.id = f.id
            """
        ).format(**names)
    )
    days = _days_of(
        SQL(
            """
            WITH written AS (
                UPDATE {facts} f SET ({fields}, written_by_id) = ROW({arrived}, {import_})
                FROM changed_facts c JOIN arrived a ON a.row = c.row
                WHERE f.id = c.id RETURNING f.day, c.old_day
            )
            SELECT day FROM written UNION SELECT old_day FROM written
            """
        ).format(**names)
    )
    return days | _days_of(
        SQL(
            """
            WITH written AS (
                INSERT INTO {facts} (feed_id, key, {fields}, written_by_id)
                SELECT {feed}, a.key, {arrived}, {import_} FROM arrived a
                WHERE NOT EXISTS (
                    SELECT FROM {facts} f WHERE f.feed_id = {feed} AND f.key = a.key
                )
                RETURNING day
            )
            SELECT DISTINCT day FROM written
            """
        ).format(**names)
    )


def _settle_repeats(arrivals: Arrivals, feed_id: int) -> tuple[int, int]:
    """Drop rows that a later row of the same key supersedes.

    Returns how many rows more than the keys' last ones count as updated, and as unchanged.
    """
    repeated = run(
        SQL(
            "CREATE TEMP TABLE repeated_keys AS "
            "SELECT key FROM arrived GROUP BY key HAVING count(*) > 1"
        )
    )
    if not repeated:
        return 0, 0
    names = {
        "facts": _table(arrivals.kind),
        "arrived": _columns(arrivals, "a"),
        "stood": _columns(arrivals, "f"),
    }
    [(superseded, updated)] = fetch(
        SQL(
            """
            WITH told AS (
                SELECT key, row, said, lag(said) OVER (PARTITION BY key ORDER BY row) AS before
                FROM (
                    SELECT f.key, 0 AS row, ROW({stood})::text AS said
                    FROM {facts} f JOIN repeated_keys USING (key) WHERE f.feed_id = %s
                    UNION ALL
                    SELECT a.key, a.row, ROW({arrived})::text
                    FROM arrived a JOIN repeated_keys USING (key)
                ) AS lines
            ), keys AS (
                SELECT count(*) FILTER (WHERE row > 0) AS rows,
                    count(*) FILTER (WHERE said <> before) AS changes,
                    max(said) FILTER (WHERE row = 0) AS stood,
                    (array_agg(said ORDER BY row DESC))[1] AS stays
                FROM told GROUP BY key
            )
            SELECT coalesce(sum(rows - 1), 0),
                coalesce(sum(changes - (stood IS NOT NULL)::int)
                    FILTER (WHERE stood IS DISTINCT FROM stays), 0)
            FROM keys
            """
        ).format(**names),
        [feed_id],
    )
    run(
        SQL(
            """
            DELETE FROM arrived_rows WHERE row IN (
                SELECT row FROM (
                    SELECT row, lead(row) OVER (PARTITION BY key ORDER BY row) AS later
                    FROM arrived JOIN repeated_keys USING (key)
                ) AS lines WHERE later IS NOT NULL
            )
            """
        )
    )
    return int(updated), int(superseded - updated)


def _find_changed(arrivals: Arrivals, feed_id: int) -> int:
    """Note which facts say something else than the row that arrived for them; count them."""
    return run(
        SQL(
            """
            CREATE TEMP TABLE changed_facts AS
            SELECT f.id, f.day AS old_day, a.row
            FROM arrived a JOIN {facts} f ON f.feed_id = %s AND f.key = a.key
            WHERE ({stood}) IS DISTINCT FROM ({arrived})
            """
        ).format(
            facts=_table(arrivals.kind),
            stood=_columns(arrivals, "f"),
            arrived=_columns(arrivals, "a"),
        ),
        [feed_id],
    )


def _table(kind: Kind) -> Identifier:
    return Identifier(kind.model._meta.db_table)


def _columns(arrivals: Arrivals, of: str = "") -> Composable:
    return SQL(", ").join(
        Identifier(of, field) if of else Identifier(field) for field in arrivals.fields
    )


def _as_json(arrivals: Arrivals, of: str) -> Composable:
    pairs = SQL(", ").join(
        SQL("{}, {}").format(Literal(field), Identifier(of, field)) for field in arrivals.fields
    )
    return SQL("jsonb_build_object({})").format(pairs)


def _days_of(sql: Composable) -> set[date]:
    return {day for (day,) in fetch(sql)}
