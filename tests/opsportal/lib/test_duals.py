from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsportal.lib.arithmetic import Expression
from opsportal.lib.duals import Dual

Of = Callable[[Fraction, Fraction], Any]

numbers = st.fractions(min_value=-100, max_value=100, max_denominator=50).filter(bool)


@pytest.mark.parametrize(
    ("text", "value", "by_a", "by_b"),
    [
        ("a + b", lambda a, b: a + b, lambda a, b: 1, lambda a, b: 1),
        ("a - b", lambda a, b: a - b, lambda a, b: 1, lambda a, b: -1),
        ("a * b", lambda a, b: a * b, lambda a, b: b, lambda a, b: a),
        ("a / b", lambda a, b: a / b, lambda a, b: 1 / b, lambda a, b: -a / b**2),
        ("-a * a", lambda a, b: -a * a, lambda a, b: -2 * a, lambda a, b: 0),
        ("3 - a / 4", lambda a, b: 3 - a / 4, lambda a, b: Fraction(-1, 4), lambda a, b: 0),
        ("1 / a", lambda a, b: 1 / a, lambda a, b: -1 / a**2, lambda a, b: 0),
        (
            "0.5 * a + 0.25",
            lambda a, b: a / 2 + Fraction(1, 4),
            lambda a, b: Fraction(1, 2),
            lambda a, b: 0,
        ),
        ("7 + a", lambda a, b: 7 + a, lambda a, b: 1, lambda a, b: 0),
    ],
)
@given(a=numbers, b=numbers)
def test_the_rules_of_differentiation(
    text: str, value: Of, by_a: Of, by_b: Of, a: Fraction, b: Fraction
) -> None:
    found = Expression.parse(text).evaluate(
        {"a": Dual.variable("a", a), "b": Dual.variable("b", b)}
    )
    assert found.value == value(a, b)
    assert found.slopes.get("a", 0) == by_a(a, b)
    assert found.slopes.get("b", 0) == by_b(a, b)


def test_dividing_by_zero_is_unknown_as_with_other_numbers() -> None:
    assert Expression.parse("1 / a").evaluate({"a": Dual.variable("a", 0)}) is None


def test_it_says_what_it_is() -> None:
    assert repr(Dual(2, {"a": 1})) == "Dual(2, {'a': 1})"
