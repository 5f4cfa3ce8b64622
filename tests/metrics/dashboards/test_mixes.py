"""Where the queues of teams differ, their comparison says so and leads to a fairer one."""

import html
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from metrics.kpis.models import Kpi, KpiVersion
from metrics.kpis.services import recompute_changed_days
from teams.structure.services import move_unit
from tests.metrics.dashboards.seeds import LAST, seed_work
from tests.metrics.facts import write_facts
from tests.personas import Organisation

pytestmark = pytest.mark.django_db

NOTE = "These teams work in different queues."
MOST_QUERIES = 35


@pytest.fixture
def working(organisation: Organisation) -> Organisation:
    """Let those of Video DE also work in a queue in which nobody is as quick."""
    seed_work(organisation, days=60)
    write_facts(
        "work_records",
        [
            {
                "person_id": organisation.people[name].pk,
                "queue_id": organisation.queues["german-standard"].pk,
                "day": LAST - timedelta(days=back),
                "units": 60 + back % 3,
                "handle_seconds": 20_000,
                "productive_seconds": 21_600,
                "key": f"slow {name}/{back}",
            }
            for back in range(60)
            for name in ("Jonas", "Greta")
        ],
    )
    recompute_changed_days()
    return organisation


def read(organisation: Organisation, slug: str, query: str, persona: str = "Nadia") -> str:
    answer = organisation.client(persona).get(f"/dashboards/{slug}/?{query}")
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


@pytest.mark.parametrize("kpi", ["units-per-hour", "average-handle-time"])
def test_it_is_said_where_it_misleads(working: Organisation, kpi: str) -> None:
    shown = read(working, "video-safety", f"kpi={kpi}")
    assert NOTE in shown
    assert "(Video DE)" in shown.split(NOTE)[1][:250]
    found = re.search(r'href="(/explore/[^"]*kpi=productivity-index[^"]*)"', shown)
    assert found
    fair = working.client("Nadia").get(found[1])
    assert fair.status_code == 200
    rows = fair.context["table"]["groups"][0]["rows"]
    assert {row["part"] for row in rows} >= {"Video ES", "Video DE"}


@pytest.mark.parametrize(
    ("slug", "query"),
    [
        ("video-safety", "kpi=on-time-delivery"),
        ("video-safety", "kpi=throughput"),
        ("video-safety", "kpi=productivity-index"),
        ("video-safety", "kpi=units-per-hour&queue=spanish-standard"),
        ("video-safety", "kpi=units-per-hour&language=es"),
        ("video-es", "kpi=units-per-hour"),
    ],
)
def test_nothing_is_said_where_it_does_not(working: Organisation, slug: str, query: str) -> None:
    assert NOTE not in read(working, slug, query)


def test_teams_of_the_same_queue_need_no_word(organisation: Organisation) -> None:
    seed_work(organisation, days=60)
    assert NOTE not in read(organisation, "video-safety", "kpi=units-per-hour")


@pytest.mark.parametrize("days_here", [0, 1, 27], ids=["none", "the first", "all but the last"])
def test_a_unit_that_went_says_nothing_of_those_that_stayed(
    working: Organisation, days_here: int
) -> None:
    """It worked elsewhere for the rest of the time, in whatever queues."""
    move_unit(
        unit=working.units["video-de"],
        parent=working.units["ads-safety"],
        on=LAST - timedelta(days=27 - days_here),
        by=None,
    )
    recompute_changed_days()
    shown = read(working, "trust-safety", "kpi=units-per-hour", "Judith")
    assert "Ads Safety" in shown
    shown = read(working, "video-safety", "kpi=units-per-hour", "Judith")
    assert ("Video DE" in shown) or not days_here
    assert NOTE not in shown


def test_it_costs_no_more_queries_than_a_dashboard_may(
    working: Organisation, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    client = working.client("Nadia")
    client.get("/dashboards/video-safety/")
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get("/dashboards/video-safety/?kpi=units-per-hour")


def print_page(organisation: Organisation, query: str) -> str:
    address = f"/dashboards/video-safety/dashboard.pdf?{query}"
    printed = PdfReader(io.BytesIO(organisation.client("Nadia").get(address).content))
    return " ".join(" ".join(page.extract_text().split()) for page in printed.pages)


@pytest.mark.parametrize(
    ("has_index", "fairer"),
    [
        (True, "the productivity index, which compares within queues, or one queue alone."),
        (False, "one queue alone."),
    ],
)
def test_page_and_print_say_the_same(working: Organisation, has_index: bool, fairer: str) -> None:
    if not has_index:
        KpiVersion.objects.filter(kpi__slug="productivity-index").delete()
        Kpi.objects.filter(slug="productivity-index").delete()
    shown = read(working, "video-safety", "kpi=units-per-hour")
    shown = " ".join(re.sub("<[^>]*>", "", shown[shown.index(NOTE) :]).split())
    words = shown[: shown.index(" one queue alone.")] + " one queue alone."
    assert words.endswith(f" (Video ES). Fairer: {fairer}")
    assert words in print_page(working, "kpi=units-per-hour")
