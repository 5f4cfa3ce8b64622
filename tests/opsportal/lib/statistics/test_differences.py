from fractions import Fraction
from math import isfinite

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from opsportal.lib.statistics.differences import (
    Estimate,
    Group,
    difference_of_means,
    difference_of_proportions,
    lift,
)
from opsportal.lib.statistics.intervals import Interval


def group(values: list[int]) -> Group:
    return Group(len(values), sum(values), sum(value * value for value in values))


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_proportions_as_newcombe_1998_table_2(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    found = difference_of_proportions((first[0], second[0]), (first[1], second[1]))
    assert found is not None
    assert found.interval == pytest.approx((low, high), abs=5e-5)


counts = st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, counts)
def test_proportions_agree_with_statsmodels(a: tuple[int, int], b: tuple[int, int]) -> None:
    found, turned = (
        difference_of_proportions((x[0], y[0]), (x[1], y[1])) for x, y in ((a, b), (b, a))
    )
    assert found is not None
    assert turned is not None
    assert found.interval is not None
    expected = confint_proportions_2indep(*a, *b, method="newcomb", compare="diff")
    assert found.interval == pytest.approx(expected, abs=1e-9)
    assert -1 <= found.interval.low <= found.value <= found.interval.high <= 1
    assert turned.interval == pytest.approx((-found.interval.high, -found.interval.low))


values = st.lists(st.integers(0, 1_000), min_size=2, max_size=20)


@given(values, values)
def test_means_agree_with_scipy(a: list[int], b: list[int]) -> None:
    assume(len(set(a)) > 1 and len(set(b)) > 1)
    found = difference_of_means(group(a), group(b), 0.9)
    assert found is not None
    assert found.interval is not None
    expected = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.9)
    assert found.interval == pytest.approx(tuple(expected), rel=1e-6, abs=1e-6)


def test_means_at_the_edges() -> None:
    assert difference_of_means(Group(0, 0, 0), group([1, 2])) is None
    assert difference_of_means(group([5]), group([1, 3])) == Estimate(3.0, None)
    assert difference_of_means(group([5, 5]), group([3, 3])) == Estimate(2, Interval(2, 2))
    assert difference_of_proportions((0, 1), (0, 1)) is None


@given(
    st.lists(st.integers(50, 1_000), min_size=2, max_size=20),
    st.lists(st.integers(50, 1_000), min_size=2, max_size=20),
)
def test_lift_is_where_the_difference_from_the_scaled_comparison_is_a_tie(
    a: list[int], b: list[int]
) -> None:
    """Fieller's ends ρ solve (ȳ − ρ x̄)² = t² (s_y² + ρ² s_x²)."""
    arm, comparison = group(a), group(b)
    found = lift(arm, comparison)
    assert found is not None
    assert found.value == pytest.approx(np.mean(a) / np.mean(b) - 1)
    t = stats.t.ppf(0.975, min(len(a), len(b)) - 1)
    errors = [float(np.var(x, ddof=1)) / len(x) for x in (a, b)]
    if found.interval is None:
        assert t * t * errors[1] >= float(comparison.mean) ** 2 * (1 - 1e-9)
        return
    for end in found.interval:
        ratio = end + 1
        left = (float(arm.mean) - ratio * float(comparison.mean)) ** 2
        right = t * t * (errors[0] + ratio * ratio * errors[1])
        assert left == pytest.approx(right, rel=1e-4, abs=1e-6)
    assert found.interval.low <= found.value <= found.interval.high


def test_lift_covers_what_it_says() -> None:
    generator = np.random.default_rng(16)
    covered, told_apart = 0, 0
    for _ in range(1_000):
        arms = [group(generator.poisson(mean, 300).tolist()) for mean in (5.5, 5.0)]
        found = lift(*arms)
        assert found is not None
        assert found.interval is not None
        covered += found.interval.low <= 0.1 <= found.interval.high
        told_apart += found.interval.low > 0
    assert 930 <= covered <= 970
    assert told_apart > 600


def test_lift_only_from_a_comparison_arm() -> None:
    arm = group([5, 6, 7])
    assert lift(arm, None) is None
    assert lift(arm, Group(0, 0, 0)) is None
    assert lift(Group(0, 0, 0), arm) is None
    assert lift(arm, group([0, 0])) is None
    assert lift(group([6]), group([4, 4])) == Estimate(0.5, None)
    # A comparison that may as well be nothing: any lift is possible.
    doubtful = lift(arm, group([0, 0, 1]))
    assert doubtful is not None
    assert doubtful.interval is None


def test_lift_of_exact_totals() -> None:
    found = lift(Group(4, Fraction(22), Fraction(121)), Group(4, Fraction(20), Fraction(100)))
    assert found == Estimate(pytest.approx(0.1), Interval(*(pytest.approx(0.1),) * 2))
    assert isfinite(found.value)
