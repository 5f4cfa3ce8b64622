"""Ctrl-K, stars and recent pages, as hands on a keyboard meet them."""

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import pytest

from teams.finding.models import Star
from tests.browser.walking import find_problems, watch
from tests.personas import Organisation

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
FIELD = "#find-query"
# The script has made the link to the search a button: keys are heard from now on.
READY = "[data-find][role=button]"
CHOSEN = "#find [role=option][aria-selected=true]"


def open_page(context: "BrowserContext", address: str = "/kpis/") -> "Page":
    page = watch(context)
    page.goto(address, wait_until="networkidle")
    page.wait_for_selector(READY, state="attached")
    return page


def ask(page: "Page", words: str) -> None:
    """Type behind Ctrl-K and wait until exactly this is answered."""
    page.keyboard.press("Control+k")
    page.keyboard.type(words)
    page.wait_for_selector(f'#find [data-query="{words}"]', state="attached")


def test_from_anywhere_to_a_dashboard_without_a_mouse(open_as: Any) -> None:
    page = open_page(open_as("group_leader"))
    ask(page, "video")
    chosen = page.locator(CHOSEN)
    first = chosen.inner_text()
    assert page.get_attribute(FIELD, "aria-activedescendant") == chosen.get_attribute("id")
    page.keyboard.press("ArrowDown")
    assert chosen.inner_text() != first
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")  # round to the last
    page.keyboard.press("ArrowDown")
    assert chosen.inner_text() == first
    page.keyboard.press("Control+a")
    page.keyboard.type("video es")
    page.wait_for_selector('#find [data-query="video es"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/dashboards/video-es/")
    assert page.locator("h1").inner_text() == "Video ES"


def test_who_types_faster_than_the_answer_arrives_gets_there_too(open_as: Any) -> None:
    page = open_page(open_as("group_leader"))
    page.keyboard.press("Control+k")
    page.keyboard.type("ads en")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/?unit=ads-en")


def test_escape_closes_it_and_gives_the_focus_back(open_as: Any) -> None:
    page = open_page(open_as("group_leader"))
    link = page.get_by_role("link", name="Accuracy", exact=True).first
    link.focus()
    page.keyboard.press("/")
    assert page.locator("#find").is_visible()
    assert page.evaluate("document.activeElement.id") == "find-query"
    page.keyboard.type("acc/uracy")
    page.keyboard.press("Escape")
    assert not page.locator("#find").is_visible()
    assert page.evaluate("document.activeElement.textContent") == "Accuracy"
    # In a field a slash is a slash.
    page.locator("main input[type=search]").focus()
    page.keyboard.press("/")
    assert not page.locator("#find").is_visible()
    # What was looked for last is there again, and selected.
    page.keyboard.press("Control+k")
    assert page.input_value(FIELD) == "acc/uracy"


def test_what_is_typed_stays_while_there_is_no_connection(open_as: Any) -> None:
    context = open_as("group_leader")
    page = open_page(context)
    page.keyboard.press("Control+k")
    context.set_offline(True)
    page.keyboard.type("video es")
    page.locator("[data-find-lost]").wait_for()
    assert page.input_value(FIELD) == "video es"
    assert "What you typed stays" in page.locator("#find [role=status]").inner_text()
    context.set_offline(False)
    # Without another key: it is asked again by itself.
    page.wait_for_selector('#find [data-query="video es"]')
    assert not page.locator("[data-find-lost]").is_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/dashboards/video-es/")


def test_who_is_signed_out_meanwhile_is_told(open_as: Any) -> None:
    context = open_as("group_leader")
    page = open_page(context)
    context.clear_cookies()
    page.keyboard.press("Control+k")
    page.keyboard.type("video")
    page.locator("[data-find-away]").wait_for()
    assert page.input_value(FIELD) == "video"
    sign_in = page.locator("#find").get_by_role("link", name="Sign in")
    assert str(sign_in.get_attribute("href")).endswith("/accounts/sign-in/?next=%2Fkpis%2F")


def test_recent_pages_come_first_and_leave_with_the_reader(open_as: Any) -> None:
    page = open_page(open_as("group_leader"), "/kpis/accuracy/")
    page.goto("/kpis/accuracy/?from=there")
    page.goto("/people/E-ELIF/")
    page.goto("/org/")
    page.wait_for_selector(READY, state="attached")
    page.keyboard.press("Control+k")
    recent = page.locator("#find [data-find-recent] .found-name")
    assert recent.all_inner_texts() == ["Elif Example", "Accuracy"]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/kpis/accuracy/?from=there")
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url("**/accounts/sign-in/")
    assert page.evaluate("Object.keys(localStorage).filter(key => key.includes('recent'))") == []


def test_another_reader_of_the_same_browser_sees_nothing_of_it(
    open_as: Any, organisation: Organisation
) -> None:
    context = open_as("group_leader")
    open_page(context, "/people/E-ELIF/")
    cookie = organisation.client("analyst").cookies["sessionid"]
    # Of the whole portal: the address of a page would keep it to what lies below.
    portal = urljoin(context.pages[0].url, "/")
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": portal}])
    page = open_page(context, "/kpis/")
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert "Elif" not in kept


def test_a_star_is_pressed_by_key_and_stands_in_the_rail(
    open_as: Any, organisation: Organisation
) -> None:
    page = open_page(open_as("group_leader"), "/kpis/accuracy/")
    page.locator("#star-button").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#star-button[aria-pressed=true]")
    assert page.evaluate("document.activeElement.id") == "star-button"
    assert page.locator(".rail-star").inner_text() == "Accuracy"
    assert find_problems(page) == {}
    page.goto("/org/")
    page.wait_for_selector(READY, state="attached")
    page.keyboard.press("Control+k")
    page.keyboard.press("ArrowUp")  # the last line
    page.keyboard.press("Enter")
    page.wait_for_url("**/kpis/accuracy/")
    page.locator("#star-button").press("Space")
    page.wait_for_selector("#star-button[aria-pressed=false]")
    assert page.locator(".rail-star").count() == 0
    assert not Star.objects.filter(user=organisation.user("group_leader")).exists()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_dialog_is_accessible_in_each_of_its_states(
    open_as: Any, theme: str, size: dict[str, int]
) -> None:
    context = open_as("group_leader", color_scheme=theme, viewport=size)
    page = open_page(context, "/kpis/accuracy/")
    page.goto("/org/")
    page.wait_for_selector(READY, state="attached")
    found: dict[str, Any] = {}
    page.locator("[data-find]:visible").first.click()
    found["start"] = find_problems(page)
    page.keyboard.type("e")
    page.wait_for_selector('#find [data-query="e"]')
    found["found"] = find_problems(page)
    page.keyboard.type("zzz")
    page.wait_for_selector('#find [data-query="ezzz"]')
    found["nothing"] = find_problems(page)
    context.set_offline(True)
    page.keyboard.type("z")
    page.locator("[data-find-lost]").wait_for()
    found["lost"] = find_problems(page)
    # That there is no connection, the browser says as well.
    found["lost"].pop("console", None)
    assert not any(found.values()), json.dumps(found, indent=1)


def test_without_a_script_it_is_a_page(open_as: Any) -> None:
    page = open_as("group_leader", java_script_enabled=False).new_page()
    page.goto("/kpis/accuracy/")
    page.locator("#star-button").click()
    assert page.locator("#star-button").get_attribute("aria-pressed") == "true"
    page.get_by_role("link", name="Find").first.click()
    page.wait_for_url(re.compile(r"/find/$"))
    assert page.locator("main").get_by_role("link", name="Accuracy").is_visible()
    page.locator("main input[type=search]").fill("video es")
    page.locator("main").get_by_role("button", name="Find").click()
    page.locator("main").get_by_role("link", name=re.compile("^Video ES")).first.click()
    page.wait_for_url("**/dashboards/video-es/")
