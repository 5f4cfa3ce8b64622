from decimal import Decimal

import pytest
from django.test import Client

from teams.access.roles import Permission
from teams.access.services import issue_token
from teams.goals.models import GoalKind, GoalState
from teams.goals.services import close_goal, refresh_readings
from tests.teams.goals.writing import TODAY, set_goal

API = "/api/v1/goals/"


def ask(organisation, persona: str, query: str = "", code: int = 200):
    response = organisation.client(persona).get(f"{API}{query}")
    assert response.status_code == code, response.content
    return response.json()


def titles(organisation, persona: str, query: str = "") -> list[str]:
    return [row["title"] for row in ask(organisation, persona, query)["results"]]


@pytest.fixture
def goals(organisation, figures):
    people, units = organisation.people, organisation.units
    figures.write("late-share", 4.9, 4.4, 5.4, person=people["Elif"])
    unit = set_goal(units["video-es"], title="Of Video ES")
    found = [
        unit,
        set_goal(people["Elif"], GoalKind.KPI, title="Of Elif", parent=unit, weight=Decimal(60)),
        set_goal(people["Mateo"], GoalKind.MILESTONES, title="Of Mateo"),
        set_goal(people["Jonas"], title="Of Jonas"),
        set_goal(units["ads-en"], title="Of Ads EN"),
    ]
    refresh_readings()
    close_goal(goal=found[2], state=GoalState.DROPPED, words="Other work.", by=None)
    return found


def test_a_goal_with_how_far_it_is(organisation, goals):
    row = ask(organisation, "member", "?person=E-ELIF")["results"][0]
    assert row == {
        "id": goals[1].pk,
        "person": "E-ELIF",
        "unit": None,
        "title": "Of Elif",
        "words": "",
        "kind": "kpi",
        "kpi": "late-share",
        "baseline": "7.2000",
        "target": "6.0000",
        "low": None,
        "high": None,
        "weight": "60.00",
        "start": str(goals[1].period.lower),
        "end": str(goals[1].period.upper),
        "parent": goals[0].pk,
        "state": "open",
        "agreed_on": str(TODAY()),
        "progress": pytest.approx(23 / 12),
        "status": "met",
        "value": 4.9,
        "value_low": 4.4,
        "value_high": 5.4,
    }


@pytest.mark.parametrize(
    ("persona", "query", "found"),
    [
        ("member", "", ["Of Video ES", "Of Elif"]),
        ("team_leader", "", ["Of Video ES", "Of Elif", "Of Mateo"]),
        ("team_leader", "?state=dropped", ["Of Mateo"]),
        ("team_leader", "?person=E-JONAS", []),
        ("group_leader", "?unit=video-de", ["Of Jonas"]),
        ("group_leader", "?unit=video-safety&state=open", ["Of Video ES", "Of Elif", "Of Jonas"]),
        ("group_leader", "?unit=ads-en", []),
        ("hr_partner", "?unit=ads-en", ["Of Ads EN"]),
        ("analyst", "", ["Of Video ES", "Of Ads EN"]),
        ("administrator", "", []),
        ("outsider", "", []),
    ],
)
def test_one_reads_what_one_may(organisation, goals, persona, query, found):
    assert titles(organisation, persona, query) == found


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("?unit=no-such", "unknown_unit"),
        ("?state=done", "unknown_state"),
        ("?persons=E-ELIF", "unknown_parameter"),
        ("?person=E-ELIF%00", "invalid_parameter"),
        ("?limit=0", "invalid_limit"),
        ("?cursor=x", "invalid_cursor"),
    ],
)
def test_what_is_not_known_is_refused(organisation, query, code):
    assert ask(organisation, "member", query, 400)["code"] == code


def test_pages_follow_one_another(organisation, goals):
    first = ask(organisation, "group_leader", "?limit=3")
    rest = organisation.client("group_leader").get(first["next"]).json()
    told = [row["title"] for row in first["results"] + rest["results"]]
    assert told == ["Of Video ES", "Of Elif", "Of Mateo", "Of Jonas"]
    assert rest["next"] is None


def test_a_token_reads_within_its_scopes(organisation, goals):
    user = organisation.user("team_leader")

    def read(*scopes: Permission) -> list[str]:
        key = issue_token(user=user, scopes=scopes, by=user)
        response = Client().get(API, headers={"authorization": f"Token {key}"})
        return [row["title"] for row in response.json()["results"]]

    assert read(Permission.READ_GOALS) == ["Of Elif", "Of Mateo"]
    assert read(Permission.READ_FEEDS) == []


@pytest.mark.parametrize("more", [0, 20])
def test_it_costs_the_same_for_few_and_for_many(
    organisation, goals, django_assert_num_queries, more
):
    for _ in range(more):
        set_goal(organisation.people["Elif"], GoalKind.MILESTONES)
    client = organisation.client("team_leader")
    with django_assert_num_queries(5):  # session, user, tree, ties, goals
        assert client.get(API).status_code == 200
