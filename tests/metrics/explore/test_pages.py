"""Explore: any figure from any side, within one's rights, and the same number as the API's."""

import csv
import html
import io
import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from metrics.explore.selectors import explore
from metrics.explore.tables import shape_page
from opsportal.lib.formats import format_number
from teams.audit.models import AuditEvent
from tests.metrics.dashboards.seeds import LAST, seed_teams, seed_work
from tests.metrics.facts import write_facts
from tests.personas import Organisation

pytestmark = pytest.mark.django_db

MOST_QUERIES = 26
MOST_CHART_BYTES = 20_000


@pytest.fixture
def working(organisation: Organisation) -> Organisation:
    seed_work(organisation, days=42)
    return organisation


def page(client: Client, query: str, status: int = 200) -> str:
    response = client.get(f"/explore/?{query}")
    assert response.status_code == status, query
    return html.unescape(response.content.decode())


SAME = [
    ("kpi=on-time-delivery&unit=video-safety", "week"),
    ("kpi=on-time-delivery&unit=video-safety&breakdown=unit", "week"),
    ("kpi=on-time-delivery&unit=video-safety&breakdown=queue", "month"),
    ("kpi=on-time-delivery&unit=video-es&queue=spanish-standard", "day"),
    ("kpi=units-per-hour&unit=video-safety&breakdown=person", "all"),
    ("kpi=units-per-hour&unit=video-safety&breakdown=unit", "quarter"),
    ("kpi=units-per-hour&unit=video-safety&person=E-ELIF", "week"),
    ("kpi=throughput&unit=video-safety&person=E-ELIF&breakdown=queue", "month"),
    ("kpi=backlog-days&unit=video-safety&breakdown=unit", "month"),
]
NUMBERS = ["numerator", "denominator", "value", "n", "low", "high", "version", "attainment"]


def test_its_figures_are_those_of_the_api(working: Organisation) -> None:
    """The export digit for digit, the page as it is written; of parts and of the whole."""
    client = working.client("Nadia")
    for query, grain in SAME:
        address = f"{query}&grain={grain}&period=4w"
        exported = list(
            csv.DictReader(
                io.StringIO(client.get(f"/explore/figures.csv?{address}").content.decode())
            )
        )
        given = dict(parse_qsl(query))
        span = {
            "from": min(row["period_start"] for row in exported),
            "to": max(row["period_end"] for row in exported),
        }
        asked = {**given, **span, "period": grain, "limit": "1000"}
        told = client.get("/api/v1/kpi-values/", asked).json()["results"]
        if "breakdown" in given:
            asked.pop("breakdown")
            told += client.get("/api/v1/kpi-values/", asked).json()["results"]
        assert len(exported) == len(told), query
        by_key = {key_of(row): row for row in told}
        shown = page(client, address)
        for row in exported:
            one = by_key[key_of(row)]
            for name in NUMBERS:
                assert row[name] == ("" if one[name] is None else str(one[name])), (query, name)
            assert (row["provisional"] == "yes") == one["provisional"]
            if one["value"] is not None:
                assert write(working, query, one["value"]) in shown, (query, one)


def key_of(row: dict[str, Any]) -> tuple[str, ...]:
    names = ("unit", "queue", "person", "period_start", "period_end")
    return tuple(row[name] or "" for name in names)


def write(working: Organisation, query: str, value: float) -> str:
    definition = explore(working.viewer("Nadia"), dict(parse_qsl(query))).definition
    assert definition is not None
    return format_number(value, definition.decimals)


# What an address gets wrong, as whom, and what is said of it.
WRONG = [
    ("kpi=nonsense", 200, "There is no KPI 'nonsense'"),
    ("unit=nowhere", 404, "There is no unit 'nowhere'"),
    ("unit=search-quality", 404, "There is no unit 'search-quality'"),
    ("person=E-MEI", 404, "There is no person 'E-MEI'"),
    ("person=E-NOBODY", 404, "There is no person 'E-NOBODY'"),
    ("unit=video-de&person=E-ELIF", 404, "or none that you may read"),
    ("queue=closed", 200, "There is no queue 'closed'"),
    ("from=2026-11-10&to=2026-11-01", 200, "end before they begin"),
    ("from=2026-13-45", 200, "is not a date"),
    ("from=1985-01-01&to=2025-01-01&grain=day", 200, "There are no data from"),
    ("from=1987-01-01&to=2027-01-01&grain=day", 200, "reach beyond the data"),
    ("grain=fortnight", 200, "is not day, week, month, quarter or all"),
    ("breakdown=moon", 200, "is nothing to take figures apart by"),
    ("breakdown=person", 200, "On-time delivery is not known by person"),
    ("kpi=turnover&breakdown=queue", 200, "Turnover is not known by queue"),
    ("kpi=turnover&queue=spanish-standard", 200, "Turnover is not known by queue"),
    ("unit=video-es&breakdown=unit", 200, "Nothing stands below Video ES"),
    ("kpi=units-per-hour&person=E-ELIF&breakdown=unit", 200, "by queue only"),
    ("page=999", 200, "Explore"),
    ("page=-1&unknown=1", 200, "Explore"),
    ("kpi=%00&unit=%00&person=%00", 404, "There is no"),
    ("kpi=" + "x" * 300, 200, "There is no KPI"),
]


def test_what_cannot_be_followed_is_said_and_the_page_stands(working: Organisation) -> None:
    client = working.client("Nadia")
    for query, status, words in WRONG:
        shown = page(client, query, status)
        assert "<h1>Explore</h1>" in shown
        assert 'id="ask-kpi"' in shown, query
        assert words in shown, query
        export = client.get(f"/explore/figures.csv?{query}")
        assert export.status_code == status, query


