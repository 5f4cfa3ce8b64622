"""Measure what an import, a rebuild, one changed day and a reading cost: `make bench`.

Two sizes in one run, so that growth shows; every time stands beside that of a plain way to do the
same on the same machine a moment before. Prints its table and writes it to docs/performance.md.
"""

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import django

from tests.servers import start_test_servers

TEAMS = 40
QUEUES = 3
DAYS = 50
SMALL, LARGE = 200, 2_000  # people
START = date(2026, 1, 5)
REPORT = Path(__file__).resolve().parent.parent / "docs" / "performance.md"


class Figures(NamedTuple):
    """Seconds of one size."""

    rows: int
    copy: float
    imported: float
    again: float
    group_by: float
    rebuild: float
    one_day: float
    reading: float


def measure(people: int) -> Figures:
    """Fill an empty database with the work of so many people, and time each step."""
    from django.core.files import File

    from metrics.feeds.services import create_feed, process_import, receive_import
    from metrics.kpis.selectors import get_values
    from metrics.kpis.services import recompute_changed_days
    from opsportal.lib.periods import Grain
    from teams.access.models import AccessGrant
    from teams.access.roles import Role
    from teams.access.viewers import get_viewer
    from teams.accounts.models import User
    from teams.structure.models import Unit

    analyst = User.objects.create_user(f"bench-{people}@example.org")
    AccessGrant.objects.create(user=analyst, role=Role.ANALYST)
    _settle(people)
    feed = create_feed(slug=f"bench-{people}", kind="work_records", mapping={}, by=None)
    with tempfile.TemporaryDirectory() as folder:
        whole, day = Path(folder) / "work.parquet", Path(folder) / "day.parquet"
        rows = _write_work(whole, people, DAYS, units=40)
        _write_work(day, people, 1, units=41)

        def send(file: Path) -> None:
            with file.open("rb") as handle:
                received, _ = receive_import(
                    feed=feed,
                    file=File(handle),
                    name=file.name,
                    via="cli",
                    by=None,
                    enqueued=False,
                )
            process_import(received.pk)
            received.refresh_from_db()
            assert received.state == "applied", received.message

        copy = _time_bare_copy(whole)
        imported = _time(lambda: send(whole))
        rebuild = _time(recompute_changed_days)
        again = _time(lambda: send(whole))
        group_by = _time(lambda: _duckdb_group_by(whole))
        one_day = _time(lambda: (send(day), recompute_changed_days()))
    viewer = get_viewer(analyst)
    root = Unit.objects.get(is_root=True)
    reading = statistics.median(
        _time(
            lambda: get_values(
                ["units-per-hour"],
                viewer=viewer,
                unit=root.pk,
                grain=Grain.DAY,
                start=START,
                end=START + timedelta(days=DAYS),
            )
        )
        for _ in range(9)
    )
    return Figures(rows, copy, imported, again, group_by, rebuild, one_day, reading)


def _time(step: Callable[[], Any]) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def _settle(people: int) -> None:
    """Put the people into teams, as a roster would."""
    from teams.structure.models import Assignment, Person
    from teams.structure.services import ensure_queues, ensure_units

    teams = list(ensure_units([f"Bench/Team {n}" for n in range(TEAMS)], by=None).values())
    ensure_queues([f"queue-{n}" for n in range(QUEUES)], by=None)
    Person.objects.bulk_create(
        [Person(employee_id=f"B{people}-{n}", name=f"Person {n}") for n in range(people)]
    )
    mine = Person.objects.filter(employee_id__startswith=f"B{people}-").values_list("pk", flat=True)
    Assignment.objects.bulk_create(
        [
            Assignment(person_id=pk, unit_id=teams[n % TEAMS], valid=(START, None))
            for n, pk in enumerate(mine)
        ]
    )


