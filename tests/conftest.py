"""What every test stands on: real servers, no network, static files as they are."""

import os
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import django
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.servers import start_test_servers

if TYPE_CHECKING:
    from tests.personas import Organisation

# How long an example takes says something of the machine, not of the code.
hypothesis_settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("house")

STOP_SERVERS = pytest.StashKey[Callable[[], None]]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        return  # everything is inherited from the process that started this one
    config.stash[STOP_SERVERS] = start_test_servers()
    os.environ["DJANGO_SETTINGS_MODULE"] = "opsportal.settings"
    os.environ["EMAIL_URL"] = "memorymail://"
    # The settings name the servers, so that they could not be read before.
    django.setup()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(specs: list[Any]) -> None:
    """Give each process that runs tests a Redis database of its own.

    A Celery worker that one test starts must not take what another test enqueues. It is given
    before the process begins: it reads its settings before it comes to this file.
    """
    for number, spec in enumerate(specs, 1):
        spec.env["REDIS_URL"] = f"{os.environ['REDIS_URL'].partition('?')[0]}?db={number}"


def pytest_unconfigure(config: pytest.Config) -> None:
    if stop := config.stash.get(STOP_SERVERS, None):
        stop()


@pytest.fixture(autouse=True)
def _only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections to anywhere but localhost and Unix sockets."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"A test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _static_files_as_they_are(settings: Any) -> None:
    """Serve static files by their own names: a manifest is made by collectstatic alone."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def organisation(db: None) -> "Organisation":
    """The organisation of tests/personas.py, written anew for this test."""
    from tests.personas import build_organisation

    return build_organisation()
