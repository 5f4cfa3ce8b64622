"""One's own and led one-to-ones by the API: days and states, and nothing that was said."""

import json

import pytest

from teams.accounts.models import ApiToken
from teams.conversations.services import plan_conversation
from tests.personas import Organisation
from tests.teams.conversations.talks import WORDS, ago, ahead, hold, speak

pytestmark = pytest.mark.django_db
CALL = "/api/v1/one-to-ones/"


def test_the_two_get_days_and_states(organisation: Organisation) -> None:
    held, _ = speak(organisation)
    plan_conversation(
        leader=organisation.people["Carmen"],
        person=organisation.people["Mateo"],
        planned_on=ahead(4),
        by=None,
    )
    answer = organisation.client("Elif").get(CALL)
    assert answer.json()["results"] == [
        {
            "id": held.pk,
            "leader": "E-CARMEN",
            "person": "E-ELIF",
            "planned_on": ago(0).isoformat(),
            "planned_time": None,
            "held_on": ago(0).isoformat(),
            "state": "held",
        }
    ]
    assert [row["state"] for row in organisation.client("Carmen").get(CALL).json()["results"]] == [
        "held",
        "planned",
    ]
    for persona in ("Nadia", "Judith", "Lukas", "Felix", "Quinn"):
        assert organisation.client(persona).get(CALL).json()["results"] == []
    said = json.dumps(organisation.client("Carmen").get(CALL).json())
    assert not [words for words in WORDS.values() if words in said]


def test_a_token_needs_its_scope(organisation: Organisation) -> None:
    hold(organisation, "Carmen", "Elif")
    client = organisation.client("Quinn")
    client.logout()
    for scopes, code in (([], 200), (["read_on_record"], 200), (["read_people"], 403)):
        made, secret = ApiToken.objects.create(organisation.user("Carmen"))
        made.scopes = scopes
        made.save()
        answer = client.get(CALL, headers={"Authorization": f"Token {secret}"})
        assert answer.status_code == code, answer.content
    assert answer.json()["code"] == "permission_missing"


def test_unknown_parameters_are_refused(organisation: Organisation) -> None:
    assert organisation.client("Carmen").get(f"{CALL}?person=E-ELIF").status_code == 400
