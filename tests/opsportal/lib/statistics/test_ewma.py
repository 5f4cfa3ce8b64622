import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsportal.lib.statistics.control_charts import Limits
from opsportal.lib.statistics.ewma import ewma_limits, smooth

# NIST e-Handbook 6.3.2.4: twenty values and their averages, λ = 0.3, from a mean of 50.
VALUES = [
    *[52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5],
    *[49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1],
]
AVERAGES = [
    *[50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33],
    *[50.11, 49.36, 49.52, 50.05, 49.38, 49.92, 50.73, 51.23, 51.94, 51.99],
]


def test_as_nist_6_3_2_4() -> None:
    assert smooth(VALUES, start=50, weight=0.3) == pytest.approx(AVERAGES, abs=6e-3)
    limits = ewma_limits(50, 2.0539, weight=0.3)
    assert limits == pytest.approx((50, 47.4115, 52.5884), abs=1e-4)


@given(st.floats(0.05, 1), st.integers(1, 400))
def test_limits_settle_from_within(weight: float, step: int) -> None:
    settled = ewma_limits(0, 1, weight=weight)
    now, following = (ewma_limits(0, 1, weight=weight, step=s) for s in (step, step + 1))
    assert now.upper <= following.upper <= settled.upper
    assert ewma_limits(0, 1, weight=weight, step=1).upper == pytest.approx(3 * weight)
    assert ewma_limits(0, 1, weight=weight, step=10_000).upper == pytest.approx(settled.upper)


def test_weight_one_is_the_value_itself() -> None:
    assert smooth([1.0, None, 3.0], start=9, weight=1) == [1.0, None, 3.0]
    assert ewma_limits(5, 2, weight=1) == Limits(5, -1, 11)


def test_limits_are_three_sigma_of_what_they_hold() -> None:
    generator = np.random.default_rng(4)
    ends = [smooth(row, start=0, weight=0.2)[4] for row in generator.normal(0, 1, (20_000, 5))]
    assert ewma_limits(0, 1, weight=0.2, step=5).upper / 3 == pytest.approx(
        float(np.std(ends)), rel=0.02
    )


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.integers(0, 20))
def test_what_is_missing_changes_nothing(values: list[float], place: int) -> None:
    gap = min(place, len(values))
    with_gap = smooth([*values[:gap], None, *values[gap:]], start=0, weight=0.3)
    assert with_gap[gap] is None
    assert with_gap[:gap] + with_gap[gap + 1 :] == smooth(values, start=0, weight=0.3)


def test_what_is_no_average_is_refused() -> None:
    for weight in (0, 1.1, -1):
        with pytest.raises(ValueError, match="A weight lies"):
            smooth([1.0], start=0, weight=weight)
    with pytest.raises(ValueError, match="Sigma"):
        ewma_limits(0, -1, weight=0.5)
