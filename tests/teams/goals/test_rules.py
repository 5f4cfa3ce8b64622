from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teams.goals.rules import (
    Aim,
    is_silent,
    judge_reading,
    share_of_milestones,
    share_of_way,
    sum_weights,
    weigh_progress,
)

RISE = Aim(baseline=Decimal(90), target=Decimal(95))
FALL = Aim(baseline=Decimal("7.2"), target=Decimal("6.0"))
BAND = Aim(low=Decimal(70), high=Decimal(80))
FLOOR = Aim(low=Decimal(97))

NUMBERS = st.decimals(-10_000, 10_000, places=4)
VALUES = st.floats(-10_000, 10_000)


@pytest.mark.parametrize(
    ("aim", "value", "share"),
    [
        (RISE, 90.0, 0),
        (RISE, 92.5, 0.5),
        (RISE, 95.0, 1),
        (RISE, 97.5, 1.5),  # beyond the target: kept
        (RISE, 85.0, -1),  # further away than at the start: kept
        (FALL, 7.2, 0),
        (FALL, 6.6, 0.5),
        (FALL, 5.4, 1.5),
        (FALL, 8.4, -1),
        (BAND, 70.0, 1),
        (BAND, 80.0, 1),
        (BAND, 69.9, 0),
        (BAND, 80.1, 0),
        (FLOOR, 99.0, 1),
        (FLOOR, 96.0, 0),
        (RISE, None, None),
        (BAND, None, None),
    ],
)
def test_the_share_of_the_way(aim, value, share):
    assert share_of_way(aim, value) == (None if share is None else pytest.approx(share))


@given(NUMBERS, NUMBERS, VALUES)
def test_the_share_does_not_mind_the_direction(baseline, target, value):
    """Turned upside down, a figure that is to fall is one that is to rise."""
    if baseline == target:
        return
    share = share_of_way(Aim(baseline=baseline, target=target), value)
    turned = share_of_way(Aim(baseline=-baseline, target=-target), -value)
    exact = (Fraction(value) - Fraction(baseline)) / (Fraction(target) - Fraction(baseline))
    assert share == pytest.approx(turned)
    assert share == pytest.approx(float(exact), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("aim", "value", "low", "high", "n", "status"),
    [
        (RISE, 96.0, 95.0, 97.0, 30, "met"),  # the end belongs to it
        (RISE, 96.0, 94.9, 97.0, 30, "close"),
        (RISE, 94.0, 93.0, 94.9, 30, "missed"),
        (FALL, 5.5, 5.0, 6.0, 30, "met"),
        (FALL, 5.5, 5.0, 6.1, 30, "close"),
        (FALL, 7.0, 6.1, 8.0, 30, "missed"),
        (BAND, 75.0, 70.0, 80.0, 30, "met"),
        (BAND, 75.0, 69.0, 80.0, 30, "close"),
        (BAND, 85.0, 80.5, 90.0, 30, "missed"),
        (BAND, 60.0, 55.0, 65.0, 30, "missed"),
        (FLOOR, 98.0, 97.2, 98.8, 30, "met"),
        (RISE, 96.0, 95.0, 97.0, 29, "few"),
        (RISE, 96.0, 95.0, 97.0, None, "few"),
        (RISE, 96.0, None, None, 30, "few"),
        (RISE, None, None, None, 0, "nodata"),
    ],
)
def test_a_reading_is_judged_by_its_whole_interval(aim, value, low, high, n, status):
    assert judge_reading(aim, value, low, high, n=n, minimum_n=30) == status


@given(NUMBERS, NUMBERS, VALUES, st.floats(0, 100), st.floats(0, 100))
def test_a_judgement_agrees_with_every_value_of_the_interval(baseline, target, value, down, up):
    if baseline == target:
        return
    aim = Aim(baseline=baseline, target=target)
    low, high = value - down, value + up
    rises = target > baseline
    reached = [one >= float(target) if rises else one <= float(target) for one in (low, high)]
    status = judge_reading(aim, value, low, high, n=50, minimum_n=30)
    expected = "met" if all(reached) else "close" if any(reached) else "missed"
    assert status == expected


@pytest.mark.parametrize(("done", "whole", "share"), [(0, 0, None), (0, 4, 0), (3, 4, 0.75)])
def test_milestones_done_of_all(done, whole, share):
    assert share_of_milestones(done, whole) == share


@pytest.mark.parametrize(
    ("parts", "progress"),
    [
        ([], None),
        ([(Decimal(60), None)], None),
        ([(Decimal(60), 0.5), (Decimal(40), 1.0)], 0.7),
        # Missing is missing, not zero.
        ([(Decimal(60), None), (Decimal(40), 1.0)], 1.0),
        # Nobody gave weights: all count the same.
        ([(None, 0.5), (None, 1.5)], 1.0),
        # Some have one: those without do not count, whatever is known of those that have.
        ([(None, 0.5), (Decimal(10), 1.5)], 1.5),
        ([(None, 0.5), (Decimal(10), None)], None),
        ([(Decimal(0), 0.5)], None),
        # Weights that do not add up to 100 weigh by their share.
        ([(Decimal(20), 0.0), (Decimal(20), 1.0)], 0.5),
        ([(Decimal(50), 1.4), (Decimal(50), -0.2)], 0.6),
    ],
)
def test_progress_is_weighed(parts, progress):
    assert weigh_progress(parts) == (None if progress is None else pytest.approx(progress))


@given(st.lists(st.tuples(st.integers(0, 100).map(Decimal), st.none() | st.floats(-3, 3))))
def test_progress_lies_between_what_is_known(parts):
    found = weigh_progress(parts)
    known = [share for weight, share in parts if weight and share is not None]
    if found is None:
        assert not known
    else:
        assert min(known) - 1e-9 <= found <= max(known) + 1e-9


@pytest.mark.parametrize(
    ("weights", "whole"),
    [
        ([], None),
        ([None, None], None),
        ([Decimal("33.33"), Decimal("33.33"), Decimal("33.34"), None], Decimal(100)),
        ([Decimal(60), Decimal(60)], Decimal(120)),
    ],
)
def test_weights_are_added_up(weights, whole):
    assert sum_weights(weights) == whole


TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("first", "spoke", "silent"),
    [
        (31, None, True),
        (30, None, False),
        (90, 31, True),
        (90, 30, False),
        (10, 40, False),  # it has begun lately
        (-5, None, False),  # it has not begun
    ],
)
def test_silence_is_over_thirty_days_without_a_word(first, spoke, silent):
    said = None if spoke is None else TODAY - timedelta(days=spoke)
    assert is_silent(TODAY, TODAY - timedelta(days=first), said) is silent
