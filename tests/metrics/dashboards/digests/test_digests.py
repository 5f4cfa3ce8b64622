"""The weekly mail: asked for by whoever may read, sent once a week, ended with that right."""

import os
import signal
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from metrics.dashboards.digests.rules import monday_of
from metrics.dashboards.digests.services import (
    enqueue_due_digests,
    send_digest,
    start_digest,
    stop_digest,
)
from metrics.dashboards.digests.tasks import send_digest as send_digest_task
from metrics.dashboards.digests.tasks import send_due_digests
from metrics.dashboards.models import Digest
from metrics.dashboards.selectors import get_unit_dashboard
from metrics.dashboards.tables import shape_page
from opsportal.celery import app
from teams.audit.models import AuditEvent
from teams.structure.models import Leadership
from tests.mail_server import running_mail_server
from tests.metrics.dashboards.seeds import seed_teams, seed_work
from tests.personas import Organisation
from tests.workers import running_worker, wait_until

MONDAY = date(2026, 11, 23)


@pytest.fixture
def monday_morning(organisation: Organisation) -> Iterator[Organisation]:
    with time_machine.travel("2026-11-23T06:15Z", tick=False):
        seed_work(organisation, days=120)
        yield organisation


def ask(organisation: Organisation, persona: str = "Nadia", slug: str = "video-safety") -> Digest:
    viewer = organisation.viewer(persona)
    unit = viewer.tree.by_slug(slug)
    assert unit is not None
    return start_digest(unit=unit, by=viewer.user)


def send(digest: Digest, monday: date = MONDAY) -> bool:
    return send_digest(digest_id=digest.pk, monday=monday)


@pytest.mark.parametrize(
    ("day", "monday"),
    [("2026-11-23", "2026-11-23"), ("2026-11-29", "2026-11-23"), ("2027-01-01", "2026-12-28")],
)
def test_a_week_begins_on_monday(day: str, monday: str) -> None:
    assert monday_of(date.fromisoformat(day)) == date.fromisoformat(monday)


# Asking


