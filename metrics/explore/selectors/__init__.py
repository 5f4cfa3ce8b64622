from metrics.explore.selectors.answers import Answer, Part
from metrics.explore.selectors.explorations import Choices, Exploration, explore
from metrics.explore.selectors.rows import RowsPage, read_rows_on, read_rows_page
from metrics.explore.selectors.views import get_view, list_units_to_share_with, list_views

__all__ = [
    "Answer",
    "Choices",
    "Exploration",
    "Part",
    "RowsPage",
    "explore",
    "get_view",
    "list_units_to_share_with",
    "list_views",
    "read_rows_on",
    "read_rows_page",
]
