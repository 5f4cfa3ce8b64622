"""One command keeps web server, worker and beat, and leaves nothing behind."""

import os
import signal
import urllib.request

from tests.opsportal.portal.portal_process import Portal, free_port, wait_for


def test_it_runs_everything_until_told_to_stop_and_starts_again_without_redoing(
    portal: Portal,
) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{portal.port}/accounts/sign-in/") as page:
        assert page.status == 200
    for module in (
        "gunicorn",
        "celery --app=opsportal --quiet worker",
        "celery --app=opsportal --quiet beat",
    ):
        assert portal.children(module)

    postmaster = portal.trial.postmaster()
    beside = portal.command("showmigrations", "teams")
    assert (beside.returncode, portal.trial.postmaster()) == (0, postmaster)

    assert portal.stop(signal.SIGINT) == 0
    assert portal.children() == []
    assert portal.trial.servers() == {}

    collected = portal.trial.folder / "static" / "collected-from"
    first = collected.stat().st_mtime_ns
    portal.start_again()
    assert collected.stat().st_mtime_ns == first
    # As when make passes on what the whole group was sent.
    assert portal.stop(signal.SIGTERM, signal.SIGTERM) == 0
    assert portal.children() == []
    assert portal.trial.servers() == {}


def test_a_second_portal_is_refused_in_a_sentence(portal: Portal) -> None:
    taken = portal.command("run_portal")
    assert taken.returncode == 1
    assert "A portal already runs on the state folder" in taken.stderr

    here, portal.port = portal.port, free_port()
    elsewhere = portal.command("run_portal")
    portal.port = here
    assert "A portal already runs on the state folder" in elsewhere.stderr


def test_a_worker_that_dies_is_started_again(portal: Portal) -> None:
    worker = "celery --app=opsportal --quiet worker"
    wait_for(lambda: len(portal.children(worker)) == 3)
    before = set(portal.children(worker))
    os.kill(min(before), signal.SIGKILL)

    wait_for(lambda: len(set(portal.children(worker)) - before) == 3)
    assert before.isdisjoint(portal.children(worker))
    assert "The worker ended (status -9); starting it again." in portal.log.read_text()


def test_servers_that_die_are_started_again(portal: Portal) -> None:
    before = portal.trial.servers()
    postmaster = portal.trial.postmaster()
    valkey = next(pid for pid, command in before.items() if "valkey-server" in command)
    for pid in (postmaster, valkey):
        os.kill(pid, signal.SIGKILL)

    wait_for(lambda: portal.log.read_text().count("had ended and was started again") == 2)
    assert portal.trial.query("SELECT 1") == [(1,)]
    assert portal.trial.valkey.ping()
    with urllib.request.urlopen(f"http://127.0.0.1:{portal.port}/accounts/sign-in/") as page:
        assert page.status == 200
    assert {postmaster, valkey}.isdisjoint(portal.trial.servers())


def test_a_web_server_that_dies_ends_the_portal_with_a_sentence(portal: Portal) -> None:
    os.kill(min(portal.children("gunicorn")), signal.SIGKILL)

    assert portal.process.wait(60) == 1
    assert "The web server ended (status -9)" in portal.log.read_text()
    assert portal.children() == []
    assert portal.trial.servers() == {}


def test_a_killed_portal_leaves_its_servers_alone_and_the_next_takes_them_over(
    portal: Portal,
) -> None:
    postmaster = portal.trial.postmaster()
    portal.process.kill()
    portal.process.wait()

    wait_for(lambda: not portal.children())
    assert portal.trial.postmaster() == postmaster
    portal.start_again()
    assert portal.trial.postmaster() == postmaster
    assert portal.stop(signal.SIGINT) == 0
    assert portal.trial.servers() == {}
