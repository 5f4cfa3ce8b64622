"""The secrets of a state folder, made on first use and readable by their owner only."""

import json
import os
import secrets
import stat
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from opsportal.embedded.account import Account
from opsportal.embedded.errors import EmbeddedServerError
from opsportal.embedded.home import Home

# The path of a Unix socket has at most 107 bytes, this many of which are the file's own name.
SOCKET_PATH_LIMIT = 107
LONGEST_SOCKET_NAME = len("/opsportal-12345678/.s.PGSQL.5432")


@dataclass(frozen=True)
class Credentials:
    """What a trial must remember; `cluster` ties a data folder to these secrets."""

    secret_key: str
    postgres_password: str
    cluster: str
    sockets: str

    @property
    def postgres_url(self) -> str:
        return f"postgres://opsportal:{self.postgres_password}@/opsportal?host={self.sockets}"

    @property
    def redis_socket(self) -> Path:
        return Path(self.sockets) / "redis.sock"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.redis_socket}"


def load_credentials(home: Home, account: Account) -> Credentials:
    """Read the home's secrets, making them first where there are none."""
    try:
        if not home.credentials.exists():
            _begin(home, account)
        # Root could read another account's secrets, but would leave files that it cannot use.
        if home.credentials.stat().st_uid != os.geteuid():
            raise PermissionError
        return Credentials(**json.loads(home.credentials.read_text()))
    except PermissionError:
        raise EmbeddedServerError(
            f"The state folder {home.folder} belongs to another account. Run the portal as "
            "that account, or choose a folder of your own with OPSPORTAL_HOME."
        ) from None
    except (ValueError, TypeError):
        raise EmbeddedServerError(
            f"{home.credentials} is damaged. Remove it to begin afresh; the data made so far "
            "is then set aside."
        ) from None


def has_trusted_sockets(credentials: Credentials, account: Account) -> bool:
    """Tell whether the folder of the sockets is there and the servers' alone.

    Anybody may write in the temporary directory, and a restart empties it.
    """
    try:
        found = os.lstat(credentials.sockets)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid and not found.st_mode & 0o077


def renew_sockets(home: Home, account: Account, credentials: Credentials) -> Credentials:
    """Take a new folder for the sockets, and remember it."""
    renewed = replace(credentials, sockets=_make_sockets_folder(account))
    written = _write_beside(home, renewed)
    written.replace(home.credentials)
    return renewed


def _begin(home: Home, account: Account) -> None:
    home.create()
    fresh = Credentials(
        secret_key=secrets.token_urlsafe(50),
        postgres_password=secrets.token_urlsafe(32),
        cluster=secrets.token_hex(8),
        sockets=_make_sockets_folder(account),
    )
    written = _write_beside(home, fresh)
    try:
        # A link fails where a rename would replace the secrets of a command that was quicker.
        os.link(written, home.credentials)
    except FileExistsError:
        os.rmdir(fresh.sockets)
    finally:
        written.unlink()


def _write_beside(home: Home, credentials: Credentials) -> Path:
    handle, name = tempfile.mkstemp(prefix="credentials-", dir=home.folder)
    with os.fdopen(handle, "w") as file:
        json.dump(asdict(credentials), file)
    return Path(name)


def _make_sockets_folder(account: Account) -> str:
    given = tempfile.gettempdir()
    short = len(os.fsencode(given)) + LONGEST_SOCKET_NAME <= SOCKET_PATH_LIMIT
    # Root's temporary directory may be closed to the account that the servers run as.
    folder = given if short and account.can_enter(Path(given)) else "/tmp"  # noqa: S108
    made = Path(tempfile.mkdtemp(prefix="opsportal-", dir=folder))
    account.own(made)
    return str(made)
