from collections.abc import Sequence

import pytest

from metrics.dashboards.rules.comparisons import (
    Comparison,
    Part,
    Place,
    add_readings,
    compare_parts,
    describe_comparison,
    head_group,
    title_comparison,
    write_rank,
)
from metrics.dashboards.rules.figures import Measure, Reading
from tests.metrics.dashboards.rules.examples import EMPTY, HANDLE_TIME, ON_TIME, share


def compare(
    readings: Sequence[Reading], measure: Measure = ON_TIME, *, show_all: bool = True
) -> Comparison:
    parts = [Part(f"t{i}", f"Team {i}", reading) for i, reading in enumerate(readings)]
    return compare_parts(measure, parts, add_readings(measure, readings), show_all=show_all)


def names(comparison: Comparison, place: Place) -> list[str]:
    return [
        row.part.name for group in comparison.groups if group.place is place for row in group.rows
    ]


def test_noise_is_not_ranked() -> None:
    found = compare([share(right, 1000) for right in (930, 938, 941, 945, 935)])
    assert [group.place for group in found.groups] == [Place.AROUND]
    assert title_comparison(found, "team", "teams") == "No team can be told from the whole"
    assert {write_rank(row.rank, found.judged) for row in found.groups[0].rows} == {"1–5 of 5"}


def test_who_stands_apart_is_named_and_the_others_are_not_told_apart() -> None:
    found = compare([share(right, 1000) for right in (930, 938, 941, 945, 820)])
    assert names(found, Place.LOWER) == ["Team 4"]
    title = title_comparison(found, "team", "teams")
    assert "Team 4 lies below the whole" in title
    assert head_group(found, Place.LOWER) == "Lower than the whole, worse"


def test_of_a_time_the_lower_side_is_the_better_and_comes_first() -> None:
    readings = [
        Reading(80.0, 79.0, 81.0, 80_000, 1000, 1000, provisional=False, version=1),
        Reading(70.0, 69.0, 71.0, 70_000, 1000, 1000, provisional=False, version=1),
        Reading(75.0, 74.0, 76.0, 75_000, 1000, 1000, provisional=False, version=1),
    ]
    found = compare(readings, HANDLE_TIME)
    assert [group.place for group in found.groups] == [Place.LOWER, Place.AROUND, Place.HIGHER]
    assert head_group(found, Place.LOWER) == "Lower than the whole, better"
    assert write_rank(found.groups[0].rows[0].rank, found.judged) == "1 of 3"


def test_too_few_is_neither_ranked_nor_put_on_top() -> None:
    found = compare([share(30, 30), share(940, 1000), share(930, 1000), EMPTY])
    assert names(found, Place.FEW) == ["Team 0"]
    assert names(found, Place.NO_DATA) == ["Team 3"]
    assert found.judged == 2
    assert all(row.rank is None for row in found.groups[-2].rows)


FEW_AND_MANY = [(165, 165), (9_900, 10_000), (9_700, 10_000), (9_650, 10_000)]


def test_luck_of_the_small_does_not_lead() -> None:
    """All of 165 is a higher share than 9,900 of 10,000, and says less."""
    found = compare([share(right, n) for right, n in FEW_AND_MANY])
    higher = names(found, Place.HIGHER)
    assert higher.index("Team 1") < higher.index("Team 0")


def test_of_many_each_group_shows_its_farthest() -> None:
    readings = [share(600 + 3 * number, 1000) for number in range(120)]
    found = compare(readings, show_all=False)
    assert found.is_long
    assert all(len(group.rows) <= 10 for group in found.groups)
    assert names(found, Place.HIGHER)[0] == "Team 119"
    assert names(found, Place.LOWER)[-1] == "Team 0"
    assert sum(group.size for group in found.groups) == 120
    assert compare(readings, show_all=True).hidden == 0
    assert "larger than chance" in describe_comparison(found, "team")
    assert "120 teams lie above the whole" in title_comparison(found, "team", "teams")


@pytest.mark.parametrize(
    ("readings", "title"),
    [
        ([], "No data to compare teams by"),
        ([EMPTY, EMPTY], "No data to compare teams by"),
        ([share(9, 10), share(8, 10)], "No team has enough items due to be compared"),
        ([share(900, 1000)], "One team only"),
    ],
)
def test_it_says_what_cannot_be_compared(readings: list[Reading], title: str) -> None:
    assert title_comparison(compare(readings), "team", "teams") == title


def test_parts_are_added_as_sums_not_as_rates() -> None:
    whole = add_readings(ON_TIME, [share(90, 100), share(0, 900), EMPTY])
    assert whole.value == 9.0
    assert not whole.has_interval
