"""Who comes first starts the servers, who leaves last stops them."""

import os
import shutil
import signal

from tests.opsportal.embedded.trial import Trial


def test_both_servers_answer_while_a_command_holds_them_and_stop_with_it(trial: Trial) -> None:
    command = trial.hold()

    assert trial.query("SELECT current_setting('server_version_num')::int / 10000") == [(18,)]
    assert trial.valkey.ping()
    trial.let_go(command)
    assert trial.servers() == {}


def test_a_second_command_uses_the_servers_of_the_first(trial: Trial) -> None:
    first = trial.hold()
    postmaster = trial.postmaster()
    second = trial.hold()

    assert trial.postmaster() == postmaster
    trial.let_go(first)
    assert trial.query("SELECT 1") == [(1,)]
    assert trial.valkey.ping()
    trial.let_go(second)
    assert trial.servers() == {}


def test_commands_that_begin_together_start_one_pair_of_servers(trial: Trial) -> None:
    commands = [trial.hold(ready=False) for _ in range(4)]
    for command in commands:
        assert command.stdout
        assert command.stdout.readline()

    assert trial.postmaster()
    for command in commands:
        trial.let_go(command)
    assert trial.servers() == {}


def test_a_command_told_to_end_stops_its_servers(trial: Trial) -> None:
    command = trial.hold()
    # Twice, as when make passes on what the whole group was sent.
    command.terminate()
    command.terminate()
    command.communicate(timeout=30)

    assert command.returncode == 128 + signal.SIGTERM
    assert trial.servers() == {}


def test_a_killed_command_leaves_nothing_locked(trial: Trial) -> None:
    killed = trial.hold()
    postmaster = trial.postmaster()
    killed.kill()
    killed.communicate()

    following = trial.hold()
    assert trial.postmaster() == postmaster
    trial.let_go(following)
    assert trial.servers() == {}


def test_servers_that_are_given_are_not_started(trial: Trial) -> None:
    given = {"DATABASE_URL": "postgres://there/portal", "REDIS_URL": "redis://there"}
    command = trial.hold(**given)

    assert trial.servers() == {}
    trial.let_go(command)
    assert not trial.folder.exists()


def test_only_the_server_that_is_not_given_is_started(trial: Trial) -> None:
    command = trial.hold(DATABASE_URL="postgres://there/portal")

    (started,) = trial.servers().values()
    assert "valkey-server" in started
    trial.let_go(command)
    assert trial.servers() == {}


def test_servers_stop_also_when_the_state_folder_is_gone(trial: Trial) -> None:
    command = trial.hold()
    shutil.rmtree(trial.folder)
    command.communicate(timeout=30)

    assert trial.servers() == {}


def test_data_and_queue_outlive_a_stop(trial: Trial) -> None:
    command = trial.hold()
    trial.query("CREATE TABLE kept AS SELECT 'Zoë' AS name")
    trial.valkey.lpush("queue", "import 1")
    trial.let_go(command)

    again = trial.hold()
    assert trial.query("SELECT upper(name) FROM kept") == [("ZOË",)]
    assert trial.valkey.lpop("queue") == b"import 1"
    trial.let_go(again)


def test_a_tcp_port_is_not_opened_and_a_password_is_asked_for(trial: Trial) -> None:
    command = trial.hold()

    assert trial.query("SHOW listen_addresses") == [("",)]
    assert trial.valkey.config_get("port") == {"port": "0"}
    assert trial.query("SELECT DISTINCT auth_method FROM pg_hba_file_rules") == [("scram-sha-256",)]
    sockets = trial.query("SHOW unix_socket_directories")[0][0]
    assert os.stat(sockets).st_mode & 0o777 == 0o700
    trial.let_go(command)
