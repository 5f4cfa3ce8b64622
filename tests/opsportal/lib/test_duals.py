from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsportal.lib.arithmetic import Expression
from opsportal.lib.duals import Dual

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
        ("0.5 * a + 0.25", lambda a, b: a / 2 + Fraction(1, 4), lambda a, b: Fraction(1, 2), None),
        ("7 + a", lambda a, b: 7 + a, lambda a, b: 1, lambda a, b: 0),
    ],
)
@given(a=numbers, b=numbers)
def test_the_rules_of_differentiation(text, value, by_a, by_b, a, b) -> None:  # type: ignore[no-untyped-def]
    found = Expression.parse(text).evaluate(
        {"a": Dual.variable("a", a), "b": Dual.variable("b", b)}
    )
    assert found.value == value(a, b)
    assert found.slopes.get("a", 0) == by_a(a, b)
    assert found.slopes.get("b", 0) == (by_b(a, b) if by_b else 0)


def test_dividing_by_zero_is_unknown_as_with_other_numbers() -> None:
    assert Expression.parse("1 / a").evaluate({"a": Dual.variable("a", 0)}) is None


def test_it_says_what_it_is() -> None:
    assert repr(Dual(2, {"a": 1})) == "Dual(2, {'a': 1})"
