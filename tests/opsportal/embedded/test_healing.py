"""Whatever a crash left behind is put right on the next start."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from opsportal.embedded.account import server_account
from tests.opsportal.embedded.trial import Trial


def wait_for(found: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_killed_servers_start_again_with_their_data(trial: Trial) -> None:
    command = trial.hold()
    trial.query("CREATE TABLE kept AS SELECT 1 AS n")
    command.kill()
    command.communicate()
    for pid in trial.servers():
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue

    following = trial.hold()
    assert trial.query("SELECT n FROM kept") == [(1,)]
    assert trial.valkey.ping()
    trial.let_go(following)


def test_orphans_of_a_killed_postgres_are_cleared(trial: Trial) -> None:
    holder = trial.hold()
    trial.query("CREATE TABLE kept AS SELECT 1 AS n")
    # A session in the middle of a long statement does not notice by itself.
    busy = subprocess.Popen(
        [
            trial.python,
            "-c",
            "import psycopg2, sys; psycopg2.connect(sys.argv[1]).cursor().execute("
            "'SELECT count(*) FROM generate_series(1, 10000000000)')",
            trial.urls["DATABASE_URL"],
        ],
        env=trial.environment,
        stderr=subprocess.DEVNULL,
    )
    wait_for(lambda: any("SELECT" in command for command in trial.servers().values()))
    os.kill(trial.postmaster(), signal.SIGKILL)
    assert any("SELECT" in command for command in trial.servers().values())

    following = trial.hold()
    assert trial.query("SELECT n FROM kept") == [(1,)]
    busy.wait(30)
    trial.let_go(holder)
    trial.let_go(following)
    assert trial.servers() == {}


def test_a_database_that_was_being_made_is_made_anew(trial: Trial) -> None:
    command = trial.hold(ready=False)
    unfinished = trial.home.data / "postgres.unfinished" / "global"
    wait_for(unfinished.exists)
    command.kill()
    command.communicate()

    following = trial.hold()
    assert trial.query("SELECT 1") == [(1,)]
    trial.let_go(following)


def test_a_process_id_that_now_belongs_to_another_is_not_mistaken(trial: Trial) -> None:
    trial.let_go(trial.hold())
    stranger = server_account().spawn(["/bin/sleep", "60"])
    pid_file = trial.home.data / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{stranger.pid}\n{pid_file.parent}\n0\n5432\n\n\n0 0\nready\n")
    server_account().own(pid_file)

    command = trial.hold()
    assert trial.query("SELECT 1") == [(1,)]
    trial.let_go(command)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_sockets_that_were_swept_away_are_laid_anew(trial: Trial) -> None:
    trial.let_go(trial.hold())
    before = json.loads(trial.home.credentials.read_text())
    shutil.rmtree(before["sockets"])

    holder = trial.hold()
    sockets = json.loads(trial.home.credentials.read_text())["sockets"]
    shutil.rmtree(sockets)
    following = trial.hold()

    assert trial.query("SELECT 1") == [(1,)]
    assert trial.postmaster()
    trial.let_go(holder)
    trial.let_go(following)
    assert trial.servers() == {}
    assert trial.home.credentials.stat().st_mode & 0o777 == 0o600


def test_sockets_in_somebody_elses_folder_are_not_trusted(trial: Trial) -> None:
    trial.let_go(trial.hold())
    before = json.loads(trial.home.credentials.read_text())["sockets"]
    Path(before).chmod(0o755)

    command = trial.hold()
    assert json.loads(trial.home.credentials.read_text())["sockets"] != before
    trial.let_go(command)


def test_a_state_folder_that_was_removed_begins_afresh(trial: Trial) -> None:
    command = trial.hold()
    trial.query("CREATE TABLE old AS SELECT 1")
    trial.let_go(command)
    trial.home.credentials.unlink()

    command = trial.hold()
    assert trial.query("SELECT to_regclass('old')") == [(None,)]
    assert (trial.home.data / "postgres.old" / "PG_VERSION").exists()
    trial.let_go(command)
