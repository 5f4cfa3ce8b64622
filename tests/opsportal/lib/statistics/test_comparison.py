import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsportal.lib.statistics.comparison import (
    Band,
    DaySums,
    RankRange,
    band,
    noise_of_days,
    rank_ranges,
    shrink_proportions,
    shrink_ratios,
)
from opsportal.lib.statistics.intervals import Interval

# Efron & Morris 1975, table 1: hits of 18 players in their first 45 at bats of 1970, and the
# average of each over the rest of that season.
HITS = [18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]
SEASON = [
    *[0.346, 0.298, 0.276, 0.222, 0.273, 0.270, 0.263, 0.210, 0.269],
    *[0.230, 0.264, 0.256, 0.303, 0.264, 0.226, 0.286, 0.316, 0.200],
]

intervals = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(
    lambda ends: Interval(float(min(ends)), float(max(ends)))
)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.6, 0.7, Band.ABOVE),
        (0.5, 0.7, Band.ACROSS),
        (0.4, 0.6, Band.ACROSS),
        (0.3, 0.5, Band.ACROSS),
        (0.3, 0.4, Band.BELOW),
    ],
)
def test_band(low: float, high: float, expected: Band) -> None:
    assert band(low, high, 0.5) is expected


def test_rank_ranges() -> None:
    units = [Interval(8, 9), Interval(4, 7), None, Interval(6, 8), Interval(1, 2), Interval(1, 2)]
    assert rank_ranges(units, higher_is_better=True) == [
        RankRange(1, 2),
        RankRange(2, 3),
        None,
        RankRange(1, 3),
        RankRange(4, 5),
        RankRange(4, 5),
    ]
    assert rank_ranges(units, higher_is_better=False)[0] == RankRange(4, 5)
    assert rank_ranges([], higher_is_better=True) == []
    assert rank_ranges([Interval(1, 1)] * 3, higher_is_better=True) == [RankRange(1, 3)] * 3


@given(st.lists(intervals, max_size=15), st.booleans())
def test_rank_ranges_are_counts_of_who_is_apart(units: list[Interval], higher: bool) -> None:
    for unit, ranks in zip(units, rank_ranges(units, higher_is_better=higher), strict=True):
        above = sum(other.low > unit.high for other in units)
        below = sum(other.high < unit.low for other in units)
        better, worse = (above, below) if higher else (below, above)
        assert ranks == (1 + better, len(units) - worse)


@given(st.lists(intervals, min_size=1, max_size=15))
def test_every_rank_is_somebodys(units: list[Interval]) -> None:
    """Any order by a value within each interval gives ranks within the ranges."""
    ranges = rank_ranges(units, higher_is_better=True)
    for value in (lambda i: i.low, lambda i: i.high, lambda i: i.low + i.high):
        order = sorted(range(len(units)), key=lambda place: -value(units[place]))
        for position, place in enumerate(order, start=1):
            ranks = ranges[place]
            assert ranks is not None
            assert ranks.best <= position <= ranks.worst


def test_shrunken_batting_averages_beat_the_raw_ones() -> None:
    shrunken = shrink_proportions(HITS, [45] * 18)
    whole = sum(HITS) / (45 * 18)
    assert whole == pytest.approx(0.265, abs=5e-4)
    factors = {
        round((after - whole) / (hits / 45 - whole), 9)
        for after, hits in zip(shrunken, HITS, strict=True)
        if after is not None
    }
    assert len(factors) == 1
    # James and Stein keep 1 − (k − 3) σ² / S = .212 of a difference; moments, with k − 1, .107.
    spread = sum((hits / 45 - whole) ** 2 for hits in HITS)
    by_moments = 1 - 17 * whole * (1 - whole) / 45 / spread
    assert factors.pop() == pytest.approx(by_moments, abs=0.003)
    raw_error = sum((hits / 45 - true) ** 2 for hits, true in zip(HITS, SEASON, strict=True))
    error = sum((after - true) ** 2 for after, true in zip(shrunken, SEASON, strict=True) if after)
    assert error < raw_error / 2


@pytest.mark.parametrize(
    ("successes", "ns", "expected"),
    [
        ([], [], []),
        ([0], [0], [None]),
        ([3], [4], [0.75]),
        ([0, 0], [5, 50], [0, 0]),
        ([5, 50], [5, 50], [1, 1]),
        ([5, 50, 0], [10, 100, 0], [0.5, 0.5, None]),
        ([1, 0], [1, 1], [0.5, 0.5]),
        ([100, 0], [100, 100], [1, 0]),
    ],
)
def test_shrink_proportions_at_the_edges(
    successes: list[int], ns: list[int], expected: list[float | None]
) -> None:
    assert shrink_proportions(successes, ns) == pytest.approx(expected, abs=0.01)


