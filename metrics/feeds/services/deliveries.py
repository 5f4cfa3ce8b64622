"""What became of a feed's days: how much of each is there, and which covered units are missing."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from psycopg2.sql import SQL, Composable, Identifier

from metrics.feeds.models import Feed, FeedDay, Import, ImportState
from metrics.records.kinds import KINDS, Kind
from metrics.records.statements import run

# Looked for from the unit's people, or from the unit, so that the first fact found ends it.
_OF_PEOPLE = SQL(
    """
    SELECT true FROM below
    JOIN teams_assignment place ON place.unit_id = below.unit_id AND place.valid @> asked.day
    JOIN {facts} fact ON fact.person_id = place.person_id AND fact.day = asked.day
    WHERE below.covered_id = covered.unit_id AND below.valid @> asked.day
        AND fact.feed_id = %(feed)s
    LIMIT 1
    """
)
# What a machine did counts in the root alone.
_OF_MACHINES = SQL(
    """
    SELECT true FROM {facts} fact
    WHERE fact.person_id IS NULL AND fact.day = asked.day AND fact.feed_id = %(feed)s
        AND unit.is_root
    LIMIT 1
    """
)
_OF_UNITS = SQL(
    """
    SELECT true FROM below
    JOIN {facts} fact ON fact.unit_id = below.unit_id AND fact.day = asked.day
    WHERE below.covered_id = covered.unit_id AND below.valid @> asked.day
        AND fact.feed_id = %(feed)s
    LIMIT 1
    """
)
# A unit that stood nowhere on a day is not missed from it.
_MISSING = SQL(
    """
    SELECT covered.unit_id
    FROM metrics_feed_covers covered JOIN teams_unit unit ON unit.id = covered.unit_id
    WHERE covered.feed_id = %(feed)s AND coalesce({present}) IS NULL AND (
        unit.is_root OR EXISTS (
            SELECT FROM teams_unitplacement placement
            WHERE placement.unit_id = unit.id AND placement.valid @> asked.day
        )
    )
    ORDER BY 1
    """
)
_REFRESH = SQL(
    """
    WITH RECURSIVE below(covered_id, unit_id, valid) AS (
        SELECT unit_id, unit_id, daterange(NULL, NULL) FROM metrics_feed_covers
        WHERE feed_id = %(feed)s
        UNION ALL
        SELECT below.covered_id, placement.unit_id, placement.valid * below.valid
        FROM below
        JOIN teams_unitplacement placement
            ON placement.parent_id = below.unit_id AND placement.valid && below.valid
    ), asked AS (
        SELECT * FROM unnest(%(days)s::date[], %(due)s::timestamptz[]) AS asked(day, due_at)
    ), counted AS (
        SELECT fact.day, count(*) AS facts FROM {facts} fact
        WHERE fact.feed_id = %(feed)s AND fact.day = ANY(%(days)s::date[]) GROUP BY 1
    ), checked AS (
        SELECT asked.day, asked.due_at, coalesce(counted.facts, 0) AS facts,
            ARRAY({missing}) AS missing
        FROM asked LEFT JOIN counted USING (day)
    )
    INSERT INTO metrics_feedday AS kept
        (feed_id, day, facts, missing, first_arrived_at, complete_at, due_at)
    SELECT %(feed)s, day, facts, missing,
        CASE WHEN facts > 0 THEN %(at)s::timestamptz END,
        CASE WHEN facts > 0 AND missing = '{{}}' THEN %(at)s::timestamptz END,
        due_at
    FROM checked
    ORDER BY day
    ON CONFLICT (feed_id, day) DO UPDATE SET
        facts = excluded.facts,
        missing = excluded.missing,
        first_arrived_at = CASE WHEN excluded.first_arrived_at IS NOT NULL
            THEN coalesce(kept.first_arrived_at, excluded.first_arrived_at) END,
        complete_at = CASE WHEN excluded.complete_at IS NOT NULL
            THEN coalesce(kept.complete_at, excluded.complete_at) END,
        due_at = CASE WHEN %(renewed)s THEN excluded.due_at
            ELSE coalesce(kept.due_at, excluded.due_at) END
    """
)


def check_delivery(import_: Import, days: Iterable[date]) -> None:
    """Note what an import, or its rollback, made of the days that it changed.

    In the transaction that changed them, after they were marked. What arrives, arrives when its
    file was received: that is what the sender can promise.
    """
    feed, rolled_back = import_.feed, import_.state == ImportState.ROLLED_BACK
    if KINDS[feed.kind].until and import_.first_day and import_.last_day:
        # Such facts change whole stretches of days, and arrive with the first of each.
        days = {*days, *_list_kept_days(feed, import_.first_day, import_.last_day)}
    refresh_days(feed, days, at=timezone.now() if rolled_back else import_.received_at)


def recheck_coverage(days: Sequence[date]) -> None:
    """Look again which covered units are missing on some days; people may have been assigned.

    For whoever recomputes marked days, holding their marks. Nothing is missing from days to come,
    which have figures where something falls due on them.
    """
    today = timezone.localdate()
    days = [day for day in days if day <= today]
    for feed in Feed.objects.filter(covers__isnull=False, days__day__in=days).distinct():
        refresh_days(feed, days, at=timezone.now())


def refresh_days(feed: Feed, days: Iterable[date], *, at: datetime, renewed: bool = False) -> None:
    """Count a feed's facts of some days, and find the covered units that have none.

    `at` is when what is there first, or whole for the first time, came to be so; what is no
    longer so loses it. With `renewed`, what is promised now replaces what was promised of the
    days before. The cost follows the days, not the history. Call with the days marked, so that
    two that touch one day wait for each other.
    """
    assert transaction.get_connection().in_atomic_block
    ordered = sorted(set(days))
    if not ordered:
        return
    kind, promise, zone = KINDS[feed.kind], feed.promise, timezone.get_current_timezone()
    facts = Identifier(kind.model._meta.db_table)
    missing: Composable = SQL("SELECT 0::bigint WHERE false")
    if looked_for := _list_present(kind):
        present = SQL(", ").join(
            SQL("({})").format(part.format(facts=facts)) for part in looked_for
        )
        missing = _MISSING.format(present=present)
    run(
        _REFRESH.format(facts=facts, missing=missing),
        {
            "feed": feed.pk,
            "days": ordered,
            "due": [
                promise.due_at(day, zone) if promise.includes(day) else None for day in ordered
            ],
            "at": at,
            "renewed": renewed,
        },
    )
    FeedDay.objects.filter(feed=feed, day__in=ordered, facts=0, due_at=None).delete()


def _list_present(kind: Kind) -> list[SQL]:
    """List the queries of which any answers where a covered unit has a fact on a day."""
    fields = {column.field: column for column in kind.columns}
    if person := fields.get("person_id"):
        return [_OF_PEOPLE] if person.required else [_OF_PEOPLE, _OF_MACHINES]
    return [_OF_UNITS] if "unit_id" in fields else []


def _list_kept_days(feed: Feed, first: date, last: date) -> set[date]:
    """List the days from `first` to `last` of which a feed has facts, or had."""
    facts = KINDS[feed.kind].model._default_manager.filter(feed=feed, day__range=(first, last))
    known = feed.days.filter(day__range=(first, last))
    return {*facts.values_list("day", flat=True).distinct(), *known.values_list("day", flat=True)}
