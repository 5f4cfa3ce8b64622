"""PostgreSQL of a trial: made, started, asked whether it answers, stopped."""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import struct
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar

from opsportal.embedded.account import Account
from opsportal.embedded.binaries import Binaries
from opsportal.embedded.credentials import Credentials
from opsportal.embedded.errors import EmbeddedServerError
from opsportal.embedded.home import Home
from opsportal.embedded.processes import end_processes, list_processes
from opsportal.embedded.server_log import open_log, read_end

START_SECONDS = 120.0
# Fast shutdown ends the sessions and writes a checkpoint; immediate leaves that to the next start.
FAST, IMMEDIATE = (signal.SIGINT, 60.0), (signal.SIGQUIT, 5.0)
STARTING_UP = b"57P03"
# For two cores and a portal of a few hundred people. Bulk imports want the work memory; JIT costs
# more than it saves on queries of milliseconds; nothing replicates, so the log may be minimal.
TUNING = {
    "max_connections": "60",
    "shared_buffers": "512MB",
    "effective_cache_size": "2GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "4GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "1",
    "jit": "off",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# A session keeps up to 16 MB that queries have used. By default it gives memory back after each
# one, and the next has it mapped again bit by bit: some 260 page faults for a dashboard.
MEMORY = {"MALLOC_TRIM_THRESHOLD_": f"{16 << 20}", "MALLOC_MMAP_THRESHOLD_": f"{8 << 20}"}
# OPSPORTAL_FSYNC=off, for tests alone: survives a killed process, not a crash of the machine.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres:
    """The PostgreSQL of one home."""

    home: Home
    account: Account
    credentials: Credentials
    name: ClassVar = "PostgreSQL"

    @property
    def data(self) -> Path:
        return self.home.data / "postgres"

    @property
    def log(self) -> Path:
        return self.home.data / "postgres.log"

    def is_answering(self) -> bool:
        """Ask for a session, as a client would, and tell whether the answer is more than 'wait'."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(5)
                client.connect(f"{self.credentials.sockets}/.s.PGSQL.5432")
                names = b"user\0opsportal\0database\0opsportal\0\0"
                client.sendall(struct.pack("!II", 8 + len(names), 3 << 16) + names)
                answer = client.recv(1024)
        except OSError:
            return False
        return answer[:1] == b"R" or (answer[:1] == b"E" and STARTING_UP not in answer)

    def is_running(self) -> bool:
        """Tell whether there is a server, answering or not."""
        return bool(self._list_postmasters())

    def start(self, binaries: Binaries) -> None:
        """Start the server, whatever the last one left behind, and wait until it answers."""
        self._clear_remains()
        if not self._is_ours():
            self._create(binaries)
        command = [str(binaries.postgres), "-D", str(self.data), *self._settings()]
        with open_log(self.log) as log:
            process = self.account.spawn(command, env=MEMORY, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while not self.is_answering():
            if process.poll() is not None or time.monotonic() > deadline:
                raise EmbeddedServerError(
                    f"PostgreSQL did not start. {self.log} ends:\n{read_end(self.log)}"
                )
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the server and wait until it is gone."""
        end_processes(self._list_postmasters, FAST, IMMEDIATE)

    def _settings(self) -> list[str]:
        settings = TUNING | {
            "listen_addresses": "",
            "unix_socket_directories": self.credentials.sockets,
            "unix_socket_permissions": "0700",
            # Shown in the title of every process, so that a crash's orphans are found.
            "cluster_name": self._title,
        }
        if not _is_durable():
            settings |= NOT_DURABLE
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    @property
    def _title(self) -> str:
        return f"opsportal-{self.home.key}"

    def _list_postmasters(self) -> list[int]:
        program = f"/postgres -D {self.data} "
        return [pid for pid, command in list_processes().items() if program in command]

    def _list_all(self) -> list[int]:
        children = f"postgres: {self._title}: "
        processes = list_processes().items()
        orphans = [pid for pid, command in processes if command.startswith(children)]
        return self._list_postmasters() + orphans

    def _clear_remains(self) -> None:
        # Not answering, yet running: its sockets are gone, or its parent process was killed.
        end_processes(self._list_postmasters, FAST, IMMEDIATE)
        end_processes(self._list_all, IMMEDIATE)
        # By now nobody is behind these, even if another process has been given the same id.
        for stale in (self.data / "postmaster.pid", *Path(self.credentials.sockets).glob(".s.*")):
            stale.unlink(missing_ok=True)

    @property
    def _mark(self) -> Path:
        return self.data / "opsportal.cluster"

    def _is_ours(self) -> bool:
        """Tell whether the data are whole and belong to the secrets of this state folder."""
        try:
            return self._mark.read_text() == self.credentials.cluster
        except FileNotFoundError:
            return False

    def _create(self, binaries: Binaries) -> None:
        """Make an empty cluster aside, and put it in place once it is whole."""
        with (self.home.data / "making.lock").open("a") as making:
            # Waits for the initdb of a command that was killed; nothing else would stop it.
            fcntl.flock(making, fcntl.LOCK_EX)
            made = self.home.data / "postgres.unfinished"
            _remove(made)
            made.mkdir(mode=0o700)
            self.account.own(made)
            self._fill(made, binaries, making)
        (made / self._mark.name).write_text(self.credentials.cluster)
        if self.data.exists():
            # The state folder was begun afresh; keep the last data that belonged to another.
            aside = self.home.data / "postgres.old"
            _remove(aside)
            self.data.rename(aside)
        made.rename(self.data)

    def _fill(self, made: Path, binaries: Binaries, making: IO[str]) -> None:
        doing = "Making the database"
        with self._password_file() as password_file:
            initdb = [
                str(binaries.initdb),
                *("-D", str(made), "--username=opsportal", f"--pwfile={password_file}"),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("--no-instructions", *([] if _is_durable() else ["--no-sync"])),
            ]
            self.account.run(initdb, doing=doing, holding=making)
        single = [str(binaries.postgres), "--single", "-D", str(made), "postgres"]
        create = "CREATE DATABASE opsportal\n"
        self.account.run(single, text=create, doing=doing, holding=making)

    @contextlib.contextmanager
    def _password_file(self) -> Iterator[str]:
        handle, name = tempfile.mkstemp(prefix="password-", dir=self.home.data)
        with os.fdopen(handle, "w") as file:
            file.write(self.credentials.postgres_password)
        self.account.own(Path(name))
        try:
            yield name
        finally:
            os.unlink(name)


def _is_durable() -> bool:
    return os.environ.get("OPSPORTAL_FSYNC") != "off"


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
