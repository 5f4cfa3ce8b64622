"""What every page keeps, in light and dark, on a desk and on a phone."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from tests.browser.pages import PAGES
from tests.browser.walking import find_problems, watch

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

WIDTHS = {"desk": 1440, "phone": 390}
# So that several walk at once, and none waits long for the last.
PARTS = 4
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_keeps_the_policy_and_is_accessible(open_as: Any, width: str, part: int) -> None:
    """A walk over many pages: they share one organisation, which takes longer than a page.

    Each reader keeps one page, and what stands on it changes from light to dark.
    """
    found: dict[str, Any] = {}
    readers: dict[str | None, Page] = {}
    for url, persona in PAGES[part::PARTS]:
        if persona not in readers:
            viewport = {"width": WIDTHS[width], "height": 900}
            readers[persona] = watch(open_as(persona, viewport=viewport))
        page = readers[persona]
        page.emulate_media(color_scheme=THEMES[0])
        response = page.goto(url)
        assert response is not None
        assert response.ok, (url, response.status)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            problems = find_problems(page)
            if problems:
                found[f"{url} as {persona}, {theme}"] = problems
    assert not found, json.dumps(found, indent=1)


def test_the_pages_of_the_api_keep_the_policy_too(open_as: Any) -> None:
    """Their look is Swagger UI's own, so only the policy is ours to keep."""
    page = watch(open_as("group_leader"))
    page.goto("/api/docs/", wait_until="networkidle")
    page.get_by_text("/api/v1/kpi-values/").click()
    page.get_by_text("breakdown").first.wait_for()
    assert page.evaluate("window.violations") == []


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


def test_a_filter_sends_itself_and_can_be_gone_back_from(open_as: Any) -> None:
    page = open_as("group_leader").new_page()
    page.goto("/dashboards/video-safety/")
    page.locator("select[name=grain]").select_option("month")
    page.wait_for_url("**grain=month**")
    page.locator(".chart-head p", has_text="by month").first.wait_for()
    page.go_back()
    assert "grain" not in page.url
