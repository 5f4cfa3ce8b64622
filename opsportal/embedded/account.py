"""The account that a trial's servers run as: yours, or `nobody` when you are root."""

import os
import pwd
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from opsportal.embedded.errors import EmbeddedServerError

# Nothing of the caller's environment (PGDATA, LD_PRELOAD, a locale that is not installed) may
# change how the servers behave.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class Account:
    """Whose processes and files the servers are."""

    uid: int
    gid: int
    dropped: bool

    def own(self, path: Path) -> None:
        """Hand over a path that we have just made; never one that was there before."""
        if self.dropped:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Tell whether the account may pass through a folder of the caller's."""
        if not self.dropped:
            return True
        path = Path(os.path.realpath(folder))
        return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))

    def spawn(
        self, command: list[str], *, env: Mapping[str, str] | None = None, **options: Any
    ) -> subprocess.Popen[bytes]:
        """Start a process of the account, away from the terminal and the current folder."""
        if self.dropped:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.Popen(
            command,
            cwd="/",
            env=ENVIRONMENT | dict(env or {}),
            umask=0o077,
            start_new_session=True,
            **options,
        )

    def run(self, command: list[str], *, doing: str, holding: IO[str], text: str = "") -> None:
        """Run a command of the account to its end, with `text` on its standard input.

        The lock on the file `holding` outlives us, when we are killed, as long as the command.
        Raises EmbeddedServerError with the command's own words when it fails.
        """
        process = self.spawn(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[holding.fileno()],
        )
        try:
            output, _ = process.communicate(text.encode())
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.returncode:
            said = output.decode(errors="replace").strip()
            raise EmbeddedServerError(f"{doing} failed (status {process.returncode}):\n{said}")


def server_account() -> Account:
    """Choose the account of the servers; root gets the existing unprivileged `nobody`."""
    if os.geteuid() != 0:
        return Account(uid=os.geteuid(), gid=os.getegid(), dropped=False)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedServerError(
            "PostgreSQL does not run as root, and this machine has no account 'nobody'. "
            "Run the portal as an ordinary user, or set DATABASE_URL and REDIS_URL."
        ) from None
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid, dropped=True)
