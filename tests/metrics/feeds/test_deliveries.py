"""Promised days, held against what arrives: which are there, whole, and since when."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from psycopg2.extras import DateRange

from metrics.feeds.errors import FeedError
from metrics.feeds.models import Feed, FeedDay
from metrics.feeds.rules.promises import Promise
from metrics.feeds.selectors import incomplete_days, late_feeds, read_deliveries
from metrics.feeds.services import (
    change_schedule,
    note_due_days,
    recheck_coverage,
    rollback_import,
)
from metrics.kpis.models import TOTALS
from metrics.kpis.services import recompute_changed_days
from teams.audit.models import AuditEvent
from teams.changes.models import OperatingDay
from teams.structure.models import Assignment, Unit, UnitPlacement
from tests.metrics.feeds.sending import WORK, make_feed, send
from tests.personas import Organisation

pytestmark = pytest.mark.django_db
WEEKDAYS = frozenset(range(5))
# A Friday's morning; the days before it are due by then.
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 11, day) for day in (16, 17, 18, 19))
FRIDAY = date(2026, 11, 20)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Friday at nine, until a test says otherwise."""
    with time_machine.travel(datetime(2026, 11, 20, 9, tzinfo=UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def feed(organisation: Organisation, clock: time_machine.Traveller) -> Feed:
    """A feed that promises weekdays of both video teams, from Monday on."""
    return make_feed(
        create_missing=False,
        name="Daily work",
        promise=Promise(weekdays=WEEKDAYS, since=MONDAY),
        covers=[organisation.units["video-es"], organisation.units["video-de"]],
    )


def work(names: Iterable[str], *days: date) -> str:
    return WORK + "".join(
        f"E-{name.upper()},spanish-standard,{day},50,20000\n" for day in days for name in names
    )


def states(feed: Feed) -> list[tuple[int, str, list[str]]]:
    """Tell of each promised day what became of it, and which units are missing."""
    return [
        (day.day.day, day.state.value, sorted(day.missing.values()))
        for day in read_deliveries([feed])[feed.pk].days
    ]


BOTH = ["Video DE", "Video ES"]


def test_nothing_has_arrived(feed: Feed) -> None:
    assert states(feed) == [
        (16, "missing", BOTH),
        (17, "missing", BOTH),
        (18, "missing", BOTH),
        (19, "missing", BOTH),
        (20, "awaited", BOTH),
    ]


def test_a_day_is_whole_when_each_covered_unit_has_a_row(
    feed: Feed, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 11, 20, 5, tzinfo=UTC))
    send(feed, work(["Elif", "Jonas"], THURSDAY))
    send(feed, work(["Mateo"], WEDNESDAY))
    clock.move_to(datetime(2026, 11, 20, 9, tzinfo=UTC))
    assert states(feed)[2:4] == [(18, "partial", ["Video DE"]), (19, "on_time", [])]
    kept = FeedDay.objects.get(feed=feed, day=THURSDAY)
    assert kept.facts == 2


def test_what_is_received_after_it_was_due_is_late(feed: Feed) -> None:
    send(feed, work(["Elif", "Jonas"], THURSDAY))
    assert states(feed)[3] == (19, "late", [])


def test_a_part_that_follows_makes_the_day_whole(feed: Feed, clock: time_machine.Traveller) -> None:
    clock.move_to(datetime(2026, 11, 20, 5, tzinfo=UTC))
    send(feed, work(["Elif"], THURSDAY))
    assert states(feed)[3] == (19, "awaited", ["Video DE"])
    clock.move_to(datetime(2026, 11, 20, 8, tzinfo=UTC))
    send(feed, work(["Greta"], THURSDAY))
    assert states(feed)[3] == (19, "late", [])
    kept = FeedDay.objects.get(feed=feed, day=THURSDAY)
    assert (kept.first_arrived_at, kept.complete_at) == (
        datetime(2026, 11, 20, 5, tzinfo=UTC),
        datetime(2026, 11, 20, 8, tzinfo=UTC),
    )
    # A correction changes nothing of when it was whole.
    clock.move_to(datetime(2026, 11, 20, 8, 30, tzinfo=UTC))
    send(feed, work(["Greta"], THURSDAY).replace(",50,", ",51,"))
    assert FeedDay.objects.get(feed=feed, day=THURSDAY).complete_at == kept.complete_at


def test_a_rollback_takes_the_day_back(feed: Feed) -> None:
    first = send(feed, work(["Elif"], THURSDAY))
    second = send(feed, work(["Jonas"], THURSDAY))
    assert states(feed)[3] == (19, "late", [])
    rollback_import(second, by=None)
    assert states(feed)[3] == (19, "partial", ["Video DE"])
    rollback_import(first, by=None)
    assert states(feed)[3] == (19, "missing", BOTH)
    kept = FeedDay.objects.get(feed=feed, day=THURSDAY)
    assert (kept.facts, kept.first_arrived_at, kept.complete_at) == (0, None, None)


def test_a_row_that_moves_to_another_day_leaves_its_own(feed: Feed) -> None:
    rows = "key,employee_id,queue,date,units\n{}\n"
    send(feed, rows.format(f"a,E-ELIF,spanish-standard,{WEDNESDAY},5"))
    send(feed, rows.format(f"a,E-ELIF,spanish-standard,{THURSDAY},5"))
    facts = dict(FeedDay.objects.filter(feed=feed).values_list("day", "facts"))
    assert (facts[WEDNESDAY], facts[THURSDAY]) == (0, 1)


def test_days_that_nobody_promised_are_kept_while_they_have_rows(feed: Feed) -> None:
    saturday = date(2026, 11, 14)
    import_ = send(feed, work(["Elif"], saturday))
    kept = FeedDay.objects.get(feed=feed, day=saturday)
    assert (kept.facts, kept.due_at) == (1, None)
    assert len(states(feed)) == 5
    rollback_import(import_, by=None)
    assert not FeedDay.objects.filter(feed=feed, day=saturday).exists()


def test_a_unit_counts_with_all_below_it_as_they_stood(
    organisation: Organisation, clock: time_machine.Traveller
) -> None:
    units = organisation.units
    feed = make_feed(
        create_missing=False,
        promise=Promise(weekdays=WEEKDAYS, since=WEDNESDAY),
        covers=[units["trust-safety"], units["search-operations"], organisation.root],
    )
    # Video DE stands under Search Operations from Thursday on.
    UnitPlacement.objects.filter(unit=units["video-de"]).update(valid=DateRange(None, THURSDAY))
    UnitPlacement.objects.create(
        unit=units["video-de"],
        parent=units["search-operations"],
        valid=DateRange(THURSDAY, None),
    )
    send(feed, work(["Jonas"], WEDNESDAY, THURSDAY))
    assert states(feed)[:2] == [
        (18, "partial", ["Search Operations"]),
        (19, "partial", ["Trust & Safety"]),
    ]


def test_a_unit_that_did_not_stand_is_not_missed(
    organisation: Organisation, clock: time_machine.Traveller
) -> None:
    young = Unit.objects.create(slug="video-fr", name="Video FR")
    UnitPlacement.objects.create(
        unit=young, parent=organisation.root, valid=DateRange(THURSDAY, None)
    )
    feed = make_feed(
        create_missing=False,
        promise=Promise(weekdays=WEEKDAYS, since=WEDNESDAY),
        covers=[young, organisation.units["video-es"]],
    )
    send(feed, work(["Elif"], WEDNESDAY, THURSDAY))
    assert states(feed)[:2] == [(18, "late", []), (19, "partial", ["Video FR"])]


def test_facts_of_units_and_of_machines(
    organisation: Organisation, clock: time_machine.Traveller
) -> None:
    promise = Promise(weekdays=WEEKDAYS, since=THURSDAY)
    queue_days = make_feed(
        "queues",
        kind="queue_days",
        create_missing=False,
        promise=promise,
        covers=[organisation.units["video-safety"], organisation.units["ads-en"]],
    )
    send(
        queue_days,
        f"queue,unit,date,received\nspanish-standard,video-es,{THURSDAY},5\n",
    )
    assert states(queue_days)[0] == (19, "partial", ["Ads EN"])
    audits = make_feed(
        "audits",
        kind="quality_audits",
        create_missing=False,
        promise=promise,
        covers=[organisation.root, organisation.units["ads-en"]],
    )
    send(
        audits,
        "employee_id,decided_by,queue,date,item,decided,correct\n"
        f",machine,spanish-standard,{THURSDAY},i,yes,yes\n",
    )
    assert states(audits)[0] == (19, "partial", ["Ads EN"])


def test_an_assignment_that_follows_fills_the_gap(feed: Feed, organisation: Organisation) -> None:
    tobias = Assignment.objects.filter(person=organisation.people["Tobias"])
    send(feed, work(["Elif", "Tobias"], THURSDAY))
    assert states(feed)[3] == (19, "partial", ["Video DE"])
    tobias.update(unit=organisation.units["video-de"])
    with transaction.atomic():
        # A day to come has figures where something falls due on it, and lacks nothing yet.
        recheck_coverage([THURSDAY, FRIDAY + timedelta(days=3)])
    assert states(feed)[3] == (19, "late", [])
    assert not FeedDay.objects.filter(day__gt=FRIDAY).exists()


def test_monthly_data(clock: time_machine.Traveller) -> None:
    plan = make_feed(
        "plan",
        kind="headcount_plan",
        promise=Promise(month_days=frozenset({1}), after_days=4, since=date(2026, 9, 1)),
    )
    send(plan, "unit,month,planned\nVideo,2026-10,5\nVideo,2026-09,5\n")
    days = read_deliveries([plan])[plan.pk].days
    assert [(day.day, day.state.value) for day in days] == [
        (date(2026, 9, 1), "late"),
        (date(2026, 10, 1), "late"),
        (date(2026, 11, 1), "missing"),
    ]


def test_without_a_promise_nothing_is_late(clock: time_machine.Traveller) -> None:
    feed = make_feed()
    send(feed, f"{WORK}E1,v,2026-10-01,5,1\n")
    assert read_deliveries([feed])[feed.pk].state is None
    assert incomplete_days(date(2026, 1, 1), date(2027, 1, 1)) == []
    assert FeedDay.objects.get().facts == 1


@pytest.mark.parametrize(
    ("kind", "promise", "covered", "code"),
    [
        ("exchange_rates", Promise(weekdays=WEEKDAYS), True, "no_coverage"),
        ("work_records", Promise(), True, "bad_promise"),
        ("work_records", Promise(weekdays=WEEKDAYS, since=date(2020, 1, 1)), False, "bad_promise"),
    ],
)
def test_promises_that_cannot_be(
    organisation: Organisation, kind: str, promise: Promise, covered: bool, code: str
) -> None:
    with pytest.raises(FeedError) as refusal:
        make_feed(kind=kind, promise=promise, covers=[organisation.root] if covered else [])
    assert refusal.value.code == code
    assert not Feed.objects.exists()


def test_another_schedule_leaves_the_days_before_as_they_were(
    feed: Feed, clock: time_machine.Traveller
) -> None:
    send(feed, work(["Elif", "Jonas"], MONDAY))
    change_schedule(
        feed, {"promised": "daily", "by": time(7), "since": THURSDAY, "covers": []}, by=None
    )
    assert states(feed) == [
        (16, "late", []),
        (17, "missing", BOTH),
        (18, "missing", BOTH),
        (19, "missing", []),
        (20, "awaited", []),
    ]
    due = dict(FeedDay.objects.values_list("day", "due_at"))
    assert (due[WEDNESDAY].hour, due[THURSDAY].hour) == (6, 7)
    change_schedule(feed, {"promised": "", "since": THURSDAY}, by=None)
    assert [day for day, _, _ in states(feed)] == [16, 17, 18]
    events = AuditEvent.objects.filter(act="feed.promised").order_by("id")
    assert [event.detail["weekdays"] for event in events] == [
        [0, 1, 2, 3, 4],
        [0, 1, 2, 3, 4, 5, 6],
        [],
    ]
    assert events[0].detail["covers"] == ["video-de", "video-es"]


def test_units_and_days_that_cannot_be_promised(feed: Feed) -> None:
    with pytest.raises(FeedError, match="No unit has the path 'Video FR'"):
        change_schedule(feed, {"covers": ["Video FR"]}, by=None)
    with pytest.raises(FeedError, match="'weekly' promises no days"):
        change_schedule(feed, {"promised": "weekly"}, by=None)


# What figures over incomplete days say


def test_why_figures_are_provisional(feed: Feed, organisation: Organisation) -> None:
    send(feed, work(["Jonas"], TUESDAY))
    send(feed, work(["Jonas", "Elif"], MONDAY, WEDNESDAY))
    days = incomplete_days(MONDAY, FRIDAY + timedelta(days=5), ["work_records", "attendance"])
    assert [(day.day.day, day.why) for day in days] == [
        (17, "Daily work of Video ES has not arrived for 17 November"),
        (19, "Daily work has not arrived for 19 November"),
        (20, "Daily work for 20 November is awaited until 21 November 06:00"),
    ]
    tree = organisation.viewer("analyst").tree
    units = organisation.units
    concerned = {
        slug: days[0].concerns(tree, unit.pk)
        for slug, unit in {**units, "root": organisation.root}.items()
    }
    assert {slug for slug, concerns in concerned.items() if concerns} == {
        "root",
        "trust-safety",
        "video-safety",
        "video-es",
    }
    assert incomplete_days(MONDAY, TUESDAY) == []
    assert incomplete_days(MONDAY, FRIDAY, ["queue_days"]) == []


def test_incomplete_days_of_a_range_are_one_question(
    feed: Feed, django_assert_num_queries: Any
) -> None:
    make_feed("other", promise=Promise(weekdays=WEEKDAYS, since=MONDAY))
    with django_assert_num_queries(1):
        assert len(incomplete_days(MONDAY, FRIDAY)) == 8


def test_days_that_the_nightly_run_has_not_noted_are_incomplete_too(
    feed: Feed, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 11, 24, 9, tzinfo=UTC))
    found = [day.day.day for day in incomplete_days(FRIDAY, date(2026, 11, 30))]
    assert found == [20, 23, 24]
    assert [day for day, _, _ in states(feed)] == [16, 17, 18, 19, 20, 23, 24]


