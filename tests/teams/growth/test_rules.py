from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teams.growth.rules import (
    Coverage,
    Standing,
    Stay,
    StepKind,
    count_fills,
    cover_posts,
    find_level_start,
    is_above,
    is_from_within,
    is_stale,
    list_steps,
    split_days,
)

FOREVER = date.max
POSITIONS = {"L2": 2, "L3": 3, "L4": 4}


def day(number: int) -> date:
    return date(2026, 1, 1) + timedelta(days=number)


def stay(start: int, end: int | None, unit: int = 1, level: str = "L3") -> Stay:
    return Stay(day(start), FOREVER if end is None else day(end), unit, level)


@pytest.mark.parametrize(
    ("stays", "on", "since"),
    [
        ([], 5, None),
        ([stay(0, None)], 5, 0),
        ([stay(0, None)], 0, 0),
        ([stay(0, 5)], 5, None),
        # Another unit at the same level continues it; another level begins anew.
        ([stay(0, 5), stay(5, None, unit=2)], 9, 0),
        ([stay(0, 5, level="L2"), stay(5, None)], 9, 5),
        ([stay(0, 5, level="L2"), stay(5, None)], 4, 0),
        # Back at a level after another counts from the return; a gap begins anew.
        ([stay(0, 3), stay(3, 6, level="L4"), stay(6, None)], 9, 6),
        ([stay(0, 3), stay(4, None)], 9, 4),
        ([stay(0, None, level="")], 9, None),
        ([Stay(date.min, FOREVER, 1, "L3")], 9, None),
        # In whatever order they come.
        ([stay(5, None, unit=2), stay(0, 5)], 9, 0),
    ],
)
def test_time_in_level_goes_on_until_a_gap_or_another_level(
    stays: list[Stay], on: int, since: int | None
) -> None:
    assert find_level_start(stays, day(on)) == (None if since is None else day(since))


@st.composite
def histories(draw: st.DrawFn) -> list[Stay]:
    edges = sorted(draw(st.sets(st.integers(0, 40), min_size=2, max_size=9)))
    made = []
    for start, end in pairwise(edges):
        if draw(st.booleans()) or draw(st.booleans()):
            made.append(
                stay(start, end, draw(st.integers(1, 2)), draw(st.sampled_from(["L2", "L3", ""])))
            )
    return made


@given(histories(), st.integers(0, 42))
def test_it_is_what_going_back_day_by_day_finds(stays: list[Stay], on: int) -> None:
    def level_of(number: int) -> str | None:
        return next((s.level for s in stays if s.start <= day(number) < s.end), None)

    held, since = level_of(on), None
    number = on
    while held and level_of(number) == held:
        since, number = number, number - 1
    assert find_level_start(stays, day(on)) == (None if since is None else day(since))


@pytest.mark.parametrize(
    ("stays", "kinds"),
    [
        ([], []),
        ([stay(0, None)], [(0, StepKind.JOINED)]),
        (
            [stay(0, 3), stay(3, None, unit=2)],
            [(0, StepKind.JOINED), (3, StepKind.MOVED)],
        ),
        (
            [stay(0, 3), stay(3, None, level="L4")],
            [(0, StepKind.JOINED), (3, StepKind.PROMOTED)],
        ),
        (
            [stay(0, 3), stay(3, None, level="L2")],
            [(0, StepKind.JOINED), (3, StepKind.LEVEL_CHANGED)],
        ),
        # A level that is not described is above nothing.
        (
            [stay(0, 3), stay(3, None, level="L9")],
            [(0, StepKind.JOINED), (3, StepKind.LEVEL_CHANGED)],
        ),
        (
            [stay(0, 3), stay(3, None, unit=2, level="L4")],
            [(0, StepKind.JOINED), (3, StepKind.PROMOTED), (3, StepKind.MOVED)],
        ),
        ([stay(0, 3), stay(9, None)], [(0, StepKind.JOINED), (9, StepKind.RETURNED)]),
        # Another job title or other hours alone.
        ([stay(0, 3), stay(3, None)], [(0, StepKind.JOINED)]),
    ],
)
def test_what_each_stay_began(stays: list[Stay], kinds: list[tuple[int, StepKind]]) -> None:
    assert [(step.on, step.kind) for step in list_steps(stays, POSITIONS)] == [
        (day(number), kind) for number, kind in kinds
    ]


def test_a_post_is_covered_by_whoever_stands_behind_it() -> None:
    successors = [(1, Standing.LATER), (1, Standing.READY_NOW), (2, Standing.WITHIN_A_YEAR)]
    assert cover_posts([1, 2, 3, 4], successors) == Coverage(4, (3, 4), 1)
    assert cover_posts([], successors) == Coverage(0, (), 0)


@pytest.mark.parametrize(
    ("stays", "hired", "within"),
    [
        ([(0, 50)], None, True),
        ([(10, 50)], None, False),
        ([(9, 50)], None, True),
        ([(0, 9)], 0, False),
        ([(0, 10)], 0, True),
        # Back on the very day: from outside, whenever they were hired first.
        ([(0, 5), (10, 50)], 0, False),
        # The records begin that day or later; the person was hired before.
        ([(10, 50)], 0, True),
        ([(10, 50)], 10, False),
        ([], None, False),
    ],
)
def test_who_was_here_the_day_before_comes_from_within(
    stays: list[tuple[int, int]], hired: int | None, within: bool
) -> None:
    spans = [(day(start), day(end)) for start, end in stays]
    assert is_from_within(day(10), spans, None if hired is None else day(hired)) is within


def test_fills_are_counted() -> None:
    assert count_fills([True, False, True]) == (3, 2)
    assert count_fills([]) == (0, 0)


@pytest.mark.parametrize(
    ("level", "held", "above"),
    [
        ("L4", "L3", True),
        ("L3", "L3", False),
        ("L2", "L3", False),
        ("L9", "L3", False),
        ("L3", "", False),
    ],
)
def test_a_level_is_above_where_both_are_described(level: str, held: str, above: bool) -> None:
    assert is_above(level, held, POSITIONS) is above


def test_a_judgement_is_old_after_a_year() -> None:
    assert not is_stale(date(2025, 11, 22), date(2026, 11, 22))
    assert is_stale(date(2025, 11, 21), date(2026, 11, 22))


@pytest.mark.parametrize(
    ("days", "parts"),
    [(0, (0, 0)), (30, (0, 0)), (31, (0, 1)), (365, (0, 11)), (366, (1, 0)), (1000, (2, 8))],
)
def test_days_in_years_and_months(days: int, parts: tuple[int, int]) -> None:
    assert split_days(days) == parts
