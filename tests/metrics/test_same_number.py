"""Page, API and export say the same number, digit for digit: all read the one selector.

For a KPI of every statistical model, units at three levels, several grains and queues. What is
compared is text: a float as Python writes it is the shortest that names it, in JSON and CSV alike.
"""

import csv
import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from operator import itemgetter
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from metrics.kpis.models import KpiVersion, StatisticalModel
from metrics.kpis.selectors import KpiReader
from metrics.kpis.services import recompute_changed_days
from metrics.kpis.values import Breakdown, KpiValue
from metrics.targets.selectors import JudgedValue, judge_values
from metrics.targets.serializers.values import as_json
from opsportal.lib.formats import format_number
from opsportal.lib.periods import Grain, Period
from tests.metrics.facts import write_facts
from tests.personas import Organisation

pytestmark = pytest.mark.django_db

FIRST = date(2026, 8, 31)  # a Monday
WHOLE = Period(FIRST, FIRST + timedelta(weeks=8))
PERSONA = "analyst"
# One of each statistical model, and a second where formulas differ in kind.
KPIS = {
    "on-time-delivery": StatisticalModel.PROPORTION,
    "accuracy": StatisticalModel.PROPORTION,
    "units-per-hour": StatisticalModel.RATIO,
    "severity-score": StatisticalModel.RATIO,
    "turnover": StatisticalModel.COUNT,
    "throughput": StatisticalModel.TOTAL,
    "backlog-days": StatisticalModel.TOTAL,
    "productivity-index": StatisticalModel.INDEX,
    "delivery-time-p90": StatisticalModel.QUANTILE,
    "agreement": StatisticalModel.AGREEMENT,
}
UNITS = ["organisation", "video-safety", "video-es"]
QUEUES = [None, "spanish-standard"]
CALENDAR = {"from": "0001-01-01", "to": "9999-12-31"}
NUMBERS = ["numerator", "denominator", "value", "n", "low", "high"]


@pytest.fixture
def facts(organisation: Organisation) -> Organisation:
    """Eight weeks of work, deliveries, audits, judgements and requests in two queues."""
    queues = [queue.pk for queue in organisation.queues.values()]
    people = [organisation.people[name].pk for name in ("Elif", "Mateo", "Jonas", "Wilma")]
    teams = [organisation.units[slug].pk for slug in ("video-es", "video-de", "ads-en")]
    days = [FIRST + timedelta(days=number) for number in range(WHOLE.days)]
    write_facts(
        "work_records",
        [
            {
                "person_id": person,
                "queue_id": queue,
                "day": day,
                "units": 31 + (day.day * 7 + person * 5 + queue * 3) % 17,
                "handle_seconds": 3_001 + day.day,
                "productive_seconds": 7_200 + (person * day.day) % 97,
            }
            for day, person, queue in product(days, people, queues)
        ],
    )
    write_facts(
        "queue_days",
        [
            {
                "queue_id": queue,
                "unit_id": team,
                "day": day,
                "received": 91,
                "completed": 83 + day.day % 7,
                "due": 70 + day.day % 3,
                "missed": (day.day + team) % 9,
                "backlog_open": 40 + (day.day * team) % 13,
            }
            for day, team, queue in product(days, teams, queues)
        ],
    )
    write_facts("quality_audits", list(audits(people, queues, days)))
    write_facts(
        "judgements",
        [
            {
                "person_id": person,
                "queue_id": queue,
                "day": day,
                "item": f"{queue}/{day}",
                "label": "abc"[(day.day * 3 + number * (day.day % 4)) % 3],
            }
            for day, queue in product(days, queues)
            for number, person in enumerate(people)
        ],
    )
    write_facts("service_requests", list(requests(organisation, queues, days)))
    recompute_changed_days()
    return organisation


def audits(people: list[int], queues: list[int], days: list[date]) -> Iterator[dict[str, Any]]:
    for number, (day, person, queue) in enumerate(product(days, people, queues)):
        is_error = number % 13 == 0
        yield {
            "key": f"audit {number}",
            "person_id": person,
            "decided_by": "human",
            "queue_id": queue,
            "day": day,
            "item": str(number),
            "decided": "keep",
            "correct": "remove" if is_error else "keep",
            "severity": 1 + number % 3 if is_error else None,
        }


def requests(
    organisation: Organisation, queues: list[int], days: list[date]
) -> Iterator[dict[str, Any]]:
    for number, (day, team) in enumerate(product(days, ("video-es", "ads-en", "video-de"))):
        received = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
        took = timedelta(hours=1 + number % 71, minutes=number % 7)
        yield {
            "key": f"request {number}",
            "unit_id": organisation.units[team].pk,
            "received_at": received,
            "delivered_at": received + took,
            "day": day,
            "customer": "Legal",
            "queue_id": queues[number % 2],
        }


