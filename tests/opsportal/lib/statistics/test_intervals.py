from fractions import Fraction
from math import sqrt
from statistics import mean, variance

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from opsportal.lib.statistics.intervals import (
    Interval,
    clopper_pearson,
    mean_of_values,
    poisson_exact,
    ranks_of_quantile,
    ratio_of_totals,
    wilson,
)

BILLION = 10**9

proportions = st.integers(0, BILLION).flatmap(
    lambda n: st.tuples(st.integers(0, n), st.just(n)) if n else st.just((0, 0))
)


def sums(ys: list[int], xs: list[int]) -> tuple[int, int, int, int, int, int]:
    return (
        sum(ys),
        sum(xs),
        sum(y * y for y in ys),
        sum(x * y for x, y in zip(xs, ys, strict=True)),
        sum(x * x for x in xs),
        len(ys),
    )


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_newcombe_1998_table_1(successes: int, n: int, low: float, high: float) -> None:
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


def test_clopper_pearson_as_scipy_documentation() -> None:
    assert clopper_pearson(7, 50) == pytest.approx((0.058192, 0.267396), abs=5e-7)


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.998])
@pytest.mark.parametrize(("successes", "n"), [(0, 1), (1, 1), (3, 7), (500, 1000), (29, 29)])
def test_proportions_agree_with_statsmodels(successes: int, n: int, confidence: float) -> None:
    for calculate, method in ((wilson, "wilson"), (clopper_pearson, "beta")):
        expected = proportion_confint(successes, n, alpha=1 - confidence, method=method)
        assert calculate(successes, n, confidence) == pytest.approx(expected, rel=1e-9, abs=1e-15)


@given(proportions)
def test_proportions_hold_their_value(case: tuple[int, int]) -> None:
    successes, n = case
    for calculate in (wilson, clopper_pearson):
        interval = calculate(successes, n)
        if n == 0:
            assert interval is None
        else:
            assert interval is not None
            assert 0 <= interval.low <= successes / n <= interval.high <= 1
            assert interval.low < interval.high


@given(proportions)
def test_wilson_is_the_root_of_its_equation(case: tuple[int, int]) -> None:
    """At both ends (p − p̂)² n = z² p (1 − p), in rationals, to ten digits."""
    successes, n = case
    interval = wilson(successes, n)
    if interval is None:
        return
    z = Fraction(stats.norm.ppf(0.975))
    for end in map(Fraction, interval):
        if 0 < end < 1:
            left = (end - Fraction(successes, n)) ** 2 * n
            right = z * z * end * (1 - end)
            # Near 1 the float cannot hold more digits of 1 − p than these.
            assert float(left / right) == pytest.approx(1, rel=1e-9 + 1e-15 / float(1 - end))


def test_a_billion_audits_lose_no_digit() -> None:
    assert wilson(0, BILLION) == pytest.approx((0, 3.8414588e-9), rel=1e-7)
    assert clopper_pearson(0, BILLION) == pytest.approx((0, 3.6888794e-9), rel=1e-7)
    assert clopper_pearson(1, BILLION) == pytest.approx((2.5317808e-11, 5.5716434e-9), rel=1e-7)
    half = wilson(BILLION // 2, BILLION)
    assert half is not None
    assert half.high - half.low == pytest.approx(1.9599640 / sqrt(BILLION), rel=1e-7)


def test_wilson_takes_rationals() -> None:
    assert wilson(Fraction(15), Fraction(148)) == wilson(15, 148)
    assert wilson(Fraction(1, 2), 10) is not None


@pytest.mark.parametrize(("successes", "n"), [(2, 1), (-1, 1), (0, -1)])
def test_what_is_no_proportion_is_refused(successes: int, n: int) -> None:
    for calculate in (wilson, clopper_pearson):
        with pytest.raises(ValueError, match="lies between 0 and 1"):
            calculate(successes, n)


@pytest.mark.parametrize("confidence", [0, 1, 95, float("nan")])
def test_what_is_no_confidence_is_refused(confidence: float) -> None:
    for calculate in (wilson, clopper_pearson, poisson_exact):
        with pytest.raises(ValueError, match="Confidence lies between 0 and 1"):
            calculate(1, 2, confidence)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    # Garwood 1936, as tabulated since: Pearson & Hartley, Biometrika Tables, table 40.
    [(0, 0, 3.69), (1, 0.0253, 5.57), (2, 0.242, 7.22), (10, 4.80, 18.39), (50, 37.11, 65.92)],
)
def test_poisson_as_tabulated(count: int, low: float, high: float) -> None:
    assert poisson_exact(count, 1) == pytest.approx((low, high), rel=2e-3)


