"""Every page by key alone: what has the focus is seen, in the order of reading."""

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

# Further than any page goes; a walk that never comes round again is a trap.
MOST_STEPS = 250
ROOM = 16  # pixels
FOCUSED = """
    () => {
        const element = document.activeElement;
        if (!element || element === document.body) return null;
        window.walked ??= [];
        const before = window.walked.at(-1);
        const again = window.walked.includes(element);
        window.walked.push(element);
        const box = element.getBoundingClientRect();
        const x = box.x + box.width / 2, y = box.y + Math.min(box.height / 2, 12);
        const top = document.elementFromPoint(x, y);
        const follows = !before
            || Boolean(before.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING);
        return {
            again,
            follows,
            html: element.outerHTML.slice(0, 120),
            box: {x: box.x, y: box.y, width: box.width, height: box.height},
            isSeen: Boolean(top) && (element.contains(top) || top.contains(element)),
        };
    }
"""


def picture(page: "Page", box: dict[str, float]) -> bytes:
    """Take what is around a box: a ring stands outside of it, or around the label it lies in."""
    size = page.viewport_size
    assert size is not None
    left, top = max(box["x"] - ROOM, 0), max(box["y"] - ROOM, 0)
    clip = {
        "x": left,
        "y": top,
        "width": max(min(box["width"] + 2 * ROOM, size["width"] - left), 1),
        "height": max(min(box["height"] + 2 * ROOM, size["height"] - top), 1),
    }
    return page.screenshot(clip=clip, animations="disabled", caret="hide")


def walk(page: "Page") -> tuple[int, list[str]]:
    """Press Tab until the page is left; return how many stops there were and what is wrong."""
    wrong: list[str] = []
    for steps in range(MOST_STEPS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None or focused["again"]:
            return steps, wrong
        if not focused["follows"]:
            wrong.append(f"out of order: {focused['html']}")
        if not focused["isSeen"]:
            wrong.append(f"covered or off the screen: {focused['html']}")
            continue
        with_focus = picture(page, focused["box"])
        page.evaluate("document.activeElement.blur()")
        if picture(page, focused["box"]) == with_focus:
            wrong.append(f"looks the same without the focus: {focused['html']}")
    return MOST_STEPS, [*wrong, "it never ends"]


@pytest.mark.parametrize(
    ("address", "persona"),
    [
        ("/", "group_leader"),
        ("/dashboards/video-safety/", "group_leader"),
        ("/dashboards/video-safety/?table=1", "group_leader"),
        ("/explore/", "group_leader"),
        ("/kpis/accuracy/", "group_leader"),
        ("/people/", "hr_partner"),
    ],
)
def test_the_focus_is_seen_at_every_stop_and_goes_in_order(
    open_as: Any, address: str, persona: str
) -> None:
    context = open_as(persona, reduced_motion="reduce", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    steps, wrong = walk(page)
    assert steps > 10
    assert not wrong, json.dumps(wrong, indent=1)


def test_the_first_stop_leads_past_the_navigation(open_as: Any) -> None:
    page = open_as("group_leader").new_page()
    page.goto("/dashboards/video-safety/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def stays_inside(page: "Page", dialog: str, steps: int = 12) -> bool:
    """Press Tab and look whether the focus leaves an open dialog for what lies under it."""
    outside = f"""() => document.activeElement !== document.body
        && !document.activeElement.closest("{dialog}")"""
    for _ in range(steps):
        page.keyboard.press("Tab")
        if page.evaluate(outside):
            return False
    return True


def test_a_dialog_keeps_the_focus_and_gives_it_back(open_as: Any) -> None:
    page = open_as("group_leader").new_page()
    page.goto("/components/", wait_until="networkidle")
    opener = page.locator("[data-dialog]").first
    dialog = f"#{opener.get_attribute('data-dialog')}"
    opener.focus()
    page.keyboard.press("Enter")
    assert page.locator(dialog).is_visible()
    assert stays_inside(page, dialog)
    page.keyboard.press("Escape")
    assert not page.locator(dialog).is_visible()
    assert opener.evaluate("element => element === document.activeElement")


def test_the_search_keeps_the_focus(open_as: Any) -> None:
    page = open_as("group_leader").new_page()
    page.goto("/dashboards/video-safety/", wait_until="networkidle")
    page.wait_for_selector("[data-find][role=button]", state="attached")
    page.keyboard.press("Control+k")
    assert page.locator("#find").is_visible()
    assert stays_inside(page, "#find")


def test_a_menu_opens_and_closes_by_key(open_as: Any) -> None:
    page = open_as("group_leader").new_page()
    page.goto("/dashboards/video-safety/", wait_until="networkidle")
    menu = page.locator("details.menu > summary").first
    menu.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.menu[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("details.menu[open]").count() == 0
    assert menu.evaluate("element => element === document.activeElement")
