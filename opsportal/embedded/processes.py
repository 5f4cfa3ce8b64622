"""Which processes run, and ending those that a trial left."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

PROC = Path("/proc")


def list_processes() -> dict[int, str]:
    """Map the id of every living process to its command line."""
    if not (PROC / "self" / "cmdline").exists():
        return _list_with_ps()
    found = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            # Empty for a zombie, which is no longer alive.
            if words:
                found[int(folder.name)] = words.replace(b"\0", b" ").decode(errors="replace")
    return found


def end_processes(
    find: Callable[[], Iterable[int]], *signals: tuple[signal.Signals, float]
) -> None:
    """Signal the processes that `find` names until it names none.

    Each signal is followed by its patience in seconds; SIGKILL comes last of all.
    """
    for number, patience in (*signals, (signal.SIGKILL, 10.0)):
        pids = set(find())
        if not pids:
            return
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
        deadline = time.monotonic() + patience
        while find() and time.monotonic() < deadline:
            time.sleep(0.02)


def _list_with_ps() -> dict[int, str]:
    listing = subprocess.run(
        ["ps", "-axww", "-o", "pid=,stat=,command="], capture_output=True, text=True, check=True
    )
    rows = (line.split(None, 2) for line in listing.stdout.splitlines())
    return {int(row[0]): row[2] for row in rows if len(row) == 3 and "Z" not in row[1]}
