"""A dashboard's parts in a browser: what is swapped, what stays, and what is said when it fails."""

from typing import Any


def open_dashboard(open_as: Any, **options: Any) -> Any:
    page = open_as("group_leader", **options).new_page()
    page.goto("/dashboards/video-safety/", wait_until="networkidle")
    page.evaluate("window.isSamePage = true")
    return page


def test_choosing_a_figure_swaps_the_part_and_keeps_focus_and_scroll(open_as: Any) -> None:
    page = open_dashboard(open_as, viewport={"width": 1440, "height": 700})
    page.evaluate("scrollTo(0, 60)")
    page.locator(".kpi-name a", has_text="Units per hour").click()
    page.locator("#trend-title", has_text="Units per hour").wait_for()
    assert page.evaluate("window.isSamePage")
    assert "kpi=units-per-hour" in page.url
    assert page.evaluate("scrollY") == 60
    assert page.evaluate("document.activeElement.textContent.trim()") == "Units per hour"
    page.wait_for_selector("#trend[data-drawn]", state="attached")
    assert "Changes are against" in page.locator("[data-swap-said]").text_content()
    # Back asks the server anew, as any visit does.
    page.go_back(wait_until="networkidle")
    page.locator("#trend-title", has_text="On-time delivery").wait_for()


def test_a_lost_connection_is_said_and_tried_again(open_as: Any) -> None:
    page = open_dashboard(open_as)
    page.context.set_offline(True)
    page.locator(".kpi-name a", has_text="Units per hour").click()
    lost = page.get_by_role("alert").filter(has_text="The connection is lost.")
    lost.wait_for()
    assert "On-time delivery" in page.locator("#trend-title").inner_text()
    page.context.set_offline(False)
    lost.get_by_role("button", name="Try again").click()
    page.locator("#trend-title", has_text="Units per hour").wait_for()
    assert not lost.is_visible()
    assert page.evaluate("window.isSamePage")


def test_an_answer_that_is_an_error_is_said(open_as: Any) -> None:
    page = open_dashboard(open_as)
    page.route("**/*kpi=units-per-hour*", lambda route: route.fulfill(status=500, body="no"))
    page.locator(".kpi-name a", has_text="Units per hour").click()
    page.get_by_role("alert").filter(has_text="The server could not answer this.").wait_for()
    assert "On-time delivery" in page.locator("#trend-title").inner_text()


def test_without_a_script_the_same_links_give_whole_pages(open_as: Any) -> None:
    page = open_as("group_leader", java_script_enabled=False).new_page()
    page.goto("/dashboards/video-safety/")
    page.locator(".kpi-name a", has_text="Units per hour").click()
    page.wait_for_url("**kpi=units-per-hour**")
    assert "Units per hour" in page.locator("#trend-title").inner_text()
    page.locator("select[name=queue]").select_option("spanish-standard")
    page.get_by_role("button", name="Apply").last.click()
    page.wait_for_url("**queue=spanish-standard**")


def test_a_funnel_is_drawn_as_points_and_lines(open_as: Any, organisation: Any) -> None:
    from tests.metrics.dashboards.seeds import seed_teams

    seed_teams(organisation, [f"Team {number}" for number in range(6)])
    page = open_as("analyst").new_page()
    page.goto("/dashboards/search-operations/?view=funnel", wait_until="networkidle")
    page.locator("#funnel-units").scroll_into_view_if_needed()
    page.wait_for_selector("#funnel-units[data-drawn] .main-svg", state="attached")
    drawn = page.evaluate("document.querySelector('#funnel-units')._fullData.map((t) => t.type)")
    assert set(drawn) == {"scatter"}
    assert page.locator("#funnel-units .points path").count() >= 6
