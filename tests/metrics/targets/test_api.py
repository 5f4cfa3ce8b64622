from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from metrics.kpis.models import Kpi
from metrics.kpis.services import recompute_changed_days
from metrics.targets.services import set_target
from teams.access.roles import Permission
from teams.access.services import issue_token
from teams.structure.models import Unit, UnitKind, UnitPlacement
from tests.metrics.facts import write_facts
from tests.personas import Organisation

pytestmark = pytest.mark.django_db

URL = "/api/v1/kpi-values/"
MONDAY = date(2026, 3, 2)


@pytest.fixture
def facts(organisation: Organisation) -> Organisation:
    """Six days of work of two teams in two queues."""
    spanish, german = (queue.pk for queue in organisation.queues.values())
    write_facts(
        "work_records",
        [
            {
                "person_id": organisation.people[name].pk,
                "queue_id": queue,
                "day": MONDAY + timedelta(days=number),
                "units": 40 + number * 3,
                "handle_seconds": 9_000,
                "productive_seconds": 10_800,
            }
            for number in range(6)
            for name, queue in [("Elif", spanish), ("Mateo", spanish), ("Jonas", german)]
        ],
    )
    write_facts(
        "queue_days",
        [
            {
                "queue_id": spanish,
                "unit_id": organisation.units["video-es"].pk,
                "day": MONDAY,
                "due": 400,
                "missed": 20,
            }
        ],
    )
    recompute_changed_days()
    return organisation


def ask(organisation: Organisation, persona: str, **parameters: str) -> Any:
    return organisation.client(persona).get(URL, parameters)


def rows(organisation: Organisation, persona: str, **parameters: str) -> list[dict[str, Any]]:
    answer = ask(organisation, persona, **parameters)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]  # type: ignore[no-any-return]


def test_a_row_says_all_that_it_takes_to_judge_it(facts: Organisation) -> None:
    set_target(
        kpi=Kpi.objects.get(slug="on-time-delivery"),
        unit=facts.root,
        low=Decimal("97.5"),
        high=None,
        start=None,
        by=None,
    )
    (row,) = rows(facts, "group_leader", kpi="on-time-delivery", unit="video-safety")
    assert row.pop("low") == pytest.approx(92.404, abs=0.001)
    assert row.pop("high") == pytest.approx(96.740, abs=0.001)
    assert row == {
        "kpi": "on-time-delivery",
        "version": 1,
        "unit": "video-safety",
        "queue": None,
        "person": None,
        "period_start": "2026-03-02",
        "period_end": "2026-03-03",
        "numerator": 380,
        "denominator": 400,
        "value": 95.0,
        "n": 400,
        "target": {"low": 97.5, "high": None, "share": 1, "week": None},
        "attainment": "missed",
        "provisional": False,
    }


def test_a_ratio_has_its_days_as_replicates(facts: Organisation) -> None:
    (row,) = rows(facts, "group_leader", kpi="units-per-hour", unit="video-safety")
    assert row["n"] == row["numerator"] == 3 * sum(40 + number * 3 for number in range(6))
    assert row["denominator"] == 18 * 10_800
    assert row["value"] == pytest.approx(row["numerator"] * 3600 / row["denominator"])
    assert row["low"] < row["value"] < row["high"]
    assert row["attainment"] == "no_target"
    by_day = rows(facts, "group_leader", kpi="units-per-hour", unit="video-safety", period="day")
    assert [day["value"] for day in by_day] == sorted(day["value"] for day in by_day)
    assert {day["low"] for day in by_day} == {None}


def test_periods_are_those_that_start_in_the_range(facts: Organisation) -> None:
    weeks = rows(
        facts,
        "group_leader",
        **{
            "kpi": "units-per-hour",
            "unit": "video-safety",
            "period": "week",
            "from": "2026-02-18",
            "to": "2026-03-03",
        },
    )
    assert [(week["period_start"], week["numerator"]) for week in weeks] == [
        ("2026-02-23", None),
        ("2026-03-02", 855),
    ]


