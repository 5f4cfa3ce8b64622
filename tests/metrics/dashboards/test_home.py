"""The home page: what it says to whom, held against the dashboards, and what it costs."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from metrics.dashboards.selectors import get_overview, get_unit_dashboard, list_misses
from metrics.kpis.selectors import get_values
from opsportal.lib.periods import Grain
from teams.access.selectors import find_own_unit
from teams.measures.selectors import list_needs
from tests.metrics.dashboards.seeds import LAST, seed_teams, seed_work
from tests.personas import Organisation

pytestmark = pytest.mark.django_db

MOST_QUERIES = 52
MISS = "On-time delivery in Video ES is "
FELL = "On-time delivery fell below its usual range"


@pytest.fixture(autouse=True)
def _sunday() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 22, 9, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def working(organisation: Organisation) -> Organisation:
    seed_work(organisation)
    return organisation


def home(client: Client, query: str = "") -> str:
    response = client.get(f"/{query}")
    assert response.status_code == 200, query
    return response.content.decode()


def test_a_group_leader_sees_what_needs_her_and_which_team(working: Organisation) -> None:
    html = home(working.client("Nadia"), "?news=4w")
    assert "<h1>Sunday 22 November</h1>" in html
    assert "7 people in 2 teams" in html
    assert "Data up to 21 Nov" in html
    assert MISS in html
    assert "Carmen Example" in html
    assert "/dashboards/video-es/?kpi=on-time-delivery&amp;period=4w" in html
    assert "/dashboards/video-safety/?kpi=units-per-hour&amp;period=4w" in html
    assert html.count("btn-primary") == 1
    for name in ("Video ES", "Video DE"):
        assert re.search(rf'<th scope="row">\s*<a href="[^"]*">(?:<bdi>)?{name}<', html)
    assert FELL in html
    assert "Video ES accounts for" in html or "Video ES alone lost" in html
    # The unit's own miss is told by its team's.
    assert "On-time delivery in Video Safety" not in html
    assert "since 25 Oct" in html
    # A first visit looks back a week, in which it did not begin.
    assert FELL not in home(working.client("Nadia"))


def test_a_team_leader_sees_their_people_and_nobody_elses(working: Organisation) -> None:
    html = home(working.client("Carmen"))
    assert MISS in html
    assert "Elif Example" in html
    assert "Mateo Example" in html
    assert "Jonas Example" not in html
    assert "1 person without figures in these weeks is left out" in html


def test_a_member_sees_their_unit_as_a_whole(working: Organisation) -> None:
    html = home(working.client("Elif"))
    assert "Nothing needs you" in html
    assert "Your own figures" in html
    assert "Video ES, 25 Oct – 21 Nov 2026" in html
    assert "Mateo Example" not in html
    assert "Compare" not in html


def test_an_office_sees_its_units(working: Organisation) -> None:
    ola = home(working.client("Ola"))
    assert "Data delivery" not in ola  # nothing is promised
    assert "Definitions and targets" in ola
    assert "Trust &amp; Safety" in ola
    assert MISS not in ola
    judith = home(working.client("Judith"))
    assert "People of Trust &amp; Safety" in judith
    assert "Ads Safety" in judith
    assert "Search Operations" not in judith


@pytest.mark.parametrize(
    ("persona", "slug"),
    [
        ("Nadia", "video-safety"),
        ("Carmen", "video-es"),
        ("Elif", "video-es"),
        ("Ola", "organisation"),
        ("Judith", "trust-safety"),
        ("Quinn", None),
    ],
)
def test_ones_day_begins_with_a_unit(
    organisation: Organisation, persona: str, slug: str | None
) -> None:
    unit = find_own_unit(organisation.viewer(persona))
    assert (unit.slug if unit else None) == slug
    html = home(organisation.client(persona))
    if slug is None:
        assert "You are in no unit yet" in html
    else:
        assert "No data about this unit yet" in html


@pytest.mark.parametrize(
    "query",
    [
        "?needs=overdue",
        "?needs=week&all=1",
        "?needs=nonsense&news=always&all=yes",
        "?needs=%00&news=4w",
        "?" + "x" * 300,
    ],
)
def test_no_address_breaks_it(organisation: Organisation, query: str) -> None:
    assert "Needs you" in home(organisation.client("Nadia"), query)


def test_its_figures_are_those_of_the_dashboards(working: Organisation) -> None:
    viewer = working.viewer("Nadia")
    overview = get_overview(viewer)
    assert overview is not None
    assert overview.glance is not None
    assert overview.question is not None
    body = get_unit_dashboard(viewer, overview.unit, {}).body
    assert body is not None
    assert [(tile.measure, tile.now, tile.status) for tile in overview.tiles] == [
        (tile.measure, tile.now, tile.status) for tile in body.tiles[: len(overview.tiles)]
    ]
    assert [tile.trend.shift for tile in overview.tiles] == [
        tile.trend.shift for tile in body.tiles[: len(overview.tiles)]
    ]
    period = overview.question.period
    for part in overview.glance.parts:
        for kpi, figure in part.figures.items():
            (value,) = get_values(
                [kpi],
                viewer=viewer,
                unit=part.unit.id,
                grain=Grain.ALL,
                start=period.start,
                end=period.end,
            )
            assert (figure.now.value, figure.now.n) == (value.value, value.n)


def test_a_miss_is_what_the_teams_own_dashboard_says(working: Organisation) -> None:
    viewer = working.viewer("Nadia")
    (miss,) = list_misses(viewer)
    assert miss.unit.slug == "video-es"
    body = get_unit_dashboard(viewer, miss.unit, {"kpi": miss.tile.measure.slug}).body
    assert body is not None
    assert miss.tile.now == body.chosen.now
    assert miss.tile.trend.shift == body.chosen.trend.shift


@pytest.mark.parametrize("persona", ["Lukas", "Otto", "Ola", "Elif", "Judith", "Pavel"])
def test_only_who_leads_there_is_called(working: Organisation, persona: str) -> None:
    assert not [need for need in list_needs(working.viewer(persona)) if need.key.startswith("miss")]


def test_what_was_seen_is_no_news(working: Organisation) -> None:
    client = working.client("Nadia")
    with time_machine.travel(datetime(2026, 10, 26, 9, tzinfo=UTC), tick=False):
        home(client)
    assert FELL in home(client)
    with time_machine.travel(datetime(2026, 11, 22, 16, tzinfo=UTC), tick=False):
        html = home(client)
    assert FELL not in html
    assert "since 09:00" in html


def count_queries(client: Client, counter: Callable[[int], Any]) -> int:
    client.get("/")  # what is loaded once per process, and the visit
    with counter(MOST_QUERIES) as queries:
        assert client.get("/").status_code == 200
    return len(queries)


@pytest.mark.parametrize("persona", ["Pavel", "Ola"])
def test_its_queries_do_not_grow(
    organisation: Organisation,
    django_assert_max_num_queries: Callable[[int], Any],
    persona: str,
) -> None:
    client = organisation.client(persona)
    seed_work(organisation, days=60)
    few = count_queries(client, django_assert_max_num_queries)
    seed_work(organisation, days=200, last=LAST + timedelta(days=1))
    seed_teams(organisation, [f"Team {n}" for n in range(60)])
    many = count_queries(client, django_assert_max_num_queries)
    # One target set is told in full, which takes the definition; of many it is told how many.
    assert many <= few
    if persona == "Pavel":
        assert "40 of 61 teams; the dashboard compares all of them" in home(client)


def test_a_group_leaders_morning_has_its_number_of_queries(
    working: Organisation, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    count_queries(working.client("Nadia"), django_assert_max_num_queries)
