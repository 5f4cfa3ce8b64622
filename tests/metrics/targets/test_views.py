from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from metrics.kpis.models import Kpi
from metrics.targets.models import Ramp, Target, TargetChange
from metrics.targets.services import set_ramp, set_target
from teams.structure.models import Unit, UnitKind, UnitPlacement
from tests.personas import Organisation

pytestmark = pytest.mark.django_db

ALL = "/kpis/on-time-delivery/targets/"
GROUP = f"{ALL}video-safety/"
TEAM = f"{ALL}video-es/"


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return " ".join(answer.content.decode().split())


def aim(organisation: Organisation, unit: Unit, low: str, start: date | None = None) -> Target:
    return set_target(
        kpi=Kpi.objects.get(slug="on-time-delivery"),
        unit=unit,
        low=Decimal(low),
        high=None,
        start=start,
        by=organisation.user("group_leader"),
    )


def send(client: Client, path: str, deed: str, **typed: str) -> str:
    given = {f"{deed}-{name}": value for name, value in typed.items()}
    answer = client.post(path, {"deed": deed, **given}, follow=True)
    assert answer.status_code == 200, answer.content
    return " ".join(answer.content.decode().split())


def test_it_says_what_each_unit_aims_at_and_from_where(organisation: Organisation) -> None:
    aim(organisation, organisation.root, "90")
    aim(organisation, organisation.units["video-safety"], "94.25")
    page = read(organisation.client("analyst"), ALL)
    for words in ("≥ 90.0", "≥ 94.25", "its own", "Video Safety", "Organisation"):
        assert words in page, words
    member = read(organisation.client("member"), ALL)
    assert "Video ES" in member
    assert "Ads EN" not in member
    assert "inherited from" in read(organisation.client("member"), TEAM)


def test_a_leader_sets_what_holds_from_a_day_on(organisation: Organisation) -> None:
    page = send(
        organisation.client("group_leader"), GROUP, "target", low="95.5", start="2026-12-01"
    )
    assert "The target is set." in page
    target = Target.objects.get()
    assert (target.low, target.valid.lower, target.set_by) == (
        Decimal("95.5"),
        date(2026, 12, 1),
        organisation.user("group_leader"),
    )
    assert "Nadia Example</b> set the target" in page


def test_a_leader_sets_the_ramp_and_ends_what_is_their_own(organisation: Organisation) -> None:
    client, today = organisation.client("team_leader"), timezone.localdate().isoformat()
    send(client, TEAM, "ramp", shares="25, 50 75%", start="2026-01-05")
    assert Ramp.objects.get().shares == [Decimal("0.25"), Decimal("0.5"), Decimal("0.75")]
    assert "25 %, 50 %, 75 %, then the whole" in read(client, TEAM)
    send(client, TEAM, "target", low="95", start="2026-01-05")
    send(client, TEAM, "end-target", on=today)
    page = send(client, TEAM, "end-ramp", on=today)
    assert {str(row.valid.upper) for row in (Target.objects.get(), Ramp.objects.get())} == {today}
    assert "ended the target" in page
    assert "no target of its own" in send(client, TEAM, "end-target", on=today)


