"""The web server, worker and beat of the portal, kept while it runs."""

import contextlib
import fcntl
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from opsportal.portal.children import Child

READY_SECONDS = 120.0
WATCH_SECONDS = 0.2
# Looking for a server takes a look at every process.
SERVERS_SECONDS = 2.0


class PortalError(Exception):
    """A sentence on why the portal cannot start or go on."""


class Told(BaseException):
    """The person or the system told the portal to stop."""


def list_children(*, port: int, state: Path, environment: dict[str, str]) -> list[Child]:
    """Name the portal's processes in the order in which they stop."""
    python = [sys.executable, "-m"]
    web = [
        *("gunicorn", "opsportal.wsgi", f"--bind=127.0.0.1:{port}"),
        *("--worker-class=gthread", "--workers=2", "--threads=4", "--preload"),
        *("--graceful-timeout=5", "--log-level=warning", "--no-control-socket"),
    ]
    celery = ["celery", "--app=opsportal", "--quiet"]
    worker = [*celery, "worker", "--concurrency=2", "--without-mingle", "--without-gossip"]
    beat = [*celery, "beat", f"--schedule={state / 'beat-schedule'}"]
    return [
        Child("web server", [*python, *web], environment),
        Child("beat", [*python, *beat], environment),
        Child("worker", [*python, *worker], environment, quick_signal=signal.SIGQUIT),
    ]


def check_port(port: int) -> None:
    """Raise PortalError when something else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortalError(
                f"Port {port} cannot be used ({error.strerror}). Stop what runs there, or choose "
                f"another port: PORT={port + 1}."
            ) from None


@contextlib.contextmanager
def only_portal(state: Path) -> Iterator[None]:
    """Hold the state folder; two portals on it would run every scheduled task twice."""
    with (state / "portal.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PortalError(
                f"A portal already runs on the state folder {state}. Stop it first, or choose "
                "another folder with OPSPORTAL_HOME."
            ) from None
        yield


@contextlib.contextmanager
def told_by_signals() -> Iterator[None]:
    """Turn the first Ctrl-C, SIGTERM or hang-up into Told, and let later ones wait for the end."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    # Under nohup the portal outlives its terminal, as asked.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)

    def tell(number: int, frame: FrameType | None) -> None:
        for later in numbers:
            signal.signal(later, signal.SIG_IGN)
        raise Told

    for number in numbers:
        signal.signal(number, tell)
    with contextlib.suppress(Told):
        yield


def keep_running(
    children: list[Child],
    *,
    is_ready: Callable[[], bool],
    ready: str,
    restart_ended_servers: Callable[[], list[str]],
) -> None:
    """Start the children, print `ready` once the portal answers, and keep them until told.

    The first child is the portal's face: its death ends the portal with a PortalError. The others
    are started again, and so are the servers that all of them use.
    """
    face, *others = children
    try:
        # One after the other: on two cores a page answers sooner.
        face.start()
        _wait_until_ready(face, is_ready)
        for child in others:
            child.start()
        print(ready, flush=True)
        looked_at = time.monotonic()
        while True:
            _check_face(face)
            for child in others:
                _mend(child)
            if time.monotonic() - looked_at > SERVERS_SECONDS:
                for name in restart_ended_servers():
                    print(f"The {name} had ended and was started again.", file=sys.stderr)
                looked_at = time.monotonic()
            time.sleep(WATCH_SECONDS)
    finally:
        for child in children:
            child.ask_to_stop()
        for child in children:
            child.stop()


def _wait_until_ready(face: Child, is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not is_ready():
        _check_face(face)
        if time.monotonic() > deadline:
            raise PortalError(f"No page answered within {READY_SECONDS:.0f} seconds; see above.")
        time.sleep(WATCH_SECONDS)


def _check_face(face: Child) -> None:
    status = face.exit_status()
    if status is not None:
        raise PortalError(f"The {face.name} ended (status {status}); see its last lines above.")


def _mend(child: Child) -> None:
    status = child.exit_status()
    if status is None:
        return
    if child.reported != child.started_at:
        child.reported = child.started_at
        print(f"The {child.name} ended (status {status}); starting it again.", file=sys.stderr)
    child.restart_when_due()
