"""Explore by what queues differ by: the queues that share a trait as though they were one."""

import csv
import html
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from metrics.kpis.selectors import KpiReader, KpiRows
from metrics.kpis.services import recompute_changed_days
from metrics.kpis.values import Breakdown
from metrics.targets.serializers.values import as_json
from opsportal.lib.periods import Period
from teams.structure.models import Queue
from tests.metrics.dashboards.seeds import LAST, seed_work
from tests.metrics.facts import write_facts
from tests.personas import Organisation

pytestmark = pytest.mark.django_db

START, END = LAST - timedelta(days=13), LAST + timedelta(days=1)
RANGE = f"from={START}&to={END}&grain=all"
LANGUAGES = {
    "de": ["german-standard"],
    "es": ["spanish-standard", "spanish-hard"],
    "": ["unsaid"],
}
NUMBERS = ["numerator", "denominator", "value", "n", "low", "high"]


@pytest.fixture
def working(organisation: Organisation) -> Organisation:
    """Two weeks of work and requests in four queues, two of them Spanish, one of no language."""
    for slug, language, severity in (("spanish-hard", "es", 3), ("unsaid", "", None)):
        organisation.queues[slug] = Queue.objects.create(
            slug=slug,
            name=slug.capitalize(),
            domain="safety",
            language=language,
            **({"severity": severity} if severity else {}),
        )
    seed_work(organisation, days=14)
    hours = [1 + number * 7 % 95 for number in range(112)]
    write_facts(
        "service_requests",
        [
            _request(organisation, number, START + timedelta(days=number % 14), took)
            for number, took in enumerate(hours)
        ],
    )
    recompute_changed_days()
    return organisation


def _request(organisation: Organisation, number: int, day: date, hours: int) -> dict[str, object]:
    received = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    queues = list(organisation.queues.values())
    return {
        "key": str(number),
        "unit_id": organisation.units["video-es"].pk,
        "queue_id": queues[number % len(queues)].pk,
        "day": day,
        "received_at": received,
        "delivered_at": received + timedelta(hours=hours),
    }


def read_csv(client: Client, query: str) -> list[dict[str, str]]:
    answer = client.get(f"/explore/figures.csv?{query}")
    assert answer.status_code == 200, answer.content
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def write(number: Any) -> str:
    # Floats as they are; counts, which may be fractions, whole where they are whole.
    found = number if isinstance(number, float) else as_json(number)
    return "" if found is None else str(found)


@pytest.mark.parametrize("kpi", ["on-time-delivery", "throughput", "delivery-time-p90"])
def test_a_part_is_what_its_queues_come_to_together(working: Organisation, kpi: str) -> None:
    query = f"kpi={kpi}&unit=video-safety&breakdown=language&{RANGE}"
    rows = read_csv(working.client("Nadia"), query)
    *parts, whole = rows
    assert [row["trait"] for row in rows] == ["language"] * len(parts) + [""]
    reader = KpiReader(working.viewer("Nadia"), [kpi])
    seen = {}
    for key, queues in LANGUAGES.items():
        (value,) = reader.get_period_values(
            unit=working.units["video-safety"].pk, periods=[Period(START, END)], queues=queues
        )
        if value.n is None:
            continue
        seen[key] = [write(getattr(value, name)) for name in NUMBERS]
    assert {row["trait_value"]: [row[name] for name in NUMBERS] for row in parts} == seen
    assert len(seen) > 1 or kpi == "throughput"
    # Every queue is in one part: they are the whole.
    assert sum(int(row["n"]) for row in parts) == int(whole["n"])


