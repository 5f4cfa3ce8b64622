from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from metrics.kpis.models import Recompute
from metrics.kpis.services import recompute_changed_days
from metrics.kpis.services.definitions import FOLDER
from teams.audit.models import AuditEvent
from teams.changes.models import OperatingDay
from tests.personas import Organisation

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 2)


@pytest.fixture
def days(organisation: Organisation) -> Organisation:
    """Three days that have been computed."""
    OperatingDay.objects.bulk_create(
        OperatingDay(day=MONDAY + timedelta(days=number), computed_at=timezone.now())
        for number in range(3)
    )
    return organisation


def post(organisation: Organisation, persona: str, data: Any) -> Any:
    return organisation.client(persona).post(
        "/api/v1/recomputes/", data, content_type="application/json"
    )


def test_the_catalogue_lists_every_kpi_with_its_versions(organisation: Organisation) -> None:
    page = organisation.client("member").get("/api/v1/kpis/").json()
    listed = [kpi["slug"] for kpi in page["results"]]
    assert listed[:3] == ["on-time-delivery", "units-per-hour", "accuracy"]
    assert set(listed) == {path.stem for path in FOLDER.glob("*.toml")}
    (version,) = page["results"][0]["versions"]
    assert (version["number"], version["numerator"], version["unit"]) == (1, "due - missed", "%")


def test_one_kpi(organisation: Organisation) -> None:
    client = organisation.client("member")
    assert client.get("/api/v1/kpis/units-per-hour/").json()["slug"] == "units-per-hour"
    assert client.get("/api/v1/kpis/happiness/").status_code == 404
    assert client.get("/api/v1/kpis/?colour=red").json()["code"] == "unknown_parameter"
    assert organisation.client("outsider").get("/api/v1/kpis/").status_code == 403


def test_a_recompute_is_started_and_followed(days: Organisation) -> None:
    answer = post(days, "analyst", {"from": "2026-03-02", "to": "2026-03-04"})
    assert answer.status_code == 202
    started = answer.json()
    assert (started["days"], started["days_left"], started["state"]) == (2, 2, "running")
    assert AuditEvent.objects.filter(act="kpis.recompute").exists()
    recompute_changed_days()
    followed = days.client("analyst").get(answer.headers["Location"]).json()
    assert (followed["days"], followed["days_left"], followed["state"]) == (2, 0, "done")


def test_without_a_range_it_recomputes_what_changed(days: Organisation) -> None:
    OperatingDay.objects.filter(day=MONDAY).update(changed_at=timezone.now())
    assert post(days, "analyst", {}).json()["days"] == 1


@pytest.mark.parametrize(
    "data",
    [
        {"from": "2026-03-04", "to": "2026-03-02"},
        {"from": "2026-03-02", "to": "2026-03-02"},
        {"from": "soon"},
        {"until": "2026-03-02"},
        ["2026-03-02"],
    ],
)
def test_what_cannot_be_asked_is_refused(days: Organisation, data: Any) -> None:
    answer = post(days, "analyst", data)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not Recompute.objects.exists()


@pytest.mark.parametrize(
    ("persona", "status"),
    [
        ("analyst", 202),
        ("administrator", 202),
        ("group_leader", 403),
        ("member", 403),
        ("outsider", 403),
    ],
)
def test_it_needs_the_right_to_recompute(days: Organisation, persona: str, status: int) -> None:
    assert post(days, persona, {}).status_code == status
