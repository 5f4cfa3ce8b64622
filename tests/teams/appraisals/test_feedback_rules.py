"""When words without names may be shown, and in which order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teams.appraisals.rules.feedback import count_missing, is_shown_without_names, order_blindly


@pytest.mark.parametrize(
    ("answered", "is_shown", "missing"),
    [(0, False, 3), (1, False, 2), (2, False, 1), (3, True, 0), (4, True, 0), (12, True, 0)],
)
def test_three_are_enough_not_to_be_told_apart(answered: int, is_shown: bool, missing: int) -> None:
    assert is_shown_without_names(answered) is is_shown
    assert count_missing(answered) == missing


@given(st.lists(st.text(), max_size=8), st.randoms(use_true_random=False), st.text(max_size=4))
def test_the_order_does_not_tell_in_which_order_they_came(words, random, salt) -> None:
    ordered = order_blindly(words, salt=salt)
    assert sorted(ordered) == sorted(words)
    random.shuffle(words)
    assert order_blindly(words, salt=salt) == ordered


def test_the_order_is_another_for_another_appraisal_and_not_that_of_the_alphabet() -> None:
    words = [f"words {number}" for number in range(9)]
    orders = {tuple(order_blindly(words, salt=str(salt))) for salt in range(9)}
    assert len(orders) == 9
    assert tuple(words) not in orders