def test_late_feeds_of_a_unit(feed: Feed, organisation: Organisation) -> None:
    send(feed, work(["Jonas"], MONDAY, TUESDAY, WEDNESDAY, THURSDAY))
    member = organisation.viewer("member")
    [late] = late_feeds(member, organisation.units["video-es"].pk)
    assert late.why == "Daily work of Video ES has not arrived for 19 November"
    assert late_feeds(member, organisation.units["video-de"].pk) == []
    assert [day.feed for day in late_feeds(member)] == ["work"]


# Clock and figures


def test_a_day_that_never_arrives_counts_once_it_is_due(organisation: Organisation) -> None:
    today = timezone.localdate()
    before, yesterday = today - timedelta(days=2), today - timedelta(days=1)
    every_day = frozenset(range(7))
    feed = make_feed(promise=Promise(weekdays=every_day, by=time(0), since=before))
    recompute_changed_days()
    assert totals() == {before: (1, 0, 0), yesterday: (1, 0, 0)}
    assert note_due_days() == []
    # Today falls due a minute ago, after it was computed.
    now = timezone.now()
    FeedDay.objects.filter(feed=feed, day=today).update(due_at=now - timedelta(minutes=1))
    OperatingDay.objects.filter(day=today).update(computed_at=now - timedelta(minutes=2))
    assert note_due_days() == [today]
    recompute_changed_days()
    assert totals()[today] == (1, 0, 0)
    assert note_due_days() == []


