"""Real Celery workers on a test's own database, to be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings

COMMAND = ["celery", "--app=opsportal", "--quiet", "worker", "--pool=solo", "--loglevel=ERROR"]


@contextmanager
def running_worker() -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker; a signal to its process reaches the task, which has no process of its own."""
    name = settings.DATABASES["default"]["NAME"]
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    worker = subprocess.Popen(
        [sys.executable, "-m", *COMMAND],
        cwd=settings.PROJECT_ROOT,
        env=os.environ | {"DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
    )
    try:
        yield worker
    finally:
        worker.send_signal(signal.SIGTERM)
        try:
            worker.wait(20)
        except subprocess.TimeoutExpired:
            worker.kill()


def wait_until(condition: Callable[[], bool], seconds: float = 40) -> None:
    """Wait for what a worker is to do."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)
