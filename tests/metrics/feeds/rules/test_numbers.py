"""Amounts are kept to the millionth, whatever way they come."""

from decimal import ROUND_HALF_UP, Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.feeds.rules.numbers import as_values, find_impossible, read_numbers
from metrics.records.kinds import KINDS
from metrics.records.kinds.kind import MEASURE_LIMIT

RATE = KINDS["costs"].column("hourly_rate")
amounts = st.decimals(0, MEASURE_LIMIT, allow_nan=False, allow_infinity=False, places=9)


def in_micros(column: pa.Array) -> list[int | None]:
    numbers, refusals = read_numbers(column, RATE.type)
    assert not any(r.rows.any() for r in [*refusals, *find_impossible(RATE, numbers)])
    found: list[int | None] = as_values(RATE, numbers, numbers.known).to_pylist()
    return found


def rounded(amount: Decimal) -> int:
    return int(amount.scaleb(6).to_integral_value(ROUND_HALF_UP))


@given(st.lists(amounts, min_size=1))
def test_written_and_typed_decimals(found: list[Decimal]) -> None:
    expected = [rounded(amount) for amount in found]
    assert in_micros(pa.array([f"{amount:f}" for amount in found])) == expected
    assert in_micros(pa.array(found, pa.decimal128(30, 9))) == expected


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array(["12.1", "+0.1", ".5", "7.", "0", "", None, "33.333333333333336"]),
         [12_100_000, 100_000, 500_000, 7_000_000, 0, None, None, 33_333_333]),
        (pa.array(["999999999.999999", "0.0000005", "0.0000004", "-0"]),
         [999_999_999_999_999, 1, 0, 0]),
        (pa.array([12.1, 0.1, None, 33.333333333333336]),
         [12_100_000, 100_000, None, 33_333_333]),
        (pa.array([12, None, MEASURE_LIMIT]), [12_000_000, None, 10**15]),
        (pa.array([Decimal("0.0000001"), Decimal("12.1")]), [0, 12_100_000]),
    ],
)  # fmt: skip
def test_amounts(column: pa.Array, expected: list[int | None]) -> None:
    assert in_micros(column) == expected
