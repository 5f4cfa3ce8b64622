import pytest

from teams.directory.rules import Seat, calculate_headcounts, calculate_spans
from teams.structure.rules import Node, Tree

#  1 ── 2 ── 4
#   │    └── 5
#   └── 3
TREE = Tree(
    Node(id_, f"u{id_}", f"U{id_}", "team", parent)
    for id_, parent in [(1, None), (2, 1), (3, 1), (4, 2), (5, 2)]
)
PEOPLE = {1: 2, 2: 1, 4: 6, 5: 3}


def test_a_head_counts_in_its_unit_and_in_all_above():
    assert calculate_headcounts(TREE, PEOPLE) == {1: 12, 2: 10, 3: 0, 4: 6, 5: 3}


@pytest.mark.parametrize(
    ("leaders", "spans"),
    [
        ({}, {}),
        # Everyone below a unit that nobody else leads answers to its leader, who counts not.
        ({1: Seat(11, 1)}, {1: 11}),
        # A leader below counts once: in the unit above where they sit in their own …
        ({1: Seat(11, 1), 2: Seat(22, 2)}, {1: 1 + 1, 2: 9}),
        # … and as one of its people where they sit there.
        ({1: Seat(11, 1), 2: Seat(12, 1)}, {1: 1, 2: 10}),
        # Who leads two units below is one person.
        ({2: Seat(22, 2), 4: Seat(44, 4), 5: Seat(44, 4)}, {2: 1, 4: 5, 5: 3}),
        # Who leads a unit and the one below has a span in each.
        ({2: Seat(22, 2), 4: Seat(22, 2)}, {2: 3, 4: 6}),
        # From outside, without a unit of their own; and a unit that did not stand.
        ({3: Seat(99, None), 7: Seat(11, 1)}, {3: 0}),
    ],
)
def test_a_span_counts_who_answers_to_the_leader(leaders, spans):
    assert calculate_spans(TREE, PEOPLE, leaders) == spans
