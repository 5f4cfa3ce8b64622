"""A dashboard on paper says what the page says, and is as hard to get."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from pypdf import PdfReader

from metrics.dashboards.selectors import get_unit_dashboard
from metrics.dashboards.tables import shape_page
from opsportal.lib.statuses import STATUSES
from teams.audit.models import AuditEvent
from tests.metrics.dashboards.seeds import LAST, seed_teams, seed_work
from tests.personas import Organisation

pytestmark = pytest.mark.django_db

ARABIC = "فريق مراجعة المحتوى"
OTHER_NAMES = ["Łukasz Ñandú Žižek", "Ομάδα βίντεο", "Видео", "צוות וידאו", "วิดีโอ", "ვიდეო", ARABIC]
CHINESE = "视频安全"


@pytest.fixture
def working(organisation: Organisation) -> Iterator[Organisation]:
    with time_machine.travel("2026-11-22T09:00Z", tick=False):
        seed_work(organisation)
        yield organisation


def fetch(client: Client, slug: str, query: str = "") -> PdfReader:
    response = client.get(f"/dashboards/{slug}/dashboard.pdf{query}")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/pdf"
    return PdfReader(io.BytesIO(response.content))


def read(pdf: PdfReader) -> str:
    return plain(" ".join(page.extract_text() for page in pdf.pages))


def plain(words: Any) -> str:
    """Let every sort of blank be one: lines are broken otherwise on paper."""
    return re.sub(r"\s+", " ", str(words)).strip()


@pytest.mark.parametrize("query", ["", "?period=13w&queue=spanish-standard", "?table=1"])
def test_it_says_what_the_page_says(working: Organisation, query: str) -> None:
    viewer = working.viewer("Nadia")
    unit = viewer.tree.by_slug("video-safety")
    assert unit is not None
    given = dict(pair.split("=") for pair in query.strip("?").split("&") if pair)
    page = shape_page(viewer, get_unit_dashboard(viewer, unit, given))
    words = read(fetch(working.client("Nadia"), "video-safety", query))
    html = plain(working.client("Nadia").get(f"/dashboards/video-safety/{query}").content.decode())
    for tile in page["tiles"]:
        for part in ("name", "value", "target", "interval", "signal"):
            assert plain(tile[part]) in words, tile["name"]
            assert plain(tile[part]) in html, tile["name"]
        assert STATUSES[tile["status"]].word in words
    card = page["cards"][0]
    for row in [row for group in card["groups"] for row in group["rows"]]:
        for part in ("name", "leader", "value", "interval", "n", "change"):
            assert plain(row[part]) in words, row["name"]
    assert plain(page["trend"]["title"]) in words
    assert plain(page["tiles_note"]) in words
    assert plain(page["freshness"]) in words
    assert ("Queue: Spanish, standard" in words) == ("queue" in query)


def test_the_chart_stands_with_limits_target_and_labels(working: Organisation) -> None:
    pdf = fetch(working.client("Nadia"), "video-safety")
    words = read(pdf)
    assert "Usual range" in words
    assert "Target 94.0" in words
    # The line of 26 weeks, the diamonds and the band are strokes and fills, not a picture.
    assert not pdf.pages[0].images


def test_the_foot_says_when_for_whom_and_which_page(working: Organisation) -> None:
    pdf = fetch(working.client("Nadia"), "video-safety")
    count = len(pdf.pages)
    for number, page in enumerate(pdf.pages, start=1):
        words = plain(page.extract_text())
        assert "Printed 22 Nov 2026, 09:00 for Nadia Example" in words
        assert f"Page {number} of {count}" in words
    assert "On-time delivery, version 1" in read(pdf)
    assert pdf.metadata is not None
    assert str(pdf.metadata.title).startswith("Video Safety, ")


def test_names_of_many_scripts_come_out(organisation: Organisation) -> None:
    seed_teams(organisation, [*OTHER_NAMES, "W" * 120])
    pdf = fetch(organisation.client("Ola"), "search-operations")
    words = read(pdf)
    for name in OTHER_NAMES:
        # Marks above and below letters are read back in an order of their own.
        assert set(name.split()[0]) <= set(words), name
    assert ARABIC in words
    assert re.sub(r"\s", "", words).count("W" * 30) >= 1
    assert "stands for a letter" not in words


def test_letters_that_no_font_has_are_admitted(organisation: Organisation) -> None:
    seed_teams(organisation, [CHINESE])
    words = read(fetch(organisation.client("Ola"), "search-operations"))
    assert "◊◊◊◊" in words
    assert "◊ stands for a letter that no font of this portal has" in words


SCOPES = [
    ("member", "video-es", 200),
    ("member", "video-safety", 404),
    ("team_leader", "video-de", 404),
    ("group_leader", "ads-safety", 404),
    ("hr_partner", "ads-en", 200),
    ("outsider", "organisation", 403),
]


@pytest.mark.parametrize(("persona", "slug", "status"), SCOPES)
def test_it_opens_as_far_as_the_page(
    organisation: Organisation, persona: str, slug: str, status: int
) -> None:
    seed_work(organisation, days=2)
    client = organisation.client(persona)
    assert client.get(f"/dashboards/{slug}/").status_code == status
    assert client.get(f"/dashboards/{slug}/dashboard.pdf").status_code == status


def test_it_prints_no_people_that_the_page_does_not_show(organisation: Organisation) -> None:
    seed_work(organisation, days=30)
    query = "?kpi=units-per-hour"
    assert "Mateo Example" in read(fetch(organisation.client("Carmen"), "video-es", query))
    assert "Mateo" not in read(fetch(organisation.client("Elif"), "video-es", query))


def test_it_is_recorded(organisation: Organisation) -> None:
    seed_work(organisation, days=30)
    fetch(organisation.client("Nadia"), "video-safety", "?kpi=units-per-hour")
    event = AuditEvent.objects.get(act="dashboard.exported")
    assert event.actor_id == organisation.user("Nadia").pk
    assert event.detail["what"] == "pdf"
    assert event.detail["unit"] == "video-safety"
    assert event.detail["kpi"] == "units-per-hour"
    assert event.detail["end"] == str(LAST.replace(day=LAST.day + 1))


@pytest.mark.parametrize(
    "query",
    [
        "?kpi=nonsense",
        "?from=tomorrow",
        "?period=all&grain=day",
        "?compare=none",
        "?all=1&period=13w",
    ],
)
def test_no_address_breaks_it(organisation: Organisation, query: str) -> None:
    seed_work(organisation, days=40)
    assert fetch(organisation.client("Nadia"), "video-safety", query).pages


@pytest.mark.parametrize("days", [1, 8])
def test_a_few_days_are_enough(organisation: Organisation, days: int) -> None:
    seed_work(organisation, days=days)
    assert fetch(organisation.client("Carmen"), "video-es").pages


def test_three_hundred_teams_take_pages_with_heads(organisation: Organisation) -> None:
    seed_teams(organisation, (f"Team {n}" for n in range(300)))
    pdf = fetch(organisation.client("Ola"), "search-operations", "?all=1")
    with_rows = [page.extract_text() for page in pdf.pages if "Team 1" in page.extract_text()]
    assert len(with_rows) > 4
    assert all("95 % interval" in plain(words) for words in with_rows)
    assert "Team 299" in read(pdf)


def test_a_unit_without_data_has_none(organisation: Organisation) -> None:
    answer = organisation.client("Ola").get("/dashboards/organisation/dashboard.pdf")
    assert answer.status_code == 404
