from teams.structure.rules.names import clean_name, clean_path
from teams.structure.rules.trees import Node, Tree

__all__ = ["Node", "Tree", "clean_name", "clean_path"]