@pytest.mark.django_db
def test_asking_and_stopping_is_recorded_once(organisation: Organisation) -> None:
    client = organisation.client("Nadia")
    url = "/dashboards/video-safety/digest/"
    assert "E-mail me this each Monday" in client.get(url).content.decode()
    for _ in range(2):
        assert client.post(url, {"wanted": "yes"}).status_code == 302
    assert Digest.objects.get().user == organisation.user("Nadia")
    assert "You get it each Monday at nadia@example.org" in client.get(url).content.decode()
    for _ in range(2):
        client.post(url, {"wanted": "no"})
    assert not Digest.objects.exists()
    acts = AuditEvent.objects.filter(act__startswith="digest.").order_by("pk")
    assert list(acts.values_list("act", "detail__unit")) == [
        ("digest.started", "video-safety"),
        ("digest.stopped", "video-safety"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("persona", "slug", "status"),
    [
        ("member", "video-es", 302),
        ("member", "video-de", 404),
        ("team_leader", "video-safety", 404),
        ("group_leader", "video-de", 302),
        ("hr_partner", "search-quality", 404),
        ("outsider", "organisation", 403),
    ],
)
def test_one_asks_for_what_one_may_read(
    organisation: Organisation, persona: str, slug: str, status: int
) -> None:
    url = f"/dashboards/{slug}/digest/"
    assert organisation.client(persona).post(url).status_code == status
    assert Digest.objects.exists() == (status == 302)


@pytest.mark.django_db
def test_nobody_stops_what_another_gets(organisation: Organisation) -> None:
    digest = ask(organisation)
    viewer = organisation.viewer("Dana")
    unit = viewer.tree.by_slug("video-safety")
    assert unit is not None
    stop_digest(unit=unit, by=viewer.user)
    assert Digest.objects.get() == digest


# What it says


@pytest.mark.django_db
def test_it_says_what_signalled_with_the_figures_of_the_dashboard(
    monday_morning: Organisation,
) -> None:
    assert send(ask(monday_morning))
    (message,) = mail.outbox
    assert message.to == ["nadia@example.org"]
    assert message.subject.startswith("Video Safety: ")
    html = message.alternatives[0][0]  # type: ignore[attr-defined]
    viewer = monday_morning.viewer("Nadia")
    unit = viewer.tree.by_slug("video-safety")
    assert unit is not None
    page = shape_page(viewer, get_unit_dashboard(viewer, unit, {}))
    signalled = [tile for tile in page["tiles"] if tile["signal"]]
    assert "On-time delivery" in [tile["name"] for tile in signalled]
    for said in (message.body, html):
        for tile in page["tiles"]:
            assert tile["name"] in said
            assert tile["value"] in said
        for tile in signalled:
            assert tile["change"] in said
        assert page["freshness"] in said
        assert "/dashboards/video-safety/?kpi=on-time-delivery" in said.replace("&amp;", "&")
        assert "/dashboards/video-safety/digest/" in said
    assert "STANDING LONGER\n\nOn-time delivery: below its usual range" in message.body
    assert "&lt;" not in message.body


@pytest.mark.django_db
def test_a_calm_week_is_said_to_be_calm(organisation: Organisation) -> None:
    with time_machine.travel("2026-11-23T06:15Z", tick=False):
        seed_work(organisation, days=3)
        send(ask(organisation, "Ines", "ads-en"))
    (message,) = mail.outbox
    assert "nothing left its usual range" in message.subject
    assert "no target is missed" in message.body


@pytest.mark.django_db
def test_a_unit_without_data_says_so(organisation: Organisation) -> None:
    send(ask(organisation))
    assert mail.outbox[0].subject == "Video Safety: no data yet"


@pytest.mark.django_db
def test_names_are_words_in_either_form(organisation: Organisation) -> None:
    (team,) = seed_teams(organisation, ["<b>A & Co"])
    send(ask(organisation, "Ola", team.slug))
    (message,) = mail.outbox
    assert message.subject.startswith("<b>A & Co: ")
    assert "<b>A " not in message.alternatives[0][0]  # type: ignore[attr-defined]
    assert "& Co" in message.body


# Once a week, with the rights of the day


@pytest.mark.django_db
def test_each_week_goes_once(organisation: Organisation) -> None:
    digest = ask(organisation)
    assert [send(digest), send(digest)] == [True, False]
    assert send(digest, MONDAY + timedelta(weeks=1))
    # An older week, of a task that came late, does not follow a newer one.
    assert not send(digest)
    assert len(mail.outbox) == 2
    digest.refresh_from_db()
    assert digest.sent_for == MONDAY + timedelta(weeks=1)
    ids = [message.extra_headers["Message-ID"] for message in mail.outbox]
    assert len(set(ids)) == 2


def end_leading(organisation: Organisation) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Leadership.objects.filter(person=organisation.people["Nadia"]).update(
        valid=DateRange(date(2024, 1, 1), yesterday)
    )


def deactivate(organisation: Organisation) -> None:
    user = organisation.user("Nadia")
    user.is_active = False
    user.save()


@pytest.mark.django_db
@pytest.mark.parametrize("lose", [end_leading, deactivate])
def test_who_may_not_read_any_more_gets_none_and_it_ends(
    organisation: Organisation, lose: object
) -> None:
    digest = ask(organisation, "Nadia", "video-de")
    lose(organisation)  # type: ignore[operator]
    assert not send(digest)
    assert mail.outbox == []
    assert not Digest.objects.exists()
    event = AuditEvent.objects.get(act="digest.ended")
    assert event.actor_id is None
    assert event.detail["to"] == "nadia@example.org"


def use_server(settings: Any, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port


@pytest.mark.django_db
def test_what_finds_no_mail_server_goes_with_the_next_try(
    organisation: Organisation, settings: Any
) -> None:
    digest = ask(organisation)
    with running_mail_server() as server:
        port = server.port
    use_server(settings, port)  # nobody listens there any more
    with pytest.raises(OSError, match="refused"):
        send(digest)
    digest.refresh_from_db()
    assert digest.sent_for is None
    with running_mail_server() as server:
        use_server(settings, server.port)
        assert send(digest)
        assert len(server.messages) == 1
        assert "Subject: Video Safety: no data yet" in server.messages[0]


def test_the_task_tries_again_what_a_server_refuses() -> None:
    assert send_digest_task.autoretry_for == (OSError,)
    assert send_digest_task.max_retries >= 3


@pytest.mark.django_db(transaction=True)
def test_two_at_once_send_one(organisation: Organisation, settings: Any) -> None:
    digest = ask(organisation)
    went: list[bool] = []

    def run() -> None:
        try:
            went.append(send(digest))
        finally:
            connection.close()

    with running_mail_server() as server:
        use_server(settings, server.port)
        server.accepting.clear()
        first = threading.Thread(target=run)
        first.start()
        assert server.reached.wait(20)
        # The first one holds the row while its mail is under way; the second leaves at once.
        second = threading.Thread(target=run)
        second.start()
        second.join(20)
        assert went == [False]
        server.accepting.set()
        first.join(20)
        assert went == [False, True]
        assert len(server.messages) == 1


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_the_week_to_the_next_run(
    organisation: Organisation, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = ask(organisation)
    with running_mail_server() as server:
        monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{server.port}")
        server.accepting.clear()
        with running_worker() as worker:
            enqueue_due_digests(MONDAY)
            assert server.reached.wait(60)
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait(20)
        app.control.purge()  # what the broker would hand to the next worker, this test does itself
        server.accepting.set()
        digest.refresh_from_db()
        assert digest.sent_for is None
        use_server(settings, server.port)
        wait_until(lambda: send(digest))
        assert len(server.messages) == 1
        assert not send(digest)


# On Mondays


@pytest.mark.django_db
def test_a_run_asks_for_what_has_not_gone(
    organisation: Organisation, django_capture_on_commit_callbacks: Any
) -> None:
    gone, left = ask(organisation), ask(organisation, "Carmen", "video-es")
    send(gone)
    with django_capture_on_commit_callbacks() as callbacks:
        assert enqueue_due_digests(MONDAY) == 1
    assert len(callbacks) == 1
    send(left)
    assert enqueue_due_digests(MONDAY) == 0
    assert enqueue_due_digests(MONDAY + timedelta(weeks=1)) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 5])
def test_a_run_asks_one_question_however_many_want_it(
    organisation: Organisation, django_assert_num_queries: Any, count: int
) -> None:
    for persona in ("Nadia", "Dana", "Otto", "Ola", "Judith")[:count]:
        ask(organisation, persona, "ads-safety" if persona == "Otto" else "video-safety")
    with django_assert_num_queries(1):
        enqueue_due_digests(MONDAY)


def test_beat_runs_it_on_monday_mornings() -> None:
    entry = app.conf.beat_schedule["send-digests-on-monday"]
    assert entry["task"] == send_due_digests.name
    assert entry["schedule"].day_of_week == {1}
    assert min(entry["schedule"].hour) >= 4  # after the nightly recompute
