from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from teams.access.roles import Permission
from teams.access.services import issue_token
from teams.structure.models import Customer, Queue
from teams.structure.services import create_unit, move_unit, transfer_person
from tests.teams.directory.growth import add_people, add_units

API = "/api/v1"


def ask(organisation, persona: str, address: str, code: int = 200):
    response = organisation.client(persona).get(f"{API}/{address}")
    assert response.status_code == code, response.content
    return response.json()


def test_units_are_the_tree_parents_first_with_paths_below_the_root(organisation):
    body = ask(organisation, "member", "units/")
    assert set(body) == {"next", "previous", "results"}
    root, *units = body["results"]
    assert root == {
        "slug": "organisation",
        "name": "Organisation",
        "path": "",
        "kind": "organisation",
        "parent": None,
    }
    assert {
        "slug": "video-es",
        "name": "Video ES",
        "path": "Trust & Safety/Video Safety/Video ES",
        "kind": "team",
        "parent": "video-safety",
    } in units
    assert len(units) == 8
    seen = {"organisation"}
    for unit in units:
        assert unit["parent"] in seen
        seen.add(unit["slug"])


def test_units_of_a_day_stand_where_they_stood(organisation):
    today = timezone.localdate()
    move_unit(
        unit=organisation.units["ads-en"],
        parent=organisation.units["search-operations"],
        on=today,
        by=None,
    )
    create_unit(name="Later", parent=organisation.root, on=today + timedelta(days=9), by=None)

    def parents(on: str) -> dict[str, str]:
        rows = ask(organisation, "member", f"units/{on}")["results"]
        return {row["slug"]: row["parent"] for row in rows}

    assert parents("")["ads-en"] == "search-operations"
    assert parents(f"?on={today - timedelta(days=1)}")["ads-en"] == "ads-safety"
    assert "later" not in parents("")
    assert parents(f"?on={today + timedelta(days=9)}")["later"] == "organisation"


def test_units_come_in_pages(organisation):
    rows, address = [], "units/?limit=4"
    while address:
        body = ask(organisation, "member", address)
        rows += body["results"]
        address = body["next"] and body["next"].partition(f"{API}/")[2]
    assert rows == ask(organisation, "member", "units/")["results"]


def test_people_are_oneself_and_those_in_scope_with_their_place_of_today(organisation):
    transfer_person(
        person=organisation.people["Mateo"],
        unit=organisation.units["video-es"],
        on=timezone.localdate() + timedelta(days=3),
        level="L4",
        by=None,
    )
    people = ask(organisation, "team_leader", "people/")["results"]
    assert {
        "employee_id": "E-MATEO",
        "name": "Mateo Example",
        "unit": "video-es",
        "level": "L3",
    } in (people)
    assert {person["employee_id"] for person in people} == {"E-CARMEN", "E-ELIF", "E-MATEO"}
    own = ask(organisation, "member", "people/")["results"]
    assert [person["employee_id"] for person in own] == ["E-ELIF"]
    assert ask(organisation, "outsider", "people/")["results"] == []


def test_people_of_a_unit_are_those_of_everything_below(organisation):
    people = ask(organisation, "hr_partner", "people/?unit=ads-safety")["results"]
    assert {person["employee_id"] for person in people} == {"E-OTTO", "E-INES", "E-WILMA"}
    assert ask(organisation, "hr_partner", "people/?unit=search-quality")["results"] == []


def test_queues_say_what_they_differ_by(organisation):
    customer = Customer.objects.create(slug="legal", name="Legal")
    Queue.objects.filter(slug="german-standard").update(
        customer=customer, severity=2, policy_area="Hate"
    )
    german, spanish = sorted(
        ask(organisation, "member", "queues/")["results"], key=lambda queue: queue["slug"]
    )
    assert german == {
        "slug": "german-standard",
        "name": "German, standard",
        "domain": "safety",
        "policy_area": "Hate",
        "language": "de",
        "severity": 2,
        "customer": "legal",
    }
    assert spanish["customer"] is None


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("units/?at=2026-01-01", "unknown_parameter"),
        ("units/?on=1&on=2", "repeated_parameter"),
        ("units/?on=yesterday", "invalid_date"),
        ("units/?limit=0", "invalid_limit"),
        ("units/?cursor=mine", "invalid_cursor"),
        ("people/?name=Elif", "unknown_parameter"),
        ("people/?unit=no-such-unit", "unknown_unit"),
        ("people/?unit=%00", "invalid_parameter"),
        ("queues/?domain=safety", "unknown_parameter"),
    ],
)
def test_what_is_not_known_is_refused(organisation, address, code):
    problem = ask(organisation, "hr_partner", address, 400)
    assert problem["code"] == code


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_have_a_tree(organisation, day):
    assert len(ask(organisation, "member", f"units/?on={day}")["results"]) == 9


def test_a_token_shows_what_its_scopes_let_through(organisation):
    token = issue_token(
        user=organisation.user("team_leader"), scopes=[Permission.SEE_NAMES], by=None
    )
    client = Client(headers={"Authorization": f"Token {token}"})
    assert client.get(f"{API}/units/").status_code == 200
    assert client.get(f"{API}/people/").json()["results"] == []


@pytest.mark.parametrize("more", [0, 90])
def test_lists_cost_the_same_for_few_and_for_many(organisation, django_assert_num_queries, more):
    add_people(add_units(organisation.units["video-safety"], more))
    Queue.objects.bulk_create(Queue(slug=f"q-{i}", name=f"Queue {i}") for i in range(more))
    client = organisation.client("hr_partner")
    for address, queries in (("units/", 4), ("people/", 5), ("queues/", 5)):
        with django_assert_num_queries(queries):
            client.get(f"{API}/{address}")
