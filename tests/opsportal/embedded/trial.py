"""A trial in a state folder of its own, used by real processes."""

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import redis

from opsportal.embedded.home import PROJECT_ROOT, Home
from opsportal.embedded.processes import list_processes

HOLD = """
import json, sys
from opsportal.embedded import read_environment, servers
with servers():
    print(json.dumps(read_environment()), flush=True)
    sys.stdin.read()
"""


@dataclass
class Trial:
    """Commands that use one state folder; `uid` is None for the account of the test itself."""

    folder: Path
    temporary: Path
    uid: int | None = None
    python: str = sys.executable
    source: Path = PROJECT_ROOT
    held: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def home(self) -> Home:
        as_root = os.geteuid() == 0 and self.uid is None
        return Home(folder=Path(os.path.realpath(self.folder)), as_root=as_root)

    @property
    def environment(self) -> dict[str, str]:
        ours = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")
        inherited = {name: value for name, value in os.environ.items() if name not in ours}
        return inherited | {
            "OPSPORTAL_HOME": str(self.folder),
            "OPSPORTAL_FSYNC": "off",
            "TMPDIR": str(self.temporary),
            "PYTHONPATH": str(self.source),
        }

    def hold(self, *, ready: bool = True, **environment: str) -> subprocess.Popen[str]:
        """Start a command that uses the servers until it is let go."""
        account: dict[str, Any] = {}
        if self.uid is not None:
            account = {"user": self.uid, "group": self.uid, "extra_groups": []}
        process = subprocess.Popen(
            [self.python, "-c", HOLD],
            cwd="/",
            env=self.environment | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **account,
        )
        self.held.append(process)
        if ready:
            assert process.stdout
            assert process.stdout.readline(), process.communicate()[1]
        return process

    def let_go(self, process: subprocess.Popen[str]) -> None:
        """Let a command finish by itself."""
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said

    @property
    def urls(self) -> dict[str, str]:
        """What the commands were told, read by root or the same account."""
        known = json.loads(self.home.credentials.read_text())
        return {
            "DATABASE_URL": f"postgres://opsportal:{known['postgres_password']}"
            f"@/opsportal?host={known['sockets']}",
            "REDIS_URL": f"unix://{known['sockets']}/redis.sock",
        }

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement on the trial's database and return its rows."""
        connection = psycopg2.connect(self.urls["DATABASE_URL"])
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    @property
    def valkey(self) -> redis.Redis:
        return redis.Redis.from_url(self.urls["REDIS_URL"])

    def servers(self) -> dict[int, str]:
        """List every process of the trial's servers."""
        marks = (f"-D {self.home.data}/", f"opsportal-{self.home.key}", f"--dir {self.home.data}/")
        return {
            pid: command
            for pid, command in list_processes().items()
            if any(mark in command for mark in marks)
        }

    def owners(self) -> set[int]:
        """Return whose the processes of the trial's servers are; one that just ended is nobody's.

        PostgreSQL's own helpers come and go.
        """
        owners = set()
        for pid in self.servers():
            with suppress(FileNotFoundError):
                owners.add(os.stat(f"/proc/{pid}").st_uid)
        return owners

    def postmaster(self) -> int:
        """Return the process id of the running PostgreSQL."""
        (pid,) = [pid for pid, command in self.servers().items() if "/bin/postgres -D" in command]
        return pid

    def remove(self) -> None:
        """End what a failed test left, and remove every trace."""
        for process in self.held:
            process.kill()
            process.communicate()
        for pid in self.servers():
            os.kill(pid, 9)
        for folder in {self.home.data, self.folder}:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def enterable_folder() -> Iterator[Path]:
    """Make a short folder that every account may enter, with a temporary one inside."""
    with tempfile.TemporaryDirectory(prefix="opsportal-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        (folder / "tmp").mkdir()
        (folder / "tmp").chmod(0o1777)
        yield folder


@contextmanager
def begin_trial() -> Iterator[Trial]:
    """Begin a trial of the account that runs the tests, in a folder that does not exist yet."""
    with enterable_folder() as folder:
        trial = Trial(folder / "below" / "state", folder / "tmp")
        try:
            yield trial
        finally:
            trial.remove()


def nobody() -> int:
    """Return the id of the unprivileged account that every system has."""
    return pwd.getpwnam("nobody").pw_uid


def modes_up_from(*paths: Path) -> dict[Path, tuple[int, int, int]]:
    """Snapshot mode and owner of each path that exists and of every folder above it."""
    chain = {folder for path in paths for folder in (path, *path.parents) if folder.exists()}
    return {path: ((found := path.stat()).st_mode, found.st_uid, found.st_gid) for path in chain}
