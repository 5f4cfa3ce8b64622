from teams.structure.selectors.names import find_people, find_queues, find_units
from teams.structure.selectors.trees import get_tree

__all__ = ["find_people", "find_queues", "find_units", "get_tree"]
