"""Where a trial's state lies."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent.parent
# Root may work in a folder that only root can enter, while PostgreSQL refuses to run as root and
# the account it then runs as could not reach its own data there.
ROOT_DATA = Path("/var/lib/opsportal")


def state_home() -> Path:
    """Name the state folder: OPSPORTAL_HOME, or `.opsportal` beside manage.py."""
    return Path(os.path.realpath(os.environ.get("OPSPORTAL_HOME") or PROJECT_ROOT / ".opsportal"))


@dataclass(frozen=True)
class Home:
    """The places of one state folder; nothing is made by asking for them."""

    folder: Path
    as_root: bool

    @property
    def key(self) -> str:
        """Tell this home's servers from those of any other home on the machine."""
        return hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]

    @property
    def data(self) -> Path:
        return ROOT_DATA / self.key if self.as_root else self.folder

    @property
    def credentials(self) -> Path:
        return self.folder / "credentials.json"

    @property
    def starting_lock(self) -> Path:
        """Held exclusively by whoever starts or stops the servers."""
        return self.folder / "starting.lock"

    @property
    def users_lock(self) -> Path:
        """Held, shared, by everyone who uses the servers."""
        return self.folder / "users.lock"

    def create(self) -> None:
        """Make what is missing; folders that exist keep their permissions."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.data.parent, self.data):
            if not folder.exists():
                folder.mkdir(mode=0o755)
                # Whatever the umask, the servers' account has to pass.
                folder.chmod(0o755 if self.as_root else 0o700)


def current_home() -> Home:
    """Describe the home that the environment and the account at hand imply."""
    return Home(folder=state_home(), as_root=os.geteuid() == 0)
