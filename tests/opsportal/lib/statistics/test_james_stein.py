import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsportal.lib.statistics.james_stein import shrink_means
from tests.opsportal.lib.statistics.test_comparison import HITS, SEASON

AVERAGES = [hits / 45 for hits in HITS]


def test_as_efron_and_morris_1975() -> None:
    whole = sum(AVERAGES) / 18
    found = shrink_means(AVERAGES, whole * (1 - whole) / 45)
    assert found is not None
    assert found.mean == pytest.approx(0.265, abs=5e-4)
    assert found.kept == pytest.approx(0.212, abs=5e-4)
    assert found.estimates[0] == pytest.approx(0.294, abs=5e-4)
    raw, shrunken = (
        sum((value - true) ** 2 for value, true in zip(values, SEASON, strict=True))
        for values in (AVERAGES, found.estimates)
    )
    # Three and a half times less wrong about the rest of the season.
    assert raw / shrunken == pytest.approx(3.5, abs=0.1)


def test_it_is_less_wrong_whatever_is_true() -> None:
    generator = np.random.default_rng(15)
    for spread in (0.0, 1.0, 5.0):
        wrong = np.zeros(2)
        for _ in range(500):
            true = generator.normal(10, spread, 8)
            seen = true + generator.normal(0, 1, 8)
            found = shrink_means(seen.tolist(), 1.0)
            assert found is not None
            wrong += ((seen - true) ** 2).sum(), ((np.array(found.estimates) - true) ** 2).sum()
        assert wrong[1] < wrong[0]


@given(st.lists(st.floats(-1e6, 1e6), max_size=20), st.floats(0, 1e6))
def test_estimates_lie_between_the_own_and_the_mean(values: list[float], variance: float) -> None:
    found = shrink_means(values, variance)
    if len(values) < 4:
        assert found is None
        return
    assert found is not None
    assert 0 <= found.kept <= 1
    for value, estimate in zip(values, found.estimates, strict=True):
        low, high = sorted((value, found.mean))
        assert low - 1e-6 <= estimate <= high + 1e-6


def test_a_variance_is_not_negative() -> None:
    with pytest.raises(ValueError, match="not negative"):
        shrink_means([1, 2, 3, 4], -1)
