from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsportal.lib.formats import (
    THIN_SPACE,
    Number,
    format_number,
    format_signed,
    largest_remainder_round,
)


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (0, 0, "0"),
        (12765, 0, "12,765"),
        (-1234567.891, 2, "−1,234,567.89"),
        (88.48194, 1, "88.5"),
        (0.5, 0, "1"),
        (-0.5, 0, "−1"),
        (2.675, 2, "2.68"),
        (-0.004, 2, "0.00"),
        (0.05, 3, "0.050"),
        (Fraction(2, 3), 3, "0.667"),
        (Decimal("1e3"), 1, "1,000.0"),
        (10**18, 0, "1,000,000,000,000,000,000"),
        (np.float64(0.15), 1, "0.2"),
    ],
)
def test_format_number(value: Number, decimals: int, expected: str) -> None:
    assert format_number(value, decimals) == expected


def test_thin_separator() -> None:
    assert format_number(12765, separator=THIN_SPACE) == "12\u202f765"


@pytest.mark.parametrize(
    ("value", "expected"), [(1.25, "+1.3"), (-1.25, "−1.3"), (0.04, "0.0"), (-0.04, "0.0")]
)
def test_format_signed(value: float, expected: str) -> None:
    assert format_signed(value, 1) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("Infinity")])
def test_no_number_is_refused(value: Number) -> None:
    with pytest.raises(ValueError, match="Invalid literal"):
        format_number(value)


def test_negative_decimals_are_refused() -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        format_number(1, -1)


@pytest.mark.parametrize(
    ("parts", "decimals", "expected"),
    [
        ([], 0, []),
        ([Fraction(1, 3)] * 3, 0, ["1", "0", "0"]),
        ([Fraction(100, 3)] * 3, 1, ["33.4", "33.3", "33.3"]),
        ([0.4, 0.4, 0.2], 0, ["1", "0", "0"]),
        ([-0.26, 0.13, 0.13], 1, ["-0.2", "0.1", "0.1"]),
        ([0, 0.5, 0.5], 0, ["0", "1", "0"]),
    ],
)
def test_largest_remainder_round(parts: list[Number], decimals: int, expected: list[str]) -> None:
    assert largest_remainder_round(parts, decimals) == [Decimal(text) for text in expected]


@given(
    st.lists(st.fractions(-(10**6), 10**6, max_denominator=10**6), max_size=30),
    st.integers(0, 4),
)
def test_printed_parts_add_up_to_the_printed_whole(parts: list[Fraction], decimals: int) -> None:
    rounded = largest_remainder_round(parts, decimals)
    whole = format_number(sum(parts, Fraction(0)), decimals)
    assert format_number(sum(rounded, Decimal(0)), decimals) == whole
    step = Fraction(1, 10**decimals)
    for part, printed in zip(parts, rounded, strict=True):
        assert abs(part - Fraction(printed)) < step
        if (part / step).denominator == 1:
            assert part == Fraction(printed)