@pytest.mark.parametrize(
    ("deed", "typed", "says"),
    [
        ("target", {"low": "", "start": "2026-12-01"}, "needs a lower or an upper end"),
        ("target", {"high": "95", "start": "2026-12-01"}, "more is better"),
        ("target", {"low": "96", "high": "95", "start": "2026-12-01"}, "above the upper end"),
        ("target", {"low": "NaN", "start": "2026-12-01"}, "Enter a number"),
        ("target", {"low": "9" * 400, "start": "2026-12-01"}, "no more than 14 digits"),
        ("target", {"low": "95.00001", "start": "2026-12-01"}, "no more than 4 decimal places"),
        ("target", {"low": "95", "start": "2026-02-30"}, "is not a date"),
        ("target", {"low": "95", "start": "2026-12-01", "end": "2026-11-01"}, "must end after"),
        ("ramp", {"shares": "25 fifty", "start": "2026-12-01"}, "‘fifty’ is not a number"),
        ("ramp", {"shares": "150", "start": "2026-12-01"}, "from 0 to 100 %"),
        ("ramp", {"shares": "1e9", "start": "2026-12-01"}, "‘1e9’ is not a number"),
        ("ramp", {"shares": "50 " * 105, "start": "2026-12-01"}, "At most 104 weeks"),
        ("ramp", {"shares": "5" * 50_000, "start": "2026-12-01"}, "at most 1000 characters"),
        ("ramp", {"shares": "<b>5</b>", "start": "2026-12-01"}, "&lt;b&gt;5"),
        ("end-target", {"on": "2026-12-01"}, "no target of its own"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(
    organisation: Organisation, deed: str, typed: dict[str, str], says: str
) -> None:
    page = send(organisation.client("group_leader"), GROUP, deed, **typed)
    assert says in page
    assert not Target.objects.exists()
    assert not Ramp.objects.exists()


def test_an_analyst_proposes_and_a_leader_decides(organisation: Organisation) -> None:
    ola, nadia = organisation.client("analyst"), organisation.client("group_leader")
    answer = ola.post(GROUP, {"deed": "target", "target-low": "95", "target-start": "2026-12-01"})
    assert answer.status_code == 403
    send(ola, GROUP, "propose", low="95", start="2026-12-01", reason="Three <i>good</i> quarters.")
    change = TargetChange.objects.get()
    page = read(nadia, GROUP)
    for words in ("Proposed: ≥ 95.0", "Approve", "Three &lt;i&gt;good"):
        assert words in page, words
    path = f"{GROUP}changes/{change.pk}/"
    ola.post(path, {"decision": "approve"})
    assert not Target.objects.exists()
    assert "Approve" not in read(ola, GROUP)
    nadia.post(path, {"decision": "decline", "words": ""})
    change.refresh_from_db()
    assert change.state == "open"
    nadia.post(path, {"decision": "approve"})
    assert Target.objects.get().set_by == organisation.user("analyst")
    assert nadia.post(f"{TEAM}changes/{change.pk}/", {"decision": "approve"}).status_code == 404


def test_whoever_proposed_takes_it_back(organisation: Organisation) -> None:
    ola = organisation.client("analyst")
    send(ola, GROUP, "propose", low="95", start="2026-12-01", reason="Because.")
    change = TargetChange.objects.get()
    ola.post(f"{GROUP}changes/{change.pk}/", {"decision": "withdraw"})
    change.refresh_from_db()
    assert change.state == "withdrawn"


def count(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_the_queries_do_not_grow_with_units_targets_or_their_history(
    organisation: Organisation,
) -> None:
    client = organisation.client("analyst")
    aim(organisation, organisation.units["video-safety"], "95", date(2026, 1, 1))
    small = count(client, ALL), count(client, GROUP)
    for number in range(20):
        unit = Unit.objects.create(slug=f"t{number}", name=f"T {number}", kind=UnitKind.TEAM)
        UnitPlacement.objects.create(
            unit=unit, parent=organisation.units["video-safety"], valid=(None, None)
        )
        aim(organisation, unit, "95")
        aim(organisation, organisation.units["video-safety"], "95", date(2026, 1, 2 + number))
    set_ramp(
        kpi=Kpi.objects.get(slug="on-time-delivery"),
        unit=organisation.root,
        shares=[Decimal("0.5")],
        start=None,
        by=organisation.user("group_leader"),
    )
    assert (count(client, ALL), count(client, GROUP)) == small
    assert small[0] <= 8
    assert small[1] <= 14


@pytest.mark.parametrize(
    ("persona", "unit", "status"),
    [
        ("group_leader", "video-es", 201),
        ("team_leader", "video-es", 201),
        ("team_leader", "video-de", 404),
        ("group_leader", "ads-en", 404),
        ("group_leader", "nowhere", 404),
        ("member", "video-es", 403),
        ("analyst", "video-es", 403),
    ],
)
def test_the_api_sets_within_ones_rights(
    organisation: Organisation, persona: str, unit: str, status: int
) -> None:
    answer = organisation.client(persona).post(
        "/api/v1/targets/",
        {"kpi": "on-time-delivery", "unit": unit, "low": "95.5", "start": "2026-12-01"},
        content_type="application/json",
    )
    assert answer.status_code == status, answer.content
    if status == 201:
        row = answer.json()
        row.pop("id")
        assert row == {
            "kpi": "on-time-delivery",
            "unit": unit,
            "start": "2026-12-01",
            "end": None,
            "set_by": organisation.user(persona).email,
            "low": 95.5,
            "high": None,
        }
        listed = organisation.client("member").get(
            "/api/v1/targets/", {"kpi": "on-time-delivery", "unit": unit}
        )
        assert [one["low"] for one in listed.json()["results"]] == [95.5]


def test_the_api_sets_ramps_and_refuses_nonsense(organisation: Organisation) -> None:
    client = organisation.client("group_leader")

    def post(path: str, **body: object) -> tuple[int, str]:
        answer = client.post(
            path,
            {"kpi": "on-time-delivery", "unit": "video-es", **body},
            content_type="application/json",
        )
        return answer.status_code, answer.json().get("code", "")

    assert post("/api/v1/ramps/", shares=[0.25, 0.5])[0] == 201
    assert client.get("/api/v1/ramps/").json()["results"][0]["shares"] == [0.25, 0.5]
    assert post("/api/v1/ramps/", shares=[]) == (400, "invalid_ramp")
    assert post("/api/v1/ramps/", shares=[2]) == (400, "invalid_ramp")
    assert post("/api/v1/targets/") == (400, "invalid_target")
    assert post("/api/v1/targets/", low="many")[0] == 400
    assert post("/api/v1/targets/", low=1, colour="red")[0] == 400
    assert post("/api/v1/targets/", low=1, kpi="happiness") == (404, "unknown_kpi")
    assert not Target.objects.exists()
    assert client.get("/api/v1/targets/?colour=red").status_code == 400
