"""What needs someone, and what turned: told by what the same weeks said before."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.dashboards.rules.alerts import (
    describe_turn,
    find_turn,
    needs_someone,
    say_miss,
    say_since,
    title_turn,
)
from metrics.dashboards.rules.figures import Aim, Measure
from metrics.dashboards.rules.questions import Span
from metrics.dashboards.rules.trends import Shift, Trend, build_trend
from opsportal.lib.periods import Grain, Period
from tests.metrics.dashboards.rules.examples import MONDAY, ON_TIME, share, weeks

N = 5_000
CALM = [94, 95, 94, 93, 94, 95, 94, 93] * 2
FALLEN = [*CALM, 84, 83]
BACK = [*CALM, 84, 94, 95]
LOWER_IS_BETTER = replace(ON_TIME, direction="lower")


def span(values: Sequence[int]) -> Span:
    last = MONDAY + timedelta(weeks=len(values)) - timedelta(days=1)
    return Span(MONDAY, last, 7 * len(values))


def chosen(values: Sequence[int]) -> Period:
    """The last four weeks, as a page has it."""
    end = span(values).whole.end
    return Period(end - timedelta(weeks=4), end)


def trend(values: Sequence[int], measure: Measure = ON_TIME) -> Trend:
    return build_trend(
        measure,
        Grain.WEEK,
        weeks(len(values)),
        [share(value * N // 100, N) for value in values],
        data_end=span(values).whole.end,
        chosen=chosen(values),
    )


def week(number: int) -> date:
    return MONDAY + timedelta(weeks=number)


@pytest.mark.parametrize(
    ("values", "since", "title"),
    [
        (CALM, week(0), None),
        (FALLEN, week(0), "On-time delivery fell below its usual range"),
        (FALLEN, week(16), "On-time delivery fell below its usual range"),
        # Whoever looked after the first bad week was over has seen it.
        (FALLEN, week(17), None),
        (FALLEN, week(18), None),
        ([*CALM, 99, 99], week(16), "On-time delivery rose above its usual range"),
        (BACK, week(17), "On-time delivery is back inside its usual range"),
        # Whoever looked before the bad week has missed nothing.
        (BACK, week(16), None),
        (BACK, week(19), None),
        # From one side to the other is news.
        ([*CALM, 84, 99], week(17), "On-time delivery rose above its usual range"),
    ],
)
def test_what_turned_since_a_day(values: list[int], since: date, title: str | None) -> None:
    turn = find_turn(trend(values), span(values), chosen(values), since)
    assert (title_turn(turn) if turn else None) == title


def test_a_turn_says_since_when_and_how_far() -> None:
    began = find_turn(trend(FALLEN), span(FALLEN), chosen(FALLEN), week(16))
    assert began is not None
    assert began.since == week(16)
    words = describe_turn(began, [("Units per hour", Shift(3, "rising since 4 May", "rising"))])
    assert words == (
        "Since 27 Jul; 83.0\u202f% in the latest week. "
        "Read it beside Units per hour, rising since 4 May."
    )
    ended = find_turn(trend(BACK), span(BACK), chosen(BACK), week(17))
    assert ended is not None
    assert ended.since == week(17)


@pytest.mark.parametrize(
    ("state", "title"),
    [
        ("below its usual level", "On-time delivery fell below its usual level"),
        ("outside its usual range", "On-time delivery left its usual range"),
        ("off its usual level", "On-time delivery left its usual level"),
        ("rising", "On-time delivery is rising"),
    ],
)
def test_each_state_has_a_title(state: str, title: str) -> None:
    began = find_turn(trend(FALLEN), span(FALLEN), chosen(FALLEN), week(16))
    assert began is not None
    other = replace(began.trend, shift=Shift(16, f"{state} since 27 Jul", state))
    assert title_turn(replace(began, trend=other)) == title


@given(st.lists(st.integers(0, 100), min_size=1, max_size=30), st.integers(0, 30))
@settings(max_examples=60)
def test_nothing_is_news_once_all_of_it_was_seen(values: list[int], number: int) -> None:
    """At the data's end all is known; before their beginning nothing was, so that all is new."""
    now = trend(values)
    assert find_turn(now, span(values), chosen(values), span(values).whole.end) is None
    at_first = find_turn(now, span(values), chosen(values), MONDAY)
    assert (at_first is None) == (now.shift is None)
    turn = find_turn(now, span(values), chosen(values), week(number))
    assert turn is None or turn.began == (now.shift is not None)


@pytest.mark.parametrize(
    ("status", "values", "measure", "expected"),
    [
        ("missed", FALLEN, ON_TIME, True),
        ("close", FALLEN, ON_TIME, False),
        ("missed", CALM, ON_TIME, False),
        # It misses, and moves to the better side.
        ("missed", [*CALM, 99, 99], ON_TIME, False),
        ("missed", FALLEN, LOWER_IS_BETTER, False),
        ("missed", [*CALM, 99, 99], LOWER_IS_BETTER, True),
        ("missed", [*CALM, 99, 99], replace(ON_TIME, direction="band"), True),
        ("missed", [], ON_TIME, False),
    ],
)
def test_what_is_missed_and_newly_worse_needs_someone(
    status: str, values: list[int], measure: Measure, expected: bool
) -> None:
    series = trend(values, measure) if values else trend(CALM[:2], measure)
    assert needs_someone(status, series) is expected


def test_a_miss_is_one_sentence() -> None:
    now, before = share(832, 1000), share(942, 1000)
    assert (
        say_miss(ON_TIME, "Video ES", now, Aim(Decimal(94), None))
        == "On-time delivery in Video ES is 83.2\u202f%, target ≥\u00a094.0"
    )
    shift = Shift(16, "below its usual range since 3 Nov", "below its usual range")
    words = "Below its usual range since 3 Nov"
    assert say_since(ON_TIME, shift, before) == f"{words}; 94.2\u202f% before"
    assert say_since(ON_TIME, shift, None) == words