def select(organisation: Organisation, kpi: str, unit: str, **asked: Any) -> list[JudgedValue]:
    viewer = organisation.viewer(PERSONA)
    node = viewer.tree.by_slug(unit) or viewer.tree.root
    return judge_values(KpiReader(viewer, [kpi]).get_period_values(unit=node.id, **asked))


def as_text(number: object) -> str:
    return "" if number is None else str(number)


def test_the_catalogue_has_these_models(facts: Organisation) -> None:
    found = {
        version.kpi.slug: version.model
        for version in KpiVersion.objects.filter(kpi__slug__in=KPIS).select_related("kpi")
    }
    assert found == KPIS
    assert set(KPIS.values()) == set(StatisticalModel)


@pytest.mark.parametrize("kpi", KPIS)
def test_the_api_gives_what_the_selector_gives(facts: Organisation, kpi: str) -> None:
    client = facts.client(PERSONA)
    reader = KpiReader(facts.viewer(PERSONA), [kpi])
    seen = 0
    for unit, grain, queue, breakdown in product(
        UNITS, (Grain.WEEK, Grain.MONTH, Grain.ALL), QUEUES, (None, Breakdown.UNIT)
    ):
        node = reader.viewer.tree.by_slug(unit) or reader.viewer.tree.root
        asked = {"from": WHOLE.start.isoformat(), "to": WHOLE.end.isoformat(), "limit": "1000"}
        asked |= {"kpi": kpi, "unit": node.slug, "period": grain.value}
        asked |= {"queue": queue} if queue else {}
        asked |= {"breakdown": breakdown.value} if breakdown else {}
        answer = client.get("/api/v1/kpi-values/", asked)
        assert answer.status_code == 200, answer.content
        # Numbers are kept as they are written.
        said = json.loads(answer.content, parse_float=str, parse_int=str)["results"]
        expected = judge_values(
            reader.get_period_values(
                unit=node.id,
                periods=reader.choose_periods(
                    unit=node.id, grain=grain, start=WHOLE.start, end=WHOLE.end
                ),
                queues=[queue] if queue else None,
                breakdown=breakdown,
            )
        )
        assert [
            [row["unit"], row["period_start"], row["attainment"], *map(row.get, NUMBERS)]
            for row in said
        ] == [
            [
                value.unit.slug,
                value.period_start.isoformat(),
                value.attainment.value,
                *(write_json(getattr(value, name)) for name in NUMBERS),
            ]
            for value in expected
        ]
        seen += sum(value.value is not None for value in expected)
    assert seen > 20, "a comparison of nothing with nothing"


def write_json(number: Any) -> str | None:
    # Floats as they are; counts, which may be fractions, whole where they are whole.
    found = number if isinstance(number, float) else as_json(number)
    return None if found is None else json.dumps(found)


@pytest.mark.parametrize("kpi", KPIS)
def test_the_export_gives_what_the_selector_gives(facts: Organisation, kpi: str) -> None:
    client = facts.client(PERSONA)
    seen = 0
    for unit, queue in product(UNITS, QUEUES):
        slug = facts.root.slug if unit == "organisation" else unit
        asked = {"kpi": kpi, "from": WHOLE.start.isoformat(), "to": WHOLE.end.isoformat()}
        asked |= {"queue": queue} if queue else {}
        queues = [queue] if queue else None
        rows = export(client, f"/dashboards/{slug}/trend.csv", asked)
        periods = [
            Period(date.fromisoformat(row["period_start"]), date.fromisoformat(row["period_end"]))
            for row in rows
        ]
        values = select(facts, kpi, slug, periods=periods, queues=queues)
        assert [[row[name] for name in NUMBERS] for row in rows] == [
            [as_text(getattr(value, name)) for name in NUMBERS] for value in values
        ]
        seen += sum(value.value is not None for value in values)
        if unit == "video-es":
            continue
        parts = {
            value.unit.slug: value
            for value in select(
                facts, kpi, slug, periods=[WHOLE], queues=queues, breakdown=Breakdown.UNIT
            )
        }
        compared = export(client, f"/dashboards/{slug}/comparison.csv", {**asked, "by": "units"})
        (whole,) = select(facts, kpi, slug, periods=[WHOLE], queues=queues)
        for row in compared:
            value = parts.get(row["key"], whole)
            assert [row[name] for name in NUMBERS] == [
                as_text(getattr(value, name)) for name in NUMBERS
            ]
        assert {row["key"] for row in compared} >= {
            *(slug for slug, value in parts.items() if value.n is not None),
            "",
        }
    assert seen > 10, "a comparison of nothing with nothing"


def export(client: Client, path: str, asked: dict[str, str]) -> list[dict[str, str]]:
    answer = client.get(path, asked)
    assert answer.status_code == 200, answer.content
    return list(csv.DictReader(answer.content.decode().splitlines()))


