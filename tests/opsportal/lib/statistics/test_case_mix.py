from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsportal.lib.statistics.case_mix import (
    CaseMix,
    Work,
    adjust_case_mix,
    expect_units,
    find_rates,
    rates_of_others,
)

Row = tuple[str, str, int, int]

rows = st.lists(
    st.tuples(
        st.sampled_from("ABC"), st.sampled_from("xyz"), st.integers(0, 99), st.integers(0, 99)
    ),
    max_size=30,
)


def add_everyone(found: list[Row]) -> dict[str, Work]:
    units, seconds = Counter[str](), Counter[str]()
    for _, queue, done, spent in found:
        units[queue] += done
        seconds[queue] += spent
    return {queue: Work(units[queue], seconds[queue]) for queue in seconds}


def test_slow_queues_do_not_make_a_team_slow() -> None:
    """B is the faster team in both queues and looks slower, because it works the slow one."""
    found: list[Row] = [("A", "fast", 900, 90), ("A", "slow", 9, 10)]
    found += [("B", "fast", 110, 10), ("B", "slow", 90, 90)]
    assert 909 / 100 > 200 / 100
    adjusted = adjust_case_mix(found, add_everyone(found))
    assert adjusted["A"] == CaseMix(Fraction(909), Fraction(90 * 11 + 10))
    assert adjusted["B"] == CaseMix(Fraction(200), 10 * Fraction(10) + 90 * Fraction(9, 10))
    assert adjusted["A"].actual / adjusted["A"].expected < 1
    assert adjusted["B"].actual / adjusted["B"].expected > 1


def test_a_queue_that_nobody_else_works_is_left_out_of_both_sums() -> None:
    found: list[Row] = [("A", "shared", 5, 10), ("A", "own", 1_000, 1), ("B", "shared", 20, 10)]
    adjusted = adjust_case_mix(found, add_everyone(found))
    assert adjusted["A"] == CaseMix(Fraction(5), Fraction(20))
    assert rates_of_others({"own": Work(1_000, 1)}, add_everyone(found)) == {}
    assert expect_units({"own": Work(1_000, 1)}, {}) == CaseMix(Fraction(0), Fraction(0))


def test_everyone_includes_the_subject() -> None:
    with pytest.raises(ValueError, match="does not hold the subject's own"):
        rates_of_others({"x": Work(5, 10)}, {"x": Work(4, 10)})
    with pytest.raises(ValueError, match="does not hold the subject's own"):
        rates_of_others({"x": Work(5, 10)}, {})


def test_a_rate_needs_a_second() -> None:
    others = {"x": Work(9, 2), "y": Work(9, 0), "z": Work(-3, 2), "less": Work(1, -1)}
    assert find_rates(others) == {"x": Fraction(9, 2), "z": Fraction(-3, 2)}


@given(rows)
def test_it_is_what_the_words_say(found: list[Row]) -> None:
    for subject, (actual, expected) in adjust_case_mix(found, add_everyone(found)).items():
        done, wanted = Fraction(0), Fraction(0)
        for queue in "xyz":
            others = [row for row in found if row[0] != subject and row[1] == queue]
            if seconds := sum(row[3] for row in others):
                own = [row for row in found if row[0] == subject and row[1] == queue]
                done += sum(row[2] for row in own)
                wanted += Fraction(sum(row[2] for row in others) * sum(r[3] for r in own), seconds)
        assert (actual, expected) == (done, wanted)


@given(rows, st.integers(0, 30))
def test_days_add_up_to_the_period(found: list[Row], cut: int) -> None:
    mine = [row for row in found if row[0] == "A"]
    own, everyone = add_everyone(mine), add_everyone(found)
    rates = rates_of_others(own, everyone)
    days = [expect_units(add_everyone(part), rates) for part in (mine[:cut], mine[cut:])]
    whole = expect_units(own, rates)
    assert sum(day.actual for day in days) == whole.actual
    assert sum(day.expected for day in days) == whole.expected


@given(rows, st.integers(1, 60))
def test_who_works_as_the_others_do_is_at_one(found: list[Row], share: int) -> None:
    """A subject that does in each queue exactly what the others do per second has index 1."""
    others = add_everyone(found)
    own = {
        queue: Work(w.units * Fraction(share, 7), w.seconds * Fraction(share, 7))
        for queue, w in others.items()
        if w.seconds
    }
    everyone = {
        q: Work(w.units + own[q].units, w.seconds + own[q].seconds)
        for q, w in others.items()
        if q in own
    }
    actual, expected = expect_units(own, rates_of_others(own, everyone))
    assert actual == expected
