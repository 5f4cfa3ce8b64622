"""Feeds over the API: send, follow, read errors, roll back."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from metrics.feeds.models import Import
from metrics.feeds.services import process_import
from metrics.records.kinds import WorkRecord
from tests.metrics.feeds.sending import make_feed
from tests.personas import Organisation

pytestmark = pytest.mark.django_db
ROW = {"employee_id": "E-ELIF", "queue": "spanish-standard", "date": "2026-11-02", "units": 5}
URL = "/api/v1/feeds/work/imports/"


@pytest.fixture
def analyst(organisation: Organisation) -> Client:
    make_feed(create_missing=False)
    return organisation.client("analyst")


def post(client: Client, rows: Any, **headers: str) -> Any:
    return client.post(URL, json.dumps(rows), content_type="application/json", headers=headers)


def test_feeds_are_listed(analyst: Client) -> None:
    assert analyst.get("/api/v1/feeds/").json()["results"] == [
        {
            "slug": "work",
            "name": "Work",
            "kind": "work_records",
            "mapping": {},
            "create_missing": False,
            "all_or_nothing": False,
        }
    ]


def test_rows_are_taken_and_followed(analyst: Client) -> None:
    answer = post(analyst, [ROW, {**ROW, "employee_id": "nobody"}])
    assert answer.status_code == 202
    sent = answer.json()
    assert sent["status"] == "received"
    process_import(sent["import"])
    found = analyst.get(f"/api/v1/imports/{sent['import']}/").json()
    assert (found["status"], found["rows"], found["inserted"], found["rejected"]) == (
        "applied", 2, 1, 1,
    )  # fmt: skip
    errors = analyst.get(f"/api/v1/imports/{sent['import']}/errors/").json()
    assert errors["results"] == [
        {
            "row": 3,
            "column": "employee_id",
            "code": "unknown_person",
            "value": "nobody",
            "message": "No person has the number 'nobody'.",
        }
    ]


def test_a_file_and_lines(analyst: Client) -> None:
    file = SimpleUploadedFile("rows.csv", b"employee_id,queue,date,units\nE-ELIF,x,2026-11-02,5\n")
    answer = analyst.post(URL, {"file": file})
    assert answer.status_code == 202
    assert answer.json()["file_name"] == "rows.csv"
    answer = analyst.post(URL, json.dumps(ROW), content_type="application/x-ndjson")
    assert process_import(answer.json()["import"]).inserted == 1  # type: ignore[union-attr]


def test_the_same_key_gives_the_same_import(analyst: Client) -> None:
    first = post(analyst, [ROW], **{"Idempotency-Key": "night-1"})
    again = post(analyst, [ROW], **{"Idempotency-Key": "night-1"})
    assert again.status_code == 202
    assert first.json()["import"] == again.json()["import"]
    other = post(analyst, [{**ROW, "units": 6}], **{"Idempotency-Key": "night-1"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert Import.objects.count() == 1


def test_rolling_back(analyst: Client) -> None:
    first = post(analyst, [ROW]).json()["import"]
    process_import(first)
    second = post(analyst, [{**ROW, "units": 6}]).json()["import"]
    process_import(second)
    refused = analyst.delete(f"/api/v1/imports/{first}/")
    assert (refused.status_code, refused.json()["code"]) == (409, "later_import")
    assert analyst.delete(f"/api/v1/imports/{second}/").json()["status"] == "rolled_back"
    assert WorkRecord.objects.get().units == 5
    again = analyst.delete(f"/api/v1/imports/{second}/")
    assert (again.status_code, again.json()["code"]) == (409, "not_applied")
    assert analyst.delete(f"/api/v1/imports/{first}/").status_code == 200
    assert not WorkRecord.objects.exists()


def test_dry_run(analyst: Client) -> None:
    answer = analyst.post(f"{URL}?dry_run=true", json.dumps([ROW]), content_type="application/json")
    import_ = process_import(answer.json()["import"])
    assert import_ is not None
    assert (import_.state, import_.inserted) == ("checked", 1)
    assert not WorkRecord.objects.exists()


@pytest.mark.parametrize(
    ("query", "code"), [("?dry_run=perhaps", "invalid_dry_run"), ("?x=1", "unknown_parameter")]
)
def test_parameters_are_read_strictly(analyst: Client, query: str, code: str) -> None:
    answer = analyst.post(URL + query, "[]", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_what_is_no_file(analyst: Client) -> None:
    assert analyst.post(URL).json()["code"] == "file_missing"
    assert analyst.post(URL, "a,b", content_type="text/csv").status_code == 415
    assert post(analyst, [ROW], **{"Idempotency-Key": "x" * 201}).status_code == 400
    unknown = analyst.post("/api/v1/feeds/none/imports/", "[]", content_type="application/json")
    assert unknown.status_code == 404


def test_what_is_too_large(analyst: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    assert post(analyst, [ROW]).status_code == 413


@pytest.mark.parametrize(
    ("persona", "reads", "writes"),
    [
        ("analyst", 200, 202),
        ("administrator", 200, 202),
        ("compliance", 200, 403),
        ("group_leader", 200, 403),
        ("team_leader", 403, 403),
        ("member", 403, 403),
        ("outsider", 403, 403),
    ],
)
def test_who_may(organisation: Organisation, persona: str, reads: int, writes: int) -> None:
    make_feed()
    client = organisation.client(persona)
    assert client.get("/api/v1/feeds/").status_code == reads
    answer = client.post(URL, "[]", content_type="application/json")
    assert answer.status_code == writes
    if writes == 403:
        assert answer.json()["code"] == "permission_missing"


def test_lists_ask_few_questions(analyst: Client, django_assert_max_num_queries: Any) -> None:
    for size in (1, 30):
        for _ in range(size):
            post(analyst, [ROW])
        with django_assert_max_num_queries(11):
            analyst.get(URL)
