"""Letters that remind of steps: one a day to each, each step told once, by two at once too."""

import os
import signal
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.utils import timezone

from opsportal.celery import app
from teams.appraisals.models import Appraisal, Cycle, Reminder
from teams.appraisals.rules.transitions import State
from teams.appraisals.services.reminders import (
    find_people_to_remind,
    send_due_reminders,
    send_reminder,
)
from teams.appraisals.tasks import send_reminder as send_reminder_task
from teams.appraisals.tasks import send_reminders, settle_people
from teams.structure.models import Leadership, Person
from tests.mail_server import running_mail_server
from tests.personas import Organisation
from tests.teams.appraisals.building import (
    build_cycle,
    days_ago,
    find_appraisal,
    get_review,
    put,
    write_part,
)
from tests.workers import running_worker, wait_until

pytestmark = pytest.mark.django_db
SECRET = "Nobody reads this in a mail."
WEEKS_AHEAD = ("self_by", "review_by", "calibrate_by", "sign_by", "share_by", "answer_by")


@pytest.fixture
def _friday() -> Iterator[None]:
    with time_machine.travel("2026-11-20T07:45Z", tick=False):
        yield


def dates(days: int) -> dict[str, date]:
    """All steps of a cycle are due in so many days."""
    return {name: timezone.localdate() + timedelta(days=days) for name in WEEKS_AHEAD}


def settle_all(cycle: Cycle) -> None:
    """Let nothing wait, so that a test says what does."""
    for appraisal in cycle.appraisals.all():
        put(appraisal, State.ACKNOWLEDGED)


def wait(cycle: Cycle, organisation: Organisation, name: str, state: State) -> Appraisal:
    """Let somebody's appraisal wait for what a state waits for."""
    appraisal = put(find_appraisal(cycle, organisation, name), state)
    if state in {State.LEADER_REVIEW, State.REOPENED}:
        appraisal.reviews.filter(kind="leader").update(submitted_at=None)
    return appraisal


def run(today: date | None = None) -> list[str]:
    """Send what is due, as the tasks do; return who got a letter, in the order of their names."""
    day = today or timezone.localdate()
    people = find_people_to_remind(day)
    sent = [pk for pk in people if send_reminder(person_id=pk, day=day)]
    return sorted(
        name.split()[0]
        for name in Person.objects.filter(pk__in=sent).values_list("name", flat=True)
    )


@pytest.mark.parametrize(
    ("state", "told", "said"),
    [
        (State.SELF_REVIEW, "Elif", "H1: write your own review"),
        (State.LEADER_REVIEW, "Carmen", "Elif Example, H1: write the review"),
        (State.CALIBRATION, "Nadia", "Video Safety, H1: compare 1 appraisal and close"),
        (State.SIGN_OFF, "Nadia", "Video Safety, H1: sign off 1 appraisal"),
        (State.SHARED, "Elif", "H1: your appraisal is shared with you; read and answer it"),
        (State.DISPUTED, "Judith", "Elif Example, H1: answer the dispute"),
        (State.REOPENED, "Carmen", "Elif Example, H1: write the review"),
    ],
)
def test_each_step_is_told_to_the_one_who_takes_it(
    organisation: Organisation, state: State, told: str, said: str
) -> None:
    cycle = build_cycle(organisation, **dates(2))
    settle_all(cycle)
    elif_ = find_appraisal(cycle, organisation, "Elif")
    write_part(get_review(elif_), words=SECRET, rating=4)
    # A dispute and what was reopened have two weeks from then on.
    since = {"state_since": timezone.now() - timedelta(days=12)}
    put(elif_, state, **since)
    if state is State.SIGN_OFF:
        Appraisal.objects.filter(pk=elif_.pk).update(signed_at=None)
    if state in {State.LEADER_REVIEW, State.REOPENED}:
        elif_.reviews.filter(is_closing=True).update(submitted_at=None)
    assert run() == [told]
    (message,) = mail.outbox
    assert message.to == [f"{told.lower()}@example.org"]
    assert message.subject == "Appraisals: 1 step waits for you"
    html = message.alternatives[0][0]  # type: ignore[attr-defined]
    for text in (message.body, html):
        assert said in text
        assert "Due " in text
        assert SECRET not in text
        assert "/appraisals/" in text
    row = Reminder.objects.get()
    assert (row.appraisal, row.state, row.reason) == (elif_, state, "soon")


def test_a_signed_appraisal_is_to_be_shared(organisation: Organisation) -> None:
    cycle = build_cycle(organisation, **dates(1))
    settle_all(cycle)
    put(find_appraisal(cycle, organisation, "Elif"), State.SIGN_OFF, signed_at=timezone.now())
    assert run() == ["Carmen"]
    assert "Elif Example, H1: share it with them" in mail.outbox[0].body