@given(st.integers(0, BILLION), st.integers(1, BILLION))
def test_poisson_holds_its_rate_and_inverts_its_tails(count: int, exposure: int) -> None:
    interval = poisson_exact(count, exposure)
    assert interval is not None
    assert 0 <= interval.low <= count / exposure <= interval.high
    assert stats.poisson.cdf(count, interval.high * exposure) == pytest.approx(0.025, rel=1e-5)
    if count:
        assert stats.poisson.sf(count - 1, interval.low * exposure) == pytest.approx(
            0.025, rel=1e-5
        )


def test_poisson_without_exposure() -> None:
    assert poisson_exact(0, 0) is None
    with pytest.raises(ValueError, match="no negative"):
        poisson_exact(-1, 1)


def test_ratio_of_totals_as_written_out() -> None:
    ys, xs = [12, 15, 9, 20, 14, 11], [3, 4, 2, 6, 4, 3]
    ratio = sum(ys) / sum(xs)
    residuals = [y - ratio * x for y, x in zip(ys, xs, strict=True)]
    error = sqrt(variance(residuals) / len(ys)) / mean(xs)
    half = stats.t.ppf(0.975, 5) * error
    assert ratio_of_totals(*sums(ys, xs)) == pytest.approx((ratio - half, ratio + half), rel=1e-9)


def test_ratio_of_totals_with_equal_days_is_the_interval_of_a_mean() -> None:
    ys = [4, 8, 6, 5, 3, 7]
    expected = stats.ttest_1samp(ys, 0).confidence_interval(0.9)
    assert ratio_of_totals(*sums(ys, [1] * 6), confidence=0.9) == pytest.approx(tuple(expected))


def test_ratio_of_totals_covers_what_it_says() -> None:
    generator = np.random.default_rng(2)
    covered = 0
    for _ in range(1_000):
        xs = generator.integers(20_000, 30_000, 28)
        ys = generator.poisson(xs * 0.01 * generator.gamma(20, 1 / 20, 28))
        interval = ratio_of_totals(*sums(ys.tolist(), xs.tolist()))
        assert interval is not None
        covered += interval.low <= 0.01 <= interval.high
    assert 925 <= covered <= 970


def test_too_few_days_have_no_interval() -> None:
    assert ratio_of_totals(*sums([1, 2, 3, 4], [1, 1, 1, 1])) is None
    assert ratio_of_totals(*sums([1, 2, 3, 4, 5], [1, 1, 1, 1, 1])) is not None
    assert ratio_of_totals(*sums([0] * 5, [0] * 5)) is None


def test_days_in_exact_proportion_have_no_width_even_at_a_billion() -> None:
    xs = [BILLION - n for n in range(400)]
    interval = ratio_of_totals(*sums([3 * x for x in xs], xs))
    assert interval == Interval(3, 3)


def test_a_single_unit_among_billions_is_still_seen() -> None:
    xs = [BILLION] * 5
    interval = ratio_of_totals(*sums([BILLION] * 4 + [BILLION - 1], xs))
    assert interval is not None
    assert interval.high - interval.low == pytest.approx(2 * 2.7764451 * 0.2e-9, rel=1e-6)


