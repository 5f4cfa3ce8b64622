"""A portal as `make run` starts it, on a port and a state folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from opsportal.embedded.home import PROJECT_ROOT
from opsportal.embedded.processes import list_processes
from tests.opsportal.embedded.trial import Trial


class Portal:
    """The supervisor, and what it started."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.port = free_port()
        self.log = trial.temporary / "portal.log"
        self.process = self._spawn()

    @property
    def environment(self) -> dict[str, str]:
        return self.trial.environment | {"PORT": str(self.port)}

    def start_again(self) -> None:
        """Start another after this one has ended, and wait until it is ready."""
        if self.process.stdout:
            self.process.stdout.close()
        self.process = self._spawn()
        self.wait_until_ready()

    def _spawn(self) -> subprocess.Popen[str]:
        with self.log.open("a") as log:
            return subprocess.Popen(
                [sys.executable, "manage.py", "run_portal"],
                cwd=PROJECT_ROOT,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        assert self.process.stdout
        said = self.process.stdout.readline()
        assert said == f"Portal ready at http://127.0.0.1:{self.port}\n", self.log.read_text()

    def stop(self, *signals: signal.Signals) -> int:
        """Send signals to the group, as a terminal and make do, and return the exit status."""
        for number in signals:
            os.killpg(self.process.pid, number)
        said, _ = self.process.communicate(timeout=60)
        assert said == ""
        return self.process.returncode

    def children(self, module: str = "") -> list[int]:
        """List the processes of web server, worker and beat, or of one of them."""
        mark = f"PORT={self.port}".encode()
        return [
            pid
            for pid, command in list_processes().items()
            if f"-m {module}" in command and "manage.py" not in command and _has(pid, mark)
        ]

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of manage.py beside the portal."""
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=PROJECT_ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
        )

    def remove(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        for pid in self.children():
            os.kill(pid, signal.SIGKILL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(found: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _has(pid: int, mark: bytes) -> bool:
    try:
        return mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
