from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teams.structure.rules.timelines import (
    BEGINNING,
    FOREVER,
    Stretch,
    chain_end,
    cut,
    differences,
    losses,
    next_change,
    put,
    value_on,
)

FIRST = date(2026, 1, 1)
LENGTH = 30
Timeline = list[Stretch[str]]


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def timeline(*stretches: tuple[int, int | None, str]) -> Timeline:
    return [
        Stretch(day(start), FOREVER if end is None else day(end), value)
        for start, end, value in stretches
    ]


@pytest.mark.parametrize(
    ("before", "on", "value", "until", "after"),
    [
        ([], 5, "a", None, [(5, None, "a")]),
        ([(1, None, "a")], 5, "b", None, [(1, 5, "a"), (5, None, "b")]),
        ([(1, None, "a")], 1, "b", None, [(1, None, "b")]),
        # Dated back: the later change that is known stays.
        ([(1, 9, "a"), (9, None, "b")], 5, "c", None, [(1, 5, "a"), (5, 9, "c"), (9, None, "b")]),
        ([(1, 9, "a"), (9, None, "b")], 5, "b", None, [(1, 5, "a"), (5, None, "b")]),
        ([(1, 9, "a"), (9, None, "b")], 5, None, None, [(1, 5, "a"), (9, None, "b")]),
        ([(9, None, "b")], 5, "a", None, [(5, 9, "a"), (9, None, "b")]),
        ([(1, 9, "a")], 5, "b", None, [(1, 5, "a"), (5, 9, "b")]),
        # With an end of its own.
        ([(1, None, "a")], 5, "b", 7, [(1, 5, "a"), (5, 7, "b")]),
        ([(1, 9, "a"), (9, None, "b")], 5, "a", 12, [(1, 9, "a"), (9, None, "b")]),
        ([(1, 9, "a"), (9, None, "b")], 5, "a", 7, [(1, 7, "a"), (9, None, "b")]),
        ([(1, 9, "a")], 5, "a", 12, [(1, 12, "a")]),
        ([(1, 9, "a"), (11, None, "b")], 5, "a", 20, [(1, 11, "a"), (11, None, "b")]),
        ([(1, 9, "a")], 5, "a", 5, [(1, 5, "a")]),
    ],
)
def test_put(
    before: list[tuple[int, int | None, str]],
    on: int,
    value: str | None,
    until: int | None,
    after: list[tuple[int, int | None, str]],
) -> None:
    end = None if until is None else day(until)
    assert put(timeline(*before), day(on), value, until=end) == timeline(*after)


def test_cut_in_the_middle() -> None:
    assert cut(timeline((1, None, "a")), day(3), day(5)) == timeline((1, 3, "a"), (5, None, "a"))
    assert cut(timeline((1, None, "a")), BEGINNING, FOREVER) == []


def test_chains_and_changes() -> None:
    known = timeline((1, 5, "a"), (5, 9, "b"), (12, None, "a"))
    assert chain_end(known, day(2)) == day(9)
    assert chain_end(known, day(10)) == day(10)
    assert chain_end(known, day(12)) == FOREVER
    assert next_change(known, day(5)) == day(9)
    assert next_change(known, day(12)) == FOREVER


def test_losses_are_where_nothing_is_left() -> None:
    old, new = timeline((1, 5, "a"), (5, 9, "b")), timeline((1, 3, "a"), (4, 8, "a"))
    assert losses(old, new) == [(day(3), day(4)), (day(8), day(9))]
    assert differences(old, new) == [(day(3), day(4)), (day(5), day(9))]


changes = st.lists(
    st.tuples(st.integers(0, LENGTH), st.sampled_from(["a", "b", "c", None])), max_size=12
)


@given(changes)
def test_a_timeline_is_what_a_calendar_of_days_says(steps: list[tuple[int, str | None]]) -> None:
    """The twin fills days one by one until one on which a change was already marked."""
    calendar: list[str | None] = [None] * (LENGTH + 2)
    known: Timeline = []
    for on, value in steps:
        was = list(calendar)
        for number in range(on, LENGTH + 2):
            if number > on and was[number] != was[number - 1]:
                break
            calendar[number] = value
        before, known = known, put(known, day(on), value)
        assert [value_on(known, day(n)) for n in range(LENGTH + 2)] == calendar
        touched = differences(before, known)
        for n in range(LENGTH + 2):
            assert any(a <= day(n) < b for a, b in touched) == (was[n] != calendar[n])
    for earlier, later in pairwise(known):
        assert earlier.end <= later.start
        assert earlier.end < later.start or earlier.value != later.value
