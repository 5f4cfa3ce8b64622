"""Secrets are made once, kept from others, and what the environment says wins."""

import subprocess
import sys
from pathlib import Path

import pytest

from opsportal.embedded import EmbeddedServerError, read_environment, state_home
from opsportal.embedded.home import PROJECT_ROOT

NAMES = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "OPSPORTAL_TRIAL")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, temporary: Path) -> pytest.MonkeyPatch:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPSPORTAL_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("TMPDIR", str(temporary / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("opsportal.embedded.home.ROOT_DATA", tmp_path / "data")
    return monkeypatch


def test_the_state_folder_lies_beside_manage_py_unless_named(bare: pytest.MonkeyPatch) -> None:
    bare.delenv("OPSPORTAL_HOME")

    assert state_home() == PROJECT_ROOT / ".opsportal"


def test_secrets_are_made_once_and_readable_by_their_owner_only(bare: object) -> None:
    first = read_environment()

    assert read_environment() == first
    assert len(first["SECRET_KEY"]) > 50
    folder = state_home()
    assert (folder / "credentials.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == ["credentials.json"]


def test_what_the_environment_names_wins(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("REDIS_URL", "redis://there")
    bare.setenv("SECRET_KEY", "mine")

    known = read_environment()
    assert (known["REDIS_URL"], known["SECRET_KEY"]) == ("redis://there", "mine")
    assert known["DATABASE_URL"].startswith("postgres://opsportal:")


def test_nothing_is_made_up_where_both_servers_are_given(bare: pytest.MonkeyPatch) -> None:
    given = {"DATABASE_URL": "postgres://there/portal", "REDIS_URL": "redis://there"}
    for name, url in given.items():
        bare.setenv(name, url)

    assert read_environment() == given
    assert not state_home().exists()
    bare.setenv("OPSPORTAL_TRIAL", "true")
    assert read_environment().keys() - given.keys() == {"SECRET_KEY"}


def test_commands_that_begin_together_agree_on_the_secrets(bare: object) -> None:
    code = (
        "from opsportal.embedded import read_environment; print(sorted(read_environment().items()))"
    )
    readers = [
        subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT_ROOT, stdout=subprocess.PIPE)
        for _ in range(4)
    ]

    assert len({reader.communicate()[0] for reader in readers}) == 1
    assert {reader.returncode for reader in readers} == {0}


def test_damaged_secrets_are_told_in_a_sentence(bare: object) -> None:
    read_environment()
    (state_home() / "credentials.json").write_text("{")

    with pytest.raises(EmbeddedServerError, match=r"is damaged. Remove it to begin afresh"):
        read_environment()


def test_a_long_temporary_folder_still_gives_a_short_socket(
    bare: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    long = tmp_path / ("long" * 20)
    long.mkdir()
    bare.setattr("tempfile.tempdir", str(long))

    url = read_environment()["REDIS_URL"]
    assert len(url.removeprefix("unix://")) < 60
    Path(url.removeprefix("unix://")).parent.rmdir()
