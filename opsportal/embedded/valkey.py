"""The Redis protocol server of a trial: queue, cache and counters."""

import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from opsportal.embedded.account import Account
from opsportal.embedded.binaries import Binaries
from opsportal.embedded.credentials import Credentials
from opsportal.embedded.errors import EmbeddedServerError
from opsportal.embedded.home import Home
from opsportal.embedded.processes import end_processes, list_processes
from opsportal.embedded.server_log import open_log, read_end

START_SECONDS = 30.0
TERM = (signal.SIGTERM, 20.0)


@dataclass(frozen=True)
class Valkey:
    """The Redis protocol server of one home; only its account may enter the socket's folder."""

    home: Home
    account: Account
    credentials: Credentials
    name: ClassVar = "Redis protocol server"

    @property
    def data(self) -> Path:
        return self.home.data / "valkey"

    @property
    def log(self) -> Path:
        return self.home.data / "valkey.log"

    def is_answering(self) -> bool:
        """Send PING and tell whether PONG came back; while it loads its data it does not."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(5)
                client.connect(str(self.credentials.redis_socket))
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def is_running(self) -> bool:
        """Tell whether there is a server, answering or not."""
        return bool(self._list())

    def start(self, binaries: Binaries) -> None:
        """Start the server, whatever the last one left behind, and wait until it answers."""
        self.stop()
        self.credentials.redis_socket.unlink(missing_ok=True)
        if not self.data.exists():
            self.data.mkdir(mode=0o700)
            self.account.own(self.data)
        with open_log(self.log) as log:
            process = self.account.spawn(self._command(binaries), stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while not self.is_answering():
            if process.poll() is not None or time.monotonic() > deadline:
                raise EmbeddedServerError(
                    f"The Redis protocol server did not start. {self.log} ends:\n"
                    f"{read_end(self.log)}"
                )
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the server and wait until it is gone."""
        end_processes(self._list, TERM)

    def _command(self, binaries: Binaries) -> list[str]:
        return [
            str(binaries.valkey),
            *("--dir", str(self.data)),
            *("--port", "0"),
            *("--unixsocket", str(self.credentials.redis_socket)),
            *("--unixsocketperm", "700"),
            # A queued import survives a stop and, but for its last second, a crash.
            *("--appendonly", "yes", "--save", ""),
            # The command line stays as it is, and tells whose server this is.
            *("--set-proc-title", "no"),
        ]

    def _list(self) -> list[int]:
        program = f"/valkey-server --dir {self.data} "
        return [pid for pid, command in list_processes().items() if program in command]
