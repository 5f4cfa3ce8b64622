"""Rows of a roster file, checked as far as the file alone can tell."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import TypeVar
from zoneinfo import available_timezones

from teams.structure.rules.names import (
    NAME_LENGTH,
    clean_name,
    clean_path,
    explain_employee_id,
    explain_name,
    explain_path,
    fold,
)
from teams.structure.rules.timelines import Stretch, cut, put, stretch_on

V = TypeVar("V")

REQUIRED = ("employee_id", "name", "email", "unit")
OPTIONAL = (
    "leader_of",
    "level",
    "employment",
    "location",
    "time_zone",
    "languages",
    "start",
    "end",
)
EMPLOYMENTS = ("employee", "vendor")
EMAIL = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
EMAIL_LENGTH = 254
SHORT_LENGTH = 40
YEARS = range(1900, 2200)


@dataclass(frozen=True)
class RowError:
    """What is wrong in a cell: the row in the file (the header is 1), the column, a sentence."""

    row: int | None
    column: str
    code: str
    message: str


@dataclass(frozen=True)
class RosterRow:
    """One row per person of a roster. None means that the file does not say."""

    row: int
    employee_id: str
    name: str
    email: str
    unit: str
    leader_of: tuple[str, ...] | None = None
    level: str | None = None
    employment: str | None = None
    location: str | None = None
    time_zone: str | None = None
    languages: tuple[str, ...] | None = None
    start: date | None = None
    end: date | None = None

    def paths(self) -> Iterable[str]:
        return (self.unit, *(self.leader_of or ()))


class CellError(Exception):
    """Why a cell cannot be read: a code and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def parse_rows(
    rows: Iterable[tuple[int, Mapping[str, str]]], columns: Iterable[str]
) -> tuple[list[RosterRow], list[RowError]]:
    """Read the rows of a roster, and everything that is wrong with them, in the file's order.

    A column that the file lacks leaves what is known as it is. A blank cell empties it, but
    leaves employment and its dates as they are.
    """
    present = set(columns)
    parsed: list[RosterRow] = []
    errors: list[RowError] = []
    for number, cells in rows:
        if beyond := cells.get(""):
            errors.append(
                RowError(
                    number, "", "too_many_cells", f"'{beyond[:40]}' stands under no column's name."
                )
            )
            continue
        row, problems = _parse_row(number, cells, present)
        errors += problems
        if row is not None:
            parsed.append(row)
    errors += _find_repeats(parsed)
    return parsed, sorted(errors, key=lambda error: error.row or 0)


def employ(
    known: Sequence[Stretch[V]],
    *,
    as_of: date,
    start: date | None,
    end: date | None,
    place: V,
) -> list[Stretch[V]]:
    """Let someone hold a place from a roster's date until the next later change already known.

    Who is not assigned on that date joins on `start`, unless known days already lie between. An
    `end` that has passed ends what is known on that date; of someone never known before, the
    days from `start` are kept.
    """
    if end is not None and end <= as_of:
        if not known and start is not None:
            return [Stretch(start, end, place)]
        held = stretch_on(known, as_of)
        return cut(known, end, as_of if held is None else held.end)
    begin = as_of
    if start is not None and stretch_on(known, as_of) is None:
        if start > as_of:
            known, begin = cut(known, as_of, start), start
        elif all(stretch.end <= start for stretch in known if stretch.start <= as_of):
            begin = start
    return put(known, begin, place, until=end)


def _parse_row(
    number: int, cells: Mapping[str, str], present: set[str]
) -> tuple[RosterRow | None, list[RowError]]:
    values: dict[str, object] = {}
    problems: list[RowError] = []
    for column, parse in PARSERS.items():
        if column in present:
            try:
                values[column] = parse(cells.get(column, ""))
            except CellError as error:
                problems.append(RowError(number, column, error.code, str(error)))
    if problems:
        return None, problems
    row = RosterRow(row=number, **values)  # type: ignore[arg-type]
    if row.start is not None and row.end is not None and row.end <= row.start:
        message = (
            f"The employment ends on {row.end}, which is not after {row.start}, when it starts; "
            "'end' is the first day without it."
        )
        return None, [RowError(number, "end", "end_before_start", message)]
    return row, []


