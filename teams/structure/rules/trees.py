from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from teams.structure.rules.names import fold


class Node(NamedTuple):
    """A unit where it stood on one day; `parent_id` is None for the root alone."""

    id: int
    slug: str
    name: str
    kind: str
    parent_id: int | None


class Tree:
    """The units of one day. Units that did not stand anywhere that day are not in it.

    Paths are relative to the root, whose path is empty: 'Trust & Safety/Video/Team 7'.
    """

    def __init__(self, nodes: Iterable[Node]) -> None:
        """Raise ValueError unless exactly one node has no parent.

        A unit below one that did not stand on the day is left out with it.
        """
        self._children: dict[int | None, list[Node]] = {}
        for node in sorted(nodes, key=lambda node: (node.name.casefold(), node.id)):
            self._children.setdefault(node.parent_id, []).append(node)
        roots = self._children.get(None, [])
        if len(roots) != 1:
            raise ValueError(f"A tree has one root, not {len(roots)}")
        self.root = roots[0]
        # Parents first, by name: what is under a unit follows it without a gap.
        self._in_order = list(self._descend())
        self.nodes = {node.id: node for node in self._in_order}
        self._places = {node.id: place for place, node in enumerate(self._in_order)}
        self._below: dict[int, frozenset[int]] = {}
        self._sizes = dict.fromkeys(self.nodes, 1)
        for node in self._in_order[:0:-1]:
            assert node.parent_id is not None, "the root alone has none, and stands first"
            self._sizes[node.parent_id] += self._sizes[node.id]

    def _descend(self) -> Iterator[Node]:
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(self.children(node.id))

    @cached_property
    def _by_slug(self) -> dict[str, Node]:
        return {node.slug: node for node in self.nodes.values()}

    @cached_property
    def _by_path(self) -> dict[str, Node]:
        return {fold(self.path(node.id)): node for node in self.nodes.values()}

    def __contains__(self, unit_id: object) -> bool:
        return unit_id in self.nodes

    def children(self, unit_id: int) -> list[Node]:
        """List the units directly below, by name."""
        return self._children.get(unit_id, [])

    def siblings(self, unit_id: int) -> list[Node]:
        """List the other units of the same parent, by name."""
        parent_id = self.nodes[unit_id].parent_id
        if parent_id is None:
            return []
        return [node for node in self.children(parent_id) if node.id != unit_id]

    def below(self, unit_id: int) -> frozenset[int]:
        """Return the ids of a unit and of everything under it."""
        found = self._below.get(unit_id)
        if found is None:
            found = self._below[unit_id] = frozenset(node.id for node in self.walk(unit_id))
        return found

    def walk(self, unit_id: int | None = None) -> Iterator[Node]:
        """Yield a unit (the root by default) and everything under it, parents first, by name."""
        start = self.root.id if unit_id is None else unit_id
        if start in self.nodes:
            place = self._places[start]
            yield from self._in_order[place : place + self._sizes[start]]

    def above(self, unit_id: int) -> list[Node]:
        """List the units above, the root first, the unit itself last.

        Empty where the unit did not stand on the day.
        """
        chain: list[Node] = []
        node = self.nodes.get(unit_id)
        while node is not None:
            chain.append(node)
            if node.parent_id is None:
                return chain[::-1]
            node = self.nodes.get(node.parent_id)
        return []

    def depth(self, unit_id: int) -> int:
        """Count the steps from the root, which has depth 0."""
        return len(self.above(unit_id)) - 1

    def path(self, unit_id: int) -> str:
        """Join the names below the root with '/'."""
        return "/".join(node.name for node in self.above(unit_id)[1:])

    def by_path(self, path: str) -> Node | None:
        """Find a unit by its path, whatever the case and the spaces around each name."""
        return self._by_path.get(fold(path))

    def by_slug(self, slug: str) -> Node | None:
        return self._by_slug.get(slug)
