"""manage.py starts servers for the commands that need them, and for no others."""

import pytest

from manage import needs_servers


@pytest.mark.parametrize(
    "line", ["migrate", "import_feed ae a.csv", "shell", "runserver", "check --database default"]
)
def test_what_reads_or_writes_data_needs_servers(line: str) -> None:
    assert needs_servers(line.split())


@pytest.mark.parametrize(
    "line",
    ["", "help", "--version", "check --deploy", "collectstatic --noinput", "import_feed --help"],
)
def test_what_does_not_starts_none(line: str) -> None:
    assert not needs_servers(line.split())
