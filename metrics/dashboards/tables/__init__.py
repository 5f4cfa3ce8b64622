"""The shapes in which a dashboard leaves: what its templates and its exports take."""

from metrics.dashboards.tables.comparisons import comparison_rows, shape_card
from metrics.dashboards.tables.movements import movement_rows
from metrics.dashboards.tables.pages import shape_home, shape_page
from metrics.dashboards.tables.persons import beside_rows, shape_person_page
from metrics.dashboards.tables.trends import trend_rows

__all__ = [
    "beside_rows",
    "comparison_rows",
    "movement_rows",
    "shape_card",
    "shape_home",
    "shape_page",
    "shape_person_page",
    "trend_rows",
]
