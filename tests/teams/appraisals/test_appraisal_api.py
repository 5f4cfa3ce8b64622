"""Where appraisals stand, for programs: within the same rights, without words and ratings."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from teams.access.roles import Permission
from teams.access.services import issue_token
from teams.appraisals.models import Appraisal
from teams.appraisals.rules.transitions import State
from tests.personas import Organisation
from tests.teams.appraisals.building import (
    build_cycle,
    days_ago,
    find_appraisal,
    get_review,
    put,
    write_part,
)

pytestmark = pytest.mark.django_db


def ask(organisation: Organisation, persona: str, query: str = "", code: int = 200) -> Any:
    response = organisation.client(persona).get(f"/api/v1/appraisals/{query}")
    assert response.status_code == code, response.content
    return response.json()


def names(organisation: Organisation, persona: str, query: str = "") -> list[str]:
    rows = ask(organisation, persona, query)["results"]
    return sorted(row["employee_id"].removeprefix("E-").title() for row in rows)


def test_a_row_says_where_an_appraisal_stands(organisation: Organisation) -> None:
    cycle = build_cycle(organisation)
    elif_ = find_appraisal(cycle, organisation, "Elif")
    write_part(get_review(elif_), words="Nobody reads this here.")
    put(elif_, State.LEADER_REVIEW)
    (row,) = ask(organisation, "team_leader", "?person=E-ELIF")["results"]
    since = row.pop("state_since")
    assert since.startswith(timezone.now().date().isoformat())
    assert row == {
        "cycle": "H1",
        "employee_id": "E-ELIF",
        "name": "Elif Example",
        "unit": "video-es",
        "level": "L3",
        "period_start": days_ago(182).isoformat(),
        "period_end": days_ago(0).isoformat(),
        "state": "leader_review",
        "due": (timezone.localdate() + timedelta(days=14)).isoformat(),
    }


def test_each_persona_gets_what_they_may_open(organisation: Organisation) -> None:
    cycle = build_cycle(organisation)
    everybody = ["Carmen", "Elif", "Greta", "Jonas", "Lukas", "Mateo", "Nadia"]
    expected = {
        "member": ["Elif"],
        "team_leader": ["Carmen", "Elif", "Mateo"],
        "sibling_leader": ["Greta", "Jonas", "Lukas"],
        "group_leader": everybody,
        "Dana": everybody,
        "hr_partner": everybody,
    }
    nobody = ["Otto", "trainer", "analyst", "compliance", "administrator", "outsider"]
    for persona, found in [*expected.items(), *((persona, []) for persona in nobody)]:
        assert names(organisation, persona) == found, persona
    put(find_appraisal(cycle, organisation, "Elif"), State.DRAFT)
    assert names(organisation, "member") == []


def test_it_is_filtered_by_cycle_state_and_person(organisation: Organisation) -> None:
    cycle = build_cycle(organisation)
    put(find_appraisal(cycle, organisation, "Elif"), State.SHARED)
    assert names(organisation, "hr_partner", "?state=shared") == ["Elif"]
    assert len(names(organisation, "hr_partner", "?cycle=H1")) == 7
    assert names(organisation, "hr_partner", "?cycle=H1&state=self_review&person=E-MATEO") == [
        "Mateo"
    ]
    assert names(organisation, "hr_partner", "?cycle=H2") == []
    # Who is out of scope is not there, whether they exist or not.
    assert names(organisation, "team_leader", "?person=E-JONAS") == []
    assert ask(organisation, "member", "?state=finished", 400)["code"] == "unknown_state"
    assert ask(organisation, "member", "?sate=shared", 400)["code"] == "unknown_parameter"


def test_a_token_reads_within_its_scopes(organisation: Organisation) -> None:
    build_cycle(organisation)
    for scopes, found in [([Permission.READ_APPRAISALS], 3), ([Permission.SEE_NAMES], 0)]:
        token = issue_token(user=organisation.user("team_leader"), scopes=scopes, by=None)
        client = Client(headers={"Authorization": f"Token {token}"})
        response = client.get("/api/v1/appraisals/")
        assert response.status_code == 200, response.content
        assert len(response.json()["results"]) == found


@pytest.mark.parametrize("unit", ["video-es", "trust-safety"])
def test_it_asks_as_much_whatever_its_size(
    organisation: Organisation, django_assert_num_queries: Any, unit: str
) -> None:
    build_cycle(organisation, unit=unit)
    assert Appraisal.objects.count() == {"video-es": 3, "trust-safety": 10}[unit]
    client = organisation.client("hr_partner")
    client.get("/appraisals/")
    with django_assert_num_queries(5):
        client.get("/api/v1/appraisals/")
