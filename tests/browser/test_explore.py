"""Explore by keyboard and by pointer: what is asked lives in the address, and a point has rows."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.walking import watch

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

ADDRESS = "/explore/?unit=video-safety&kpi=units-per-hour&grain=day"


def test_a_keyboard_asks_and_comes_to_the_rows(open_as: Any) -> None:
    page = watch(open_as("group_leader"))
    page.goto(ADDRESS, wait_until="networkidle")
    page.locator("#ask-breakdown").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_url("**breakdown=unit**")
    # The part that was swapped in keeps the place of the keyboard.
    expect(page.locator("#ask-breakdown")).to_be_focused()
    expect(page.locator("#ask-breakdown")).to_have_value("unit")
    expect(page.locator("#explored-title")).to_contain_text("Units per hour by team")
    page.wait_for_selector("#explored[data-drawn] .main-svg", state="attached")
    page.go_back()
    expect(page.locator("#ask-breakdown")).to_have_value("")
    page.locator("#figures tbody td a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/explore/rows/**")
    expect(page.get_by_role("rowheader", name="All of it")).to_be_visible()
    assert page.evaluate("window.violations") == []


def test_every_line_is_drawn_as_a_line_and_a_point_leads_to_its_rows(open_as: Any) -> None:
    page = open_as("group_leader").new_page()
    page.goto(f"{ADDRESS}&breakdown=unit", wait_until="networkidle")
    page.locator("#explored").scroll_into_view_if_needed()
    page.wait_for_selector("#explored[data-drawn] .main-svg", state="attached")
    types = page.evaluate("document.querySelector('#explored')._fullData.map((one) => one.type)")
    assert types
    assert set(types) == {"scatter"}
    point = page.locator("#explored .scatterlayer .points path").nth(2).bounding_box()
    assert point is not None
    middle = (point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    page.mouse.move(*middle)
    page.wait_for_selector("#explored .hoverlayer .hovertext", state="attached")
    page.mouse.click(*middle)
    page.wait_for_url("**/explore/rows/**grain=day**")
    expect(page.get_by_role("rowheader", name="All of it")).to_be_visible()


def test_without_a_script_it_asks_by_its_button(open_as: Any) -> None:
    page = open_as("group_leader", java_script_enabled=False).new_page()
    page.goto(ADDRESS)
    page.locator("#ask-breakdown").select_option("unit")
    page.get_by_role("button", name="Apply").last.click()
    assert "breakdown=unit" in page.url
    expect(page.get_by_role("columnheader", name="95 % interval").first).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Monday round")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved as 'Monday round'.")).to_be_visible()
    expect(page.get_by_role("link", name="Monday round")).to_be_visible()