def _find_repeats(rows: Iterable[RosterRow]) -> Iterable[RowError]:
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        marks = [
            ("employee_id", row.employee_id, "repeated_employee_id", "This employee number"),
            ("email", row.email, "repeated_email", "This e-mail address"),
        ]
        for path in row.leader_of or ():
            marks.append(("leader_of", fold(path), "two_leaders", f"A leader of '{path}'"))
        for column, value, code, what in marks:
            first = seen.setdefault((column, value), row.row)
            if first != row.row:
                yield RowError(row.row, column, code, f"{what} stands in row {first} already.")


def _parse_employee_id(cell: str) -> str:
    return _explained(explain_employee_id(cell), "bad_employee_id", cell)


def _parse_name(cell: str) -> str:
    name = clean_name(cell)
    return _explained(explain_name(name), "bad_name", name)


def _parse_email(cell: str) -> str:
    if not cell:
        raise CellError("missing", "The e-mail address is missing; it is the person's sign-in.")
    if len(cell) > EMAIL_LENGTH or EMAIL.fullmatch(cell) is None or ".." in cell:
        raise CellError("bad_email", f"'{cell[:60]}' is not an e-mail address.")
    return cell.lower()


def _parse_unit(cell: str) -> str:
    return clean_path(_explained(explain_path(cell), "bad_unit", cell))


def _parse_leader_of(cell: str) -> tuple[str, ...]:
    """Take several units apart at ';', for who leads more than one; '/' is the organisation."""
    paths = [path.strip() for path in cell.split(";") if path.strip()]
    return tuple(dict.fromkeys("" if path == "/" else _parse_unit(path) for path in paths))


def _parse_employment(cell: str) -> str | None:
    if not cell:
        return None
    return _one_of(cell.lower(), EMPLOYMENTS, "unknown_employment", "employment")


def _parse_time_zone(cell: str) -> str:
    return _one_of(cell, _time_zones(), "unknown_time_zone", "time zone") if cell else ""


def _parse_languages(cell: str) -> tuple[str, ...]:
    return tuple(_parse_short(word.strip()) for word in re.split("[,;|]", cell) if word.strip())


def _parse_short(cell: str) -> str:
    return _within(cell, SHORT_LENGTH)


def _parse_location(cell: str) -> str:
    return _within(cell, NAME_LENGTH)


def _parse_date(cell: str) -> date | None:
    if not cell:
        return None
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell, re.ASCII):
        try:
            day = date.fromisoformat(cell)
        except ValueError:
            pass
        else:
            if day.year in YEARS:
                return day
    raise CellError("bad_date", f"'{cell[:40]}' is not a date such as 2026-03-01.")


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _explained(problem: str, code: str, value: str) -> str:
    if problem:
        raise CellError("missing" if not value else code, problem)
    return value


def _within(cell: str, length: int) -> str:
    value = clean_name(cell)
    if len(value) > length:
        raise CellError("too_long", f"'{value[:30]}…' has over {length} characters.")
    return value


def _one_of(cell: str, known: Collection[str], code: str, what: str) -> str:
    if cell in known:
        return cell
    close = get_close_matches(cell, sorted(known), n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    raise CellError(code, f"'{cell[:40]}' is no {what}.{hint}")


PARSERS: dict[str, Callable[[str], object]] = {
    "employee_id": _parse_employee_id,
    "name": _parse_name,
    "email": _parse_email,
    "unit": _parse_unit,
    "leader_of": _parse_leader_of,
    "level": _parse_short,
    "employment": _parse_employment,
    "location": _parse_location,
    "time_zone": _parse_time_zone,
    "languages": _parse_languages,
    "start": _parse_date,
    "end": _parse_date,
}
