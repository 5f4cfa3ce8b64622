"""Feeds over the API: send, follow, read errors, roll back."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from metrics.feeds.models import Import
from metrics.feeds.rules.promises import Promise
from metrics.feeds.services import process_import
from metrics.records.kinds import KINDS, WorkRecord
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
            "schedule": {
                "promised": "",
                "by": "06:00",
                "after_days": 1,
                "since": None,
                "covers": [],
            },
            "last": None,
        }
    ]


def patch(client: Client, schedule: dict[str, Any]) -> Any:
    return client.patch(
        "/api/v1/feeds/work/", {"schedule": schedule}, content_type="application/json"
    )


def test_a_schedule_is_set_and_changed(analyst: Client) -> None:
    today = timezone.localdate()
    since = today - timedelta(days=1)
    answer = patch(
        analyst,
        {
            "promised": "daily",
            "by": "00:00",
            "since": str(since),
            "covers": ["Trust & Safety/Video Safety/Video ES", "video-de"],
        },
    )
    assert answer.status_code == 200
    assert answer.json()["schedule"] == {
        "promised": "mon-sun",
        "by": "00:00",
        "after_days": 1,
        "since": str(since),
        "covers": ["video-de", "video-es"],
    }
    last = answer.json()["last"]
    assert (last["day"], last["state"], last["facts"]) == (str(since), "missing", 0)
    assert last["missing"] == ["Video DE", "Video ES"]
    row = {**ROW, "date": str(since)}
    process_import(post(analyst, [row]).json()["import"])
    [feed] = analyst.get("/api/v1/feeds/").json()["results"]
    assert (feed["last"]["state"], feed["last"]["missing"]) == ("partial", ["Video DE"])
    assert feed == analyst.get("/api/v1/feeds/work/").json()
    changed = patch(analyst, {"after_days": 2}).json()["schedule"]
    assert (changed["promised"], changed["after_days"]) == ("mon-sun", 2)
    assert changed["since"] == str(today)
    assert patch(analyst, {"promised": ""}).json()["schedule"]["covers"] == []


@pytest.mark.parametrize(
    ("schedule", "code"),
    [
        ({"promised": "weekly"}, "bad_promise"),
        ({"promised": "daily", "covers": ["nowhere"]}, "unknown_unit"),
        ({"after_days": 91}, "invalid"),
        ({"by": "noon"}, "invalid"),
        ({"promisd": "daily"}, "invalid"),
        ({"promised": "daily", "since": "2001-01-01"}, "bad_promise"),
    ],
)
def test_schedules_that_cannot_be(analyst: Client, schedule: dict[str, Any], code: str) -> None:
    answer = patch(analyst, schedule)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert analyst.get("/api/v1/feeds/work/").json()["schedule"]["promised"] == ""


def test_who_may_change_a_schedule(organisation: Organisation) -> None:
    make_feed()
    for persona, reads, writes in (
        ("analyst", 200, 200),
        ("administrator", 200, 200),
        ("compliance", 200, 403),
        ("group_leader", 200, 403),
        ("team_leader", 403, 403),
    ):
        client = organisation.client(persona)
        assert client.get("/api/v1/feeds/work/").status_code == reads
        assert patch(client, {"promised": "daily"}).status_code == writes


def test_the_list_asks_few_questions(
    analyst: Client, organisation: Organisation, django_assert_max_num_queries: Any
) -> None:
    for size in (1, 8):
        for number in range(size):
            make_feed(
                f"feed-{size}-{number}",
                promise=Promise(weekdays=frozenset(range(7))),
                covers=[organisation.units["video-es"], organisation.units["ads-en"]],
            )
        with django_assert_max_num_queries(12):
            analyst.get("/api/v1/feeds/")


def test_totals_that_the_sender_gives(analyst: Client) -> None:
    answer = analyst.post(
        f"{URL}?expect_rows=1&expect_units=6", json.dumps([ROW]), content_type="application/json"
    )
    assert answer.json()["expected"] == {"rows": 1, "units": 6}
    process_import(answer.json()["import"])
    found = analyst.get(f"/api/v1/imports/{answer.json()['import']}/").json()
    assert (found["status"], found["found"]) == ("refused", {"rows": 1, "units": 5})
    assert found["message"] == ("The sender expects 'units' to come to 6; the file comes to 5.")
    again = analyst.post(
        f"{URL}?expect_units=5&corrects={found['import']}",
        json.dumps([ROW]),
        content_type="application/json",
    ).json()
    assert again["corrects"] == found["import"]
    assert process_import(again["import"]).inserted == 1  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("expect_rows=many", "bad_control_total"),
        ("expect_received=5", "bad_control_total"),
        ("expect_unts=5", "unknown_parameter"),
        ("corrects=999999", "unknown_import"),
        ("corrects=one", "unknown_import"),
        (f"corrects={'9' * 40}", "unknown_import"),
    ],
)
def test_what_cannot_be_expected(analyst: Client, query: str, code: str) -> None:
    answer = analyst.post(f"{URL}?{query}", json.dumps([ROW]), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not Import.objects.exists()


def test_the_schema_names_kinds_and_totals(client: Client) -> None:
    schema = client.get("/api/schema/?format=json").json()
    send = schema["paths"]["/api/v1/feeds/{slug}/imports/"]["post"]
    for kind in KINDS.values():
        assert f"`{kind.slug}`" in send["description"]
    names = {parameter["name"] for parameter in send["parameters"]}
    assert {"expect_rows", "expect_units", "expect_hourly_rate"} <= names


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
