"""Reading works without a script: charts as tables or words, filters by their button."""

from typing import Any

import pytest

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

PAGES = [
    "/",
    "/dashboards/video-safety/",
    "/people/",
    "/people/E-ELIF/figures/",
    "/explore/",
    "/kpis/on-time-delivery/",
]


def test_every_page_reads_without_a_script(open_as: Any) -> None:
    page = open_as("group_leader", java_script_enabled=False).new_page()
    for path in PAGES:
        response = page.goto(path)
        assert response is not None
        assert response.ok, (path, response.status)
        assert page.locator("h1").is_visible(), path
        for form in page.locator("form[data-auto-submit]").all():
            assert form.locator("[type=submit]").last.is_visible(), f"{path}: filters have a button"
        for card in page.locator(".chart-card").all():
            told = card.locator("table").or_(card.get_by_role("link", name="As table"))
            assert told.first.is_visible(), f"{path}: a chart says what it would draw"
        for button in page.locator(".needs-js").all():
            assert not button.is_visible(), f"{path}: a button that would do nothing"


def test_a_chart_says_where_its_figures_are(open_as: Any) -> None:
    page = open_as("group_leader", java_script_enabled=False).new_page()
    page.goto("/dashboards/video-safety/")
    assert page.get_by_text("the table shows the same figures").first.is_visible()
    page.get_by_role("link", name="As table").first.click()
    assert page.get_by_role("columnheader", name="95 % interval").first.is_visible()
    page.locator("summary", has_text="How it is computed").first.click()
    assert page.get_by_text("Wilson").first.is_visible()


def test_filters_are_sent_by_their_button(open_as: Any) -> None:
    page = open_as("group_leader", java_script_enabled=False).new_page()
    page.goto("/dashboards/video-safety/")
    page.locator("select[name=grain]").first.select_option("month")
    page.get_by_role("button", name="Apply").last.click()
    assert "grain=month" in page.url