@pytest.mark.parametrize("breakdown", ["unit", "queue", "person"])
def test_the_parts_are_the_whole(facts: Organisation, breakdown: str) -> None:
    common = {"kpi": "units-per-hour", "unit": "video-safety"}
    (whole,) = rows(facts, "group_leader", **common)
    parts = rows(facts, "group_leader", breakdown=breakdown, **common)
    assert sum(part["numerator"] or 0 for part in parts) == whole["numerator"]
    names = {part[breakdown] for part in parts}
    expected = {
        "unit": {"video-es", "video-de"},
        "queue": {"spanish-standard", "german-standard"},
        "person": {
            f"E-{name}" for name in ("NADIA", "CARMEN", "ELIF", "MATEO", "LUKAS", "JONAS", "GRETA")
        },
    }
    assert names == expected[breakdown]


def test_a_queue_alone(facts: Organisation) -> None:
    (row,) = rows(
        facts, "analyst", kpi="units-per-hour", unit="video-safety", queue="german-standard"
    )
    assert (row["queue"], row["numerator"]) == ("german-standard", 285)


def test_without_a_unit_it_is_the_whole_organisation(facts: Organisation) -> None:
    (row,) = rows(facts, "analyst", kpi="units-per-hour")
    assert row["numerator"] == 855


@pytest.mark.parametrize(
    ("persona", "parameters", "status"),
    [
        ("member", {"unit": "video-es"}, 200),
        ("member", {"unit": "video-de"}, 404),
        ("member", {"unit": "video-safety"}, 404),
        ("member", {"unit": "video-es", "breakdown": "person"}, 404),
        ("member", {"person": "E-ELIF"}, 200),
        ("member", {"person": "E-MATEO"}, 404),
        ("member", {"person": "E-MATEO", "unit": "video-es"}, 404),
        ("team_leader", {"unit": "video-es", "breakdown": "person"}, 200),
        ("team_leader", {"unit": "video-de"}, 200),
        ("team_leader", {"unit": "video-de", "breakdown": "unit"}, 404),
        ("team_leader", {"unit": "video-de", "breakdown": "person"}, 404),
        ("team_leader", {"unit": "ads-en"}, 404),
        ("team_leader", {"person": "E-MATEO"}, 200),
        ("team_leader", {"person": "E-JONAS"}, 404),
        ("team_leader", {"person": "E-JONAS", "unit": "video-es"}, 404),
        ("group_leader", {"unit": "video-safety", "breakdown": "unit"}, 200),
        ("group_leader", {"unit": "ads-safety"}, 200),
        ("group_leader", {"unit": "ads-safety", "breakdown": "unit"}, 404),
        ("group_leader", {"person": "E-JONAS"}, 200),
        ("hr_partner", {"person": "E-JONAS"}, 200),
        ("hr_partner", {"person": "E-TARIQ"}, 404),
        ("analyst", {"unit": "ads-en", "breakdown": "unit"}, 200),
        ("analyst", {"unit": "ads-en", "breakdown": "person"}, 404),
        ("analyst", {"person": "E-ELIF"}, 404),
        ("administrator", {"unit": "video-es"}, 404),
        ("outsider", {}, 403),
        ("analyst", {"unit": "nowhere"}, 404),
        ("analyst", {"person": "nobody"}, 404),
        ("analyst", {"queue": "nothing"}, 404),
        ("analyst", {"kpi": "happiness"}, 404),
    ],
)
def test_it_answers_within_ones_rights(
    facts: Organisation, persona: str, parameters: dict[str, str], status: int
) -> None:
    answer = ask(facts, persona, **{"kpi": "units-per-hour", **parameters})
    assert answer.status_code == status, answer.content
    if status != 200:
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"kpi": ""}, "missing_parameter"),
        ({"kpi": "happiness"}, "unknown_kpi"),
        ({"queue": "nothing"}, "unknown_queue"),
        ({"colour": "red"}, "unknown_parameter"),
        ({"period": "fortnight"}, "invalid_period"),
        ({"breakdown": "colour"}, "invalid_breakdown"),
        ({"breakdown": "unit", "person": "E-ELIF"}, "invalid_breakdown"),
        ({"from": "yesterday"}, "invalid_date"),
        ({"from": "2026-02-30"}, "invalid_date"),
        ({"from": "2026-03-02", "to": "2026-03-02"}, "reversed_range"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "reversed_range"),
        ({"from": "0001-01-01", "to": "9999-12-31", "period": "day"}, "too_many_periods"),
        (
            {"from": "2020-01-01", "to": "2026-01-01", "period": "day", "breakdown": "unit"},
            "too_many_periods",
        ),
        ({"limit": "0"}, "invalid_limit"),
        ({"cursor": "mine"}, "invalid_cursor"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    facts: Organisation, parameters: dict[str, str], code: str
) -> None:
    answer = ask(facts, "analyst", **{"kpi": "units-per-hour", **parameters})
    assert answer.status_code in {400, 404}
    assert answer.json()["code"] == code


