from datetime import UTC, datetime
from unittest import mock

import pytest
from django.db import transaction

from teams.access.roles import Permission
from teams.access.services import issue_token
from teams.audit.models import AuditEvent
from teams.audit.services import record_event

PAGE = "/audit/"
CALL = "/api/v1/audit-events/"


@pytest.fixture
def log(organisation):
    """Three acts on two days, the newest last."""
    carmen, felix = organisation.user("Carmen"), organisation.user("Felix")
    days = [datetime(2026, 3, day, 12, tzinfo=UTC) for day in (1, 1, 2)]
    with transaction.atomic(), mock.patch("django.utils.timezone.now", side_effect=days):
        record_event("person.transferred", by=carmen, subject=organisation.people["Elif"])
        record_event("access.granted", by=felix, subject=organisation.user("Mateo"), role="admin")
        record_event("import.applied", by=None, rows=12, note="<script>alert(1)</script>")
    return organisation


def find(organisation, query: str, persona: str = "compliance") -> list[str]:
    response = organisation.client(persona).get(PAGE + query)
    assert response.status_code == 200
    acts = [event.act for event in response.context["events"]]
    return [act for act in acts if act != "user.signed_in"]


@pytest.mark.parametrize(
    ("query", "acts"),
    [
        ("", ["import.applied", "access.granted", "person.transferred"]),
        ("?act=person.", ["person.transferred"]),
        ("?act=Person+transferred", ["person.transferred"]),
        ("?person=carmen", ["person.transferred"]),
        ("?person=E-ELIF", ["person.transferred"]),
        ("?person=mateo%40example.org", ["access.granted"]),
        ("?person=nobody", []),
        ("?first=2026-03-02", ["import.applied"]),
        ("?last=2026-03-01", ["access.granted", "person.transferred"]),
        ("?first=2026-03-01&last=2026-03-01&act=access", ["access.granted"]),
        ("?last=9999-12-31&act=access", ["access.granted"]),
        ("?first=yesterday", []),
    ],
)
def test_it_is_searched_by_act_person_and_date(log, query, acts):
    assert find(log, query) == acts


def test_what_came_in_from_outside_is_shown_as_text(log):
    page = log.client("compliance").get(PAGE).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "Person transferred" in page


def test_pages_follow_each_other_without_gap_or_repetition(log):
    with transaction.atomic():
        for number in range(120):
            record_event("test.done", by=None, number=number)
    client = log.client("compliance")
    seen, query = [], "?act=test."
    while query:
        response = client.get(PAGE + query)
        seen += [event.detail["number"] for event in response.context["events"]]
        query = response.context["older"]
    assert seen == list(range(119, -1, -1))


@pytest.mark.parametrize("events", [0, 40])
def test_the_page_costs_the_same_for_few_and_for_many(log, django_assert_num_queries, events):
    with transaction.atomic():
        for _ in range(events):
            record_event("test.done", by=log.user("Elif"))
    client = log.client("compliance")
    with django_assert_num_queries(5):
        client.get(PAGE)


def test_the_api_gives_the_same_search(log):
    client = log.client("compliance")
    body = client.get(f"{CALL}?person=E-ELIF&from=2026-03-01&to=2026-03-02").json()
    [event] = body["results"]
    assert (body["next"], body["previous"]) == (None, None)
    assert event == {
        "id": event["id"],
        "at": "2026-03-01T12:00:00Z",
        "actor": "carmen@example.org",
        "act": "person.transferred",
        "subject_type": "person",
        "subject_id": str(log.people["Elif"].pk),
        "subject_label": "Elif Example",
        "detail": {},
    }
    assert client.get(f"{CALL}?act=import").json()["results"][0]["actor"] is None
    assert client.get(f"{CALL}?to=2026-03-01").json()["results"] == []


def test_the_api_pages_from_the_newest(log):
    client = log.client("compliance")
    first = client.get(f"{CALL}?limit=2&to=2026-03-03").json()
    second = client.get(first["next"]).json()
    acts = [event["act"] for page in (first, second) for event in page["results"]]
    assert acts == ["import.applied", "access.granted", "person.transferred"]
    assert second["next"] is None


def test_the_api_refuses_what_it_does_not_know(log):
    response = log.client("compliance").get(f"{CALL}?actor=felix")
    assert (response.status_code, response.json()["code"]) == (400, "unknown_parameter")


def test_the_api_refuses_whoever_lacks_the_right(log, client):
    response = log.client("analyst").get(CALL)
    assert (response.status_code, response.json()["code"]) == (403, "permission_missing")
    assert client.get(CALL).status_code == 401


@pytest.mark.parametrize(
    ("scopes", "code"),
    [([], 200), ([Permission.READ_AUDIT], 200), ([Permission.READ_FEEDS], 403)],
)
def test_a_tokens_scopes_limit_what_it_opens(log, client, scopes, code):
    token = issue_token(user=log.user("compliance"), scopes=scopes, by=None)
    response = client.get(CALL, headers={"Authorization": f"Token {token}"})
    assert response.status_code == code
    issued = AuditEvent.objects.get(act="token.issued")
    assert token not in str(issued.detail)
