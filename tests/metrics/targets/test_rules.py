from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.targets.rules import (
    Allowance,
    Attainment,
    allow_for,
    classify_attainment,
    ease_target,
)
from opsportal.lib.statuses import STATUSES

LEAST, MOST = Decimal("95"), Decimal("98.5")


@pytest.mark.parametrize(
    ("low", "value", "high", "target", "expected"),
    [
        (95.0, 96.0, 97.0, (LEAST, None), Attainment.MET),
        (94.9, 96.0, 97.0, (LEAST, None), Attainment.TOO_CLOSE),
        (90.0, 92.0, 95.0, (LEAST, None), Attainment.TOO_CLOSE),
        (90.0, 92.0, 94.9, (LEAST, None), Attainment.MISSED),
        (90.0, 92.0, 98.5, (None, MOST), Attainment.MET),
        (98.6, 99.0, 99.9, (None, MOST), Attainment.MISSED),
        (98.0, 99.0, 99.9, (None, MOST), Attainment.TOO_CLOSE),
        (95.0, 96.0, 98.5, (LEAST, MOST), Attainment.MET),
        (90.0, 96.0, 99.5, (LEAST, MOST), Attainment.TOO_CLOSE),
        (99.0, 99.2, 99.5, (LEAST, MOST), Attainment.MISSED),
        (80.0, 82.0, 84.0, (LEAST, MOST), Attainment.MISSED),
        (80.0, 82.0, 84.0, (None, None), Attainment.NO_TARGET),
    ],
)
def test_the_interval_decides(
    low: float,
    value: float,
    high: float,
    target: tuple[Decimal | None, Decimal | None],
    expected: Attainment,
) -> None:
    assert (
        classify_attainment(
            value, low, high, n=500, minimum_n=100, target_low=target[0], target_high=target[1]
        )
        is expected
    )


@pytest.mark.parametrize(
    ("value", "low", "n", "expected"),
    [
        (None, None, 0, Attainment.NO_DATA),
        (None, None, 500, Attainment.NO_DATA),
        (99.0, 98.0, 99, Attainment.TOO_FEW),
        (99.0, None, 500, Attainment.TOO_FEW),
        (99.0, 98.0, 100, Attainment.MET),
    ],
)
def test_what_cannot_be_judged_is_not(
    value: float | None, low: float | None, n: int, expected: Attainment
) -> None:
    high = None if low is None else 99.5
    judged = classify_attainment(
        value, low, high, n=n, minimum_n=100, target_low=LEAST, target_high=None
    )
    assert judged is expected


@settings(deadline=None)
@given(
    ends=st.tuples(st.floats(0, 100), st.floats(0, 100), st.floats(0, 100)).map(sorted),
    target=st.decimals(0, 100, places=4),
)
def test_a_floor_and_a_ceiling_at_one_place_disagree(ends: list[float], target: Decimal) -> None:
    low, value, high = ends
    verdicts = {
        classify_attainment(
            value, low, high, n=500, minimum_n=100, target_low=floor, target_high=ceiling
        )
        for floor, ceiling in [(target, None), (None, target)]
    }
    if Attainment.MISSED in verdicts:
        assert verdicts == {Attainment.MISSED, Attainment.MET}


def test_every_attainment_has_its_status_word() -> None:
    assert {attainment.status for attainment in Attainment} <= STATUSES.keys()


SHARES = [Decimal("0"), Decimal("0.3"), Decimal("0.6")]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 2), Allowance(Decimal("0"), 1)),
        (date(2026, 3, 8), Allowance(Decimal("0"), 1)),
        (date(2026, 3, 9), Allowance(Decimal("0.3"), 2)),
        (date(2026, 3, 22), Allowance(Decimal("0.6"), 3)),
        (date(2026, 3, 23), None),
        (date(2027, 3, 23), None),
        (date(2026, 2, 1), Allowance(Decimal("0"), 1)),
    ],
)
def test_weeks_count_from_the_first_day(day: date, expected: Allowance | None) -> None:
    assert allow_for(SHARES, date(2026, 3, 2), day) == expected


@pytest.mark.parametrize(
    ("target", "share", "lower_is_better", "eased"),
    [
        (("40", None), "0.6", False, ("24", None)),
        (("80", "90"), "0.5", False, ("40", "90")),
        ((None, "90"), "0.6", True, (None, "150")),
        (("10", "90"), "0.9", True, ("10", "100")),
        (("40", None), "1", False, ("40", None)),
        (("40", None), "0", False, (None, None)),
        ((None, "70"), "0.3", True, (None, "233.3333")),
    ],
)
def test_a_target_is_eased_where_a_newcomer_falls_short(
    target: tuple[str | None, str | None],
    share: str,
    lower_is_better: bool,
    eased: tuple[str | None, str | None],
) -> None:
    low, high = (None if end is None else Decimal(end) for end in target)
    assert ease_target(low, high, Decimal(share), lower_is_better=lower_is_better) == tuple(
        None if end is None else Decimal(end) for end in eased
    )


@given(
    share=st.decimals("0.01", 1, places=2),
    end=st.decimals(0, 1000, places=2),
    lower_is_better=st.booleans(),
)
def test_easing_never_asks_for_more(share: Decimal, end: Decimal, lower_is_better: bool) -> None:
    low, high = ease_target(end, end, share, lower_is_better=lower_is_better)
    assert low is not None
    assert high is not None
    assert low <= end <= high
