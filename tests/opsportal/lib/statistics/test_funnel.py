import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from opsportal.lib.statistics.funnel import (
    ALARM_TAIL,
    WARNING_TAIL,
    funnel_limits_exact,
    funnel_limits_of_counts,
)


def test_as_spiegelhalter_2005() -> None:
    warning = funnel_limits_exact(0.074, 100, WARNING_TAIL)
    alarm = funnel_limits_exact(0.074, 100, ALARM_TAIL)
    assert warning == pytest.approx((0.0217, 0.1246), abs=5e-5)
    assert alarm == pytest.approx((0.0015, 0.1607), abs=5e-5)


def test_a_unit_of_nobody_has_no_limits() -> None:
    assert funnel_limits_exact(0.5, 0, WARNING_TAIL) is None


@pytest.mark.parametrize(
    ("whole", "n", "tail"), [(1.1, 5, 0.025), (-0.1, 5, 0.025), (0.5, -1, 0.025), (0.5, 5, 0.5)]
)
def test_what_is_no_funnel_is_refused(whole: float, n: int, tail: float) -> None:
    with pytest.raises(ValueError, match="No funnel has these limits"):
        funnel_limits_exact(whole, n, tail)


def test_a_billion_meets_the_normal_approximation() -> None:
    z = stats.norm.ppf(1 - ALARM_TAIL)
    reach = z * (0.9 * 0.1 / 10**9) ** 0.5
    limits = funnel_limits_exact(0.9, 10**9, ALARM_TAIL)
    assert limits is not None
    assert limits[0] == pytest.approx(0.9 - reach, abs=reach * 1e-3)
    assert limits[1] == pytest.approx(0.9 + reach, abs=reach * 1e-3)


@given(st.floats(0, 1), st.integers(1, 10**9), st.sampled_from([WARNING_TAIL, ALARM_TAIL]))
def test_limits_hold_the_whole(whole: float, n: int, tail: float) -> None:
    limits = funnel_limits_exact(whole, n, tail)
    assert limits is not None
    assert 0 <= limits[0] <= whole <= limits[1] <= 1


@given(st.floats(0.01, 0.99), st.integers(10, 5_000))
def test_limits_as_the_appendix_writes_them(whole: float, n: int) -> None:
    unit = stats.binom(n, whole)
    limits = funnel_limits_exact(whole, n, WARNING_TAIL)
    assert limits is not None
    for limit, share in zip(limits, (WARNING_TAIL, 1 - WARNING_TAIL), strict=True):
        r = unit.ppf(share)
        expected = (r - (unit.cdf(r) - share) / unit.pmf(r)) / n
        if 0 < limit < 1 and limit != whole:
            assert limit == pytest.approx(expected, abs=1e-6)


@given(st.floats(0.001, 2), st.floats(1, 100_000))
def test_limits_of_counts_interpolate_between_whole_counts(rate: float, exposure: float) -> None:
    unit = stats.poisson(rate * exposure)
    limits = funnel_limits_of_counts(rate, exposure, WARNING_TAIL)
    assert limits is not None
    assert 0 <= limits[0] <= rate <= limits[1]
    for limit, share in zip(limits, (WARNING_TAIL, 1 - WARNING_TAIL), strict=True):
        r = unit.ppf(share)
        expected = (r - (unit.cdf(r) - share) / unit.pmf(r)) / exposure
        if 0 < limit != rate:
            assert limit == pytest.approx(expected, rel=1e-5, abs=1e-9)


def test_counts_of_no_exposure_have_no_limits() -> None:
    assert funnel_limits_of_counts(0.5, 0, WARNING_TAIL) is None
    assert funnel_limits_of_counts(0, 10, WARNING_TAIL) == (0, pytest.approx(0, abs=0.01))
    with pytest.raises(ValueError, match="No funnel has these limits"):
        funnel_limits_of_counts(-1, 10, WARNING_TAIL)
