from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

MAX_COLUMNS = 1_000
# The key of what stands in a row to the right of the last column.
BEYOND = ""


class TableError(Exception):
    """Why a file is no table: `code` is stable, `message` is a sentence for people.

    `row` is the row in the file where that shows, the header being row 1; None for the whole.
    """

    def __init__(self, code: str, message: str, *, row: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.row = row


@dataclass(frozen=True)
class Table:
    """The columns of a file, and its rows, to be read once and in order.

    `rows` yields the number of a row in the file, the header being 1, and its cells by column:
    text without spaces around it, blank where the row is short. Rows without any text are left
    out. What stands beyond the last column, or under one without a name, is under BEYOND.
    Reading on may raise TableError: a quotation mark that never closes shows only at the end.
    """

    columns: list[str]
    rows: Iterator[tuple[int, dict[str, str]]]

    def rename(self, names: Mapping[str, str]) -> "Table":
        """Call columns by other names; those without one keep theirs."""
        renamed = [names.get(column, column) for column in self.columns]
        rows = (
            (number, {names.get(column, column): cell for column, cell in cells.items()})
            for number, cells in self.rows
        )
        return Table(renamed, rows)


def build_table(records: Iterator[tuple[int, Sequence[str]]], *, name: str) -> Table:
    """Take the first record that has text as the header of those that follow.

    Raises TableError where there is none, where a column is repeated, and for far too many.
    """
    header: list[str] = []
    for _, record in records:
        header = [cell.strip() for cell in record]
        if any(header):
            break
    while header and not header[-1]:
        header.pop()
    if not header:
        raise TableError("empty_file", f"'{name}' is empty: not even a header stands in it.")
    if len(header) > MAX_COLUMNS:
        raise TableError(
            "too_many_columns",
            f"'{name}' has {len(header):,} columns; at most {MAX_COLUMNS:,} are read.",
        )
    named = [column for column in header if column]
    for column in named:
        if named.count(column) > 1:
            raise TableError(
                "repeated_column", f"The column '{column}' stands {named.count(column)} times."
            )
    return Table(named, _read_rows(header, records))


def _read_rows(
    header: Sequence[str], records: Iterable[tuple[int, Sequence[str]]]
) -> Iterator[tuple[int, dict[str, str]]]:
    blank = {column: "" for column in header if column}
    for number, record in records:
        cells = dict(blank)
        for position, cell in enumerate(record):
            if text := cell.strip():
                column = header[position] if position < len(header) else BEYOND
                cells[column] = text
        if any(cells.values()):
            yield number, cells
