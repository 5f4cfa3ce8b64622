from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.targets.rules import Attainment, classify_attainment
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