def test_a_small_unit_does_not_lead_by_luck() -> None:
    shrunken = shrink_proportions([3, 950, 800, 900], [3, 1000, 1000, 1000])
    assert all(value is not None for value in shrunken)
    assert max(value for value in shrunken if value) == shrunken[1]


def test_shrink_proportions_finds_the_prior() -> None:
    generator = np.random.default_rng(5)
    ns = generator.integers(5, 500, 2_000)
    rates = generator.beta(30, 10, 2_000)
    successes = generator.binomial(ns, rates)
    shrunken = np.array(shrink_proportions(successes.tolist(), ns.tolist()), dtype=float)
    best = (successes + 30) / (ns + 40)
    assert np.abs(shrunken - best).max() < 0.01


units_of_counts = st.lists(
    st.integers(0, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=20
)


@given(units_of_counts)
def test_shrunken_values_lie_between_the_own_and_the_whole(
    units: list[tuple[int, int]],
) -> None:
    ys, xs = [y for y, _ in units], [x for _, x in units]
    for shrunken in (shrink_proportions(ys, xs), shrink_ratios(ys, xs)):
        for after, (y, x) in zip(shrunken, units, strict=True):
            if x == 0:
                assert after is None
            else:
                own, whole = y / x, sum(ys) / sum(xs)
                slack = 1e-12
                assert after is not None
                assert min(own, whole) - slack <= after <= max(own, whole) + slack


@pytest.mark.parametrize(
    ("totals", "exposures", "expected"),
    [
        ([], [], []),
        ([0], [0], [None]),
        ([3], [4], [0.75]),
        ([0, 0], [5, 50], [0, 0]),
        ([5, 50, 0], [10, 100, 0], [0.5, 0.5, None]),
        ([100_000, 0], [100, 100], [1000, 0]),
    ],
)
def test_shrink_ratios_at_the_edges(
    totals: list[int], exposures: list[int], expected: list[float | None]
) -> None:
    assert shrink_ratios(totals, exposures) == pytest.approx(expected, abs=5)


def test_shrink_ratios_finds_the_prior() -> None:
    generator = np.random.default_rng(7)
    exposures = generator.integers(5, 500, 2_000)
    counts = generator.poisson(generator.gamma(12, 1 / 4, 2_000) * exposures)
    shrunken = np.array(shrink_ratios(counts.tolist(), exposures.tolist()), dtype=float)
    best = (counts + 12) / (exposures + 4)
    assert np.abs(shrunken - best).max() < 0.1


def day_sums(ys: np.ndarray, xs: np.ndarray) -> DaySums:
    ys, xs = ys.astype(object), xs.astype(object)
    return DaySums(sum(ys), sum(xs), sum(ys * ys), sum(xs * ys), sum(xs * xs))


def test_seconds_shrink_by_the_noise_of_days() -> None:
    """Handle time, 100 ± 5 s between teams; a team's day of n units scatters by 400 · √n s."""
    generator = np.random.default_rng(11)
    teams, true = [], generator.normal(100, 5, 300)
    for mean in true:
        units = generator.integers(50, 150, 20)
        teams.append(day_sums(generator.normal(mean * units, 400 * units**0.5).round(), units))
    noise = noise_of_days(teams)
    assert noise == pytest.approx(400**2, rel=0.05)
    totals, exposures = [team.sum_y for team in teams], [team.sum_x for team in teams]
    shrunken = np.array(shrink_ratios(totals, exposures, noise=noise), dtype=float)
    raw = np.array([float(y / x) for y, x in zip(totals, exposures, strict=True)])
    assert ((shrunken - true) ** 2).mean() < 0.6 * ((raw - true) ** 2).mean()


def test_noise_needs_a_unit_with_two_days() -> None:
    assert noise_of_days([]) is None
    assert noise_of_days([DaySums(5, 2, 25, 10, 4), DaySums(0, 0, 0, 0, 0)]) is None
    assert noise_of_days([DaySums(4, 2, 10, 4, 2)]) == pytest.approx(2)


def test_what_is_no_total_is_refused() -> None:
    with pytest.raises(ValueError, match="lies between 0 and 1"):
        shrink_proportions([2], [1])
    with pytest.raises(ValueError, match="no negative totals"):
        shrink_ratios([-1], [1])
