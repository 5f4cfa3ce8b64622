"""The files that the organisation sends: rosters, and reports for a feed of each kind.

The same seed, end and size give the same files, byte by byte.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from opsportal.demo.customers import list_outcomes, list_requests
from opsportal.demo.flow import QueueDay, draw_flow
from opsportal.demo.organisation import QUALITY_AUDITOR, TEAMS
from opsportal.demo.people import Person, hire_people, list_roster, make_path, roster_days
from opsportal.demo.quality import list_appeals, list_audits, list_judgements
from opsportal.demo.shifts import (
    Shift,
    draw_shifts,
    list_costs,
    list_exchange_rates,
    list_plan,
)
from opsportal.demo.stories import Storyline
from opsportal.demo.work import WorkDay, draw_work

WORK = "review-tool"
QUEUE_REPORT = "queue-report"
VENDOR_REPORT = "vendor-queue-report"
SHIFTS = "shift-planner"
PLAN = "headcount-plan"
AUDITS = "quality-audits"
JUDGEMENTS = "double-judgements"
APPEALS = "appeals"
REQUESTS = "customer-requests"
COSTS = "cost-rates"
EXCHANGE_RATES = "exchange-rates"
OUTCOMES = "search-trials"

# A file holds this many days, so that history arrived over time and not at once.
DAYS_PER_FILE = 100


@dataclass(frozen=True)
class FeedFile:
    feed: str
    path: Path


@dataclass(frozen=True)
class RosterFile:
    as_of: date
    path: Path


@dataclass(frozen=True)
class Files:
    """Everything to be imported, in the order in which it was sent."""

    line: Storyline
    people: list[Person]
    rosters: list[RosterFile]
    reports: list[FeedFile]


def write_files(folder: Path, *, end: date, seed: int, days: int = 400, size: float = 1.0) -> Files:
    """Write all files into a folder; `end` is the day after the last day of data.

    `size` scales the teams, `days` the history: tests do with less of both.
    """
    line = Storyline(end, days)
    # One stream each, so that more of one thing does not change the others.
    for_people, for_work, for_flow, *others = np.random.default_rng(seed).spawn(9)
    for_shifts, for_audits, for_judgements, for_appeals, for_requests, for_outcomes = others
    people = hire_people(line, random=for_people, size=size)
    work = draw_work(people, line, random=for_work)
    flow = draw_flow(work, line, random=for_flow)
    return Files(
        line,
        people,
        [_write_roster(folder, people, line, day) for day in roster_days(line)],
        [
            *_write_work(folder, work, line),
            *_write_queue_report(folder, flow, line),
            *_write_vendor_report(folder, flow, line),
            *_write_shifts(folder, draw_shifts(people, work, line, random=for_shifts), line),
            *_write_whole(
                folder,
                {
                    EXCHANGE_RATES: list_exchange_rates(line),
                    COSTS: list_costs(line),
                    PLAN: list_plan(line),
                    AUDITS: list_audits(work, _auditors(people), line, random=for_audits),
                    JUDGEMENTS: list_judgements(work, line, random=for_judgements),
                    APPEALS: list_appeals(work, line, random=for_appeals),
                    REQUESTS: list_requests(line, random=for_requests),
                    OUTCOMES: list_outcomes(line, random=for_outcomes),
                },
            ),
        ],
    )


def _write_roster(folder: Path, people: list[Person], line: Storyline, day: date) -> RosterFile:
    path = folder / f"roster-{day}.csv"
    _write_csv(path, list_roster(people, line, day))
    return RosterFile(day, path)


def _write_work(folder: Path, work: list[WorkDay], line: Storyline) -> Iterator[FeedFile]:
    for first, last in _stretches(line):
        path = folder / f"review-tool-{_day(line, first)}.csv"
        rows = [_describe_work(row, line) for row in work if first <= row.day < last]
        if last == line.days:
            rows += _write_carelessly(rows[-1], line)
        _write_csv(path, rows)
        yield FeedFile(WORK, path)


def _write_queue_report(folder: Path, flow: list[QueueDay], line: Storyline) -> Iterator[FeedFile]:
    own = [row for row in flow if not TEAMS[row.team].vendors]
    for first, last in _stretches(line):
        path = folder / f"queue-report-{_day(line, first)}.csv"
        rows = (row for row in own if first <= row.day < last)
        _write_csv(path, (_describe_flow(row, line) for row in rows))
        yield FeedFile(QUEUE_REPORT, path)


def _write_vendor_report(folder: Path, flow: list[QueueDay], line: Storyline) -> Iterator[FeedFile]:
    """Write the vendors' report: with columns of their own, a late week and a correction."""
    rows = [
        row
        for row in flow
        if TEAMS[row.team].vendors and line.has_arrived(row.team, _day(line, row.day))
    ]
    in_late, in_corrected = _within(line, line.late_week), _within(line, line.corrected_week)
    first_told = (
        replace(row, missed=row.missed * 2 // 3) if in_corrected(row) else row
        for row in rows
        if not in_late(row)
    )
    parts: list[tuple[str, Iterable[QueueDay]]] = [
        (f"vendor-{line.start}-to-{line.end}", first_told),
        (f"vendor-{line.late_week[0]}-late", filter(in_late, rows)),
        (f"vendor-{line.corrected_week[0]}-corrected", filter(in_corrected, rows)),
    ]
    for name, part in parts:
        path = folder / f"{name}.csv"
        _write_csv(path, (_describe_vendor_flow(row, line) for row in part), delimiter=";")
        yield FeedFile(VENDOR_REPORT, path)


def _write_shifts(folder: Path, shifts: list[Shift], line: Storyline) -> Iterator[FeedFile]:
    for first, last in _stretches(line):
        path = folder / f"shift-planner-{_day(line, first)}.csv"
        rows = (row for row in shifts if first <= row.day < last)
        _write_csv(path, (_describe_shift(row, line) for row in rows))
        yield FeedFile(SHIFTS, path)


def _write_whole(
    folder: Path, reports: dict[str, Iterable[dict[str, object]]]
) -> Iterator[FeedFile]:
    """Write reports of which one file tells the whole history."""
    for feed, rows in reports.items():
        path = folder / f"{feed}.csv"
        _write_csv(path, rows)
        yield FeedFile(feed, path)


def _auditors(people: list[Person]) -> list[Person]:
    """Return who audits: the quality auditor, and leaders of teams in which they do not decide."""
    return [person for person in people if person.name == QUALITY_AUDITOR or person.leads in TEAMS]


def _within(line: Storyline, week: tuple[date, date]) -> Callable[[QueueDay], bool]:
    return lambda row: week[0] <= _day(line, row.day) < week[1]


def _describe_work(row: WorkDay, line: Storyline) -> dict[str, object]:
    return {
        "employee_id": row.person.number,
        "queue": row.queue,
        "date": _day(line, row.day),
        "units": row.units,
        "handle_seconds": row.handle_seconds,
        "productive_seconds": row.productive_seconds,
        "rework_units": row.rework_units,
        "rework_seconds": row.rework_seconds,
    }


def _describe_shift(row: Shift, line: Storyline) -> dict[str, object]:
    return {
        "employee_id": row.person.number,
        "date": _day(line, row.day),
        "scheduled_seconds": row.scheduled,
        "worked_seconds": row.worked,
        "absent_seconds": row.absent,
        "training_seconds": row.training,
        "break_seconds": row.breaks,
        "wellness_seconds": row.wellness,
        "other_seconds": row.other,
    }


def _write_carelessly(row: dict[str, object], line: Storyline) -> list[dict[str, object]]:
    """Return rows as someone typed them in by hand; each is refused, with a sentence."""
    return [
        row | {"employee_id": "N0000"},
        row | {"queue": "Catalan video"},
        row | {"units": -12},
        row | {"date": line.end + timedelta(days=400)},
        row | {"handle_seconds": "6h 05m"},
    ]


def _describe_flow(row: QueueDay, line: Storyline) -> dict[str, object]:
    day = _day(line, row.day)
    return {
        "queue": row.queue,
        # The report names today's path throughout, as reports do.
        "unit": make_path(row.team, line, line.end),
        "date": day,
        "received": row.received,
        "completed": row.completed,
        "automated": row.automated,
        "automated_reversed": row.automated_reversed,
        "due": row.due,
        "missed": row.missed,
        "backlog_open": row.backlog_open,
        "backlog_oldest_seconds": row.backlog_oldest_seconds,
    }


# What our columns are in the vendors' report.
VENDOR_MAPPING = {
    "queue": "workstream",
    "unit": "site",
    "date": "service_day",
    "received": "inflow",
    "completed": "outflow",
    "automated": "by_model",
    "automated_reversed": "by_model_undone",
    "due": "promised",
    "missed": "promised - kept",
    "backlog_open": "open",
    "backlog_oldest_seconds": "oldest_hours * 3600",
}


def _describe_vendor_flow(row: QueueDay, line: Storyline) -> dict[str, object]:
    return {
        "service_day": _day(line, row.day),
        "site": make_path(row.team, line, line.end),
        "workstream": row.queue,
        "inflow": row.received,
        "outflow": row.completed,
        "by_model": row.automated,
        "by_model_undone": row.automated_reversed,
        "promised": row.due,
        "kept": row.due - row.missed,
        "open": row.backlog_open,
        "oldest_hours": row.backlog_oldest_seconds // 3600,
    }


def _stretches(line: Storyline) -> Iterator[tuple[int, int]]:
    for first in range(0, line.days, DAYS_PER_FILE):
        yield first, min(first + DAYS_PER_FILE, line.days)


def _day(line: Storyline, number: int) -> date:
    return line.start + timedelta(days=number)


def _write_csv(
    path: Path,
    rows: Iterable[dict[str, str]] | Iterable[dict[str, object]],
    *,
    delimiter: str = ",",
) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer: csv.DictWriter[str] | None = None
        for row in rows:
            if writer is None:
                writer = csv.DictWriter(file, list(row), delimiter=delimiter, lineterminator="\n")
                writer.writeheader()
            writer.writerow(row)
