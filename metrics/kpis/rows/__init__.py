"""What stands behind a number: the facts that it counts, or the lines of its days.

Which of the two someone reads follows from their rights and from what the number is made of.
"""

from metrics.kpis.rows.cells import (
    Behind,
    Column,
    MeasureSum,
    find_behind,
    list_made_of,
    read_behind,
)
from metrics.kpis.rows.facts import FactRow
from metrics.kpis.rows.lines import Line
from metrics.kpis.rows.scopes import Cell, Place

__all__ = [
    "Behind",
    "Cell",
    "Column",
    "FactRow",
    "Line",
    "MeasureSum",
    "Place",
    "find_behind",
    "list_made_of",
    "read_behind",
]