def test_a_group_that_nobody_leads_above_is_told_to_hr(organisation: Organisation) -> None:
    cycle = build_cycle(organisation, **dates(1))
    settle_all(cycle)
    put(find_appraisal(cycle, organisation, "Nadia"), State.CALIBRATION)
    assert run() == ["Judith"]


@pytest.mark.parametrize(("days", "goes"), [(4, False), (3, True), (0, True), (-1, True)])
def test_three_days_before_it_is_time_to_be_told(
    organisation: Organisation, days: int, goes: bool
) -> None:
    cycle = build_cycle(organisation, **dates(days))
    settle_all(cycle)
    put(find_appraisal(cycle, organisation, "Elif"), State.SELF_REVIEW)
    assert run() == (["Elif"] if goes else [])
    if days < 0:
        assert mail.outbox[0].subject == "Appraisals: 1 step waits for you, 1 overdue"
        assert "Overdue 1 day" in mail.outbox[0].body


def test_one_letter_lists_all_of_somebody(organisation: Organisation) -> None:
    cycle = build_cycle(organisation, **dates(1))
    for name in ("Elif", "Mateo"):
        put(find_appraisal(cycle, organisation, name), State.LEADER_REVIEW)
    assert "Carmen" in run()
    (letter,) = [message for message in mail.outbox if message.to == ["carmen@example.org"]]
    assert letter.subject == "Appraisals: 3 steps wait for you"
    for said in (
        "H1: write your own review",
        "Elif Example, H1: write the review",
        "Mateo Example, H1: write the review",
        f"/appraisals/{find_appraisal(cycle, organisation, 'Mateo').pk}/",
    ):
        assert said in letter.body


def test_each_step_is_told_once_for_being_near_and_once_for_being_late(
    organisation: Organisation,
) -> None:
    with time_machine.travel("2026-11-20T07:45Z", tick=False) as clock:
        cycle = build_cycle(organisation, **dates(2))
        settle_all(cycle)
        put(find_appraisal(cycle, organisation, "Elif"), State.SELF_REVIEW)
        told = []
        for day in range(7):
            clock.move_to(datetime.fromisoformat(f"2026-11-{20 + day}T07:45+00:00"))
            told.append((run(), run()))
    went, nothing = (["Elif"], []), ([], [])
    assert told == [went, nothing, nothing, went, nothing, nothing, nothing]
    assert list(Reminder.objects.order_by("pk").values_list("reason", flat=True)) == [
        "soon",
        "overdue",
    ]


@pytest.mark.usefixtures("_friday")
def test_no_more_than_one_letter_a_day_goes(organisation: Organisation) -> None:
    cycle = build_cycle(organisation, **dates(1))
    settle_all(cycle)
    wait(cycle, organisation, "Elif", State.LEADER_REVIEW)
    assert run() == ["Carmen"]
    # What comes up at noon is told tomorrow.
    wait(cycle, organisation, "Mateo", State.LEADER_REVIEW)
    assert run() == []
    with time_machine.travel("2026-11-21T07:45Z", tick=False):
        assert run() == ["Carmen"]
    assert "Elif Example" in mail.outbox[-1].body
    assert "Mateo Example" in mail.outbox[-1].body


def test_another_last_day_is_told_anew(organisation: Organisation) -> None:
    cycle = build_cycle(organisation, **dates(1))
    settle_all(cycle)
    put(find_appraisal(cycle, organisation, "Elif"), State.SELF_REVIEW)
    assert run() == ["Elif"]
    Reminder.objects.update(sent_at=timezone.now() - timedelta(days=1))
    Cycle.objects.update(**dates(2))
    assert run() == ["Elif"]


def deactivate(organisation: Organisation) -> None:
    user = organisation.user("Elif")
    user.is_active = False
    user.save()


def leave(organisation: Organisation) -> None:
    Person.objects.filter(name="Elif Example").update(left_on=days_ago(1))


def settle(organisation: Organisation) -> None:
    put(Appraisal.objects.get(person=organisation.people["Elif"]), State.ACKNOWLEDGED)


@pytest.mark.parametrize("lose", [deactivate, leave, settle])
def test_who_has_nothing_to_do_any_more_gets_none(organisation: Organisation, lose: Any) -> None:
    cycle = build_cycle(organisation, **dates(1))
    settle_all(cycle)
    elif_ = put(find_appraisal(cycle, organisation, "Elif"), State.SELF_REVIEW)
    assert elif_.person_id in find_people_to_remind(timezone.localdate())
    lose(organisation)
    assert not send_reminder(person_id=elif_.person_id, day=timezone.localdate())
    assert run() == []
    assert mail.outbox == []


def test_a_deputy_is_not_reminded_in_the_leaders_place(organisation: Organisation) -> None:
    cycle = build_cycle(organisation, **dates(1))
    settle_all(cycle)
    wait(cycle, organisation, "Elif", State.LEADER_REVIEW)
    Leadership.objects.create(
        person=organisation.people["Mateo"],
        unit=organisation.units["video-es"],
        is_deputy=True,
        valid=(days_ago(1), None),
    )
    assert run() == ["Carmen"]


