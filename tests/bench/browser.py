"""What a reader's browser makes of a dashboard that is served as in production.

Gunicorn, static files gathered, hashed and compressed, Chromium on the same machine with its
processor slowed four-fold, as a phone's is.
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

from tests.browser.loading import OBSERVE, read_through, weigh_charts

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

VISITS = 5
SLOWER = 4
STARTS_WITHIN_SECONDS = 60
SIGNED_IN = "bench-reader@example.org"


@dataclass(frozen=True)
class Seen:
    """Visits to one dashboard: bytes over the wire, seconds to the largest paint, layout shift."""

    first_bytes: int
    next_bytes: int
    paint: float
    shift: float
    chart_bytes: int


def find_chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def visit_dashboard(path: str) -> Seen | None:
    """Visit a page of the database at hand; None where no Chromium is."""
    chromium = find_chromium()
    if chromium is None:
        return None
    from playwright.sync_api import sync_playwright

    cookie = _sign_in()
    with _serve() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        # The workers of a server that runs have read their code and prepared their queries.
        for _ in range(4):
            _visit(_open(browser, address, cookie), path)
        visits = []
        for _ in range(VISITS):
            context = _open(browser, address, cookie)
            visits.append((_visit(context, path), _visit(context, path)))
            context.close()
        browser.close()
    firsts, nexts = zip(*visits, strict=True)
    return Seen(
        first_bytes=max(visit["bytes"] for visit in firsts),
        next_bytes=max(visit["bytes"] for visit in nexts),
        paint=statistics.median(visit["paint"] for visit in firsts),
        shift=max(visit["shift"] for visit in (*firsts, *nexts)),
        chart_bytes=max(firsts[0]["charts"], default=0),
    )


def _visit(context: "BrowserContext", path: str) -> dict[str, Any]:
    """Open a page and read it to its end; bytes are those of the wire, heads of answers too."""
    page = context.new_page()
    talk = context.new_cdp_session(page)
    talk.send("Network.enable")
    talk.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    received = [0]

    def add(event: dict[str, Any]) -> None:
        received[0] += int(event["encodedDataLength"])

    talk.on("Network.loadingFinished", add)
    page.goto(path, wait_until="networkidle")
    page.wait_for_function("() => window.paint > 0")
    paint = page.evaluate("window.paint") / 1000
    read_through(page)
    seen = {
        "bytes": received[0],
        "paint": paint,
        "shift": page.evaluate("window.jumps"),
        "charts": weigh_charts(page),
    }
    page.close()
    return seen


def _open(browser: "Browser", address: str, cookie: tuple[str, str]) -> "BrowserContext":
    """Open a browser that has never been here but for its sign-in."""
    context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": address}])
    context.add_init_script(OBSERVE)
    return context


def _sign_in() -> tuple[str, str]:
    from django.conf import settings
    from django.test import Client

    from teams.access.models import AccessGrant, Role
    from teams.accounts.models import User

    reader, _ = User.objects.get_or_create(email=SIGNED_IN)
    AccessGrant.objects.get_or_create(user=reader, role=Role.ANALYST)
    client = Client(headers={"host": "localhost"})
    client.force_login(reader)
    return settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value


@contextmanager
def _serve() -> Iterator[str]:
    """Serve this database by gunicorn, with its static files gathered; yield the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="opsportal-bench-static-") as static:
        env = os.environ | {"STATIC_ROOT": static, "PUBLIC_URL": address, "LOG_LEVEL": "ERROR"}
        manage = Path(__file__).resolve().parent.parent.parent / "manage.py"
        subprocess.run(
            [sys.executable, manage, "collectstatic", "--noinput", "--verbosity=0"],
            env=env,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        command = [sys.executable, "-m", "gunicorn", "opsportal.wsgi", f"--bind=127.0.0.1:{port}"]
        command += ["--worker-class=gthread", "--workers=2", "--threads=4", "--preload"]
        command += ["--log-level=error", "--no-control-socket"]
        server = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
        try:
            _wait_for(f"{address}/health/", server)
            yield address
        finally:
            server.terminate()
            server.wait()


def _wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urlopen(url):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("The server of the benchmark did not start.")
