"""Measure what an import, a rebuild, one changed day and a reading cost: `make bench`.

Two sizes in one run, so that growth shows; every time stands beside that of a plain way to do the
same on the same machine a moment before. Prints its table and writes it to docs/performance.md.
With BENCH_PEOPLE, of fewer people than 10,000, it is only tried: nothing is written.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django

from tests.bench.report import Figures, write_report
from tests.bench.work import PEOPLE, settle, write_history, write_people
from tests.servers import start_test_servers

REPORT = Path(__file__).resolve().parent.parent.parent / "docs" / "performance.md"
SMALLER = 10
DASHBOARD = "/dashboards/group-0/"


def main() -> None:
    people = int(os.environ.get("BENCH_PEOPLE", PEOPLE))
    stop = start_test_servers(durable=True)
    try:
        small, large = measure_alone(people // SMALLER), measure_alone(people)
    finally:
        stop()
    report = write_report(small, large)
    if people == PEOPLE:
        REPORT.write_text(report)
    sys.stdout.write(report)


def measure_alone(people: int) -> Figures:
    """Measure one size in a database and a process of its own."""
    before = os.environ["DATABASE_URL"]
    parts = urlsplit(before)
    name = f"bench_{people}"
    _make_database(before, name)
    with tempfile.TemporaryDirectory(prefix="opsportal-bench-") as folder:
        found = Path(folder) / "figures.json"
        subprocess.run(
            [sys.executable, "-m", "tests.bench", "size", str(people), str(found)],
            check=True,
            env=os.environ | {"DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}"))},
        )
        return Figures(**json.loads(found.read_text()))


def _make_database(url: str, name: str) -> None:
    import psycopg2

    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()


def measure(people: int, folder: Path) -> Figures:
    """Fill an empty database with the work of so many people, and time each step."""
    from django.core.management import call_command
    from django.db import connection

    from tests.bench import baselines, browser, pages, steps

    def say(what: str, value: object) -> None:
        sys.stderr.write(f"{people:,} people: {what}: {value}\n")

    call_command("migrate", verbosity=0)
    settle()
    steps.make_feed()
    history, members = folder / "work.parquet", folder / "people.parquet"
    rows = write_history(history, people)
    write_people(members)
    say("copy", copy := baselines.copy(history))
    imported, peak_mb = steps.import_elsewhere(history)
    say("import", (imported, peak_mb))
    say("obvious route", obvious := baselines.obvious_route())
    group_by, sums = baselines.group_by(history, members)
    say("group by", group_by)
    say("rebuild", rebuild := steps.rebuild(os.cpu_count() or 1))
    assert steps.sums_of_the_root() == sums
    again, _ = steps.import_elsewhere(history)
    say("again", again)
    client = steps.sign_in()
    say("one day", one_day := steps.correct_a_day(client))
    reading, slow_reading = steps.read_a_year(client)
    say("reading", (reading, slow_reading))
    session = steps.session_of(client)
    # What the server does by itself within minutes is done before people come: not under them.
    baselines.execute("VACUUM (ANALYZE)")
    baselines.execute("CHECKPOINT")
    say("dashboards", dashboards := pages.open_pages(pages.DASHBOARDS, session))
    say("home", home := pages.open_pages(pages.HOME, session))
    say("browser", seen := browser.visit_dashboard(DASHBOARD))
    return Figures(
        rows=rows,
        postgres=".".join(map(str, divmod(connection.cursor().connection.server_version, 10_000))),
        copy=copy,
        imported=imported,
        peak_mb=peak_mb,
        again=again,
        group_by=group_by,
        obvious=obvious,
        rebuild=rebuild,
        one_day=one_day,
        reading=reading,
        slow_reading=slow_reading,
        dashboard=dashboards.warm,
        first_dashboard=dashboards.first,
        home=home.warm,
        first_home=home.first,
        seen=seen and asdict(seen),
    )


def set_up() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "opsportal.settings"
    os.environ["LOG_LEVEL"] = "ERROR"
    django.setup()


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            main()
        case ["size", people, found]:
            set_up()
            file = Path(found)
            file.write_text(json.dumps(asdict(measure(int(people), file.parent))))
        case ["step", "import", name]:
            set_up()
            from tests.bench.steps import import_here

            import_here(Path(name))
        case ["step", "rebuild"]:
            set_up()
            from tests.bench.steps import rebuild_here

            rebuild_here()
        case ["step", "page", path, session]:
            set_up()
            from tests.bench.pages import open_page_here

            open_page_here(path, session)
        case words:
            sys.exit(f"Unknown: {' '.join(words)}")
