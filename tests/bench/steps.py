"""What the portal does, timed: through the doors that people and systems use."""

import json
import os
import resource
import statistics
import subprocess
import sys
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Sum
from django.test import Client

from metrics.feeds.models import Feed
from metrics.feeds.services import create_feed, process_import, receive_import
from metrics.kpis.models import TOTALS
from metrics.kpis.services import has_changed_days, recompute_changed_days
from teams.access.models import AccessGrant
from teams.access.roles import Role
from teams.accounts.models import User
from tests.bench.baselines import time
from tests.bench.work import DAYS, LAST, MEASURES, PEOPLE, ROWS_A_DAY, SEED, START, make_day

FEED = "bench"
KPI = "units-per-hour"
READINGS = 30
CORRECTIONS = 5


def make_feed() -> None:
    create_feed(slug=FEED, kind="work_records", mapping={}, by=None)


def import_elsewhere(file: Path) -> tuple[float, int]:
    """Import a file in a process of its own; return its seconds and its peak memory in MB."""
    said = json.loads(_run_step("import", str(file)).communicate()[0])
    return said["seconds"], said["peak_mb"]


def import_here(file: Path) -> None:
    """Import a file, and print what it took, start of the process aside."""
    # A worker that runs has its libraries.
    import pyarrow.compute
    import pyarrow.csv
    import pyarrow.parquet  # noqa: F401

    def send() -> None:
        with file.open("rb") as rows:
            received, _ = receive_import(
                feed=Feed.objects.get(slug=FEED),
                file=File(rows),
                name=file.name,
                via="cli",
                by=None,
                enqueued=False,
            )
        process_import(received.pk)
        received.refresh_from_db()
        assert received.state == "applied", received.message
        assert not received.rejected

    seconds = time(send)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak}))


def rebuild(workers: int) -> float:
    """Time the recompute of all days by so many worker processes, which are there already."""
    processes = [_run_step("rebuild") for _ in range(workers)]

    def hear(word: str) -> None:
        for process in processes:
            assert process.stdout
            assert process.stdout.readline() == f"{word}\n"

    def go() -> None:
        for process in processes:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        hear("done")

    hear("ready")
    seconds = time(go)
    assert [process.wait() for process in processes] == [0] * workers
    assert not has_changed_days()
    return seconds


def rebuild_here() -> None:
    """Recompute changed days with other processes, from the word on that stands on the input."""
    # A worker that runs has its libraries, and its connection; and it goes on running.
    import pandas  # noqa: F401
    import pyarrow.compute
    import pyarrow.csv  # noqa: F401

    has_changed_days()
    print("ready", flush=True)
    sys.stdin.readline()
    recompute_changed_days()
    print("done", flush=True)


def sums_of_the_root() -> list[int]:
    """Return what the totals of the whole history add up to, to be held against the file's."""
    totals = TOTALS["work_records"].objects.filter(unit__is_root=True, day__lt=LAST)
    sums = totals.aggregate(**{name: Sum(name) for name in MEASURES})
    return [int(sums[name]) for name in MEASURES]


def sign_in() -> Client:
    analyst = User.objects.create_user("bench@example.org")
    AccessGrant.objects.create(user=analyst, role=Role.ANALYST)
    client = Client(headers={"host": "localhost"})
    client.force_login(analyst)
    return client


def session_of(client: Client) -> str:
    """Return the key by which other processes come in as the same person."""
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def correct_a_day(client: Client) -> float:
    """Time a changed day of all people, from POST to its value: the median of some corrections."""
    _send(client, make_day(LAST, PEOPLE, seed=SEED))
    recompute_changed_days()
    seconds = []
    for number in range(1, CORRECTIONS + 1):
        rows = make_day(LAST, PEOPLE, seed=SEED + number)
        seconds.append(time(lambda rows=rows: _correct(client, rows)))  # type: ignore[misc]
    return statistics.median(seconds)


def _correct(client: Client, rows: Any) -> None:
    _send(client, rows)
    recompute_changed_days()
    [value] = _read(client, LAST, LAST + timedelta(days=1))
    expected = sum(rows.column("units").to_pylist())
    assert value["numerator"] == expected, value


def _send(client: Client, rows: Any) -> None:
    """Send rows as a CSV file, and do what a worker does with them."""
    from pyarrow import csv

    buffer = BytesIO()
    csv.write_csv(rows, buffer)
    answer = client.post(
        f"/api/v1/feeds/{FEED}/imports/",
        {"file": SimpleUploadedFile("day.csv", buffer.getvalue())},
    )
    assert answer.status_code == 202, answer.content
    done = process_import(answer.json()["import"])
    assert done
    assert done.rows == ROWS_A_DAY
    assert not done.rejected, done.message


def read_a_year(client: Client) -> tuple[float, float]:
    """Time one KPI by day over the whole history: the median of some calls, and their p95."""

    def call() -> float:
        started = perf_counter()
        results = _read(client, START, START + timedelta(days=DAYS))
        seconds = perf_counter() - started
        assert len(results) == DAYS
        return seconds

    call()  # A server that runs has read its code.
    seconds = sorted(call() for _ in range(READINGS))
    return statistics.median(seconds), seconds[int(READINGS * 0.95)]


def _read(client: Client, start: Any, end: Any) -> list[dict[str, Any]]:
    answer = client.get(
        "/api/v1/kpi-values/",
        {"kpi": KPI, "unit": "", "period": "day", "from": start, "to": end, "limit": 1000},
    )
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]  # type: ignore[no-any-return]


def _run_step(*words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.bench", "step", *words],
        env=os.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
