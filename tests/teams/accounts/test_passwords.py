import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from queue import Empty

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from opsportal.celery import app
from teams.accounts import services
from teams.audit.models import AuditEvent
from tests.personas import PASSWORD

RESET = "/accounts/password-reset/"
CHOSEN = {"new_password1": PASSWORD, "new_password2": PASSWORD}


@pytest.fixture
def work_off(django_capture_on_commit_callbacks) -> Iterator[Callable]:
    """Do something, commit, and do here what a worker would take off the queue; count it."""
    app.loader.import_default_modules()
    with app.connection_for_read() as connection:
        queue = connection.SimpleQueue("celery")
        queue.clear()

        def work_off(deed: Callable[[], object]) -> int:
            with django_capture_on_commit_callbacks(execute=True):
                deed()
            done = 0
            while True:
                try:
                    message = queue.get(timeout=0.2)
                except Empty:
                    return done
                message.ack()
                # A worker that another test killed may have left some that come back now.
                if not message.headers["task"].startswith("teams.accounts."):
                    continue
                args, kwargs, _ = message.payload
                app.tasks[message.headers["task"]](*args, **kwargs)
                done += 1

        yield work_off


def find_link(text: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+(/accounts/set-password/\S+)", text)
    assert found, text
    return found[1]


def test_an_invitation_lets_one_choose_a_first_password(organisation, client, work_off):
    felix, elif_ = organisation.user("Felix"), organisation.user("Elif")
    work_off(lambda: services.invite_user(user=elif_, by=felix))
    [message] = mail.outbox
    assert message.to == ["elif@example.org"]
    link = find_link(message.body)
    form = client.get(link, follow=True)
    assert "Choose a password" in form.content.decode()
    done = client.post(form.request["PATH_INFO"], CHOSEN, follow=True)
    assert "Your password is set" in done.content.decode()
    assert "This link has been used" in client.get(link, follow=True).content.decode()
    signed_in = client.post(
        "/accounts/sign-in/", {"username": "elif@example.org", "password": PASSWORD}
    )
    assert signed_in.status_code == 302
    assert list(AuditEvent.objects.order_by("pk").values_list("act", "actor__email")) == [
        ("user.invited", "felix@example.org"),
        ("user.password_set", "elif@example.org"),
        ("user.signed_in", "elif@example.org"),
    ]


def test_a_link_grows_too_old_after_seven_days(organisation, client):
    link = find_link(services.make_password_link(organisation.user("Elif")))
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        page = client.get(link, follow=True).content.decode()
    assert "has grown too old" in page


def test_weak_passwords_are_refused_with_what_is_wrong(organisation, client):
    link = find_link(services.make_password_link(organisation.user("Elif")))
    form = client.get(link, follow=True)
    answer = client.post(
        form.request["PATH_INFO"], {"new_password1": "12345", "new_password2": "12345"}
    )
    assert "too short" in answer.content.decode()
    assert not organisation.user("Elif").has_usable_password()


@pytest.mark.parametrize(
    ("has_password", "email", "mails"),
    [
        (True, "Elif@example.org", 1),
        (False, "elif@example.org", 0),  # the first password comes by invitation alone
        (True, "nobody@example.org", 0),
    ],
)
def test_a_reset_answers_the_same_and_mails_whoever_has_a_password(
    organisation, client, work_off, has_password, email, mails
):
    if has_password:
        services.set_password(user=organisation.user("Elif"), password=PASSWORD, by=None)
    answers = []
    assert work_off(lambda: answers.append(client.post(RESET, {"email": email}))) == 1
    assert [(a.status_code, a["Location"]) for a in answers] == [(302, f"{RESET}done/")]
    assert "link is on its way" in client.get(f"{RESET}done/").content.decode()
    assert len(mail.outbox) == mails
    for message in mail.outbox:
        find_link(message.body)


def test_creating_a_sign_in_twice_is_once(db):
    first = services.ensure_user(email=" Anna@Example.org ", by=None)
    assert services.ensure_user(email="anna@example.org", by=None) == first
    assert not first.has_usable_password()
    assert AuditEvent.objects.filter(act="user.created", subject_id=first.pk).count() == 1
