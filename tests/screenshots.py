"""Pictures of the pages of a running demonstration, in screenshots/: light, dark and phone.

    python -m tests.screenshots [http://127.0.0.1:8000]

Signs in as the demonstration's people, through its own sign-in page. Look at the pictures: what
no test sees is cut off, ugly or unexplained.
"""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Error, sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

FOLDER = Path(__file__).resolve().parent.parent / "screenshots"
# The words of a role on the sign-in page, and what its person opens; '/' is their home.
WALKS: dict[str, list[str]] = {
    "Group leader": [
        *("/", "/dashboards/", "/dashboards/video-safety/", "/dashboards/video-safety/?table=1"),
        "/dashboards/video-safety/?view=funnel",
        *("/explore/", "/explore/?kpi=accuracy&by=queue&table=1", "/explore/views/"),
        *("/kpis/", "/kpis/on-time-delivery/", "/kpis/on-time-delivery/targets/"),
        *("/find/?q=video", "/org/", "/people/"),
    ],
    "Team leader": ["/", "/dashboards/video-es/?kpi=units-per-hour"],
    "Analyst": ["/", "/feeds/", "/kpis/on-time-delivery/change/", "/components/"],
    "Compliance officer": ["/audit/"],
    "Administrator": ["/access/", "/rosters/"],
}
# What has no address that is known beforehand: a page, and the first link of each kind from there.
PERSON, FEED = "main table a[href^='/people/']", "main table a[href^='/feeds/']"
LINKS: dict[str, list[tuple[str, str, list[str]]]] = {
    "Group leader": [
        ("a person", "/people/", [PERSON]),
        ("figures of a person", "/dashboards/video-es/", ["main a[href*='/figures/']"]),
        ("rows", "/explore/", ["main a[href*='/explore/rows/']"]),
    ],
    "Analyst": [
        ("a feed", "/feeds/", [FEED]),
        ("an import", "/feeds/", [FEED, "main a[href^='/imports/']"]),
    ],
}
SIZES = {
    "light": {"color_scheme": "light", "viewport": {"width": 1440, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1440, "height": 900}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
}


def main(base_url: str) -> int:
    """Take the pictures; return how many pages could not be taken."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("No Chromium was found; install one to take screenshots.")
    FOLDER.mkdir(exist_ok=True)
    failed = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for size, options in SIZES.items():
            for name, problem in _walk(browser, base_url, size, options):
                print(f"{name}: {problem or 'taken'}")
                failed += bool(problem)
        browser.close()
    return failed


def _walk(
    browser: "Browser", base_url: str, size: str, options: dict[str, object]
) -> Iterator[tuple[str, str]]:
    context = browser.new_context(base_url=base_url, **options)  # type: ignore[arg-type]
    yield _take(context, "/accounts/sign-in/", f"sign-in-{size}")
    context.close()
    for role, paths in WALKS.items():
        context = browser.new_context(base_url=base_url, **options)  # type: ignore[arg-type]
        try:
            _sign_in(context, role)
        except Error as error:
            yield f"{role}-{size}", f"no sign-in: {error.message.splitlines()[0]}"
            continue
        for path in paths:
            yield _take(context, path, f"{_name(role, path)}-{size}")
        for what, page, links in LINKS.get(role, []):
            name = f"{_name(role, what)}-{size}"
            found = _follow(context, page, links)
            yield _take(context, found, name) if found else (name, f"{page} has no such link")
        if role == "Group leader":
            yield _take(context, "/", f"{_name(role, 'finding')}-{size}", press="Control+k")
        context.close()


def _name(role: str, what: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", f"{role} {what}".lower()).strip("-")


def _sign_in(context: "BrowserContext", role: str) -> None:
    """Press the button beside the role's person."""
    page = context.new_page()
    page.goto("/accounts/sign-in/")
    row = page.locator(".person", has=page.get_by_text(role, exact=True)).first
    row.get_by_role("button").click()
    page.wait_for_load_state("networkidle")
    page.close()


def _follow(context: "BrowserContext", path: str, links: list[str]) -> str | None:
    page = context.new_page()
    address: str | None = path
    for link in links:
        page.goto(address or path)
        found = page.locator(link)
        address = found.first.get_attribute("href") if found.count() else None
        if address is None:
            break
    page.close()
    return address


def _take(context: "BrowserContext", path: str, name: str, *, press: str = "") -> tuple[str, str]:
    """Open a page, press a key if one is named, and take the picture; return what went wrong."""
    page = context.new_page()
    try:
        response = page.goto(path, wait_until="networkidle")
        if response is None or not response.ok:
            return name, f"{path} answers {response.status if response else 'nothing'}"
        for place in page.locator("[data-chart]").all():
            place.scroll_into_view_if_needed()
            page.wait_for_selector("[data-chart][data-drawn] .main-svg", state="attached")
        page.evaluate("scrollTo(0, 0)")
        if press:
            page.keyboard.press(press)
            with page.expect_response(re.compile(r"/find/.*video")):
                page.keyboard.type("video")
            page.wait_for_timeout(300)
        page.screenshot(path=FOLDER / f"{name}.png", full_page=not press)
    except Error as error:
        return name, error.message.splitlines()[0]
    finally:
        page.close()
    return name, ""


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000") else 0)
