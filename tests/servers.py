"""Servers of one test run: started once, shared by its workers, removed with their data."""

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from opsportal.embedded import read_environment, servers
from opsportal.embedded.account import server_account
from opsportal.embedded.credentials import load_credentials
from opsportal.embedded.home import current_home


def start_test_servers(*, durable: bool = False) -> Callable[[], None]:
    """Start PostgreSQL and the Redis protocol server for this run; return what ends them.

    Unless `durable`, what they hold survives no crash of the machine, and tests are faster.

    Called by the process that starts the workers: they inherit the environment, in which the
    servers are then named. What the caller's environment named before is not touched.
    """
    with ExitStack() as stack:
        _begin_home(stack, durable=durable)
        stack.enter_context(servers())
        os.environ |= read_environment()
        return stack.pop_all().close


def _begin_home(stack: ExitStack, *, durable: bool) -> None:
    stack.callback(_restore_environment, dict(os.environ))
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "OPSPORTAL_TRIAL", "OPSPORTAL_FSYNC"):
        os.environ.pop(name, None)
    os.environ["OPSPORTAL_HOME"] = tempfile.mkdtemp(prefix="opsportal-tests-")
    if not durable:
        os.environ["OPSPORTAL_FSYNC"] = "off"
    home = current_home()
    sockets = load_credentials(home, server_account()).sockets
    for folder in {home.data, home.folder, Path(sockets)}:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)


def _restore_environment(before: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(before)
