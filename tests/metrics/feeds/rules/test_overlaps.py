"""Which stretches of days would hold at once, beside a twin that compares each with each."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from metrics.feeds.rules.overlaps import Stretch, find_overlaps

START = date(2026, 1, 1)


def _stretch(start: int, days: int | None) -> Stretch:
    since = START + timedelta(days=start)
    return Stretch(since, date.max if days is None else since + timedelta(days=days))


stretches = st.builds(_stretch, st.integers(0, 30), st.none() | st.integers(1, 8))
grouped = st.lists(st.tuples(st.sampled_from("ab"), stretches), max_size=12)


def overlap_by_hand(
    arrived: list[tuple[str, Stretch]], standing: list[tuple[str, Stretch]]
) -> dict[int, set[Stretch]]:
    taken = list(standing)
    found: dict[int, set[Stretch]] = {}
    for position, (group, stretch) in enumerate(arrived):
        others = {
            other
            for of, other in taken
            if of == group and other.start < stretch.end and stretch.start < other.end
        }
        if others:
            found[position] = others
        else:
            taken.append((group, stretch))
    return found


@given(grouped, grouped)
def test_overlaps_equal_their_twin(
    arrived: list[tuple[str, Stretch]], before: list[tuple[str, Stretch]]
) -> None:
    refused = overlap_by_hand(before, [])
    standing = [one for position, one in enumerate(before) if position not in refused]
    expected = overlap_by_hand(arrived, standing)
    found = find_overlaps(arrived, standing)
    assert found.keys() == expected.keys()
    assert all(found[position] in expected[position] for position in found)


def test_how_a_stretch_is_called() -> None:
    assert str(Stretch(START, date(2026, 2, 1), "row 5")) == (
        "row 5, from 2026-01-01 until before 2026-02-01"
    )
    assert str(Stretch(START, date.max, "row 5")) == "row 5, from 2026-01-01 until further notice"
