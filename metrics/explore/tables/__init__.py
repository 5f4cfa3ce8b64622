"""The shapes in which an answer leaves: what its templates and its exports take."""

from metrics.explore.tables.exports import answer_rows
from metrics.explore.tables.pages import shape_page
from metrics.explore.tables.rows import name_columns, read_place, row_rows, shape_rows

__all__ = ["answer_rows", "name_columns", "read_place", "row_rows", "shape_page", "shape_rows"]
