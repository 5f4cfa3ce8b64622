"""What every page keeps, in light and dark, on a desk and on a phone."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.browser.pages import PAGES

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

AXE = Path(settings.PROJECT_ROOT) / "node_modules" / "axe-core" / "axe.min.js"
# Charts draw when they come near the screen.
SEE_EVERYTHING = "window.scrollTo(0, document.body.scrollHeight)"
RUN_AXE = """
    axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
        .then(result => result.violations.map(violation => ({
            rule: violation.id,
            help: violation.help,
            where: violation.nodes.slice(0, 3).map(node => node.html.slice(0, 160)),
        })))
"""
COUNT_VIOLATIONS = """
    window.violations = [];
    document.addEventListener("securitypolicyviolation", event =>
        window.violations.push(`${event.effectiveDirective} ${event.blockedURI}`));
"""
WIDTHS = {"desk": 1440, "phone": 390}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_keeps_the_policy_and_is_accessible(
    open_as: Any, theme: str, width: str
) -> None:
    """One walk over all pages: they share one organisation, which takes longer than a page."""
    found: dict[str, Any] = {}
    size = {"width": WIDTHS[width], "height": 900}
    for url, persona in PAGES:
        context = open_as(persona, color_scheme=theme, viewport=size)
        # A debugger may run scripts that the policy would block for the page itself.
        context.add_init_script(COUNT_VIOLATIONS)
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error, errors=errors: errors.append(str(error)))
        response = page.goto(url, wait_until="networkidle")
        assert response is not None
        assert response.ok, (url, response.status)
        page.evaluate(SEE_EVERYTHING)
        if page.query_selector("[data-chart]"):
            page.wait_for_selector("[data-chart][data-drawn] .main-svg", state="attached")
        page.evaluate(AXE.read_text())
        problems = {
            "policy": page.evaluate("window.violations"),
            "errors": errors,
            "axe": page.evaluate(RUN_AXE),
            "sideways": page.evaluate("document.documentElement.scrollWidth > innerWidth"),
        }
        if any(problems.values()):
            found[f"{url} as {persona}"] = {key: value for key, value in problems.items() if value}
        context.close()
    assert not found, json.dumps(found, indent=1)


def test_charts_draw_again_in_the_other_theme_and_leave_as_a_picture(open_as: Any) -> None:
    page = open_as("group_leader", color_scheme="light").new_page()
    page.goto("/dashboards/video-safety/", wait_until="networkidle")
    page.locator("#trend").scroll_into_view_if_needed()
    page.wait_for_selector("#trend[data-drawn] .main-svg", state="attached")
    series = "() => document.querySelector('#trend .scatterlayer .js-line').style.stroke"
    light = page.evaluate("() => document.querySelector('#trend').data.at(1).line.color")
    assert page.evaluate(series)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "light => document.querySelector('#trend').data.at(1).line.color !== light", arg=light
    )
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").click()
    picture = Path(download.value.path()).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 5_000


def test_without_a_script_it_reads_as_well(open_as: Any) -> None:
    page = open_as("group_leader", java_script_enabled=False).new_page()
    page.goto("/dashboards/video-safety/")
    assert page.get_by_text("the table shows the same figures").is_visible()
    assert page.get_by_role("button", name="Apply").first.is_visible()
    page.get_by_role("link", name="As table").click()
    assert page.get_by_role("columnheader", name="95 % interval").first.is_visible()
    page.locator("summary", has_text="How it is computed").first.click()
    assert page.get_by_text("Wilson").first.is_visible()


def test_a_filter_sends_itself_and_can_be_gone_back_from(open_as: Any) -> None:
    page = open_as("group_leader").new_page()
    page.goto("/dashboards/video-safety/")
    page.locator("select[name=grain]").select_option("month")
    page.wait_for_url("**grain=month**")
    assert "by month" in page.locator(".chart-head p").first.inner_text()
    page.go_back()
    assert "grain" not in page.url
