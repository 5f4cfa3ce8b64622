from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from teams.structure.models import Person, RosterImport
from tests.personas import Organisation
from tests.teams.structure.rosters import FILE, apply, roster

PAGE = "/rosters/"


def send(client: Client, text: str, name: str = "roster.csv", **fields: str) -> Any:
    file = SimpleUploadedFile(name, text.encode())
    return client.post(
        PAGE, {"file": file, "as_of": "2026-01-01", "partial": "on"} | fields, follow=True
    )


@pytest.mark.parametrize("persona", ["member", "group_leader", "analyst", "hr_partner", "outsider"])
def test_rosters_need_the_right_to_change_the_whole(
    organisation: Organisation, persona: str
) -> None:
    client = organisation.client(persona)
    assert client.get(PAGE).status_code == 403
    assert client.get(f"{PAGE}drafts/x/").status_code == 403
    assert client.post(f"{PAGE}1/undo/").status_code == 403


def test_a_roster_is_looked_at_then_applied_then_undone(organisation: Organisation) -> None:
    client = organisation.client("administrator")
    shown = send(client, FILE)
    assert shown.status_code == 200
    page = shown.content.decode()
    assert "5 join, 3 begin to lead, 4 units are created" in page
    assert "Ana Ruiz (E-1)" in page
    assert not Person.objects.filter(employee_id="E-1").exists()

    address = shown.redirect_chain[-1][0]
    outcome = shown.context["outcome"]
    applied = client.post(address, {"fingerprint": outcome.fingerprint}, follow=True)
    assert "Applied: 5 join" in applied.content.decode()
    record = RosterImport.objects.get()
    assert record.applied_by == organisation.user("administrator")
    assert Person.objects.filter(employee_id="E-1").exists()
    assert client.post(address).status_code == 404

    listed = client.get(PAGE).content.decode()
    assert "roster.csv" in listed
    undone = client.post(f"{PAGE}{record.pk}/undo/", follow=True)
    assert "what stood before" in undone.content.decode()
    again = client.post(f"{PAGE}{record.pk}/undo/", follow=True)
    assert "is undone already" in again.content.decode()


def test_what_was_shown_is_what_is_applied(organisation: Organisation, tmp_path: Path) -> None:
    client = organisation.client("administrator")
    shown = send(client, FILE)
    address = shown.redirect_chain[-1][0]
    apply(tmp_path, FILE, partial=True)
    late = client.post(address, {"fingerprint": shown.context["outcome"].fingerprint}, follow=True)
    page = late.content.decode()
    assert "has changed since these changes were shown" in page
    assert "Nothing would change." in page
    assert RosterImport.objects.count() == 1


def test_a_draft_is_its_senders_alone(organisation: Organisation) -> None:
    shown = send(organisation.client("administrator"), FILE)
    organisation.user("Otto").grants.create(role="admin")
    other = organisation.client("Otto")
    assert other.get(PAGE).status_code == 200
    assert other.get(shown.redirect_chain[-1][0]).status_code == 404


def test_every_error_of_a_file_is_listed(organisation: Organisation) -> None:
    client = organisation.client("administrator")
    shown = send(client, roster("E-1,<b>Ana</b>,ana,Safety,", ",Bo,bo@example.org,Safety//,"))
    page = shown.content.decode()
    assert shown.status_code == 422
    assert "3 things are wrong in this file." in page
    assert "is not an e-mail address" in page
    assert "The employee number is empty." in page
    assert "Apply all of it" not in page
    refused = client.post(shown.redirect_chain[-1][0], {"fingerprint": ""}, follow=True)
    assert refused.status_code == 422


def test_bad_forms_keep_what_was_typed(organisation: Organisation) -> None:
    client = organisation.client("administrator")
    page = client.post(PAGE, {"as_of": "soon"}).content.decode()
    assert 'value="soon"' in page
    assert "Enter a valid date." in page


def test_long_names_and_those_from_right_to_left(organisation: Organisation) -> None:
    client = organisation.client("administrator")
    name = "שרה " + "x" * 110
    shown = send(client, roster(f"E-1,{name},ana@example.org,צוות,"))
    assert f"<bdi>{name} (E-1)</bdi>" in shown.content.decode()


def test_queries_do_not_grow_with_the_roster(
    organisation: Organisation, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client = organisation.client("administrator")
    for number in (3, 300):
        rows = (f"P-{n},Person {n},p{n}@example.org,Team {n // 9}," for n in range(number))
        shown = send(client, roster(*rows))
        address = shown.redirect_chain[-1][0]
        with django_assert_max_num_queries(60):
            client.get(address)
        client.post(address, {"fingerprint": shown.context["outcome"].fingerprint})
        with django_assert_max_num_queries(16):
            client.get(PAGE)
        with django_assert_max_num_queries(16):
            client.get(f"{PAGE}{RosterImport.objects.all()[0].pk}/")
