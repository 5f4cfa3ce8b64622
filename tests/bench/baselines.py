"""The plain ways to do the same, on the same machine a moment before."""

import os
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from django.db import connection

from metrics.kpis.models import TOTALS
from metrics.records.kinds import WorkRecord
from teams.structure.models import Assignment, Person, Queue, UnitPlacement
from tests.bench.work import MEASURES, START

COPIED = ["person_id", "queue_id", "day", *MEASURES, "feed_id", "written_by_id"]


def time(step: Callable[[], Any]) -> float:
    """Return how many seconds a step takes, with nothing of the last one still being written."""
    execute("CHECKPOINT")
    started = perf_counter()
    step()
    return perf_counter() - started


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def copy(history: Path) -> float:
    """Time a COPY of the same rows into an empty table of the same make."""
    lines = history.with_suffix(".csv")
    _write_lines(history, lines)
    execute("DROP TABLE IF EXISTS bench_copy")
    execute(f"CREATE TABLE bench_copy (LIKE {WorkRecord._meta.db_table} INCLUDING ALL)")

    def copy_in() -> None:
        with connection.cursor() as cursor, lines.open("rb") as rows:
            cursor.copy_expert(
                f"COPY bench_copy ({', '.join(COPIED)}) FROM STDIN WITH (FORMAT csv)", rows
            )

    seconds = time(copy_in)
    execute("DROP TABLE bench_copy")
    lines.unlink()
    return seconds


def _write_lines(history: Path, lines: Path) -> None:
    """Write the rows as the table holds them: ids for names, no key, one feed and import."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv, parquet

    def look_up(names: dict[str, int], column: pa.Array) -> pa.Array:
        return pa.array(list(names.values())).take(pc.index_in(column, pa.array(list(names))))

    people = dict(Person.objects.values_list("employee_id", "pk"))
    queues = dict(Queue.objects.values_list("slug", "pk"))
    options = csv.WriteOptions(include_header=False)
    with lines.open("wb") as file:
        for batch in parquet.ParquetFile(history).iter_batches(500_000):
            one = pa.array([1]).take(pa.array([0] * batch.num_rows))
            values = [
                look_up(people, batch.column("employee_id")),
                look_up(queues, batch.column("queue")),
                *(batch.column(name) for name in ("date", *MEASURES)),
                one,
                one,
            ]
            csv.write_csv(pa.table(values, names=COPIED), file, options)


def group_by(history: Path, people: Path) -> tuple[float, list[int]]:
    """Time DuckDB's sums of the same rows by day, team and queue; tell their sums as well."""
    import duckdb

    database = duckdb.connect(config={"threads": os.cpu_count() or 1})
    sums = ", ".join(f"sum({name}) AS {name}" for name in MEASURES)
    found: Any = None

    def group() -> None:
        nonlocal found
        found = database.execute(
            f"SELECT date, team, queue, {sums} FROM '{history}' "  # noqa: S608
            f"JOIN '{people}' USING (employee_id) GROUP BY ALL"
        ).to_arrow_table()

    seconds = sorted(time(group) for _ in range(3))[1]
    return seconds, [int(sum(found.column(name).to_pylist())) for name in MEASURES]


def obvious_route() -> float:
    """Time the obvious way to the totals of all units: rows, a frame, sums, objects."""
    import pandas as pd

    totals = TOTALS["work_records"]

    def compute() -> None:
        rows = WorkRecord.objects.values_list("day", "person_id", "queue_id", "known", *MEASURES)
        frame = pd.DataFrame(
            rows.iterator(chunk_size=50_000),
            columns=["day", "person_id", "queue_id", "known", *MEASURES],
        )
        assigned = pd.DataFrame(
            Assignment.objects.values_list("person_id", "unit_id"),
            columns=["person_id", "unit_id"],
        )
        grain = ["day", "unit_id", "queue_id", "known"]
        level = frame.merge(assigned, on="person_id").groupby(grain)[MEASURES].sum().reset_index()
        parents = dict(UnitPlacement.objects.values_list("unit_id", "parent_id"))
        while len(level):
            totals.objects.bulk_create(
                (
                    totals(**dict(zip([*grain, *MEASURES], row, strict=True)))
                    for row in level.itertuples(index=False)
                ),
                batch_size=5_000,
            )
            level["unit_id"] = level["unit_id"].map(parents)
            level = level.dropna(subset=["unit_id"]).astype({"unit_id": int})
            level = level.groupby(grain)[MEASURES].sum().reset_index()

    assert not totals.objects.exists()
    seconds = time(compute)
    assert totals.objects.filter(day=START, unit__is_root=True).exists()
    execute(f"TRUNCATE {totals._meta.db_table}")
    return seconds
