"""Using a trial's servers: who comes first starts them, who leaves last stops them."""

import contextlib
import fcntl
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from types import FrameType
from typing import IO, Any

from opsportal.embedded.account import Account, server_account
from opsportal.embedded.binaries import find_binaries
from opsportal.embedded.credentials import (
    Credentials,
    has_trusted_sockets,
    load_credentials,
    renew_sockets,
)
from opsportal.embedded.home import Home, current_home
from opsportal.embedded.postgres import Postgres
from opsportal.embedded.valkey import Valkey


def is_trial() -> bool:
    """Tell whether the portal is being tried: a server is missing, or OPSPORTAL_TRIAL says so.

    `make demo` and `make run` say so: they may use servers that were given.
    """
    given = os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")
    return not given or os.environ.get("OPSPORTAL_TRIAL") == "true"


def read_environment() -> dict[str, str]:
    """Tell DATABASE_URL, REDIS_URL and SECRET_KEY, without starting anything.

    What the environment sets wins. The rest names the servers of the state folder, whose secrets
    are made on first use. Outside a trial nothing is made up: what is not set is absent.
    """
    names = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")
    known = {name: os.environ[name] for name in names if os.environ.get(name)}
    if len(known) == len(names) or not is_trial():
        return known
    credentials = load_credentials(current_home(), server_account())
    return {
        "DATABASE_URL": credentials.postgres_url,
        "REDIS_URL": credentials.redis_url,
        "SECRET_KEY": credentials.secret_key,
    } | known


@contextlib.contextmanager
def servers() -> Iterator[None]:
    """Hold the servers that the environment does not name: running inside, stopped by the last.

    Whoever holds them may be killed at any moment: the kernel drops its locks, and the next one
    finds the servers running, or starts them again.
    """
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        yield
        return
    home, account = current_home(), server_account()
    load_credentials(home, account)
    with (
        _leaving_on_signals(),
        home.users_lock.open("a") as users,
        home.starting_lock.open("a") as starting,
    ):
        with _locked(starting):
            fcntl.flock(users, fcntl.LOCK_SH)
            credentials = _start(home, account)
        try:
            yield
        finally:
            # Works also when the state folder has been removed meanwhile.
            with _undisturbed(), _locked(starting):
                if _is_last(users):
                    for kind in (Valkey, Postgres):
                        kind(home, account, credentials).stop()


def restart_ended_servers() -> list[str]:
    """Start those of the servers that we hold and that have ended, and name them.

    One that runs and does not answer is left alone: it recovers by itself after a crash of one of
    its sessions. Raises EmbeddedServerError where one cannot be started.
    """
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return []
    home, account = current_home(), server_account()
    if not home.credentials.exists():
        # The state folder was removed under us: beginning afresh is for the next start.
        return []
    wanted = _wanted(home, account, load_credentials(home, account))
    if all(server.is_running() for server in wanted):
        return []
    with home.starting_lock.open("a") as starting, _locked(starting):
        ended = [server for server in wanted if not server.is_running()]
        for server in ended:
            server.start(find_binaries(home))
    return [server.name for server in ended]


def _wanted(home: Home, account: Account, credentials: Credentials) -> list[Postgres | Valkey]:
    kinds: dict[str, type[Postgres] | type[Valkey]] = {
        "DATABASE_URL": Postgres,
        "REDIS_URL": Valkey,
    }
    return [
        kind(home, account, credentials) for name, kind in kinds.items() if not os.environ.get(name)
    ]


def _start(home: Home, account: Account) -> Credentials:
    credentials = load_credentials(home, account)
    if not has_trusted_sockets(credentials, account):
        credentials = renew_sockets(home, account, credentials)
    for server in _wanted(home, account, credentials):
        if not server.is_answering():
            home.create()
            server.start(find_binaries(home))
    return credentials


def _is_last(users: IO[str]) -> bool:
    """Tell whether nobody else holds the servers; asked while nobody can begin to."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def _locked(file: IO[str]) -> Iterator[None]:
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


@contextlib.contextmanager
def _leaving_on_signals() -> Iterator[None]:
    """Leave in order when told to end; a command with a handler of its own keeps it."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    unhandled = {
        number: leave
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is signal.SIG_DFL
    }
    with _handlers(unhandled):
        yield


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Finish what is begun: a second Ctrl-C, or make passing a signal on, comes too late."""
    with _handlers(dict.fromkeys((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), signal.SIG_IGN)):
        yield


@contextlib.contextmanager
def _handlers(wanted: Mapping[signal.Signals, Any]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            # None: a handler that was not set from Python, which Python cannot set again.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
