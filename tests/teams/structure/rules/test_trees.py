from hypothesis import given
from hypothesis import strategies as st

from teams.structure.rules import Node, Tree


@given(parents=st.lists(st.integers(0, 30), max_size=30), names=st.text("ab", min_size=31))
def test_what_is_under_a_unit_is_what_leads_up_to_it(parents: list[int], names: str) -> None:
    nodes = [Node(1, "u1", "root", "team", None)]
    for place, parent in enumerate(parents):
        # Under one of those before it, so that every unit hangs somewhere.
        above = nodes[parent % len(nodes)].id
        id_ = place + 2
        nodes.append(Node(id_, f"u{id_}", names[place], "team", above))
    tree = Tree([*nodes, Node(99, "u99", "left out", "team", 98)])
    assert [node.id for node in tree.walk(99)] == []
    assert 99 not in tree
    for node in nodes:
        under = {other.id for other in nodes if node in tree.above(other.id)}
        walked = list(tree.walk(node.id))
        assert tree.below(node.id) == under
        assert walked[0] == node
        assert {other.id for other in walked} == under
        assert [other for other in walked if other.parent_id == node.id] == tree.children(node.id)