def test_what_is_unknown_and_what_is_closed_are_answered_alike(working: Organisation) -> None:
    client = working.client("Carmen")
    told = [
        re.sub("(search-quality|no-such-unit)", "x", page(client, f"unit={slug}", 404))
        for slug in ("search-quality", "no-such-unit")
    ]
    tokens = re.compile(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]*"')
    assert tokens.sub("", told[0]) == tokens.sub("", told[1])


def test_people_are_for_those_who_may_read_them(working: Organisation) -> None:
    query = "kpi=units-per-hour&unit=video-es&breakdown=person&grain=all"
    assert "Mateo Example" in page(working.client("Carmen"), query)
    for persona in ("Elif", "Ola", "Tobias"):
        shown = page(working.client(persona), query)
        assert "Mateo Example" not in shown
        assert "You read Video ES as a whole, not by person" in shown
    own = page(working.client("Elif"), "kpi=units-per-hour&person=E-ELIF")
    assert "Elif Example: Units per hour" in own


def test_of_a_sibling_the_figure_stands_beside_ones_own_and_nothing_inside(
    working: Organisation,
) -> None:
    client = working.client("Carmen")
    shown = page(client, "unit=video-de&kpi=on-time-delivery&breakdown=queue")
    assert "Video DE" in shown
    assert client.get("/explore/rows/?kpi=on-time-delivery&unit=video-de").status_code == 404


def test_it_answers_htmx_with_the_part_that_changes(working: Organisation) -> None:
    client = working.client("Nadia")
    part = client.get("/explore/?breakdown=unit", headers={"HX-Request": "true"})
    text = part.content.decode()
    assert "HX-Request" in part["Vary"]
    assert text.lstrip().startswith("<title>")
    assert "<html" not in text
    assert 'id="explored-all"' in text
    lost = client.get("/explore/?unit=nowhere", headers={"HX-Request": "true"})
    assert lost.status_code == 200, "so that it is shown"
    assert b"There is no unit" in lost.content


def test_too_much_is_coarser_and_says_so(organisation: Organisation) -> None:
    names = [f"Team {number}" for number in range(120)]
    teams = seed_teams(organisation, names, day=LAST)
    queue = organisation.queues["german-standard"]
    from metrics.kpis.services import recompute_changed_days

    write_facts(
        "queue_days",
        [
            {
                "queue_id": queue.pk,
                "unit_id": teams[0].pk,
                "day": LAST - timedelta(days=number),
                "due": 10,
                "missed": 1,
                "key": f"early {number}",
            }
            for number in (1, 100, 200, 300)
        ],
    )
    recompute_changed_days()
    query = "unit=search-operations&kpi=on-time-delivery&breakdown=unit&period=all"
    shown = page(organisation.client("Ola"), f"{query}&grain=day")
    assert "121 teams by day are more than 3,000 figures; they are shown by month." in shown
    assert "Rows 1 – 60 of" in shown
    exploration = explore(organisation.viewer("Ola"), dict(parse_qsl(f"{query}&grain=day")))
    chart = shape_page(exploration)["chart"]
    assert len(json.dumps(chart["figure"]).encode()) <= MOST_CHART_BYTES
    assert "more stand in the table alone" in chart["sub"]
    last = page(organisation.client("Ola"), f"{query}&page=9999")
    assert "Previous" in last


def test_without_data_it_says_what_will_be_here(organisation: Organisation) -> None:
    shown = page(organisation.client("Nadia"), "unit=video-safety")
    assert "No data about this unit yet" in shown
    assert 'id="ask-unit"' in shown


def test_one_day_and_one_person(organisation: Organisation) -> None:
    seed_work(organisation, days=1)
    for query in (
        "",
        "breakdown=unit",
        "grain=day&breakdown=queue",
        "kpi=units-per-hour&grain=all",
    ):
        assert "On-time delivery" in page(organisation.client("Nadia"), query)


def test_exports_are_safe_and_recorded(working: Organisation) -> None:
    working.units["video-es"].name = "=HYPERLINK(1)"
    working.units["video-es"].save()
    client = working.client("Nadia")
    query = "kpi=on-time-delivery&unit=video-safety&breakdown=unit&period=4w"
    text = client.get(f"/explore/figures.csv?{query}").content.decode()
    assert "'=HYPERLINK(1)" in text
    client.get("/explore/rows.csv?kpi=units-per-hour&unit=video-es&period=4w")
    events = {event.act: event.detail for event in AuditEvent.objects.all()}
    assert events["explore.exported"]["breakdown"] == "unit"
    assert events["rows.exported"]["unit"] == "video-es"
    assert events["rows.exported"]["rows"] > 0


@pytest.mark.parametrize(("days", "teams"), [(14, 0), (140, 40)])
def test_its_cost_does_not_follow_the_data(
    organisation: Organisation, days: int, teams: int
) -> None:
    seed_work(organisation, days=days)
    if teams:
        seed_teams(organisation, [f"Team {number}" for number in range(teams)])
    client = organisation.client("Ola")
    for query in (
        "unit=search-operations&kpi=on-time-delivery&breakdown=unit",
        "unit=organisation&kpi=units-per-hour&grain=month",
        "unit=organisation&kpi=delivery-time-p90&breakdown=queue&grain=all",
    ):
        with CaptureQueriesContext(connection) as queries:
            page(client, query)
        assert len(queries) <= MOST_QUERIES, (query, [q["sql"][:90] for q in queries])
