from teams.structure.selectors.leaders import (
    Answering,
    find_leaders,
    list_leaders,
    list_people_led,
)
from teams.structure.selectors.names import find_people, find_queues, find_units
from teams.structure.selectors.trees import get_tree

__all__ = [
    "Answering",
    "find_leaders",
    "find_people",
    "find_queues",
    "find_units",
    "get_tree",
    "list_leaders",
    "list_people_led",
]
