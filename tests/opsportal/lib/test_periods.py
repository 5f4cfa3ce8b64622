from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsportal.lib.periods import (
    Grain,
    Period,
    comparison_of,
    list_periods,
    period_of,
    previous,
    shift,
)

days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
calendar_grains = st.sampled_from([grain for grain in Grain if grain is not Grain.ALL])


@pytest.mark.parametrize(
    ("day", "grain", "start", "end"),
    [
        (date(2026, 11, 22), Grain.DAY, date(2026, 11, 22), date(2026, 11, 23)),
        (date(2026, 11, 22), Grain.WEEK, date(2026, 11, 16), date(2026, 11, 23)),
        (date(2026, 11, 23), Grain.WEEK, date(2026, 11, 23), date(2026, 11, 30)),
        (date(2026, 1, 1), Grain.WEEK, date(2025, 12, 29), date(2026, 1, 5)),
        (date(2024, 2, 29), Grain.MONTH, date(2024, 2, 1), date(2024, 3, 1)),
        (date(2026, 12, 31), Grain.MONTH, date(2026, 12, 1), date(2027, 1, 1)),
        (date(2026, 12, 31), Grain.QUARTER, date(2026, 10, 1), date(2027, 1, 1)),
        (date(2026, 4, 1), Grain.QUARTER, date(2026, 4, 1), date(2026, 7, 1)),
    ],
)
def test_period_of(day: date, grain: Grain, start: date, end: date) -> None:
    assert period_of(day, grain) == Period(start, end)


@pytest.mark.parametrize("grain", [grain for grain in Grain if grain is not Grain.ALL])
def test_the_end_of_the_calendar_is_refused(grain: Grain) -> None:
    with pytest.raises(ValueError, match="too near the end of the calendar"):
        period_of(date.max, grain)


def test_no_day_decides_the_whole() -> None:
    with pytest.raises(ValueError, match="no day decides it"):
        period_of(date(2026, 1, 1), Grain.ALL)


def test_a_period_ends_after_it_starts() -> None:
    with pytest.raises(ValueError, match="must end after it starts"):
        Period(date(2026, 1, 1), date(2026, 1, 1))


@given(days, calendar_grains)
def test_every_day_lies_in_exactly_its_period(day: date, grain: Grain) -> None:
    period = period_of(day, grain)
    assert day in period
    assert period.end not in period
    assert period_of(period.start, grain) == period == period_of(period.last_day, grain)
    assert period.days == sum(period.start + timedelta(n) in period for n in range(100))


@given(days, st.integers(1, 800), calendar_grains)
def test_listed_periods_are_those_that_start_in_the_range(
    start: date, length: int, grain: Grain
) -> None:
    end = start + timedelta(days=length)
    in_range = [start + timedelta(days=n) for n in range(length)]
    expected = [period_of(day, grain) for day in in_range if period_of(day, grain).start == day]
    assert list_periods(start, end, grain) == expected


def test_the_whole_is_one_period() -> None:
    start, end = date(2015, 6, 1), date(2019, 4, 1)
    assert list_periods(start, end, Grain.ALL) == [Period(start, end)]


def test_an_absurd_range_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 4,000 periods of one day; choose a shorter"):
        list_periods(date(1, 1, 1), date(9999, 1, 1), Grain.DAY)
    assert len(list_periods(date(2026, 1, 1), date(2026, 1, 4), Grain.DAY, limit=3)) == 3
    with pytest.raises(ValueError, match="more than 2 periods"):
        list_periods(date(2026, 1, 1), date(2026, 1, 4), Grain.DAY, limit=2)


def test_a_range_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="must end after it starts"):
        list_periods(date(2026, 1, 2), date(2026, 1, 1), Grain.DAY)


@given(days, calendar_grains)
def test_previous_adjoins(day: date, grain: Grain) -> None:
    period = period_of(day, grain)
    before = previous(period, grain)
    assert before.end == period.start
    assert before == period_of(before.start, grain)


def test_previous_of_the_whole_is_as_long() -> None:
    period = Period(date(2026, 3, 1), date(2026, 3, 11))
    assert previous(period, Grain.ALL) == Period(date(2026, 2, 19), date(2026, 3, 1))


def test_previous_refuses_a_part_of_a_period() -> None:
    with pytest.raises(ValueError, match="not one whole week"):
        previous(Period(date(2026, 11, 17), date(2026, 11, 23)), Grain.WEEK)


def test_four_weeks_are_compared_with_the_four_before() -> None:
    period = Period(date(2026, 10, 26), date(2026, 11, 23))
    assert comparison_of(period) == Period(date(2026, 9, 28), date(2026, 10, 26))
    assert shift(period, weeks=-52) == Period(date(2025, 10, 27), date(2025, 11, 24))


@given(days, st.integers(1, 400))
def test_a_comparison_has_the_same_weekdays_and_does_not_touch(start: date, length: int) -> None:
    period = Period(start, start + timedelta(days=length))
    compared = comparison_of(period)
    assert compared.days == length
    assert compared.start.weekday() == start.weekday()
    assert 0 <= (period.start - compared.end).days < 7


@pytest.mark.parametrize(
    ("start", "end", "label"),
    [
        (date(2026, 10, 26), date(2026, 11, 23), "26 Oct – 22 Nov 2026"),
        (date(2026, 11, 1), date(2026, 12, 1), "1 – 30 Nov 2026"),
        (date(2026, 11, 1), date(2026, 11, 2), "1 Nov 2026"),
        (date(2025, 12, 29), date(2026, 1, 5), "29 Dec 2025 – 4 Jan 2026"),
        (date(2025, 11, 1), date(2026, 11, 30), "1 Nov 2025 – 29 Nov 2026"),
    ],
)
def test_label(start: date, end: date, label: str) -> None:
    assert Period(start, end).label() == str(Period(start, end)) == label