@pytest.mark.parametrize("range_", [("0001-01-01", "9999-12-31"), ("9999-01-01", "9999-12-31")])
def test_a_range_from_end_to_end_of_the_calendar_answers(
    facts: Organisation, range_: tuple[str, str]
) -> None:
    for period in ("all", "quarter"):
        answer = ask(
            facts,
            "analyst",
            **{"kpi": "units-per-hour", "period": period, "from": range_[0], "to": range_[1]},
        )
        assert answer.status_code in {200, 400}, answer.content


def test_pages_follow_each_other(facts: Organisation) -> None:
    client = facts.client("analyst")
    url = f"{URL}?kpi=units-per-hour&period=day&limit=4"
    first = client.get(url).json()
    second = client.get(first["next"]).json()
    assert [row["period_start"][-2:] for row in first["results"]] == ["02", "03", "04", "05"]
    assert [row["period_start"][-2:] for row in second["results"]] == ["06", "07"]
    assert (first["previous"], second["next"]) == (None, None)
    assert client.get(second["previous"]).json() == first


def test_a_unit_without_data_has_no_periods_of_its_own(facts: Organisation) -> None:
    assert rows(facts, "analyst", kpi="units-per-hour", unit="search-quality") == []
    (row,) = rows(
        facts,
        "analyst",
        **{
            "kpi": "units-per-hour",
            "unit": "search-quality",
            "from": "2026-03-01",
            "to": "2026-04-01",
        },
    )
    assert (row["value"], row["attainment"]) == (None, "no_data")


def test_a_changed_day_makes_its_period_provisional(facts: Organisation) -> None:
    write_facts(
        "queue_days",
        [
            {
                "key": "late",
                "queue_id": facts.queues["spanish-standard"].pk,
                "unit_id": facts.root.pk,
                "day": MONDAY + timedelta(days=2),
                "due": 1,
            }
        ],
    )
    days = rows(facts, "analyst", kpi="units-per-hour", period="day")
    assert [day["provisional"] for day in days] == [False, False, True, False, False, False]
    ahead = rows(facts, "analyst", **{"kpi": "units-per-hour", "to": "2999-01-01"})
    assert ahead[0]["provisional"] is True


@pytest.mark.parametrize("period", ["day", "all"])
@pytest.mark.parametrize("breakdown", ["", "unit", "queue", "person"])
def test_its_queries_do_not_grow(facts: Organisation, period: str, breakdown: str) -> None:
    client = facts.client("hr_partner")
    with CaptureQueriesContext(connection) as queries:
        client.get(
            URL,
            {
                "kpi": "units-per-hour",
                "unit": "video-safety",
                "period": period,
                "breakdown": breakdown,
            },
        )
    assert len(queries) <= 12


@pytest.mark.parametrize("persona", ["administrator", "hr_partner"])
def test_it_takes_a_unit_apart_only_for_who_may_read_its_parts(
    facts: Organisation, persona: str
) -> None:
    """They sit in the root, and so read it, but nothing of Search Operations."""
    root = {"kpi": "units-per-hour", "unit": facts.root.slug}
    assert ask(facts, persona, **root).status_code == 200
    assert ask(facts, persona, **root, breakdown="unit").status_code == 404
    assert ask(facts, "analyst", **root, breakdown="unit").status_code == 200


