"""What a visit weighs, and that nothing jumps: the part of speed that no machine changes."""

from typing import Any

import pytest

from tests.browser.loading import OBSERVE, read_through, record, weigh_charts

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

# Compressed; a first visit brings style, scripts and icons, the next the page alone.
FIRST_VISIT = 700_000
NEXT_VISIT = 60_000
WITHOUT_CHARTS = 200_000
ONE_CHART = 20_000
MOST_SHIFT = 0.02
DASHBOARD = "/dashboards/video-safety/"


def test_a_visit_stays_small(open_as: Any) -> None:
    for path in ("/", DASHBOARD, "/explore/"):
        page = open_as("group_leader").new_page()
        visit = record(page)
        page.goto(path, wait_until="networkidle")
        read_through(page)
        visit.weigh()
        assert visit.pages <= NEXT_VISIT, path
        assert visit.pages + visit.static <= FIRST_VISIT, path
        assert all(size <= ONE_CHART for size in weigh_charts(page)), path


def test_a_page_without_a_chart_brings_no_drawing_library(open_as: Any) -> None:
    page = open_as("group_leader").new_page()
    visit = record(page)
    page.goto("/people/", wait_until="networkidle")
    visit.weigh()
    assert visit.pages + visit.static <= WITHOUT_CHARTS
    assert not [answer.url for answer in visit.answers if "plotly" in answer.url]


def test_nothing_jumps_while_a_page_loads_and_is_read(open_as: Any) -> None:
    for width in (1440, 390):
        context = open_as("group_leader", viewport={"width": width, "height": 900})
        context.add_init_script(OBSERVE)
        for path in ("/", DASHBOARD):
            page = context.new_page()
            page.goto(path, wait_until="networkidle")
            read_through(page)
            assert page.evaluate("window.jumps") < MOST_SHIFT, (path, width)
