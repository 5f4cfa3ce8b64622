"""A calibration session in a browser: drawn, accessible, changed and closed, with and without."""

import os
from typing import Any

import pytest

from teams.appraisals.models import CalibrationSession, RatingChange
from tests.browser.walking import find_problems, watch
from tests.teams.appraisals.building import find_appraisal
from tests.teams.appraisals.calibrating import build_session, rate, rate_all

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def session(organisation: Any) -> CalibrationSession:
    found = build_session(organisation, more=6)
    rate_all(found.appraisals.all(), lenient=organisation.people["Carmen"].pk)
    rate(find_appraisal(found.cycle, organisation, "Elif"), 4.9)
    return found


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_keep_the_policy_and_are_accessible(
    open_as: Any, organisation: Any, session: CalibrationSession, width: int, theme: Any
) -> None:
    elif_ = find_appraisal(session.cycle, organisation, "Elif")
    viewport = {"width": width, "height": 900}
    page = watch(open_as("group_leader", viewport=viewport, color_scheme=theme))
    for rest in ("", f"people/{elif_.pk}/", "close/"):
        page.goto(f"/appraisals/sessions/{session.pk}/{rest}")
        if not rest:
            page.locator("#ratings[data-drawn] .main-svg").first.wait_for()
            page.locator("#how > summary").click()
            page.locator("#all > summary").click()
        assert not find_problems(page), rest
        if folder := os.environ.get("PICTURES"):
            name = rest.split("/")[0] or "session"
            page.screenshot(path=f"{folder}/{name}-{theme}-{width}.png", full_page=True)


def test_the_chart_turns_over_to_its_table(open_as: Any, session: CalibrationSession) -> None:
    page = watch(open_as("group_leader"))
    page.goto(f"/appraisals/sessions/{session.pk}/")
    page.locator("#ratings[data-drawn]").wait_for()
    page.get_by_role("button", name="As table").click()
    assert page.locator("#ratings-table table tbody tr").count() == 16
    with page.expect_download() as download:
        page.locator("[data-chart-csv=leniency]").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0].split(",")[:2] == ["Leader", "n"]
    assert len(lines) == 3


def test_a_rating_is_changed_and_the_session_closed_without_javascript(
    open_as: Any, organisation: Any, session: CalibrationSession
) -> None:
    page = open_as("group_leader", java_script_enabled=False).new_page()
    page.goto(f"/appraisals/sessions/{session.pk}/")
    assert page.locator("#ratings-table table").is_visible(), "the table stands in for the chart"
    page.get_by_role("link", name="Discuss Elif Example").click()
    page.get_by_label("New rating").fill("3.9")
    page.get_by_label("Reason").fill("Two of five cited cases were decided by a colleague")
    page.get_by_role("button", name="Change rating").click()
    assert "Two of five cited cases" in page.locator("main").inner_text()
    assert str(RatingChange.objects.get().after) == "3.9000"
    page.get_by_role("link", name="Close session").click()
    page.get_by_role("button", name="Close session").click()
    assert "The session is closed" in page.locator("body").inner_text()
    session.refresh_from_db()
    assert session.closed_at is not None
