import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsportal.lib.drawing import (
    SPARK_HEIGHT,
    Point,
    Scale,
    draw_bars,
    draw_interval,
    draw_sparkline,
    make_scale,
    place_on_scale,
    share_bar,
)

numbers = st.floats(-1e9, 1e9, allow_nan=False)
TEN = Scale(0, 10, (0, 5, 10))


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([79, 95], (80, 85, 90, 95)),
        ([0.29, 0.61], (0.3, 0.4, 0.5, 0.6)),
        ([0, 412_306], (0, 100_000, 200_000, 300_000, 400_000)),
        ([-2.5, 0.1], (-2, -1, 0)),
        ([None, math.nan, 3, 5], (3, 3.5, 4, 4.5, 5)),
    ],
)
def test_scale_has_round_ticks(values: list[float | None], ticks: tuple[float, ...]) -> None:
    assert make_scale(values).ticks == ticks


@pytest.mark.parametrize("values", [[], [None], [0.0], [94.0, 94.0]])
def test_scale_of_little_is_still_wide(values: list[float | None]) -> None:
    scale = make_scale(values)
    assert scale.low < scale.high


@given(st.lists(numbers, min_size=1))
def test_scale_holds_every_value_and_few_ticks(values: list[float]) -> None:
    scale = make_scale(values)
    assert scale.low <= min(values)
    assert max(values) <= scale.high
    assert len(scale.ticks) <= 6
    assert all(0 <= place_on_scale(v, scale) <= 100 for v in values)


@pytest.mark.parametrize(("value", "place"), [(0, 0), (2.5, 25), (10, 100), (-3, 0), (12, 100)])
def test_a_value_beyond_the_scale_stays_at_its_edge(value: float, place: float) -> None:
    assert place_on_scale(value, TEN) == place


def test_interval_is_placed_with_the_lines_of_target_and_whole() -> None:
    drawn = draw_interval(TEN, value=4, low=3, high=6, target=9, whole=5)
    assert (drawn.low, drawn.value, drawn.high) == (30, 40, 60)
    assert (drawn.target, drawn.whole, drawn.ticks) == (90, 50, (0, 50, 100))


def test_interval_without_ends_is_its_dot() -> None:
    drawn = draw_interval(TEN, value=4)
    assert (drawn.low, drawn.high, drawn.target, drawn.whole) == (40, 40, None, None)


def test_interval_without_a_value_is_the_lines_alone() -> None:
    assert draw_interval(TEN, target=9).value is None


def test_sparkline_runs_from_edge_to_edge_and_marks_its_end() -> None:
    drawn = draw_sparkline([0, 10], target=5)
    assert drawn.path == "M3 29L97 3"
    assert drawn.last == Point(97, 3)
    assert drawn.target == 16
    assert drawn.band_top is None


def test_sparkline_breaks_where_a_value_is_unknown_and_keeps_lone_points() -> None:
    assert draw_sparkline([1, 1, None, 1, None]).path == "M3 16L26.5 16M73.5 16h0"


def test_signals_take_the_place_of_the_last_point() -> None:
    drawn = draw_sparkline([1, 2, None, 4], band=(1, 2), signals={2, 3})
    assert drawn.last is None
    assert [point.x for point in drawn.signals] == [97]
    assert drawn.band_top is not None
    assert drawn.band_height is not None


@pytest.mark.parametrize("values", [[], [None], [7.0]])
def test_sparkline_of_little_does_not_fail(values: list[float | None]) -> None:
    assert draw_sparkline(values).path in {"", "M50 16h0"}


@given(st.lists(st.none() | numbers), st.none() | numbers)
def test_sparkline_stays_inside(values: list[float | None], target: float | None) -> None:
    drawn = draw_sparkline(values, target=target, signals=range(len(values)))
    for point in drawn.signals:
        assert 0 <= point.x <= 100
        assert 0 <= point.y <= SPARK_HEIGHT


@pytest.mark.parametrize(
    ("parts", "widths"), [([1, 3], [25, 75]), ([0, 5], [0, 100]), ([0, 0], [0, 0])]
)
def test_bar_is_divided_by_share(parts: list[float], widths: list[float]) -> None:
    assert [share.width for share in share_bar(parts)] == widths


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=5).filter(any))
def test_bar_is_filled_and_shows_every_part(parts: list[int]) -> None:
    shares = share_bar(parts)
    assert sum(share.width for share in shares) == pytest.approx(100, abs=0.1)
    assert all((share.width > 0) == (part > 0) for share, part in zip(shares, parts, strict=True))


EFFECTS = st.floats(-50, 50).map(lambda value: round(value, 3))


@given(first=EFFECTS, second=EFFECTS)
def test_two_bars_from_zero_reach_as_far_as_their_sum(first: float, second: float) -> None:
    scale = make_scale([0.0, first, second, first + second])
    bars = draw_bars(scale, first, second)
    for bar in (bars.first, bars.second):
        assert bar.width >= 0
        assert 0 <= bar.start <= bar.start + bar.width <= 100.01
    ends = {
        round(end, 1)
        for bar in (bars.first, bars.second)
        for end in (bar.start, bar.start + bar.width)
    }
    if first * second > 0:
        assert any(abs(end - place_on_scale(first + second, scale)) <= 0.2 for end in ends)
    else:
        assert any(abs(end - place_on_scale(second, scale)) <= 0.2 for end in ends)
    assert any(abs(end - bars.zero) <= 0.2 for end in ends)
