from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.tsa.seasonal import seasonal_decompose

from opsportal.lib.statistics.control_charts import find_signals, xmr
from opsportal.lib.statistics.weekday_adjustment import adjust_for_weekdays, weekday_effects

MONDAY = date(2026, 1, 5)
PATTERN = [3.0, 1.0, 0.0, -1.0, 2.0, -2.0, -3.0]


def series(values: list[float | None], start: date = MONDAY) -> list[tuple[date, float | None]]:
    return [(start + timedelta(days=i), value) for i, value in enumerate(values)]


@given(
    st.lists(st.integers(-50, 50), min_size=7, max_size=7),
    st.integers(-100, 100),
    st.integers(-3, 3),
    st.integers(0, 6),
)
def test_a_planted_pattern_comes_out_of_a_trend(
    pattern: list[int], level: int, slope: int, first: int
) -> None:
    start = MONDAY + timedelta(days=first)
    days = [
        (day, level + slope * i + pattern[day.weekday()] - sum(pattern) / 7)
        for i, (day, _) in enumerate(series([0.0] * 60, start))
    ]
    effects = weekday_effects(days)
    assert effects is not None
    assert [effects[weekday] for weekday in range(7)] == pytest.approx(
        [effect - sum(pattern) / 7 for effect in pattern], abs=1e-9
    )
    adjusted = adjust_for_weekdays(days)
    assert adjusted == pytest.approx([level + slope * i for i in range(60)], abs=1e-9)


def test_it_is_near_to_the_classical_decomposition() -> None:
    generator = np.random.default_rng(17)
    values = [100 + PATTERN[i % 7] + generator.normal(0, 0.5) for i in range(7 * 40)]
    expected = seasonal_decompose(np.array(values), period=7).seasonal[:7]
    effects = weekday_effects(series(values))
    assert effects is not None
    assert [effects[weekday] for weekday in range(7)] == pytest.approx(expected, abs=0.15)


def test_a_bad_day_is_no_weekday() -> None:
    values: list[float | None] = [100 + PATTERN[i % 7] for i in range(70)]
    bad = list(values)
    bad[30] = -500.0
    assert weekday_effects(series(bad)) == pytest.approx(weekday_effects(series(values)), abs=1e-9)


def test_weekdays_that_are_never_worked_and_days_that_are_missing() -> None:
    pattern = [2.0, 1.0, 0.0, -1.0, -2.0]
    values = [None if i % 7 > 4 else 50 + pattern[i % 7] for i in range(70)]
    values[16] = None
    adjusted = adjust_for_weekdays(series(values))
    assert adjusted is not None
    assert adjusted == pytest.approx([None if value is None else 50 for value in values])


def test_a_shift_that_weekdays_hid_is_found() -> None:
    generator = np.random.default_rng(18)
    values = [100 + 3 * PATTERN[i % 7] + generator.normal() for i in range(140)]
    shifted = [value + 5 * (i >= 100) for i, value in enumerate(values)]
    # Mondays after Sundays make the limits so wide that nothing leaves them.
    assert not any(find_signals(shifted[100:], xmr(shifted[:100])))
    adjusted = adjust_for_weekdays(series(shifted))
    assert adjusted is not None
    limits = xmr(adjusted[:100])
    assert sum(map(bool, find_signals(adjusted[:100], limits))) < 10
    assert all(find_signals(adjusted[100:], limits))


@pytest.mark.parametrize("count", [0, 7, 30])
def test_a_few_weeks_tell_nothing(count: int) -> None:
    assert adjust_for_weekdays(series([1.0] * count)) is None


def test_days_follow_each_other() -> None:
    with pytest.raises(ValueError, match="must follow each other"):
        weekday_effects([(MONDAY, 1.0), (MONDAY + timedelta(days=2), 1.0)])
