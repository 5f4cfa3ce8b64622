"""Sums of columns against sums row by row."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.kpis.rules.totals import add_up_people, roll_up

MEASURES = {"units": "sum", "oldest": "max"}
FIRST = date(2026, 3, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(3)]
PEOPLE, UNITS, QUEUES = [7, 8, 9], [1, 2, 3, 4], [0, 5]

amounts = st.none() | st.integers(0, 10**9)
lines = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(QUEUES), amounts, amounts)
stretches = st.tuples(st.integers(-1, 2), st.integers(1, 3)).map(
    lambda found: (DAYS[0] + timedelta(days=found[0]), DAYS[0] + timedelta(days=sum(found)))
)
Key = tuple[date, int, int, int]


def known(*values: int | None) -> int:
    return sum(1 << bit for bit, value in enumerate(values) if value is not None)


def table(names: list[str], rows: list[tuple[Any, ...]], *dates: str) -> pa.Table:
    types = {name: pa.date32() if name in dates else pa.int64() for name in names}
    columns = zip(*rows, strict=True) if rows else [[] for _ in names]
    return pa.table(
        {name: pa.array(values, types[name]) for name, values in zip(names, columns, strict=True)}
    )


def read(totals: pa.Table) -> dict[Key, tuple[int | None, int | None]]:
    rows = totals.to_pylist()
    assert list(rows[0]) == ["day", "unit_id", "queue_id", "known", *MEASURES] if rows else True
    found = {
        (row["day"], row["unit_id"], row["queue_id"], row["known"]): (row["units"], row["oldest"])
        for row in rows
    }
    assert len(found) == len(rows), "each combination once"
    return found


class Sums(dict[Key, tuple[int | None, int | None]]):
    """Adds amounts one at a time; what nobody knows stays unknown."""

    def add(self, key: Key, units: int | None, oldest: int | None) -> None:
        def combine(
            function: Callable[[int, int], int], one: int | None, other: int | None
        ) -> int | None:
            return other if one is None else one if other is None else function(one, other)

        before = self.get(key, (None, None))
        self[key] = (
            combine(int.__add__, before[0], units),
            combine(max, before[1], oldest),
        )


@given(
    facts=st.dictionaries(
        st.sampled_from(DAYS), st.lists(lines, min_size=1, max_size=8), min_size=1
    ),
    places=st.dictionaries(
        st.sampled_from(PEOPLE), st.tuples(st.sampled_from(UNITS), stretches), max_size=3
    ),
)
def test_facts_count_where_their_person_was(
    facts: dict[date, list[tuple[int, int, int | None, int | None]]],
    places: dict[int, tuple[int, tuple[date, date]]],
) -> None:
    expected = Sums()
    for day, rows in facts.items():
        for person, queue, units, oldest in rows:
            unit, (starts, ends) = places.get(person, (0, (day, day)))
            if starts <= day < ends:
                expected.add((day, unit, queue, known(units, oldest)), units, oldest)
    names = ["person_id", "queue_id", "known", *MEASURES]
    found = add_up_people(
        {
            day: table(names, [(p, q, known(u, o), u, o) for p, q, u, o in rows])
            for day, rows in facts.items()
        },
        table(
            ["person_id", "unit_id", "starts", "ends"],
            [(person, unit, *stretch) for person, (unit, stretch) in places.items()],
            "starts",
            "ends",
        ),
        MEASURES,
    )
    assert read(found) == expected


@given(
    own=st.lists(
        st.tuples(
            st.sampled_from(DAYS), st.sampled_from(UNITS), st.sampled_from(QUEUES), amounts, amounts
        ),
        max_size=10,
    ),
    parents=st.dictionaries(st.sampled_from(UNITS[1:]), stretches, max_size=3),
)
def test_a_unit_has_what_it_and_those_below_it_have(
    own: list[tuple[date, int, int, int | None, int | None]],
    parents: dict[int, tuple[date, date]],
) -> None:
    # Each unit stands below the one before it, where it stands below any: a chain that breaks.
    def list_above(unit: int, day: date) -> list[int]:
        starts, ends = parents.get(unit, (day, day))
        return [unit, *(list_above(unit - 1, day) if starts <= day < ends else [])]

    expected = Sums()
    for day, unit, queue, units, oldest in own:
        for above in list_above(unit, day):
            expected.add((day, above, queue, known(units, oldest)), units, oldest)
    pairs = [
        (unit, above, day, day + timedelta(days=1))
        for day in DAYS
        for unit in UNITS
        for above in list_above(unit, day)
    ]
    names = ["day", "unit_id", "queue_id", "known", *MEASURES]
    totals = roll_up(
        table(names, [(d, u, q, known(a, b), a, b) for d, u, q, a, b in own], "day"),
        table(["unit_id", "above_id", "starts", "ends"], pairs, "starts", "ends"),
        MEASURES,
    )
    assert read(totals) == expected
    assert list(read(totals)) == sorted(expected)


@pytest.mark.parametrize("large", [2**62, -(2**62)])
def test_a_total_that_would_not_fit_is_no_total(large: int) -> None:
    names = ["day", "unit_id", "queue_id", "known", *MEASURES]
    own = table(names, [(FIRST, unit, 0, 1, large, None) for unit in (2, 3)], "day")
    pairs = [(unit, 1, FIRST, FIRST + timedelta(days=1)) for unit in (2, 3)]
    above = table(["unit_id", "above_id", "starts", "ends"], pairs, "starts", "ends")
    with pytest.raises(OverflowError, match="units of 2 rows"):
        roll_up(own, above, MEASURES)
