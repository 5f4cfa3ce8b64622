"""Durations with open ones: against statsmodels, against another way to the same, by hand."""

from fractions import Fraction
from math import isnan

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from opsportal.lib.statistics.survival import DurationQuantile, duration_quantile

durations = st.lists(st.integers(0, 30), max_size=40)
some = st.lists(st.integers(0, 30), min_size=1, max_size=40)
shares = st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9, 0.95])
# No product of shares of whole numbers of this size meets these.
odd_shares = st.sampled_from([0.0917, 0.3137, 0.4871, 0.6931, 0.9013])


def redistribute(ended: list[int], unended: list[int], share: float) -> int | None:
    """Hand the weight of each that is open on to all that lasted longer; B. Efron 1967."""
    everything = sorted([(time, 0) for time in ended] + [(time, 1) for time in unended])
    weights = [Fraction(1, max(1, len(everything)))] * len(everything)
    gone = Fraction(0)
    for index, (time, is_open) in enumerate(everything):
        after = everything[index + 1 :]
        if is_open:
            for later in range(index + 1, len(everything)):
                weights[later] += weights[index] / len(after)
            continue
        gone += weights[index]
        if gone >= Fraction(str(share)):
            return time
    return None


@given(durations, durations, shares)
@example([1, 2, 3, 4], [], 0.5)
@example([5], [1, 9], 0.5)
def test_it_is_what_handing_weights_on_gives(
    ended: list[int], unended: list[int], share: float
) -> None:
    assert duration_quantile(ended, unended, share).value == redistribute(ended, unended, share)


@given(some, some, odd_shares)
def test_statsmodels_agrees(ended: list[int], unended: list[int], share: float) -> None:
    times = np.array(ended + unended)
    assume(len(set(ended)) > 1)
    twin = SurvfuncRight(times, np.array([1] * len(ended) + [0] * len(unended)))
    ours = duration_quantile(ended, unended, share)
    theirs = twin.quantile(share)
    assert ours.value == (None if isnan(theirs) else theirs)
    with np.errstate(all="ignore"):
        low, high = twin.quantile_ci(share)
    if isnan(low):
        assert None in ours or ours.low == ours.value or ours.high == ours.value
        return
    if ours.value is None:
        assert (ours.low, ours.high) == (low, None)
        return
    # What an interval is for holds the value; inverted tests of few alone may leave it out.
    assert ours.low == min(low, ours.value)
    assert ours.high == (None if high == np.inf else max(high, ours.value))


@given(durations, durations, shares)
def test_an_interval_holds_its_value(ended: list[int], unended: list[int], share: float) -> None:
    found = duration_quantile(ended, unended, share)
    if found.value is None:
        assert found.high is None
        return
    assert found.low is None or found.low <= found.value
    assert found.high is None or found.value <= found.high


@given(durations, durations, shares, st.integers(1, 1000))
def test_order_does_not_matter_and_units_do_not(
    ended: list[int], unended: list[int], share: float, factor: int
) -> None:
    found = duration_quantile(ended, unended, share)
    turned = duration_quantile(ended[::-1], unended[::-1], share)
    scaled = duration_quantile([t * factor for t in ended], [t * factor for t in unended], share)
    assert turned == found
    assert scaled == tuple(None if end is None else end * factor for end in found)


@pytest.mark.parametrize(
    ("n", "share", "value", "low", "high"),
    [
        (10, 0.5, 5, 2, 9),
        (20, 0.5, 10, 6, 15),
        (100, 0.9, 90, 84, 96),
        # Too few to tell.
        (5, 0.5, 3, None, None),
        (20, 0.9, 18, None, None),
    ],
)
def test_without_open_ones_ranks_bound_it(
    n: int, share: float, value: float, low: float | None, high: float | None
) -> None:
    assert duration_quantile(range(1, n + 1), [], share) == (value, low, high)


def test_a_fall_in_one_step() -> None:
    assert duration_quantile([60] * 70, [90] * 30, 0.5) == (60, 60, 60)
    # To nothing, which has no variance.
    assert duration_quantile([60] * 70, [30] * 30, 0.5) == (60, None, None)


def test_what_is_not_reached_says_what_is_known() -> None:
    assert duration_quantile([], [], 0.5) == (None, None, None)
    assert duration_quantile([], [5, 6, 7], 0.5) == (None, None, None)
    ended, unended = [1, 2, 3], [10] * 97
    # Surely longer than anything that has ended so far.
    assert duration_quantile(ended, unended, 0.5) == (None, 3, None)
    # It may be what has just been reached, it may be never.
    found = duration_quantile([1, 2, 3, 4], [5, 5, 5, 5, 5], 0.5)
    assert found.value is None
    assert found.low is not None
    assert found.high is None


def test_leaving_open_ones_out_would_flatter() -> None:
    ended, unended = list(range(1, 11)), [8] * 10
    assert duration_quantile(ended, unended, 0.5).value == 9
    assert duration_quantile(ended, [], 0.5).value == 5


def test_gehan_by_hand() -> None:
    """The 6-MP arm of the leukaemia trial of E. J. Freireich 1963: median 23 weeks, 13 to never."""
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    unended = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    assert duration_quantile(ended, unended, 0.5) == DurationQuantile(23, 13, None)


@pytest.mark.parametrize("share", [0, 1, -0.5, 2])
def test_a_share_lies_between_0_and_1(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        duration_quantile([1], [], share)


@pytest.mark.parametrize(("ended", "unended"), [([-1], []), ([], [-1.5])])
def test_no_duration_is_negative(ended: list[float], unended: list[float]) -> None:
    with pytest.raises(ValueError, match="negative"):
        duration_quantile(ended, unended, 0.5)
