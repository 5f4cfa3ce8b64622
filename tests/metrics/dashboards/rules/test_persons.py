from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.dashboards.rules.comparisons import Part, Place, compare_parts
from metrics.dashboards.rules.persons import (
    StayIn,
    Tenure,
    classify_tenure,
    hold_beside,
    list_moves,
    say_beside,
    say_stretch,
    scale_beside,
    title_beside,
    title_standing,
    write_tenure,
)
from opsportal.lib.periods import Period
from tests.metrics.dashboards.rules.examples import EMPTY, ON_TIME, share

DAY = date(2026, 11, 21)
YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))

TENURES = [
    (DAY, Tenure.RAMPING, "in week 1"),
    (DAY - timedelta(days=6), Tenure.RAMPING, "in week 1"),
    (DAY - timedelta(days=7), Tenure.RAMPING, "in week 2"),
    (DAY - timedelta(days=90), Tenure.RAMPING, "in week 13"),
    (DAY - timedelta(days=91), Tenure.FIRST_YEAR, "here for 2 months"),
    (date(2025, 11, 22), Tenure.FIRST_YEAR, "here for 11 months"),
    (date(2025, 11, 21), Tenure.LONGER, "here for 1 year"),
    (date(2019, 1, 31), Tenure.LONGER, "here for 7 years"),
]


@pytest.mark.parametrize(("first_day", "tenure", "words"), TENURES)
def test_tenure_goes_by_weeks_then_months_then_years(
    first_day: date, tenure: Tenure, words: str
) -> None:
    assert classify_tenure(first_day, DAY) is tenure
    assert write_tenure(first_day, DAY) == words


def test_nobody_is_here_before_their_first_day() -> None:
    assert write_tenure(DAY + timedelta(days=1), DAY) == ""


@given(st.dates(date(1990, 1, 1), DAY), st.dates(date(1990, 1, 1), DAY))
def test_who_came_later_is_never_said_to_be_here_longer(one: date, other: date) -> None:
    order = list(Tenure)
    earlier, later = sorted((one, other))
    assert order.index(classify_tenure(earlier, DAY)) >= order.index(classify_tenure(later, DAY))


MOVES = [
    ([StayIn("A", date(2026, 3, 2), None)], ["2026-03-02 Joins A"]),
    (
        [StayIn("B", date(2026, 5, 4), None), StayIn("A", date(2020, 1, 1), date(2026, 5, 4))],
        ["2026-05-04 To B"],
    ),
    # A promotion in the same unit is no move.
    ([StayIn("A", date(2026, 5, 4), None), StayIn("A", None, date(2026, 5, 4))], []),
    (
        [StayIn("A", None, date(2026, 2, 1)), StayIn("A", date(2026, 6, 1), date(2026, 9, 1))],
        ["2026-02-01 Left A", "2026-06-01 Joins A", "2026-09-01 Left A"],
    ),
    ([StayIn("A", date(2025, 3, 2), date(2028, 1, 1))], []),
    ([], []),
]


@pytest.mark.parametrize(("stays", "expected"), MOVES)
def test_moves_are_told_where_the_unit_changes(stays: list[StayIn], expected: list[str]) -> None:
    assert [f"{move.on} {move.words}" for move in list_moves(stays, YEAR)] == expected


STRETCHES = [
    (date(2026, 1, 5), date(2026, 2, 1), "from 5 Jan 2026 to 31 Jan 2026"),
    (date(2026, 1, 5), None, "from 5 Jan 2026"),
    (None, date(2026, 2, 1), "to 31 Jan 2026"),
    (None, None, ""),
]


@pytest.mark.parametrize(("start", "end", "words"), STRETCHES)
def test_a_stretch_is_said_by_its_first_and_last_day(start, end, words) -> None:
    assert say_stretch(start, end) == words


UNIT = share(900, 1000)
BESIDE = [
    (share(190, 200), UNIT, Place.HIGHER, "Higher"),
    (share(150, 200), UNIT, Place.LOWER, "Lower"),
    (share(180, 200), UNIT, Place.AROUND, "No difference beyond chance"),
    (share(10, 20), UNIT, Place.FEW, "Too few to tell"),
    (EMPTY, UNIT, Place.NO_DATA, "No data"),
    (UNIT, UNIT, Place.AROUND, "Nobody else here"),
    (share(150, 200), None, Place.AROUND, ""),
]


@pytest.mark.parametrize(("own", "unit", "place", "words"), BESIDE)
def test_a_value_is_held_beside_the_units_by_its_interval(own, unit, place, words) -> None:
    row = hold_beside(ON_TIME, "q", "Queue", own, unit)
    assert (row.place, say_beside(row)) == (place, words)
    assert scale_beside(ON_TIME, [row], None).ticks


HIGHER, LOWER, AROUND = (share(n, 200) for n in (195, 150, 180))
TITLES = [
    ([HIGHER, HIGHER], HIGHER, "Higher than Team in 2 of 2 queues"),
    ([HIGHER, LOWER, AROUND], AROUND, "Higher than Team in 1 of 3 queues, lower in 1"),
    ([LOWER, LOWER], HIGHER, "Lower than Team in 2 of 2 queues, and yet higher in all together"),
    ([AROUND], AROUND, "Not to be told from Team in 1 queue"),
    ([], LOWER, "On-time delivery 75.0 %, Team 90.0 %: lower"),
    ([], EMPTY, "On-time delivery: no data in this period"),
]


@pytest.mark.parametrize(("queues", "total", "title"), TITLES)
def test_the_title_says_what_is_the_case(queues, total, title) -> None:
    rows = [hold_beside(ON_TIME, "q", "Queue", own, UNIT) for own in queues]
    whole = hold_beside(ON_TIME, "", "All queues", total, UNIT)
    said = title_beside(ON_TIME, rows, whole, "Team")
    assert said.replace("\N{NARROW NO-BREAK SPACE}", " ") == title


def test_a_queue_that_nobody_shares_is_not_counted() -> None:
    rows = [hold_beside(ON_TIME, "q", "Queue", UNIT, UNIT)]
    whole = hold_beside(ON_TIME, "", "All queues", LOWER, UNIT)
    assert "queue" not in title_beside(ON_TIME, rows, whole, "Team")


def test_a_standing_is_a_range_and_no_place_without_enough_work() -> None:
    parts = [
        Part("a", "Ann", HIGHER),
        Part("b", "Ben", LOWER),
        Part("c", "Cem", share(9, 10)),
        Part("d", "Dan", EMPTY),
    ]
    comparison = compare_parts(ON_TIME, parts, UNIT)
    said = {part.key: title_standing(comparison, part.key, part.name, "Team") for part in parts}
    assert said == {
        "a": "Ann ranks 1 of 2 in Team, above the whole",
        "b": "Ben ranks 2 of 2 in Team, below the whole",
        "c": "Cem has too few items due to be ranked in Team",
        "d": "Dan has no data here in this period",
    }
    assert title_standing(comparison, "x", "Xia", "Team") == "Xia has no data here in this period"