def test_a_night_that_nobody_noted_is_made_up_for(organisation: Organisation) -> None:
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)
    feed = make_feed(promise=Promise(weekdays=frozenset(range(7)), by=time(0), since=yesterday))
    recompute_changed_days()
    feed.days.all().delete()
    recompute_changed_days()
    assert note_due_days() == [yesterday]
    assert set(feed.days.values_list("day", flat=True)) == {yesterday, today}
    recompute_changed_days()
    assert totals() == {yesterday: (1, 0, 0)}


def test_days_that_arrived_in_time_and_whole_are_counted(organisation: Organisation) -> None:
    today = timezone.localdate()
    days = [today - timedelta(days=back) for back in range(5, 1, -1)]
    # Due at midnight: at any hour of today the last of them is due, and yesterday is not.
    every_day = frozenset(range(7))
    feed = make_feed(
        create_missing=False,
        promise=Promise(weekdays=every_day, by=time(0), after_days=2, since=days[0]),
        covers=[organisation.units["video-es"], organisation.units["video-de"]],
    )
    send(feed, work(["Elif"], *days[:3]))
    send(feed, work(["Jonas"], *days[:2]))
    kept = feed.days.get(day=days[0])
    feed.days.filter(day=days[0]).update(first_arrived_at=kept.due_at, complete_at=kept.due_at)
    recompute_changed_days()
    assert totals() == {
        days[0]: (1, 1, 1),
        days[1]: (1, 0, 1),
        days[2]: (1, 0, 0),
        days[3]: (1, 0, 0),
    }


def totals() -> dict[date, tuple[int, ...]]:
    """Give promised, arrived in time and complete by day, of the root alone."""
    rows = TOTALS["feed_days"].objects.values_list(
        "day", "unit__is_root", "promised", "arrived_in_time", "complete"
    )
    assert all(is_root for _, is_root, *_ in rows)
    return {day: tuple(measures) for day, _, *measures in rows}
