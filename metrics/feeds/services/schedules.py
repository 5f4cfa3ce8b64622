"""What a feed promises: set, changed, and held against each day."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from metrics.feeds.errors import FeedError
from metrics.feeds.models import Feed, FeedDay
from metrics.feeds.rules.promises import Promise, PromiseError, parse_promised_days
from metrics.feeds.services.deliveries import refresh_days
from metrics.records.kinds import KINDS, ColumnType
from metrics.records.services import lock_feed
from teams.accounts.models import User
from teams.audit.services import record_event
from teams.changes.models import OperatingDay
from teams.changes.services import mark_days
from teams.structure.models import Unit
from teams.structure.selectors import find_units

# A schedule that reaches further back judges what nobody can still deliver.
MAX_DAYS_BACK = 400


@transaction.atomic
def set_promise(feed: Feed, *, promise: Promise, covers: Collection[Unit], by: User | None) -> Feed:
    """Say which days a feed promises and which units must be in each; an empty one promises none.

    It holds from `promise.since` (today) on; the days before keep what was promised of them then.
    Raises FeedError: `bad_promise`, or `no_coverage` where the facts of its kind name no units.
    """
    lock_feed(feed.pk)
    today = timezone.localdate()
    since = promise.since or today
    if covers and not names_units(feed.kind):
        raise FeedError(
            "no_coverage",
            f"{KINDS[feed.kind].name} name neither people nor units, so no unit can be missing.",
        )
    if covers and not promise:
        raise FeedError("bad_promise", "Units can be missing only from days that are promised.")
    if promise and since < today - timedelta(days=MAX_DAYS_BACK):
        raise FeedError(
            "bad_promise", f"A promise begins at most {MAX_DAYS_BACK} days before today."
        )
    feed.promised_weekdays = sorted(promise.weekdays)
    feed.promised_month_days = sorted(promise.month_days)
    feed.promised_by, feed.promised_after_days = promise.by, promise.after_days
    feed.promised_since = since if promise else None
    feed.save(
        update_fields=[
            "promised_weekdays",
            "promised_month_days",
            "promised_by",
            "promised_after_days",
            "promised_since",
        ]
    )
    feed.covers.set(covers)
    record_event(
        "feed.promised",
        by=by,
        subject=feed,
        weekdays=feed.promised_weekdays,
        month_days=feed.promised_month_days,
        due=promise.by.isoformat("minutes"),
        after_days=promise.after_days,
        since=feed.promised_since,
        covers=sorted(unit.slug for unit in covers),
    )
    kept = FeedDay.objects.filter(feed=feed, day__gte=since).values_list("day", flat=True)
    days = {*kept, *promise.list_days(since, today + timedelta(days=1))}
    # Marks come first: whoever recomputes a day holds its mark before it touches the day of a feed.
    mark_days(days, reason=f"Schedule of {feed.slug}")
    refresh_days(feed, days, at=timezone.now(), renewed=True)
    return feed


def change_schedule(feed: Feed, said: Mapping[str, Any], *, by: User | None) -> Feed:
    """Change some of what a feed promises, told in words: promised, by, after_days, since, covers.

    `promised` is as in 'mon-fri', blank for nothing; `covers` are paths or slugs of units. What is
    not said stays; without `since` it holds from today on. Raises FeedError: `bad_promise`,
    `unknown_unit`, and what `set_promise` raises.
    """
    promise = replace(feed.promise, since=said.get("since"))
    if "promised" in said:
        weekdays, month_days = _read_days(said["promised"])
        promise = replace(promise, weekdays=weekdays, month_days=month_days)
    promise = replace(
        promise,
        by=said.get("by", promise.by),
        after_days=said.get("after_days", promise.after_days),
    )
    if "covers" in said:
        covers = find_covered(said["covers"])
    else:
        covers = list(feed.covers.all()) if promise else []
    return set_promise(feed, promise=promise, covers=covers, by=by)


def find_covered(paths_or_slugs: Collection[str]) -> list[Unit]:
    """Find the units that a feed is to cover; raise FeedError `unknown_unit` for the first other.

    A blank is the whole organisation.
    """
    found = find_units(paths_or_slugs)
    for text in paths_or_slugs:
        if text not in found:
            raise FeedError("unknown_unit", f"No unit has the path '{text[:60]}'.")
    return list(Unit.objects.filter(pk__in=found.values()))


@transaction.atomic
def note_due_days() -> list[date]:
    """Note the promised days that have come since the last run, and mark those that fell due.

    For the clock alone makes a day late: nothing arrives that would. Running it twice changes
    nothing. Returns the days that it marked.
    """
    today, now = timezone.localdate(), timezone.now()
    new: dict[Feed, list[date]] = {}
    for feed in Feed.objects.exclude(promised_since=None):
        start = max(feed.promise.since or today, today - timedelta(days=MAX_DAYS_BACK))
        known = set(feed.days.filter(day__gte=start).values_list("day", flat=True))
        promised = feed.promise.list_days(start, today + timedelta(days=1))
        new[feed] = [day for day in promised if day not in known]
    zone = timezone.get_current_timezone()
    marked = {
        day for feed, days in new.items() for day in days if feed.promise.due_at(day, zone) <= now
    }
    overdue = FeedDay.objects.filter(due_at__lte=now, complete_at=None)
    computed = OperatingDay.objects.filter(day=OuterRef("day"), computed_at__gte=OuterRef("due_at"))
    marked |= set(overdue.filter(~Exists(computed)).values_list("day", flat=True))
    mark_days(marked, reason="Data that were promised have not arrived")
    for feed, days in new.items():
        refresh_days(feed, days, at=now)
    return sorted(marked)


def _read_days(text: str) -> tuple[frozenset[int], frozenset[int]]:
    if not text.strip():
        return frozenset(), frozenset()
    try:
        return parse_promised_days(text)
    except PromiseError as error:
        raise FeedError("bad_promise", str(error)) from None


def names_units(kind: str) -> bool:
    """Tell whether facts of a kind belong to units, by themselves or through their people."""
    return any(
        column.type in (ColumnType.PERSON, ColumnType.UNIT) for column in KINDS[kind].columns
    )
