"""A year of work of one organisation: who is in it, and its files, from one seed."""

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

SEED = 20_260_105
START = date(2026, 1, 5)
DEPARTMENTS, GROUPS, TEAMS, PEOPLE = 4, 40, 400, 10_000
DAYS = 250
QUEUES = ["standard", "appeals", "escalations"]
MEASURES = ["units", "handle_seconds", "productive_seconds", "rework_units", "rework_seconds"]
LAST = START + timedelta(days=DAYS)  # the day that is sent afterwards, and then corrected
ROWS_A_DAY = PEOPLE * len(QUEUES)


def settle() -> None:
    """Put the people into teams, as a roster would; the same for every size of history."""
    from teams.structure.models import Assignment, Person
    from teams.structure.services import ensure_queues, ensure_units

    paths = [
        f"Department {team * DEPARTMENTS // TEAMS}/Group {team * GROUPS // TEAMS}/Team {team}"
        for team in range(TEAMS)
    ]
    teams = ensure_units(paths, by=None)
    ensure_queues(QUEUES, by=None)
    Person.objects.bulk_create(
        [Person(employee_id=number_of(person), name=f"Person {person}") for person in range(PEOPLE)]
    )
    ids = dict(Person.objects.values_list("employee_id", "pk"))
    Assignment.objects.bulk_create(
        [
            Assignment(
                person_id=ids[number_of(person)],
                unit_id=teams[paths[team_of(person)]],
                valid=(START, None),
            )
            for person in range(PEOPLE)
        ]
    )


def number_of(person: int) -> str:
    return f"B{person:05d}"


def team_of(person: int) -> int:
    """Deal people out evenly, so that any first part of them is in all teams."""
    return person % TEAMS


def write_people(file: Path) -> None:
    """Write who is in which team, for who groups rows without a database."""
    import pyarrow as pa
    from pyarrow import parquet

    people = range(PEOPLE)
    columns = {
        "employee_id": [number_of(person) for person in people],
        "team": [team_of(person) for person in people],
    }
    parquet.write_table(pa.table(columns), file)


def write_history(file: Path, people: int) -> int:
    """Write what the first so many people did on every day; return how many rows that is."""
    from pyarrow import parquet

    writer = None
    for offset in range(DAYS):
        day = make_day(START + timedelta(days=offset), people, seed=SEED + offset)
        writer = writer or parquet.ParquetWriter(file, day.schema)
        writer.write_table(day)
    assert writer
    writer.close()
    return people * len(QUEUES) * DAYS


def make_day(day: date, people: int, *, seed: int) -> "pa.Table":
    """Draw one row per person and queue, as files have them."""
    import numpy as np
    import pyarrow as pa

    draw = np.random.default_rng(seed)
    rows = people * len(QUEUES)
    units = draw.poisson(60, rows)
    measures = {
        "units": units,
        "handle_seconds": units * draw.integers(60, 120, rows),
        "productive_seconds": 9_000 + draw.integers(0, 900, rows),
        "rework_units": draw.poisson(1, rows),
        "rework_seconds": draw.integers(0, 200, rows),
    }
    numbers = pa.array([number_of(person) for person in range(people)])
    queues = pa.array(QUEUES)
    return pa.table(
        {
            "employee_id": numbers.take(pa.array(np.repeat(np.arange(people), len(QUEUES)))),
            "queue": queues.take(pa.array(np.tile(np.arange(len(QUEUES)), people))),
            "date": pa.array([day], pa.date32()).take(pa.array(np.zeros(rows, dtype=np.int8))),
            **{name: pa.array(values, pa.int32()) for name, values in measures.items()},
        }
    )
