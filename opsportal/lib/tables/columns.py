import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class ColumnProblem:
    """A column that is missing, unknown or repeated: a code, the column and a sentence."""

    code: str
    column: str
    message: str


class ColumnsError(Exception):
    """The columns of a file are not those that were expected; `problems` says how."""

    def __init__(self, problems: list[ColumnProblem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = problems


def match_columns(
    columns: Sequence[str], *, required: Sequence[str], optional: Sequence[str] = ()
) -> dict[str, str]:
    """Map a file's columns to the expected ones: 'Employee ID' is employee_id.

    Raises ColumnsError with every problem when one is missing, unknown or there twice; a
    misspelled one is told the name it was probably meant to have.
    """
    known = [*required, *optional]
    by_spelling = {spell(name): name for name in known}
    matched: dict[str, str] = {}
    problems: list[ColumnProblem] = []
    unknown: list[str] = []
    for column in columns:
        name = by_spelling.get(spell(column))
        if name is None:
            unknown.append(column)
        elif name in matched.values():
            problems.append(
                ColumnProblem("repeated_column", column, f"The column '{name}' stands twice.")
            )
        else:
            matched[column] = name
    absent = [name for name in known if name not in matched.values()]
    meant: set[str] = set()
    for column in unknown:
        close = get_close_matches(spell(column), absent, n=1, cutoff=0.7)
        meant.update(close)
        hint = f" Did you mean '{close[0]}'?" if close else f" Known are {', '.join(known)}."
        problems.append(
            ColumnProblem("unknown_column", column, f"The column '{column}' is unknown.{hint}")
        )
    for name in required:
        if name in absent and name not in meant:
            problems.append(
                ColumnProblem("missing_column", name, f"The column '{name}' is missing.")
            )
    if problems:
        raise ColumnsError(problems)
    return matched


def spell(column: str) -> str:
    """Return what two spellings of a column have in common: 'Employee ID' is employee_id."""
    return re.sub(r"[\s_-]+", "_", column.strip().casefold())
