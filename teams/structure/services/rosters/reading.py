from dataclasses import dataclass
from pathlib import Path

from opsportal.lib.tables import ColumnsError, TableError, match_columns, read_table
from teams.structure.rules.rosters import (
    OPTIONAL,
    REQUIRED,
    RosterRow,
    RowError,
    parse_rows,
)


@dataclass(frozen=True)
class RosterFile:
    """A roster as its file says it, and all that is wrong in it."""

    name: str
    columns: frozenset[str]
    rows: list[RosterRow]
    errors: list[RowError]


def read_roster(path: str | Path, *, name: str) -> RosterFile:
    """Read a roster from CSV or XLSX; `name` is what people call the file."""
    try:
        table = read_table(path, name=name)
        table = table.rename(match_columns(table.columns, required=REQUIRED, optional=OPTIONAL))
        rows, errors = parse_rows(table.rows, table.columns)
    except TableError as error:
        return _refused(name, [RowError(error.row, "", error.code, error.message)])
    except ColumnsError as error:
        return _refused(
            name,
            [
                RowError(1, problem.column, problem.code, problem.message)
                for problem in error.problems
            ],
        )
    if not rows and not errors:
        message = f"'{name}' has a header and nobody below it."
        return _refused(name, [RowError(None, "", "no_rows", message)])
    return RosterFile(name, frozenset(table.columns), rows, errors)


def _refused(name: str, errors: list[RowError]) -> RosterFile:
    return RosterFile(name, frozenset(), [], errors)
