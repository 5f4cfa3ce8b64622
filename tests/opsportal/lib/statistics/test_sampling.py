from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import samplesize_confint_proportion

from opsportal.lib.statistics.sampling import sample_for_share, zero_defect_sample


def test_sample_for_five_points() -> None:
    assert sample_for_share(0.05) == pytest.approx(384.15, abs=5e-3)
    assert ceil(sample_for_share(0.05, population=1000)) == 278


@pytest.mark.parametrize(("share", "n"), [(0.01, 299), (0.05, 59)])
def test_zero_defect_sample(share: float, n: int) -> None:
    assert zero_defect_sample(share) == n
    assert (1 - share) ** n <= 0.05 < (1 - share) ** (n - 1)


@given(st.floats(0.001, 0.5), st.floats(0.01, 0.99), st.sampled_from([0.8, 0.95, 0.998]))
def test_agrees_with_statsmodels(margin: float, share: float, confidence: float) -> None:
    expected = samplesize_confint_proportion(share, margin, alpha=1 - confidence)
    assert sample_for_share(margin, share=share, confidence=confidence) == pytest.approx(expected)


@given(st.floats(0.001, 0.5), st.integers(1, 10**9))
def test_no_sample_is_larger_than_what_it_is_drawn_from(margin: float, population: int) -> None:
    n = sample_for_share(margin, population=population)
    assert n <= population * (1 + 1e-9) or n < 1
    assert n <= max(sample_for_share(margin), 1.0)


def test_what_is_no_sample_is_refused() -> None:
    for margin, share, population in ((0, 0.5, None), (0.1, 1, None), (0.1, 0.5, 0)):
        with pytest.raises(ValueError, match="No sample"):
            sample_for_share(margin, share=share, population=population)
    with pytest.raises(ValueError, match="A share lies"):
        zero_defect_sample(0)
