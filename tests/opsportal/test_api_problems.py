from base64 import b64encode

import pytest
from django.test import Client

from tests.personas import Organisation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/api/v1/nothing/", "/api/v1/kpis/a%00b/"])
def test_it_answers_an_address_that_is_not_there_as_the_api_answers(
    organisation: Organisation, address: str
) -> None:
    response = organisation.client("member").get(address)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


def test_it_answers_an_error_of_its_own_as_the_api_answers(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("teams.directory.api.read_parameters", None)
    client = Client(raise_request_exception=False)
    client.force_login(organisation.user("member"))
    response = client.get("/api/v1/units/")
    assert response.status_code == 500
    assert response.json()["code"] == "server_error"


@pytest.mark.parametrize(
    "address",
    ["kpi-values/?kpi=%00", "kpi-values/?kpi=units-per-hour&person=%00", "people/?unit=%00"],
)
def test_it_refuses_a_character_that_the_database_cannot_hold(
    organisation: Organisation, address: str
) -> None:
    response = organisation.client("member").get(f"/api/v1/{address}")
    assert response.status_code == 400
    assert response.json()["code"] == "invalid_parameter"


@pytest.mark.parametrize("position", ["abc", "-1", "1" * 30, "\x00"])
def test_it_refuses_a_cursor_that_was_made_up(organisation: Organisation, position: str) -> None:
    cursor = b64encode(f"p={position}".encode()).decode()
    response = organisation.client("member").get("/api/v1/people/", {"cursor": cursor})
    assert response.status_code == 400
    assert response.json()["code"] == "invalid_cursor"
    assert organisation.client("member").get("/api/v1/people/?cursor=%C3%A9").status_code == 400