def _write_work(file: Path, people: int, days: int, *, units: int) -> int:
    """Write the work of every person in every queue on every day; return how many rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, list[Any]] = {
        name: [] for name in ("employee_id", "queue", "date", "units", "productive_seconds")
    }
    for offset in range(days):
        day = START + timedelta(days=offset)
        for person in range(people):
            for queue in range(QUEUES):
                columns["employee_id"].append(f"B{people}-{person}")
                columns["queue"].append(f"queue-{queue}")
                columns["date"].append(day)
                columns["units"].append(units + (person + offset + queue) % 17)
                columns["productive_seconds"].append(7_200 + person % 600)
    table = pa.table(columns)
    pq.write_table(table, file)
    return int(table.num_rows)


def _time_bare_copy(file: Path) -> float:
    """Time a COPY of the same rows into an empty table with the same constraints and indexes."""
    import pyarrow.parquet as pq
    from django.db import connection

    from metrics.records.kinds import WorkRecord

    table = WorkRecord._meta.db_table
    lines = Path(file.with_suffix(".tsv"))
    frame = pq.read_table(file).to_pydict()
    with lines.open("w") as handle:
        for number, row in enumerate(zip(*frame.values(), strict=True)):
            person, queue, day, units, seconds = row
            key = f"{person}/{queue}/{day}"
            handle.write(f"1\t{key}\t{day}\t1\t{number % 999}\t1\t{units}\t{seconds}\n")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_copy")
        cursor.execute(f"CREATE TABLE bench_copy (LIKE {table} INCLUDING ALL)")
        columns = "feed_id, key, day, written_by_id, person_id, queue_id, units, productive_seconds"
        with lines.open() as handle:
            seconds = _time(
                lambda: cursor.copy_expert(f"COPY bench_copy ({columns}) FROM STDIN", handle)
            )
        cursor.execute("DROP TABLE bench_copy")
    return seconds


def _duckdb_group_by(file: Path) -> None:
    """Add up the same rows to day and queue, straight from the file."""
    import duckdb

    duckdb.sql(
        f"SELECT date, queue, sum(units), sum(productive_seconds) FROM '{file}' GROUP BY 1, 2"  # noqa: S608
    ).fetchall()


def write_report(small: Figures, large: Figures) -> str:
    """Lay the figures out as a Markdown table of ratios."""
    lines = [
        "# Performance",
        "",
        f"Measured by `make bench` on {date.today():%d %B %Y}: {os.cpu_count()} cores, "  # noqa: DTZ011
        f"Python {platform.python_version()}, PostgreSQL 18 from its wheel. {small.rows:,} and "
        f"{large.rows:,} work records ({DAYS} days, {QUEUES} queues, {TEAMS} teams).",
        "",
        f"| step | {small.rows:,} rows | {large.rows:,} rows |",
        "|---|---|---|",
    ]

    def row(name: str, value: Callable[[Figures], str]) -> None:
        lines.append(f"| {name} | {value(small)} | {value(large)} |")

    row("import ÷ bare COPY into the same table", lambda f: f"{f.imported / f.copy:.1f} ×")
    row("the same file again ÷ its first import", lambda f: f"{f.again / f.imported:.2f} ×")
    row("full rebuild ÷ DuckDB's group-by of the file", lambda f: f"{f.rebuild / f.group_by:.0f} ×")
    row("full rebuild, rows a second", lambda f: f"{f.rows / f.rebuild:,.0f}")
    row("one changed day, from file to totals", lambda f: f"{f.one_day:.2f} s")
    row(f"{DAYS} days of one KPI by day, the root", lambda f: f"{f.reading * 1000:.1f} ms")
    lines += [
        "",
        f"Growth, ten times the rows: one reading {large.reading / small.reading:.2f} ×, "
        f"import {large.imported / small.imported:.1f} ×, rebuild "
        f"{large.rebuild / small.rebuild:.1f} ×.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    stop = start_test_servers()
    try:
        os.environ["DJANGO_SETTINGS_MODULE"] = "opsportal.settings"
        os.environ["LOG_LEVEL"] = "ERROR"
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        report = write_report(measure(SMALL), measure(LARGE))
    finally:
        stop()
    REPORT.write_text(report)
    sys.stdout.write(report)


if __name__ == "__main__":
    main()
