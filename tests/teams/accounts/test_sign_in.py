from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from teams.access.services import issue_token
from teams.accounts.services import set_password
from teams.audit.models import AuditEvent
from tests.personas import PASSWORD, Organisation

SIGN_IN = "/accounts/sign-in/"
ELIF = "elif@example.org"


@pytest.fixture
def elif_has_password(organisation: Organisation) -> Organisation:
    set_password(user=organisation.user("Elif"), password=PASSWORD, by=None)
    return organisation


def sign_in(client: Client, email: str = ELIF, password: str = PASSWORD, **more):
    return client.post(SIGN_IN, {"username": email, "password": password, **more})


def list_acts() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("act", flat=True))


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_it_takes_e_mail_whatever_its_case(elif_has_password, client):
    response = sign_in(client, "Elif@Example.ORG", next="/people/")
    assert (response.status_code, response["Location"]) == (302, "/people/")
    assert is_signed_in(client)
    event = AuditEvent.objects.get(act="user.signed_in")
    assert (event.actor.email, event.detail) == (ELIF, {"address": "127.0.0.1"})


def test_it_leads_nowhere_outside(elif_has_password, client):
    response = sign_in(client, next="https://elsewhere.example/")
    assert response["Location"] == "/"


def test_a_wrong_password_is_said_without_telling_who_exists(elif_has_password, client):
    known = sign_in(client, password="not this one")
    unknown = sign_in(client, "nobody@example.org")
    assert known.status_code == unknown.status_code == 200
    errors = [r.context["form"].non_field_errors() for r in (known, unknown)]
    assert errors[0] == errors[1]
    assert "do not go together" in errors[0][0]
    assert not is_signed_in(client)


def test_what_was_typed_for_an_unknown_address_is_not_kept(elif_has_password, client):
    sign_in(client, "my-password@typed-in-the-wrong.field")
    event = AuditEvent.objects.get(act="user.sign_in_failed")
    assert (event.actor, event.subject_label, event.subject_id) == (None, "", "")


def test_five_failures_close_the_sign_in_for_a_quarter_of_an_hour(elif_has_password, client):
    with time_machine.travel("2026-11-22T08:00:00Z", tick=False) as clock:
        # Another spelling of the address is no further chance.
        for spelling in (ELIF, "Elif@example.org", "ELIF@example.org", "elif@EXAMPLE.org"):
            assert sign_in(client, spelling, "no").status_code == 200
        response = sign_in(client, "eLIF@example.org", "no")
        assert response.status_code == 429
        assert "Too many failed sign-ins" in response.content.decode()
        clock.shift(timedelta(minutes=14))
        assert sign_in(client).status_code == 429, "the right password does not help"
        clock.shift(timedelta(minutes=2))
        assert sign_in(client).status_code == 302, "trying on has not prolonged it"
    assert list_acts().count("user.locked_out") == 2
    assert list_acts()[-1] == "user.signed_in"


def test_the_admins_form_counts_towards_the_same_lockout(elif_has_password, client):
    for spelling in (
        ELIF,
        "Elif@example.org",
        "ELIF@example.org",
        "elif@EXAMPLE.org",
        "elif@example.Org",
    ):
        client.post("/admin/login/", {"username": spelling, "password": "no"})
    assert sign_in(client).status_code == 429


def test_a_lockout_is_of_one_address(elif_has_password, client):
    set_password(user=elif_has_password.user("Mateo"), password=PASSWORD, by=None)
    for _ in range(5):
        sign_in(client, password="no")
    assert sign_in(client, "mateo@example.org").status_code == 302


def test_a_new_password_lifts_a_lockout(elif_has_password, client):
    for _ in range(5):
        sign_in(client, password="no")
    set_password(user=elif_has_password.user("Elif"), password="quite another one", by=None)
    assert sign_in(client, password="quite another one").status_code == 302


def test_whoever_has_no_password_yet_cannot_sign_in(organisation, client):
    assert sign_in(client, password="").status_code == 200
    assert sign_in(client, password="!").status_code == 200
    assert not is_signed_in(client)


@pytest.mark.parametrize(("days", "may"), [(-1, False), (0, False), (1, True)])
def test_a_leaver_cannot_sign_in_from_the_first_day_off(elif_has_password, client, days, may):
    leave(elif_has_password, days)
    sign_in(client)
    assert is_signed_in(client) is may


def test_a_leavers_session_ends_with_the_next_request(elif_has_password, client):
    sign_in(client)
    assert client.get("/audit/").status_code == 403
    leave(elif_has_password, 0)
    response = client.get("/audit/")
    assert (response.status_code, response["Location"]) == (302, f"{SIGN_IN}?next=/audit/")


def test_a_closed_sign_in_ends_a_session_too(elif_has_password, client):
    sign_in(client)
    user = elif_has_password.user("Elif")
    user.is_active = False
    user.save()
    assert client.get("/audit/").status_code == 302


def test_a_leavers_token_ends(elif_has_password, client):
    token = issue_token(user=elif_has_password.user("Felix"), by=None)
    call = {"headers": {"Authorization": f"Token {token}"}}
    assert client.get("/api/v1/audit-events/", **call).status_code == 200
    leave(elif_has_password, 0, "Felix")
    response = client.get("/api/v1/audit-events/", **call)
    assert response.status_code == 401
    assert response.json()["code"] == "authentication_failed"


def test_signing_out_is_recorded(elif_has_password, client):
    sign_in(client)
    response = client.post("/accounts/sign-out/")
    assert (response.status_code, response["Location"]) == (302, SIGN_IN)
    assert not is_signed_in(client)
    assert list_acts()[-1] == "user.signed_out"


def test_a_link_alone_signs_nobody_out(elif_has_password, client):
    sign_in(client)
    assert client.get("/accounts/sign-out/").status_code == 405


def test_whoever_is_signed_in_is_sent_on(organisation):
    response = organisation.client("member").get(SIGN_IN)
    assert (response.status_code, response["Location"]) == (302, "/")


def leave(organisation: Organisation, days: int, name: str = "Elif") -> None:
    person = organisation.people[name]
    person.left_on = timezone.localdate() + timedelta(days=days)
    person.save()
