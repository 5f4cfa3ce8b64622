from fractions import Fraction
from itertools import pairwise
from math import sqrt
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsportal.lib.statistics.control_charts import Rule, find_signals_within
from opsportal.lib.statistics.proportions_chart import Baseline, p_chart, p_prime_chart

# D. C. Montgomery, Introduction to Statistical Quality Control, table 7.1: defective orange juice
# concentrate cans in 30 samples of 50.
CANS = [
    *[12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22],
    *[8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6],
]

points = st.lists(
    st.integers(0, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=2,
    max_size=30,
)


def test_p_chart_as_montgomery() -> None:
    assert sum(CANS) == 347
    baseline = p_chart(CANS, [50] * 30)
    assert baseline is not None
    limits = baseline.limits_at(50)
    assert limits is not None
    assert limits == pytest.approx((0.23133, 0.0524, 0.4102), abs=5e-5)
    signals = find_signals_within([y / 50 for y in CANS], [limits] * 30)
    assert [i + 1 for i, fired in enumerate(signals) if Rule.BEYOND_LIMITS in (fired or ())] == [
        15,
        23,
    ]


def test_sigma_z_is_of_moving_ranges_and_not_the_standard_deviation_of_z() -> None:
    """A step in the middle: the standard deviation is 1 and more, the mean moving range small."""
    successes, ns = [400, 402] * 6 + [500, 502] * 6, [1000] * 24
    baseline = p_prime_chart(successes, ns, screen=False)
    assert baseline is not None
    mean = sum(successes) / sum(ns)
    zs = [(y / 1000 - mean) / sqrt(mean * (1 - mean) / 1000) for y in successes]
    assert baseline.sigma_z == pytest.approx(
        fmean(abs(after - before) for before, after in pairwise(zs)) / 1.128
    )
    assert baseline.sigma_z < float(np.std(zs)) / 5
    screened = p_prime_chart(successes, ns)
    assert screened is not None
    assert screened.sigma_z == pytest.approx(2 / 1000 / sqrt(mean * (1 - mean) / 1000) / 1.128)


@given(points)
def test_it_is_what_laney_wrote(found: list[tuple[int, int]]) -> None:
    ys, ns = [y for y, n in found if n], [n for _, n in found if n]
    baseline = p_prime_chart(*zip(*found, strict=True), screen=False)
    if len(ns) < 2:
        assert baseline is None
        return
    assert baseline is not None
    p = sum(ys) / sum(ns)
    assert float(baseline.mean) == p
    if 0 < p < 1:
        zs = [(y / n - p) / sqrt(p * (1 - p) / n) for y, n in zip(ys, ns, strict=True)]
        ranges = [abs(after - before) for before, after in pairwise(zs)]
        assert baseline.sigma_z == pytest.approx(fmean(ranges) / 1.128, rel=1e-6, abs=1e-9)


@given(points, st.integers(1, 1000))
def test_limits_narrow_with_n(found: list[tuple[int, int]], n: int) -> None:
    baseline = p_prime_chart(*zip(*found, strict=True))
    if baseline is None:
        return
    few, many = baseline.limits_at(n), baseline.limits_at(4 * n, scale=100)
    assert few is not None
    assert many is not None
    assert many.mean == pytest.approx(100 * few.mean)
    assert many.upper - many.lower == pytest.approx(100 * (few.upper - few.lower) / 2, abs=1e-9)
    assert baseline.limits_at(0) is None


@given(st.integers(0, 7), st.lists(st.integers(1, 10**12), min_size=2, max_size=20))
def test_a_constant_share_is_no_signal(share: int, sizes: list[int]) -> None:
    ns = [7 * size for size in sizes]
    ys = [share * size for size in sizes]
    baseline = p_prime_chart(ys, ns)
    assert baseline == Baseline(Fraction(share, 7), 0.0)
    values = [float(Fraction(100 * y, n)) for y, n in zip(ys, ns, strict=True)]
    limits = [baseline.limits_at(n, scale=100) for n in ns]
    assert find_signals_within(values, limits) == [frozenset()] * len(ns)


def test_large_n_needs_p_prime() -> None:
    """Weeks of 20,000 items that differ by more than counting: p cries wolf, p′ does not."""
    generator = np.random.default_rng(3)
    ns = generator.integers(15_000, 25_000, 200).tolist()
    ys = [int(generator.binomial(n, generator.normal(0.93, 0.01))) for n in ns]
    beyond = {}
    for chart in (p_chart, p_prime_chart):
        baseline = chart(ys, ns)
        assert baseline is not None
        limits = [baseline.limits_at(n) for n in ns]
        values = [y / n for y, n in zip(ys, ns, strict=True)]
        beyond[chart] = sum(
            Rule.BEYOND_LIMITS in (fired or ()) for fired in find_signals_within(values, limits)
        )
    assert beyond[p_chart] > 60
    assert beyond[p_prime_chart] <= 4


@pytest.mark.parametrize(("ys", "ns"), [([], []), ([0], [0]), ([3], [4]), ([3, 0], [4, 0])])
def test_one_point_has_no_p_prime(ys: list[int], ns: list[int]) -> None:
    assert p_prime_chart(ys, ns) is None


def test_what_is_no_proportion_is_refused() -> None:
    assert p_chart([0], [0]) is None
    for chart in (p_chart, p_prime_chart):
        with pytest.raises(ValueError, match="between 0 and 1"):
            chart([5], [4])
