from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.kpis.rules.expectations import Output, calculate_index, find_rates
from metrics.kpis.rules.figures import NO_FIGURE

FIRST = date(2026, 11, 2)
EASY, HARD, LONELY = 1, 2, 3


def output(made: int, effort: int) -> Output:
    return Output(made, effort, made)


def on(number: int, queue: int, made: int, effort: int) -> tuple[date, int, Output]:
    return FIRST + timedelta(days=number), queue, output(made, effort)


WHOLE = {EASY: output(110, 60), HARD: output(30, 70), LONELY: output(8, 4)}
OWN = {EASY: output(10, 10), HARD: output(20, 20), LONELY: output(8, 4)}


def test_the_rate_is_that_of_all_others() -> None:
    assert find_rates(WHOLE, OWN) == {EASY: 2, HARD: Fraction(1, 5)}
    assert find_rates(OWN, OWN) == {}


def test_a_queue_in_which_no_other_works_is_left_out_on_both_sides() -> None:
    work = [on(0, EASY, 10, 10), on(0, HARD, 20, 20), on(0, LONELY, 8, 4)]
    figure = calculate_index(work, find_rates(WHOLE, OWN), scale=1)
    # Others would have finished 2 × 10 + ⅕ × 20 = 24 where these finished 30.
    assert figure == (30, 24, 30, 1.25, None, None)


def test_where_no_queue_is_left_there_are_no_data() -> None:
    assert calculate_index([on(0, LONELY, 8, 4)], find_rates(WHOLE, OWN), scale=1) == NO_FIGURE
    assert calculate_index([], {}, scale=1) == NO_FIGURE


def test_where_others_finish_nothing_nothing_is_expected() -> None:
    figure = calculate_index([on(0, EASY, 3, 10)], {EASY: Fraction(0)}, scale=1)
    assert figure == (3, 0, 3, None, None, None)


def test_days_are_the_replicates() -> None:
    work = [on(number, EASY, 10 + number % 2, 10) for number in range(5)]
    figure = calculate_index(work, {EASY: Fraction(1)}, scale=1)
    assert calculate_index(work[:4], {EASY: Fraction(1)}, scale=1).low is None
    assert figure.value == pytest.approx(1.04)
    assert figure.low is not None
    assert figure.value is not None
    assert figure.high is not None
    assert 0.95 < figure.low < figure.value < figure.high < 1.15


@settings(deadline=None)
@given(
    days=st.lists(
        st.tuples(st.sampled_from([EASY, HARD]), st.integers(0, 10**6), st.integers(1, 10**6)),
        min_size=1,
        max_size=8,
    ),
    rates=st.fixed_dictionaries(
        dict.fromkeys([EASY, HARD], st.fractions(min_value=0, max_value=9, max_denominator=97))
    ),
)
def test_expected_is_the_effort_at_the_rates_of_others(
    days: list[tuple[int, int, int]], rates: dict[int, Fraction]
) -> None:
    work = [on(number, *day) for number, day in enumerate(days)]
    figure = calculate_index(work, rates, scale=100)
    expected = sum((effort * rates[queue] for queue, _, effort in days), Fraction(0))
    busy = [day for day in days if day[1] or rates[day[0]]]
    assert figure.numerator == sum(made for _, made, _ in busy)
    assert figure.denominator == expected
    if expected:
        assert figure.value == float(Fraction(figure.numerator or 0) / expected * 100)
