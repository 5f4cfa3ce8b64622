from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsportal.lib.statistics.control_charts import (
    Limits,
    Rule,
    Signal,
    find_signals,
    find_signals_by_chunk,
    find_signals_within,
    mean_moving_range,
    outside_since,
    xmr,
    xmr_by_chunk,
)

NIST = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
OUTLIER = [1, 2, 1, 2, 10, *[1, 2] * 6, 1]
CALM = Limits(mean=0, lower=-3, upper=3)

series = st.lists(st.one_of(st.none(), st.integers(-50, 50).map(float)), max_size=40)


def places(signals: Sequence[Signal], rule: Rule) -> list[int]:
    return [index for index, rules in enumerate(signals) if rules and rule in rules]


def test_xmr_as_nist_6_3_2_2() -> None:
    assert xmr(NIST) == pytest.approx((50.81, 45.8159, 55.8041), abs=5e-5)
    assert mean_moving_range(NIST) == pytest.approx(1.8778, abs=5e-5)


def test_xmr_screened_once_as_nhs_r_plot_the_dots() -> None:
    screened, unscreened = xmr(OUTLIER), xmr(OUTLIER, screen=False)
    assert screened is not None
    assert unscreened is not None
    assert screened[:3] == pytest.approx((1.94, -0.72, 4.6), abs=5e-3)
    assert unscreened.upper == pytest.approx(6.95, abs=5e-3)
    assert places(find_signals(OUTLIER, screened), Rule.BEYOND_LIMITS) == [4]


@pytest.mark.parametrize("values", [[], [1.0], [None, 2.0, None]])
def test_one_value_has_no_limits(values: list[float | None]) -> None:
    assert xmr(values) is None
    assert all(not signal for signal in find_signals(values, None))


@given(series, st.integers(0, 40))
def test_a_period_without_data_changes_nothing(values: list[float | None], place: int) -> None:
    with_gap = [*values[:place], None, *values[place:]]
    limits = xmr(values)
    assert xmr(with_gap) == limits
    signals = find_signals(with_gap, limits)
    gap = min(place, len(values))
    assert signals[gap] is None
    assert [*signals[:gap], *signals[gap + 1 :]] == find_signals(values, limits)


@given(series)
def test_a_mirrored_series_has_the_same_signals(values: list[float | None]) -> None:
    mirrored = [None if value is None else -value for value in values]
    signals = find_signals(values, xmr(values))
    assert find_signals(mirrored, xmr(mirrored)) == signals
    assert find_signals(values[::-1], xmr(values[::-1])) == signals[::-1]


@pytest.mark.parametrize("value", [0.1, 1 / 3, 1e-300, 1e15 + 0.1])
def test_a_constant_series_is_no_signal(value: float) -> None:
    values = [value] * 23
    assert find_signals(values, xmr(values)) == [frozenset()] * 23


def test_points_on_the_limits_are_within() -> None:
    signals = find_signals([3, -3, 3.1, -3.1], CALM)
    assert places(signals, Rule.BEYOND_LIMITS) == [2, 3]


def test_eight_on_one_side() -> None:
    seven, eight = [0.5, 0.6] * 3 + [0.5], [0.5, 0.6] * 4
    assert places(find_signals([-1, *seven, -1], CALM), Rule.EIGHT_ON_ONE_SIDE) == []
    assert places(find_signals([-1, *eight, -1], CALM), Rule.EIGHT_ON_ONE_SIDE) == [*range(1, 9)]
    assert places(find_signals([*seven, 0, *seven], CALM), Rule.EIGHT_ON_ONE_SIDE) == []


def test_six_in_a_row_rising_or_falling() -> None:
    five, six = [-1, -0.5, 0, 0.5, 1], [-1, -0.6, -0.2, 0.2, 0.6, 1]
    assert places(find_signals([0, *five, 0], CALM), Rule.SIX_IN_A_ROW) == []
    assert places(find_signals([0, *six, 0], CALM), Rule.SIX_IN_A_ROW) == [*range(1, 7)]
    assert places(find_signals([0, *six[::-1], 0], CALM), Rule.SIX_IN_A_ROW) == [*range(1, 7)]
    assert places(find_signals([-1, -0.5, -0.5, 0, 0.5, 1], CALM), Rule.SIX_IN_A_ROW) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([2.1, 2.1, 0], [0, 1]),
        ([2.1, 0, 2.1], [0, 2]),
        ([2.1, 0, 0, 2.1], []),
        ([2.1, 0, -2.1], []),
        ([2.0, 2.0, 2.0], []),
        ([-2.1, 1, -3.5], [0, 2]),
        ([2.1, None, None, 2.1], [0, 3]),
    ],
)
def test_two_of_three_in_the_outer_third(values: list[float | None], expected: list[int]) -> None:
    assert places(find_signals(values, CALM), Rule.TWO_OF_THREE) == expected


S, N = frozenset({Rule.BEYOND_LIMITS}), frozenset[Rule]()


@pytest.mark.parametrize(
    ("signals", "since"),
    [
        ([], None),
        ([None, None], None),
        ([S, N], None),
        ([N, S, S], 1),
        ([S, N, S], 2),
        ([S, S], 0),
        ([N, None, S, None, S, None], 2),
        ([S, N, None], None),
    ],
)
def test_outside_since(signals: list[Signal], since: int | None) -> None:
    assert outside_since(signals) == since


def test_limits_start_anew_at_a_break() -> None:
    values = [*[10, 11] * 6, *[20, 21] * 6]
    whole = find_signals(values, xmr(values))
    assert len(places(whole, Rule.EIGHT_ON_ONE_SIDE)) == 24
    chunks = xmr_by_chunk(values, breaks=[12])
    assert [(chunk.start, chunk.end) for chunk in chunks] == [(0, 12), (12, 24)]
    assert [chunk.limits.mean for chunk in chunks if chunk.limits] == [10.5, 20.5]
    assert find_signals_by_chunk(values, chunks) == [N] * 24


@given(series, st.lists(st.integers(-5, 50), max_size=5))
def test_chunks_cover_the_series_once(values: list[float | None], breaks: list[int]) -> None:
    chunks = xmr_by_chunk(values, breaks)
    covered = [index for chunk in chunks for index in range(chunk.start, chunk.end)]
    assert covered == list(range(len(values)))
    assert {chunk.start for chunk in chunks} >= {b for b in breaks if 0 < b < len(values)}
    assert len(find_signals_by_chunk(values, chunks)) == len(values)


def test_each_point_is_judged_by_its_own_limits() -> None:
    wide = Limits(mean=0, lower=-30, upper=30)
    values = [4.0, 4.0, 1.0, 4.0, None]
    signals = find_signals_within(values, [CALM, wide, None, CALM, CALM])
    assert places(signals, Rule.BEYOND_LIMITS) == [0, 3]
    assert places(signals, Rule.TWO_OF_THREE) == [0, 3]
    assert signals[2:] == [N, frozenset({Rule.BEYOND_LIMITS, Rule.TWO_OF_THREE}), None]
