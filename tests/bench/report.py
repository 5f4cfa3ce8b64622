"""The figures of all sizes as docs/performance.md tells them."""

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Any

from tests.bench.work import (
    DAYS,
    DEPARTMENTS,
    GROUPS,
    MEASURES,
    PEOPLE,
    QUEUES,
    ROWS_A_DAY,
    TEAMS,
)


@dataclass(frozen=True)
class Figures:
    """What one size took: seconds, but for rows and megabytes."""

    rows: int
    postgres: str
    copy: float
    imported: float
    peak_mb: int
    again: float
    group_by: float
    obvious: float
    rebuild: float
    one_day: float
    reading: float
    slow_reading: float
    dashboard: float
    first_dashboard: float
    home: float
    first_home: float
    seen: dict[str, Any] | None  # tests.bench.browser.Seen, where there is a Chromium


ROWS: list[tuple[str, str, Callable[[Figures], str]]] = [
    ("bare COPY (a)", "", lambda f: f"{f.copy:.1f} s"),
    ("import of a Parquet file, validated and upserted", "", lambda f: f"{f.imported:.1f} s"),
    ("… ÷ bare COPY into the same table", "≤ 3 ×", lambda f: f"{f.imported / f.copy:.2f} ×"),
    ("… peak memory of its process", "< 1,500 MB", lambda f: f"{f.peak_mb:,} MB"),
    ("the same file again ÷ its first import", "", lambda f: f"{f.again / f.imported:.2f} ×"),
    ("DuckDB's group-by of the file (b)", "", lambda f: f"{f.group_by:.2f} s"),
    ("ORM rows, DataFrame, bulk_create (c)", "", lambda f: f"{f.obvious:.1f} s"),
    ("full rebuild, one worker process per core", "", lambda f: f"{f.rebuild:.1f} s"),
    ("… ÷ DuckDB's group-by", "≤ 6 ×", lambda f: f"{f.rebuild / f.group_by:.1f} ×"),
    ("… faster than (c)", "≥ 8 ×", lambda f: f"{f.obvious / f.rebuild:.1f} ×"),
    (
        f"one changed day of {ROWS_A_DAY:,} rows, from POST to its value",
        "≤ 3 s",
        lambda f: f"{f.one_day:.2f} s",
    ),
    (
        "a year of one KPI by day through the API, median (p95)",
        "≤ 40 ms",
        lambda f: f"{f.reading * 1000:.0f} ms ({f.slow_reading * 1000:.0f} ms)",
    ),
    (
        "a unit's dashboard, p95 of the server's time (e)",
        "≤ 60 ms",
        lambda f: f"{f.dashboard * 1000:.0f} ms",
    ),
    (
        "… the first request of a process",
        "≤ 150 ms",
        lambda f: f"{f.first_dashboard * 1000:.0f} ms",
    ),
    ("home, p95 of the server's time (e)", "≤ 60 ms", lambda f: f"{f.home * 1000:.0f} ms"),
    ("… the first request of a process", "≤ 150 ms", lambda f: f"{f.first_home * 1000:.0f} ms"),
]

# What a browser makes of the dashboard of a group, Chromium slowed four-fold.
BROWSER_ROWS: list[tuple[str, str, Callable[[dict[str, Any]], str]]] = [
    ("a first visit, compressed", "≤ 700 KB", lambda s: f"{s['first_bytes'] / 1000:.0f} KB"),
    ("the next visit", "≤ 60 KB", lambda s: f"{s['next_bytes'] / 1000:.0f} KB"),
    ("largest contentful paint of a first visit (d)", "≤ 1.2 s", lambda s: f"{s['paint']:.2f} s"),
    ("layout shift while it is read to its end", "< 0.02", lambda s: f"{s['shift']:.3f}"),
    ("the largest chart's data", "≤ 20 KB", lambda s: f"{s['chart_bytes'] / 1000:.1f} KB"),
]
WITHOUT_BROWSER = "No Chromium was found, so what a browser makes of the pages was not measured."


def _tell_browser(small: Figures, large: Figures) -> list[str]:
    if small.seen is None or large.seen is None:
        return ["", WITHOUT_BROWSER]
    less, more = small.seen, large.seen
    return [f"| {what} | {reach} | {of(less)} | {of(more)} |" for what, reach, of in BROWSER_ROWS]


def write_report(small: Figures, large: Figures) -> str:
    """Lay the figures out as a Markdown table, each beside what it is to reach."""

    def grown(name: str) -> str:
        return f"{getattr(large, name) / getattr(small, name):.2f} ×"

    times = large.rows / small.rows
    lines: list[Any] = [
        "# Performance",
        "",
        f"Measured by `make bench` on {date.today():%-d %B %Y}: {os.cpu_count()} cores, "  # noqa: DTZ011
        f"Python {platform.python_version()}, PostgreSQL {large.postgres} with the settings of a "
        f"trial, DuckDB {version('duckdb')}.",
        "",
        f"{PEOPLE:,} people in {TEAMS} teams under {GROUPS} groups under {DEPARTMENTS} "
        f"departments, {DAYS} days, {len(QUEUES)} queues a day, {len(MEASURES)} measures. The "
        f"smaller size is the work of the first {small.rows // DAYS // len(QUEUES):,} of them, so "
        "that the organisation and the changed day are the same and the history is not. Every "
        "ratio is of one run; each step begins after a checkpoint.",
        "",
        f"| what | reach | {small.rows:,} rows | {large.rows:,} rows |",
        "|---|---|---|---|",
        *(f"| {what} | {reach} | {of(small)} | {of(large)} |" for what, reach, of in ROWS),
        *_tell_browser(small, large),
        "",
        f"Growth, {times:.0f} times the rows: import {grown('imported')}, bare COPY "
        f"{grown('copy')}, rebuild {grown('rebuild')}, one changed day {grown('one_day')} (to "
        f"reach: ≤ 1.3 ×), a year by day {grown('reading')}, a unit's dashboard "
        f"{grown('dashboard')} (to reach: ≤ 1.2 ×), home {grown('home')}.",
        "",
        "(a) goes into an empty table with the same columns, indexes and constraints. (b) sums "
        "the file's rows by day, team and queue with as many threads as there are cores, after a "
        "join with who is in which team. (c) reads all facts through the ORM into a DataFrame, "
        "groups them for teams and then for each level above, and creates the totals in bulk. "
        "The rebuild computes all totals of all units and every result that totals cannot give, "
        "from the columns that the import has kept of each day (ADR 15); its workers run already "
        "when it begins, and go on after it, as they do in the portal. What is said of the "
        "API is the whole time of a request without the network. (d) is the median of five first "
        "visits to a group's dashboard as production serves it, with the processor slowed "
        "four-fold. (e) is of the whole organisation, a department, a group and a team in turn, "
        "opened by an analyst in a process each, of which the first request counts by itself, "
        "after the server has cleaned up behind the steps before; home is the analyst's.",
        "",
    ]
    return "\n".join(lines)
