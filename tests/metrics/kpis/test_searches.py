"""What the search finds of KPIs, feeds and dashboards, and for whom."""

from typing import Any

import pytest

from metrics.dashboards.searches import find_kpis
from metrics.feeds.models import Feed
from metrics.feeds.searches import find_feeds
from metrics.kpis.searches import find_definitions
from teams.measures.selectors import search
from tests.personas import Organisation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("on-time del", "/kpis/on-time-delivery/"),
        ("delivery on-time", "/kpis/on-time-delivery/"),
        ("average handle", "/kpis/average-handle-time/"),
        ("AHT", "/kpis/average-handle-time/"),
        ("cost-per-unit", "/kpis/cost-per-unit/"),
    ],
)
def test_a_definition_is_found_by_name_slug_and_initials(
    organisation: Organisation, query: str, first: str
) -> None:
    found = find_definitions(organisation.viewer("member"), query, 10)
    assert found[0].href == first
    assert organisation.client("member").get(first).status_code == 200


def test_no_word_finds_no_definition(organisation: Organisation) -> None:
    assert find_definitions(organisation.viewer("member"), "no such thing", 10) == []
    assert find_definitions(organisation.viewer("outsider"), "accuracy", 10) == []


@pytest.mark.parametrize(
    ("persona", "unit"),
    [("member", "video-es"), ("group_leader", "video-safety"), ("outsider", None)],
)
def test_a_kpi_is_found_on_the_dashboard_that_one_has(
    organisation: Organisation, persona: str, unit: str | None
) -> None:
    found = find_kpis(organisation.viewer(persona), "accuracy", 10)
    hrefs = [one.href for one in found]
    if unit is None:
        assert hrefs == []
    else:
        assert hrefs[0] == f"/dashboards/{unit}/?kpi=accuracy"
        assert organisation.client(persona).get(hrefs[0]).status_code == 200


@pytest.fixture
def _feed(db: None) -> None:
    Feed.objects.create(slug="work_records", name="Work records", kind="work_records")


@pytest.mark.usefixtures("_feed")
@pytest.mark.parametrize(
    ("persona", "found"),
    [("analyst", ["Work records"]), ("group_leader", ["Work records"]), ("team_leader", [])],
)
def test_feeds_are_found_by_those_who_may_read_them(
    organisation: Organisation, persona: str, found: list[str]
) -> None:
    feeds = find_feeds(organisation.viewer(persona), "WORK rec", 10)
    assert [feed.name for feed in feeds] == found


@pytest.mark.usefixtures("_feed")
def test_all_rooms_answer_and_the_best_comes_first(organisation: Organisation) -> None:
    viewer = organisation.viewer("analyst")
    kinds = {
        one.kind
        for word in ["elif", "video", "accuracy", "feeds", "work"]
        for one in search(viewer, word, 9)
    }
    assert kinds == {"Person", "Unit", "KPI", "Definition", "Page", "Feed"}
    assert search(viewer, "people", 9)[0].href == "/people/"
    assert search(viewer, "video es", 9)[0].href == "/dashboards/video-es/"


def test_the_search_asks_as_much_whatever_it_finds(
    organisation: Organisation, django_assert_num_queries: Any
) -> None:
    viewer = organisation.viewer("analyst")
    for query in ("e", "example", "nothing of the sort"):
        # People, feeds, KPIs on one's dashboard and their definitions.
        with django_assert_num_queries(4):
            search(viewer, query, 10)
