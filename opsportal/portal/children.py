"""One child process of the portal: started, watched, restarted, stopped with all it started."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

FIRST_DELAY_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 30.0
# A child that lived this long died of something new.
STEADY_SECONDS = 60.0
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass
class Child:
    """A process group of its own, so that a Ctrl-C in the terminal reaches the parent alone."""

    name: str
    command: list[str]
    environment: dict[str, str]
    # Ends it at once without losing work; sent by the kernel when the parent is killed.
    quick_signal: signal.Signals = signal.SIGTERM
    patience_seconds: float = 10.0
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    delay_seconds: float = field(default=FIRST_DELAY_SECONDS, init=False)
    # Which start the last reported death belongs to.
    reported: float = field(default=0.0, init=False)

    def start(self) -> None:
        """Start it; standard output is for results, so what it says goes to standard error."""
        parent = os.getpid()

        def die_with_parent() -> None:
            if LIBC:
                LIBC.prctl(PR_SET_PDEATHSIG, int(self.quick_signal))
                if os.getppid() != parent:
                    os._exit(1)

        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            start_new_session=True,
            # Safe, because the parent has one thread.
            preexec_fn=die_with_parent,
        )
        self.started_at = time.monotonic()

    def exit_status(self) -> int | None:
        """Return how it ended, or None while it runs."""
        return self.process.poll() if self.process else None

    def restart_when_due(self) -> None:
        """Start it again after a delay that doubles with every death in quick succession."""
        lived = time.monotonic() - self.started_at
        if lived < self.delay_seconds:
            return
        longer = min(self.delay_seconds * 2, LONGEST_DELAY_SECONDS)
        self.delay_seconds = FIRST_DELAY_SECONDS if lived > STEADY_SECONDS else longer
        self._kill_group()
        self.start()

    def ask_to_stop(self) -> None:
        """Ask it to finish what it is at and begin nothing else."""
        if self.process:
            self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Wait until it has finished as asked, or end it with everything it started."""
        if self.process is None:
            return
        for number in (self.quick_signal, signal.SIGKILL):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(self.patience_seconds)
                break
            self.process.send_signal(number)
        self._kill_group()
        self.process.wait()

    def _kill_group(self) -> None:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
