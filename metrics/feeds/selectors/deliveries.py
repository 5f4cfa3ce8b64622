"""What became of the days that feeds promised, as their pages and the API show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from metrics.feeds.models import Feed, FeedDay
from metrics.feeds.rules.promises import DayState, judge_day, judge_feed
from teams.structure.models import Unit

# Further back nobody looks for what has not arrived: a year of monthly data.
REACH_DAYS = 400
STRIP = 14


@dataclass(frozen=True)
class PromisedDay:
    """A promised operating day of a feed: what became of it, and what of it is there.

    `missing` names, by id, the covered units that have nothing on it.
    """

    day: date
    state: DayState
    due_at: datetime
    facts: int = 0
    missing: Mapping[int, str] = field(default_factory=dict)
    arrived_at: datetime | None = None
    complete_at: datetime | None = None


@dataclass(frozen=True)
class Delivery:
    """The newest promised days of a feed, oldest first; none where nothing is promised."""

    days: Sequence[PromisedDay]

    @property
    def state(self) -> DayState | None:
        return judge_feed(day.state for day in self.days)

    @property
    def newest(self) -> PromisedDay | None:
        """Give the newest day that is due or there; without one, the next that is awaited."""
        settled = [day for day in self.days if day.state is not DayState.AWAITED]
        return settled[-1] if settled else (self.days[-1] if self.days else None)

    @property
    def overdue(self) -> list[PromisedDay]:
        return [day for day in self.days if day.state.is_overdue]


def read_deliveries(feeds: Sequence[Feed], *, at_most: int = STRIP) -> dict[int, Delivery]:
    """Read the newest promised days of feeds, `at_most` each, in three queries at most.

    Days that have come since the last nightly run, and of which nothing is there, are among them.
    """
    today = timezone.localdate()
    start = today - timedelta(days=REACH_DAYS)
    newest = (
        FeedDay.objects.filter(feed__in=feeds, day__range=(start, today), due_at__isnull=False)
        .annotate(place=Window(RowNumber(), partition_by=F("feed_id"), order_by=F("day").desc()))
        .filter(place__lte=at_most)
    )
    kept: dict[int, dict[date, FeedDay]] = {}
    for row in newest:
        kept.setdefault(row.feed_id, {})[row.day] = row
    return {
        feed_id: Delivery(days[-at_most:])
        for feed_id, days in _judge(feeds, kept, start, today + timedelta(days=1)).items()
    }


def list_promised_days(feed: Feed, start: date, end: date) -> list[PromisedDay]:
    """List the promised days of a feed from `start` until before `end`, oldest first."""
    end = min(end, timezone.localdate() + timedelta(days=1))
    rows = FeedDay.objects.filter(feed=feed, day__gte=start, day__lt=end, due_at__isnull=False)
    return _judge([feed], {feed.pk: {row.day: row for row in rows}}, start, end)[feed.pk]


def _judge(
    feeds: Sequence[Feed], kept: Mapping[int, Mapping[date, FeedDay]], start: date, end: date
) -> dict[int, list[PromisedDay]]:
    now, zone = timezone.now(), timezone.get_current_timezone()
    without = {
        feed.pk: _list_days_without_row(feed, kept.get(feed.pk, {}), start, end) for feed in feeds
    }
    covers = _read_covers([feed_id for feed_id, days in without.items() if days])
    named = {unit_id for rows in kept.values() for row in rows.values() for unit_id in row.missing}
    named |= {unit_id for units in covers.values() for unit_id in units}
    names = dict(Unit.objects.filter(pk__in=named).values_list("pk", "name")) if named else {}
    judged: dict[int, list[PromisedDay]] = {}
    for feed in feeds:
        rows = kept.get(feed.pk, {})
        absent = {unit_id: names[unit_id] for unit_id in covers.get(feed.pk, [])}
        days = [_judge_row(row, names, now) for row in rows.values()]
        for day in without[feed.pk]:
            due_at = feed.promise.due_at(day, zone)
            state = judge_day(due_at=due_at, now=now)
            days.append(PromisedDay(day, state, due_at, missing=absent))
        judged[feed.pk] = sorted(days, key=lambda day: day.day)
    return judged


def _list_days_without_row(
    feed: Feed, rows: Mapping[date, FeedDay], start: date, end: date
) -> list[date]:
    """List promised days that nobody has noted yet: those after the newest that was."""
    if rows:
        start = max(start, max(rows) + timedelta(days=1))
    return list(feed.promise.list_days(start, end))


def _judge_row(row: FeedDay, names: Mapping[int, str], now: datetime) -> PromisedDay:
    assert row.due_at is not None
    state = judge_day(
        due_at=row.due_at,
        now=now,
        has_facts=row.facts > 0,
        whole_at=row.complete_at,
    )
    return PromisedDay(
        row.day,
        state,
        row.due_at,
        row.facts,
        {unit_id: names[unit_id] for unit_id in row.missing},
        row.first_arrived_at,
        row.complete_at,
    )


def _read_covers(feed_ids: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    if feed_ids:
        pairs = Feed.covers.through.objects.filter(feed_id__in=feed_ids)
        for feed_id, unit_id in pairs.values_list("feed_id", "unit_id"):
            found.setdefault(feed_id, []).append(unit_id)
    return found