def test_the_page_prints_what_the_selector_gives(facts: Organisation) -> None:
    """Every figure of the page, headlines and the others by family, rounded as defined."""
    client = facts.client(PERSONA)
    versions = {version.name: version for version in KpiVersion.objects.select_related("kpi")}
    seen: set[str] = set()
    for unit, queue in product(UNITS, QUEUES):
        slug = facts.root.slug if unit == "organisation" else unit
        asked = {"from": WHOLE.start.isoformat(), "to": WHOLE.end.isoformat()}
        asked |= {"queue": queue} if queue else {}
        page = client.get(f"/dashboards/{slug}/", asked).content.decode()
        printed = dict(list_printed(page))
        assert len(printed) > 5
        for name, text in printed.items():
            kpi = versions[name].kpi.slug
            (value,) = select(facts, kpi, slug, periods=[WHOLE], queues=[queue] if queue else None)
            assert text == write(value), (name, unit, queue)
            seen |= {kpi} if value.value is not None else set()
    assert seen >= {"on-time-delivery", "units-per-hour", "accuracy"}


def list_printed(page: str) -> Iterator[tuple[str, str]]:
    """List the name and the printed value of each tile and of each row by family."""
    tiles = r'class="kpi-name">(.*?)</h3>.*?class="kpi-figure[^"]*">(.*?)</span>'
    link = r'<th scope="row">\s*<a href="[^"]*kpi=[^"]*"[^>]*>(.*?)</a>'
    rows = link + r'.*?<td class="num[^"]*">(.*?)</td>'
    for pattern in (tiles, rows):
        for name, value in re.findall(pattern, page, re.DOTALL):
            yield strip(name), strip(value.partition("<span")[0])


def strip(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", text)).strip()


def write(value: KpiValue) -> str:
    """Write a value as a tile has it: durations, which are kept in seconds, in what suits them."""
    if value.value is None:
        return "–"
    if value.definition.unit_label == "s" and value.value >= 7_200:
        return format_number(value.value / 3_600, 1)
    assert value.definition.unit_label != "s" or value.value < 600, "no minutes here"
    return format_number(value.value, value.definition.decimals)


def test_the_whole_calendar_says_what_all_days_with_data_say(facts: Organisation) -> None:
    """From the year 1 to 9999 are 3.7 million days, which nobody lists to read eight weeks."""
    client = facts.client(PERSONA)
    ends = {"from": FIRST.isoformat(), "to": (WHOLE.end + timedelta(weeks=60)).isoformat()}
    numbers = itemgetter("unit", "queue", *NUMBERS)
    for kpi in [*KPIS, "headcount"]:
        seen = 0
        for breakdown in ({}, {"breakdown": "unit"}, {"breakdown": "queue"}):
            asked = {"kpi": kpi, "unit": "trust-safety", "period": "all", **breakdown}
            with CaptureQueriesContext(connection) as queries:
                answer = client.get("/api/v1/kpi-values/", {**asked, **CALENDAR})
            assert answer.status_code == 200, answer.content
            assert max(len(query["sql"]) for query in queries) < 100_000, kpi
            found = answer.json()["results"]
            days = {(row["period_start"], row["period_end"]) for row in found}
            assert days <= {("0001-01-01", "9999-12-31")}
            seen += sum(row["value"] is not None for row in found)
            # People are counted on days without facts, too.
            if kpi != "headcount":
                near = client.get("/api/v1/kpi-values/", {**asked, **ends}).json()["results"]
                assert list(map(numbers, found)) == list(map(numbers, near)), kpi
        assert seen > 0, "a comparison of nothing with nothing"
    for grain in ("day", "week", "month", "quarter"):
        refused = client.get(
            "/api/v1/kpi-values/", {"kpi": "accuracy", "period": grain, **CALENDAR}
        )
        assert refused.status_code == 400
        assert refused["Content-Type"] == "application/problem+json"
        assert refused.json()["code"] == "too_many_periods"
        assert "choose a shorter range or a coarser period" in refused.json()["detail"]


def test_pages_answer_for_the_whole_calendar_too(facts: Organisation) -> None:
    client = facts.client(PERSONA)
    for kpi, path in product(
        ("on-time-delivery", "delivery-time-p90", "productivity-index"),
        (
            "/dashboards/trust-safety/",
            "/dashboards/trust-safety/trend.csv",
            "/explore/",
            "/explore/figures.csv",
            "/explore/rows/",
            "/explore/rows.csv",
        ),
    ):
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path, {"kpi": kpi, "unit": "trust-safety", **CALENDAR})
        assert answer.status_code == 200, path
        assert max(len(query["sql"]) for query in queries) < 100_000, path
