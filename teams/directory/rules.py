"""How many people are in a unit and below, and how many answer to its leader."""

from collections.abc import Mapping
from typing import NamedTuple

from teams.structure.rules import Tree


class Seat(NamedTuple):
    """A leader, and the unit that they belong to themselves; None for none."""

    person_id: int
    unit_id: int | None


def calculate_headcounts(tree: Tree, people: Mapping[int, int]) -> dict[int, int]:
    """Count people per unit with everything below; `people` holds those of each unit itself."""
    headcounts = {unit_id: people.get(unit_id, 0) for unit_id in tree.nodes}
    for node in reversed(list(tree.walk())):
        if node.parent_id is not None:
            headcounts[node.parent_id] += headcounts[node.id]
    return headcounts


def calculate_spans(
    tree: Tree, people: Mapping[int, int], leaders: Mapping[int, Seat]
) -> dict[int, int]:
    """Count who answers to each unit's leader; units without a leader are not in the answer.

    That is everyone of the unit itself and the leaders directly below. A unit below that nobody
    leads counts as part of the one above; one with the same leader has a span of its own.
    """
    return {
        unit_id: _count_reports(tree, unit_id, people, leaders)
        for unit_id in leaders
        if unit_id in tree
    }


def _count_reports(
    tree: Tree, unit_id: int, people: Mapping[int, int], leaders: Mapping[int, Seat]
) -> int:
    leader = leaders[unit_id]
    own_units = {unit_id}
    below: set[Seat] = set()
    waiting = list(tree.children(unit_id))
    while waiting:
        node = waiting.pop()
        seat = leaders.get(node.id)
        if seat is None:
            own_units.add(node.id)
            waiting.extend(tree.children(node.id))
        elif seat.person_id != leader.person_id:
            below.add(seat)
    members = sum(people.get(own, 0) for own in own_units)
    from_elsewhere = sum(seat.unit_id not in own_units for seat in below)
    return members - (leader.unit_id in own_units) + from_elsewhere
