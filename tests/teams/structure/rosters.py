"""Rosters of tests, written as files and applied as anyone's."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from teams.structure.models import Assignment, Leadership, Person
from teams.structure.services.rosters import RosterOutcome, apply_roster, read_roster

HEADER = "employee_id,name,email,unit,leader_of"
FILE = f"""{HEADER},level,start,end
E-1,Ana Ruiz,ana@example.org,Safety,Safety,L6,2024-01-01,
E-2,Bo Lind,bo@example.org,Safety/Video,Safety/Video,L5,2024-01-01,
E-3,Cy Moss,cy@example.org,Safety/Video/Team 1,Safety/Video/Team 1,L4,2024-01-01,
E-4,Di Park,di@example.org,Safety/Video/Team 1,,L3,2024-01-01,
E-5,Ed Sato,ed@example.org,Safety/Video/Team 2,,L3,,
"""
FIRST = date(2026, 1, 1)


def apply(folder: Path, text: str | bytes, as_of: date = FIRST, **options: Any) -> RosterOutcome:
    path = folder / "roster.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    file = read_roster(path, name=options.pop("name", "roster.csv"))
    return apply_roster(file=file, as_of=as_of, by=options.pop("by", None), **options)


def roster(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows, ""])


def where(on: date) -> dict[str, str]:
    """Who is where on a day: the slug of the unit by employee number."""
    rows = Assignment.objects.filter(valid__contains=on)
    return dict(rows.values_list("person__employee_id", "unit__slug"))


def who_leads(on: date) -> dict[str, str]:
    rows = Leadership.objects.filter(valid__contains=on, is_deputy=False)
    return dict(rows.values_list("unit__slug", "person__employee_id"))


def emails() -> dict[str, str]:
    return dict(Person.objects.values_list("employee_id", "user__email"))


def codes(outcome: RosterOutcome) -> list[tuple[int | None, str, str]]:
    assert outcome.status == "refused"
    assert all(error.message.endswith((".", "?")) for error in outcome.errors)
    return [(error.row, error.column, error.code) for error in outcome.errors]


def kinds(outcome: RosterOutcome) -> Iterable[str]:
    return [f"{line.kind}: {line.subject} {line.text}" for line in outcome.lines]
