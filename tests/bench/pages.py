"""What a page costs the server: the first request of a process, and those that follow."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

MANAGE = Path(__file__).resolve().parent.parent.parent / "manage.py"
UNITS = ["organisation", "department-0", "group-0", "team-0"]
DASHBOARDS = [f"/dashboards/{slug}/" for slug in UNITS]
HOME = ["/"]
REPEATS = 30


@dataclass(frozen=True)
class Opened:
    """Seconds of server time: the slowest page's first request, and the p95 of all that follow."""

    first: float
    warm: float


def open_pages(paths: list[str], session: str) -> Opened:
    """Open pages as the owner of a session, each in a process of its own that has just begun.

    Their static files are gathered beforehand: what production does, and what names files by it.
    """
    firsts: list[float] = []
    warm: list[float] = []
    with tempfile.TemporaryDirectory(prefix="opsportal-bench-static-") as static:
        env = os.environ | {"STATIC_ROOT": static}
        gather = [sys.executable, str(MANAGE), "collectstatic", "--noinput", "--verbosity=0"]
        subprocess.run(gather, env=env, check=True, stdout=subprocess.DEVNULL)
        for path in paths:
            step = [sys.executable, "-m", "tests.bench", "step", "page", path, session]
            said = subprocess.run(step, env=env, check=True, stdout=subprocess.PIPE)
            first, *others = json.loads(said.stdout)
            firsts.append(first)
            warm += others
    return Opened(max(firsts), sorted(warm)[int(len(warm) * 0.95)])


def open_page_here(path: str, session: str) -> None:
    """Open a page again and again, and print what each time took, start of the process aside."""
    # A worker that waits for its first request has what a server reads at its start.
    from django.conf import settings
    from django.test import Client

    import opsportal.wsgi  # noqa: F401 - for that alone

    client = Client(headers={"host": "localhost"})
    client.handler.load_middleware()  # as that application has
    client.cookies[settings.SESSION_COOKIE_NAME] = session

    def call() -> float:
        started = perf_counter()
        answer = client.get(path)
        seconds = perf_counter() - started
        assert answer.status_code == 200, answer.status_code
        return seconds

    print(json.dumps([call() for _ in range(1 + REPEATS)]))
