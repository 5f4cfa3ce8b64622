"""What a feed promises, and what becomes of a day: rules alone, no database."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.feeds.rules.promises import (
    DayState,
    Promise,
    PromiseError,
    judge_day,
    judge_feed,
    parse_promised_days,
    write_promised_days,
)

DUE = datetime(2026, 11, 21, 6, tzinfo=UTC)
BEFORE, AFTER = DUE - timedelta(minutes=1), DUE + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("now", "has_facts", "whole_at", "state"),
    [
        (BEFORE, False, None, "awaited"),
        (BEFORE, True, None, "awaited"),
        (DUE, False, None, "missing"),
        (AFTER, False, None, "missing"),
        (AFTER, True, None, "partial"),
        (BEFORE, True, BEFORE, "on_time"),
        (AFTER, True, BEFORE, "on_time"),
        (AFTER, True, DUE, "on_time"),
        (AFTER, True, AFTER, "late"),
    ],
)
def test_what_becomes_of_a_day(
    now: datetime, has_facts: bool, whole_at: datetime | None, state: str
) -> None:
    assert judge_day(due_at=DUE, now=now, has_facts=has_facts, whole_at=whole_at) == state


@pytest.mark.parametrize(
    ("states", "fresh"),
    [
        ([], None),
        (["awaited"], "awaited"),
        (["missing", "on_time", "awaited"], "on_time"),
        (["on_time", "partial"], "partial"),
        (["on_time", "late", "awaited", "awaited"], "late"),
    ],
)
def test_how_fresh_a_feed_is(states: list[str], fresh: str | None) -> None:
    assert judge_feed(map(DayState, states)) == fresh


@pytest.mark.parametrize(
    ("text", "weekdays", "month_days"),
    [
        ("mon-fri", {0, 1, 2, 3, 4}, set()),
        ("Mon, Thu", {0, 3}, set()),
        ("daily", {0, 1, 2, 3, 4, 5, 6}, set()),
        ("sat-mon", {5, 6, 0}, set()),
        ("sun", {6}, set()),
        ("monthly", set(), {1}),
        ("1, 15", set(), {1, 15}),
        ("mon,1", {0}, {1}),
    ],
)
def test_promised_days_are_read(text: str, weekdays: set[int], month_days: set[int]) -> None:
    assert parse_promised_days(text) == (weekdays, month_days)


@pytest.mark.parametrize(
    "text", ["", "weekdays", "mon-", "-fri", "29", "0", "mon..fri", "²", "1-5", "mon,,tue"]
)
def test_what_promises_no_days(text: str) -> None:
    with pytest.raises(PromiseError, match="promises no days: say weekdays such as mon-fri"):
        parse_promised_days(text)


@given(
    st.frozensets(st.integers(0, 6)),
    st.frozensets(st.integers(1, 28)),
)
def test_promised_days_are_written_as_they_are_read(
    weekdays: frozenset[int], month_days: frozenset[int]
) -> None:
    text = write_promised_days(weekdays, month_days)
    if weekdays or month_days:
        assert parse_promised_days(text) == (weekdays, month_days)
    else:
        assert text == ""


@given(
    st.frozensets(st.integers(0, 6)),
    st.frozensets(st.integers(1, 28)),
    st.dates(date(2025, 1, 1), date(2026, 12, 31)) | st.none(),
    st.dates(date(2025, 1, 1), date(2026, 12, 31)),
    st.integers(0, 60),
)
def test_the_days_listed_are_those_included(
    weekdays: frozenset[int],
    month_days: frozenset[int],
    since: date | None,
    start: date,
    length: int,
) -> None:
    promise = Promise(weekdays=weekdays, month_days=month_days, since=since)
    every = [start + timedelta(days=offset) for offset in range(length)]
    listed = list(promise.list_days(start, start + timedelta(days=length)))
    assert listed == [day for day in every if promise.includes(day)]
    assert bool(promise) or not listed


def test_nothing_before_the_promise_begins() -> None:
    promise = Promise(weekdays=frozenset(range(7)), since=date(2026, 11, 10))
    assert not promise.includes(date(2026, 11, 9))
    assert promise.includes(date(2026, 11, 10))


@pytest.mark.parametrize(
    ("day", "after_days", "due"),
    [
        (date(2026, 11, 20), 1, datetime(2026, 11, 21, 5, tzinfo=UTC)),
        (date(2026, 11, 20), 0, datetime(2026, 11, 20, 5, tzinfo=UTC)),
        # The clock is put back in the night to 25 October.
        (date(2026, 10, 24), 1, datetime(2026, 10, 25, 5, tzinfo=UTC)),
        (date(2026, 7, 1), 3, datetime(2026, 7, 4, 4, tzinfo=UTC)),
    ],
)
def test_a_day_is_due_by_the_clock_on_the_wall(day: date, after_days: int, due: datetime) -> None:
    promise = Promise(by=time(6), after_days=after_days)
    assert promise.due_at(day, ZoneInfo("Europe/Madrid")) == due