def test_impossible_sums_are_refused() -> None:
    with pytest.raises(ValueError, match="different days"):
        ratio_of_totals(10, 10, 1, 100, 1, 5)
    with pytest.raises(ValueError, match="no negative totals"):
        ratio_of_totals(-10, 10, 1, 100, 1, 5)


days = st.lists(
    st.tuples(st.integers(0, BILLION), st.integers(0, BILLION)), min_size=5, max_size=40
)


@given(days)
def test_ratio_of_totals_holds_its_ratio(pairs: list[tuple[int, int]]) -> None:
    ys, xs = [y for y, _ in pairs], [x for _, x in pairs]
    interval = ratio_of_totals(*sums(ys, xs))
    if sum(xs) == 0:
        assert interval is None
    else:
        assert interval is not None
        assert 0 <= interval.low <= sum(ys) / sum(xs) <= interval.high


values = st.lists(st.integers(-BILLION, BILLION), min_size=2, max_size=30)


@given(values)
def test_mean_of_values_agrees_with_scipy(found: list[int]) -> None:
    interval = mean_of_values(len(found), sum(found), sum(v * v for v in found), 0.9)
    assert interval is not None
    if len(set(found)) == 1:
        assert interval == (found[0], found[0])
        return
    half = stats.t.ppf(0.95, len(found) - 1) * sqrt(variance(found) / len(found))
    middle = Fraction(sum(found), len(found))
    assert interval.high - interval.low == pytest.approx(2 * half, rel=1e-6)
    assert interval.low < middle < interval.high


def test_mean_of_values_at_the_edges() -> None:
    assert mean_of_values(1, 5, 25) is None
    far = mean_of_values(2, 2 * 10**18 + 1, 10**36 + (10**18 + 1) ** 2)
    assert far is not None
    with pytest.raises(ValueError, match="different values"):
        mean_of_values(3, 10, 1)


@pytest.mark.parametrize(
    ("n", "share", "confidence", "expected"),
    [
        (5, 0.5, 0.95, None),  # All five lie on one side of the median once in sixteen times.
        (6, 0.5, 0.95, (1, 6)),
        (10, 0.5, 0.95, (2, 9)),
        (25, 0.5, 0.95, (8, 18)),
        (20, 0.9, 0.95, None),
        (36, 0.9, 0.95, (29, 36)),
        (0, 0.5, 0.95, None),
    ],
)
def test_ranks_of_quantile(
    n: int, share: float, confidence: float, expected: tuple[int, int] | None
) -> None:
    assert ranks_of_quantile(n, share, confidence) == expected


@given(
    st.integers(1, 3000),
    st.floats(0.01, 0.99),
    st.sampled_from([0.8, 0.95, 0.998]),
)
def test_ranks_are_the_nearest_that_keep_both_tails(n: int, share: float, level: float) -> None:
    ranks = ranks_of_quantile(n, share, level)
    below, tail = stats.binom(n, share), (1 - level) / 2
    if ranks is None:
        assert below.pmf(0) > tail * (1 - 1e-9) or below.pmf(n) > tail * (1 - 1e-9)
        return
    slack = 1e-9
    assert 1 <= ranks.low < ranks.high <= n
    assert below.cdf(ranks.low - 1) <= tail + slack
    assert below.cdf(ranks.low) >= tail - slack
    assert below.sf(ranks.high - 1) <= tail + slack
    assert below.sf(ranks.high - 2) >= tail - slack


def test_ranks_agree_with_scipy_on_skewed_values() -> None:
    found = np.sort(np.random.default_rng(8).lognormal(3, 1, 400))
    expected = stats.quantile_test(found, p=0.9).confidence_interval(0.95)
    ranks = ranks_of_quantile(400, 0.9)
    assert ranks is not None
    assert (found[ranks.low - 1], found[ranks.high - 1]) == pytest.approx(tuple(expected))


def test_what_is_no_quantile_is_refused() -> None:
    with pytest.raises(ValueError, match="No quantile"):
        ranks_of_quantile(10, 1.0)
