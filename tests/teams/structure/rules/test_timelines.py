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
    with_beginnings,
    with_first_days,
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


GRADES = {"a": "low", "b": "low", "c": "high"}


def look_back(known: Timeline, number: int) -> tuple[object, ...]:
    """Say of a day what figures of it are made of, going back day by day."""
    held = value_on(known, day(number))
    if held is None:
        return (None,)
    since = number
    while GRADES.get(value_on(known, day(since - 1)) or "") == GRADES[held]:
        since -= 1
    before = value_on(known, day(number - 1))
    ever = any(value_on(known, day(n)) for n in range(number))
    return held, since, before is None, ever


@given(changes, st.integers(1, LENGTH), st.integers(1, 5), st.sampled_from(["a", "b", "c", None]))
def test_days_whose_figures_look_back_are_among_the_differences(
    steps: list[tuple[int, str | None]], on: int, length: int, value: str | None
) -> None:
    before: Timeline = []
    for at, held in steps:
        before = put(before, day(at), held)
    after = cut(before, day(on), day(on + length))
    if value is not None:
        after = put(after, day(on), value, until=day(on + length))
    told = [with_beginnings(known, GRADES.__getitem__) for known in (before, after)]
    touched = differences(*told)
    led = differences(with_first_days(before), with_first_days(after))
    for n in range(LENGTH + 9):
        if look_back(before, n) != look_back(after, n):
            assert any(a <= day(n) < b for a, b in touched), n
        taken_up = [
            held and (held, held != value_on(known, day(n - 1)))
            for known in (before, after)
            for held in [value_on(known, day(n))]
        ]
        if taken_up[0] != taken_up[1]:
            assert any(a <= day(n) < b for a, b in led), n
    # What is before the change has the same figures.
    assert all(a >= day(on) for a, _ in touched)


def test_a_gap_shows_on_the_days_after_it() -> None:
    known = timeline((0, None, "a"))
    told = [with_beginnings(one, GRADES.__getitem__) for one in (known, cut(known, day(5), day(6)))]
    assert differences(*told) == [(day(5), FOREVER)]
    led = [with_first_days(one) for one in (known, cut(known, day(5), day(6)))]
    assert differences(*led) == [(day(5), day(7))]
