import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsportal.lib.statistics.funnel import ALARM_TAIL, WARNING_TAIL, funnel_limits_exact
from opsportal.lib.statistics.overdispersion import (
    Overdispersion,
    funnel_limits,
    measure_overdispersion,
    measure_overdispersion_of_counts,
)

units = st.lists(
    st.integers(0, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=40
)


@given(units)
def test_it_is_what_spiegelhalter_wrote(found: list[tuple[int, int]]) -> None:
    measured = measure_overdispersion([y for y, _ in found], [n for _, n in found])
    y = np.array([y for y, n in found if n], dtype=float)
    n = np.array([n for _, n in found if n], dtype=float)
    theta = y.sum() / n.sum() if len(n) else 0
    if not 0 < theta < 1:
        assert measured is None
        return
    assert measured is not None
    s = np.sqrt(theta * (1 - theta) / n)
    z = (y / n - theta) / s
    z = np.clip(z, np.quantile(z, 0.1), np.quantile(z, 0.9))
    phi, w = (z**2).mean(), 1 / s**2
    assert measured.units == len(n)
    assert measured.phi == pytest.approx(phi, rel=1e-6, abs=1e-9)
    assert measured.is_asked_for == (len(n) > 1 and phi > 1 + 2 * np.sqrt(2 / len(n)))
    if len(n) > 1:
        tau = (len(n) * phi - (len(n) - 1)) / (w.sum() - (w**2).sum() / w.sum())
        assert measured.tau_squared == pytest.approx(max(tau, 0), rel=1e-6, abs=1e-9)


def draw(generator: np.random.Generator, between: float) -> tuple[list[int], list[int]]:
    """Proportions of 60 units around 90 %, with this standard deviation between them."""
    ns = generator.integers(200, 2_000, 60)
    true = np.clip(generator.normal(0.9, between, 60), 0, 1)
    return generator.binomial(ns, true).tolist(), ns.tolist()


def test_chance_alone_hardly_asks_for_it() -> None:
    generator = np.random.default_rng(12)
    asked = [measure_overdispersion(*draw(generator, 0)) for _ in range(400)]
    # Two standard errors, one-sided; winsorising makes it rarer still.
    assert sum(found is not None and found.is_asked_for for found in asked) <= 400 * 0.025


def test_it_finds_how_much_units_differ() -> None:
    generator = np.random.default_rng(13)
    found = [measure_overdispersion(*draw(generator, 0.03)) for _ in range(100)]
    assert all(each is not None and each.is_asked_for for each in found)
    # Drawing in a fifth of the units makes less of it, as it does of z itself.
    spread = np.sqrt(np.mean([each.tau_squared for each in found if each]))
    assert 0.02 < spread < 0.03


@pytest.mark.parametrize("additive", [False, True])
def test_limits_widen_until_few_units_lie_outside(additive: bool) -> None:
    generator = np.random.default_rng(14)
    outside, narrow = 0, 0
    for _ in range(50):
        ys, ns = draw(generator, 0.03)
        whole, spread = sum(ys) / sum(ns), measure_overdispersion(ys, ns)
        for y, n in zip(ys, ns, strict=True):
            wide = funnel_limits(whole, n, ALARM_TAIL, spread, additive=additive)
            exact = funnel_limits_exact(whole, n, ALARM_TAIL)
            assert wide is not None
            assert exact is not None
            assert wide[0] <= exact[0] <= whole <= exact[1] <= wide[1]
            outside += not wide[0] <= y / n <= wide[1]
            narrow += not exact[0] <= y / n <= exact[1]
    assert narrow > 0.3 * 3000
    assert outside < 0.03 * 3000


@given(st.floats(0, 1), st.integers(0, 10**6), st.floats(0, 1.3))
def test_without_need_limits_are_exact(whole: float, n: int, phi: float) -> None:
    calm = Overdispersion(phi=phi, tau_squared=0.01, units=60)
    assert not calm.is_asked_for
    for additive in (False, True):
        found = funnel_limits(whole, n, WARNING_TAIL, calm, additive=additive)
        exact = funnel_limits_exact(whole, n, WARNING_TAIL)
        assert (found is None) == (exact is None)
        if found and exact:
            assert found == pytest.approx(exact, abs=1e-12)


def test_a_large_unit_feels_the_variance_between_units_more() -> None:
    spread = Overdispersion(phi=4.0, tau_squared=0.001, units=50)
    assert spread.widening(0.0001, additive=False) == spread.widening(0.01, additive=False) == 2
    assert spread.widening(0.0001, additive=True) == pytest.approx(11**0.5)
    assert spread.widening(0.01, additive=True) == pytest.approx(1.1**0.5)
    assert spread.widening(0, additive=True) == 1


def test_what_has_no_spread() -> None:
    assert measure_overdispersion([], []) is None
    assert measure_overdispersion([0, 5], [0, 5]) is None
    one = measure_overdispersion([3], [5])
    assert one is not None
    assert not one.is_asked_for
    with pytest.raises(ValueError, match="between 0 and 1"):
        measure_overdispersion([6], [5])
    against_target = measure_overdispersion([50, 50], [100, 100], 0.4)
    assert against_target is not None
    assert against_target.phi == pytest.approx(100 * 0.1**2 / 0.24)


def test_counts_that_spread_as_chance_does_ask_for_nothing() -> None:
    found = measure_overdispersion_of_counts([8, 12, 9, 11, 10], [100] * 5)
    assert found is not None
    assert found.phi == pytest.approx(0.16, abs=0.05)
    assert not found.is_asked_for


def test_counts_that_spread_widely_ask_for_wider_limits() -> None:
    found = measure_overdispersion_of_counts([2, 30, 1, 25, 3, 28, 2, 31], [100] * 8)
    assert found is not None
    assert found.is_asked_for
    assert measure_overdispersion_of_counts([0, 0], [5, 5]) is None
    assert measure_overdispersion_of_counts([1], [0]) is None
    with pytest.raises(ValueError, match="not negative"):
        measure_overdispersion_of_counts([-1], [5])
