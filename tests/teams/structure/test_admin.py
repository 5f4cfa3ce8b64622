import pytest
from django.contrib import admin
from django.test import Client

from teams.accounts.models import User
from teams.structure.models import Assignment, Person, RosterImport
from tests.personas import Organisation


@pytest.fixture
def client(organisation: Organisation) -> Client:
    User.objects.create_superuser("root@example.org", "a long enough password")
    client = Client()
    client.force_login(User.objects.get(email="root@example.org"))
    return client


@pytest.mark.parametrize(
    "model",
    [
        model
        for model in admin.site._registry
        if model.__module__.startswith("teams.structure.models")
    ],
    ids=lambda model: model._meta.model_name,
)
def test_it_shows_and_does_not_change(client: Client, model: type) -> None:
    address = f"/admin/teams/{model._meta.model_name}/"
    assert client.get(address).status_code == 200
    assert client.get(f"{address}add/").status_code == 403


def test_a_person_can_be_read_there_but_not_written(
    client: Client, organisation: Organisation
) -> None:
    address = f"/admin/teams/person/{organisation.people['Elif'].pk}/change/"
    page = client.get(address)
    assert page.status_code == 200
    assert "Elif Example" in page.content.decode()
    assert client.post(address, {"name": "Other"}).status_code == 403
    assert client.post(address.replace("change", "delete")).status_code == 403
    assert Person.objects.get(pk=organisation.people["Elif"].pk).name == "Elif Example"


def test_everything_of_the_room_but_history_is_there() -> None:
    assert {Person, Assignment, RosterImport} <= admin.site._registry.keys()
