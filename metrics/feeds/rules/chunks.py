"""Rows on their way from a file to checked rows, a chunk at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from metrics.feeds.rules.problems import Note, Problem

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

PROBLEMS_KEPT = 10_000


@dataclass
class Chunk:
    """Some rows of a file by column: text, numbers, dates or instants, null or '' where blank.

    Text may be dictionary-encoded. `rows` are their numbers in the file, int32; `unreadable` tells
    of rows that are not among them, since their cells could not be told apart.
    """

    rows: np.ndarray
    columns: dict[str, pa.Array]
    unreadable: list[Problem] = field(default_factory=list)


@dataclass
class Tally:
    """What the checks have found so far; problems beyond PROBLEMS_KEPT are only counted."""

    rows: int = 0
    rejected: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: dict[tuple[str, str], Note] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        return self.rows - self.rejected

    @property
    def room(self) -> int:
        """Tell how many more problems are kept."""
        return max(PROBLEMS_KEPT - len(self.problems), 0)

    def refuse(self, problems: list[Problem]) -> None:
        """Refuse rows, one problem each, that were counted as taken."""
        self.rejected += len(problems)
        self.problems += problems[: self.room]

    def add_note(self, code: str, column: str, message: str, rows: np.ndarray) -> None:
        """Warn of rows, by their numbers, that are taken all the same."""
        if len(rows):
            note = self.notes.setdefault(
                (code, column), Note(code, column, message, first_row=int(rows[0]))
            )
            note.rows += len(rows)


def as_text(column: pa.Array) -> pa.Array:
    """Write a column as text; whole numbers without a decimal point."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(column.type):
        return column
    if pa.types.is_decimal(column.type):
        return pc.replace_substring_regex(pc.cast(column, pa.string()), r"\.0+$", "")
    if not pa.types.is_floating(column.type):
        return pc.cast(column, pa.string())
    whole = pc.and_(pc.equal(column, pc.round(column)), pc.less(pc.abs(column), 1e15))
    integers = pc.cast(pc.if_else(whole, column, None), pa.int64())
    return pc.coalesce(pc.cast(integers, pa.string()), pc.cast(column, pa.string()))


def trimmed(column: pa.Array) -> pa.Array:
    """Return text without spaces around it, '' where blank."""
    import pyarrow.compute as pc

    return pc.utf8_trim_whitespace(pc.fill_null(as_text(column), ""))


def as_mask(column: pa.Array) -> np.ndarray:
    """Return true where a column of truth values is; null is false."""
    mask: np.ndarray = column.fill_null(False).to_numpy(zero_copy_only=False)
    return mask