def test_names_are_words_in_either_form(organisation: Organisation) -> None:
    cycle = build_cycle(organisation, name="<b>H1 & more", **dates(1))
    settle_all(cycle)
    put(find_appraisal(cycle, organisation, "Elif"), State.SELF_REVIEW)
    run()
    (message,) = mail.outbox
    assert "<b>H1 & more: write" in message.body
    assert "&lt;b&gt;H1 &amp; more" in message.alternatives[0][0]  # type: ignore[attr-defined]


@pytest.mark.parametrize("count", [1, 6])
def test_a_run_asks_the_same_few_questions(
    organisation: Organisation, django_assert_num_queries: Any, count: int
) -> None:
    cycle = build_cycle(organisation, **dates(1))
    settle_all(cycle)
    for name in ("Elif", "Mateo", "Jonas", "Greta", "Lukas", "Carmen")[:count]:
        put(find_appraisal(cycle, organisation, name), State.CALIBRATION)
    with django_assert_num_queries(3):
        find_people_to_remind(timezone.localdate())


def use_server(settings: Any, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port


def wait_for_elif(organisation: Organisation) -> int:
    """Let Elif's own review alone be due; return her key."""
    cycle = build_cycle(organisation, **dates(1))
    settle_all(cycle)
    return put(find_appraisal(cycle, organisation, "Elif"), State.SELF_REVIEW).person_id


def send(person_id: int) -> bool:
    return send_reminder(person_id=person_id, day=timezone.localdate())


def test_what_finds_no_mail_server_goes_with_the_next_try(
    organisation: Organisation, settings: Any
) -> None:
    elif_id = wait_for_elif(organisation)
    with running_mail_server() as server:
        port = server.port
    use_server(settings, port)  # nobody listens there any more
    with pytest.raises(OSError, match="refused"):
        send(elif_id)
    assert not Reminder.objects.exists()
    with running_mail_server() as server:
        use_server(settings, server.port)
        assert send(elif_id)
        assert len(server.messages) == 1
        assert "Subject: Appraisals: 1 step waits for you" in server.messages[0]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_send_one(organisation: Organisation, settings: Any) -> None:
    elif_id = wait_for_elif(organisation)
    went: list[bool] = []

    def run_one() -> None:
        try:
            went.append(send(elif_id))
        finally:
            connection.close()

    with running_mail_server() as server:
        use_server(settings, server.port)
        server.accepting.clear()
        first = threading.Thread(target=run_one)
        first.start()
        assert server.reached.wait(20)
        # The first one holds the letter while its mail is under way; the second leaves at once.
        second = threading.Thread(target=run_one)
        second.start()
        second.join(20)
        assert went == [False]
        server.accepting.set()
        first.join(20)
        assert went == [False, True]
        assert len(server.messages) == 1
        assert not send(elif_id)


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_the_letter_to_the_next_run(
    organisation: Organisation, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    elif_id = wait_for_elif(organisation)
    with running_mail_server() as server:
        monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{server.port}")
        server.accepting.clear()
        with running_worker() as worker:
            assert send_due_reminders(timezone.localdate()) == 1
            assert server.reached.wait(60)
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait(20)
        app.control.purge()  # what the broker would hand to the next worker, this test does itself
        server.accepting.set()
        assert not Reminder.objects.exists()
        use_server(settings, server.port)
        wait_until(lambda: send(elif_id))
        assert len(server.messages) == 1
        assert not send(elif_id)


def test_the_task_tries_again_what_a_server_refuses() -> None:
    assert send_reminder_task.autoretry_for == (OSError,)
    assert send_reminder_task.max_retries >= 3


def test_the_run_asks_the_workers_for_each_letter(
    organisation: Organisation, django_capture_on_commit_callbacks: Any
) -> None:
    wait_for_elif(organisation)
    with django_capture_on_commit_callbacks() as callbacks:
        send_reminders()
    assert len(callbacks) == 1


def test_beat_reminds_on_weekday_mornings_and_follows_leavers_at_night(
    organisation: Organisation,
) -> None:
    entry = app.conf.beat_schedule["remind-of-appraisals-on-weekdays"]
    assert entry["task"] == send_reminders.name
    assert entry["schedule"].day_of_week == {1, 2, 3, 4, 5}
    assert max(entry["schedule"].hour) <= 12
    nightly = app.conf.beat_schedule["settle-appraisals-nightly"]
    assert nightly["task"] == settle_people.name
    assert max(nightly["schedule"].hour) < min(entry["schedule"].hour)
    cycle = build_cycle(organisation)
    leave(organisation)
    settle_people()
    assert find_appraisal(cycle, organisation, "Elif").state == State.WITHDRAWN