def test_the_page_leads_from_a_trait_to_its_queues_and_on_to_rows(working: Organisation) -> None:
    client = working.client("Nadia")
    query = f"kpi=on-time-delivery&unit=video-safety&breakdown=language&{RANGE}"
    page = client.get(f"/explore/?{query}")
    text = html.unescape(page.content.decode())
    assert "On-time delivery by language: " in text
    assert "no language said" in text
    rows = page.context["table"]["groups"][0]["rows"]
    spanish = next(row for row in rows if row["part"] == "es")
    asked = parse_qs(urlsplit(spanish["rows_url"]).query)
    assert asked["language"] == ["es"]
    assert asked["breakdown"] == ["queue"]
    inside = client.get(spanish["rows_url"])
    parts = inside.context["table"]["groups"][0]["rows"]
    assert [row["part"] for row in parts] == ["Spanish, standard", "Spanish-hard", ""]
    assert parts[-1]["value"] == spanish["value"], "the whole is the part that led here"
    assert "Video Safety, language es" in html.unescape(inside.content.decode())
    assert 'id="ask-language"' in inside.content.decode()
    assert "/explore/rows/" in parts[0]["rows_url"]
    assert "queue=spanish-standard" in parts[0]["rows_url"]
    assert "/explore/rows/" not in parts[-1]["rows_url"], "rows are of one queue or of all"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("breakdown=domain", "All queues have the same domain"),
        ("kpi=turnover&breakdown=language", "Turnover is not known by queue"),
        ("kpi=turnover&language=es", "Turnover is not known by queue"),
        ("language=kl", "No queue here has the language 'kl'"),
        ("language=es&queue=german-standard", "is not among the queues that are asked for"),
    ],
)
def test_what_cannot_be_followed_is_said(working: Organisation, query: str, words: str) -> None:
    text = working.client("Nadia").get(f"/explore/?unit=video-safety&{query}").content.decode()
    assert words in html.unescape(text)


def test_a_trait_costs_nothing_for_periods_or_units(working: Organisation) -> None:
    counts = [
        count_queries(working, f"unit={unit}&grain={grain}")
        for unit, grain in (("video-es", "all"), ("organisation", "day"))
    ]
    assert counts[0] == counts[1]


def count_queries(organisation: Organisation, query: str) -> int:
    asked = f"kpi=on-time-delivery&breakdown=language&from={START}&to={END}&{query}"
    client = organisation.client("Ola")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/explore/?{asked}").status_code == 200
    return len(queries)


def add_languages(organisation: Organisation, *languages: str) -> None:
    """Let a queue of each language have deliveries in Video ES."""
    rows = []
    for language in languages:
        queue = Queue.objects.create(
            slug=f"in-{language}", name=f"In {language}", domain="safety", language=language
        )
        rows.append(
            {
                "queue_id": queue.pk,
                "unit_id": organisation.units["video-es"].pk,
                "day": LAST,
                "due": 100,
                "missed": 9,
                "key": f"in {language}",
            }
        )
    write_facts("queue_days", rows)
    recompute_changed_days()


def test_each_value_of_a_trait_costs_one_reading(working: Organisation) -> None:
    of_three = count_queries(working, "unit=video-safety&grain=all")
    add_languages(working, "fr", "it", "pl")
    of_six = count_queries(working, "unit=video-safety&grain=all")
    assert (of_three, of_six) == (18, 21)


def test_no_more_values_of_a_trait_are_read_than_its_limit(
    working: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_languages(working, "fr", "it", "pl")
    of_six = count_queries(working, "unit=video-safety&grain=all")
    monkeypatch.setattr("metrics.explore.selectors.answers.MOST_READINGS", 4)
    assert count_queries(working, "unit=video-safety&grain=all") < of_six
    query = f"kpi=on-time-delivery&unit=video-safety&breakdown=language&{RANGE}"
    page = working.client("Ola").get(f"/explore/?{query}")
    rows = page.context["table"]["groups"][0]["rows"]
    assert sorted(row["part"] for row in rows) == ["", "de", "es", "fr", "it"]
    assert "The first 4 of 6 languages are shown." in page.content.decode()


def test_which_queues_there_are_is_asked_of_all_days_at_once(
    working: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = []

    def list_rows(self: KpiReader, **asked: Any) -> KpiRows:
        found = read(self, **asked)
        if asked["breakdown"] is Breakdown.QUEUE:
            listed.append(len(found))
        return found

    read = KpiReader.list_rows
    monkeypatch.setattr(KpiReader, "list_rows", list_rows)
    count_queries(working, "unit=video-safety&grain=day")
    # Four queues: over all days, and on the last of them for the definition that is in force.
    assert listed == [8]
