"""What a trial's server wrote, kept short."""

from pathlib import Path
from typing import IO

KEPT_BYTES = 4 << 20


def open_log(path: Path) -> IO[bytes]:
    """Open a log to append to, begun afresh when it has grown long."""
    long = path.exists() and path.stat().st_size > KEPT_BYTES
    return path.open("wb" if long else "ab")


def read_end(path: Path, lines: int = 12) -> str:
    """Return the last lines of a log."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