def test_a_page_computes_its_own_rows_alone(facts: Organisation) -> None:
    """The periods of other pages are not even asked for."""
    client = facts.client("analyst")
    query = "kpi=units-per-hour&period=day&from=2026-01-01&to=2026-12-01"
    with CaptureQueriesContext(connection) as queries:
        client.get(f"{URL}?{query}&limit=3")
    asked = [query["sql"] for query in queries if "metrics_workrecordstotal" in query["sql"]]
    (sums,) = [sql for sql in asked if "sum(" in sql]
    assert "2026-01-03" in sums
    assert "2026-01-05" not in sums


def test_data_that_arrive_between_two_pages_shift_neither(facts: Organisation) -> None:
    client = facts.client("analyst")
    first = client.get(f"{URL}?kpi=units-per-hour&period=day&limit=4").json()
    write_facts(
        "work_records",
        [
            {
                "person_id": facts.people["Elif"].pk,
                "queue_id": facts.queues["spanish-standard"].pk,
                "day": MONDAY + timedelta(days=shift),
                "units": 1,
                "productive_seconds": 1,
            }
            for shift in (-3, 9)
        ],
    )
    recompute_changed_days()
    second = client.get(first["next"]).json()
    assert [row["period_start"][-2:] for row in second["results"]] == ["06", "07"]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("persona", "scopes", "parameters", "status"),
    [
        ("member", ["read_person_kpis"], {"person": "E-ELIF"}, 200),
        ("member", ["read_person_kpis"], {"unit": "video-es"}, 404),
        ("member", ["read_person_kpis"], {"person": "E-MATEO"}, 404),
        ("member", ["read_unit_kpis"], {"unit": "video-es"}, 200),
        ("member", ["read_unit_kpis"], {"person": "E-ELIF"}, 404),
        ("member", ["read_people"], {"person": "E-ELIF"}, 403),
        ("team_leader", ["read_person_kpis"], {"person": "E-MATEO"}, 200),
        ("team_leader", ["read_person_kpis"], {"unit": "video-es"}, 404),
    ],
)
def test_a_token_opens_what_its_scope_names(
    facts: Organisation,
    persona: str,
    scopes: list[str],
    parameters: dict[str, str],
    status: int,
) -> None:
    token = issue_token(user=facts.user(persona), scopes=map(Permission, scopes), by=None)
    answer = Client().get(
        URL,
        {"kpi": "units-per-hour", **parameters},
        headers={"Authorization": f"Token {token}"},
    )
    assert answer.status_code == status, answer.content


def test_whoever_only_belongs_to_a_unit_reads_no_part_it_ever_had(facts: Organisation) -> None:
    """Video ES had a unit below it, whose figures of that time are its leaders' to read."""
    past = Unit.objects.create(slug="past", name="Past", kind=UnitKind.TEAM)
    UnitPlacement.objects.create(
        unit=past, parent=facts.units["video-es"], valid=(None, date(2026, 3, 5))
    )
    parts = {"kpi": "units-per-hour", "unit": "video-es", "breakdown": "unit"}
    assert ask(facts, "member", **parts).status_code == 404
    for persona in ("team_leader", "group_leader", "analyst"):
        assert [row["unit"] for row in rows(facts, persona, **parts)] == ["past"]


def test_what_is_documented_is_what_is_answered(facts: Organisation) -> None:
    schema = facts.client("analyst").get("/api/schema/?format=json").json()
    described = schema["components"]["schemas"]["KpiValue"]["properties"]
    (row,) = rows(facts, "group_leader", kpi="units-per-hour", unit="video-safety")
    assert list(row) == list(described)
    for path, method in [
        ("kpi-values", "get"),
        ("targets", "get"),
        ("targets", "post"),
        ("ramps", "get"),
        ("ramps", "post"),
    ]:
        answers = schema["paths"][f"/api/v1/{path}/"][method]["responses"]
        for code in ("400", "401", "403"):
            content = answers[code]["content"]
            assert list(content) == ["application/problem+json"], (path, code)
            assert content["application/problem+json"]["schema"]["$ref"].endswith("/Problem")
