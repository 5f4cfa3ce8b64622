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
# The words of a role on the sign-in page, and what its person opens.
WALKS: dict[str, list[str]] = {
    "Group leader": ["/", "/?table=1", "/dashboards/", "/org/", "/people/", "/kpis/"],
    "Team leader": ["/", "/?kpi=units-per-hour"],
    "Analyst": ["/", "/feeds/", "/kpis/on-time-delivery/"],
    "Compliance officer": ["/audit/"],
    "Administrator": ["/access/", "/rosters/"],
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
            start = _sign_in(context, role)
        except Error as error:
            yield f"{role}-{size}", f"no sign-in: {error.message.splitlines()[0]}"
            continue
        for path in paths:
            # '/' leads to the dashboard of one's own unit.
            address = start + path[1:] if path == "/" or path.startswith("/?") else path
            words = re.sub(r"[^a-z0-9]+", "-", f"{role} {path}".lower()).strip("-")
            yield _take(context, address, f"{words}-{size}")
        context.close()


def _sign_in(context: "BrowserContext", role: str) -> str:
    """Press the button beside the role's person; return the address this led to."""
    page = context.new_page()
    page.goto("/accounts/sign-in/")
    row = page.locator(".person", has=page.get_by_text(role, exact=True)).first
    row.get_by_role("button").click(timeout=5_000)
    page.wait_for_load_state("networkidle")
    path = "/" + page.url.split("/", 3)[3]
    page.close()
    return path


def _take(context: "BrowserContext", path: str, name: str) -> tuple[str, str]:
    page = context.new_page()
    try:
        response = page.goto(path, wait_until="networkidle")
        if response is None or not response.ok:
            return name, f"{path} answers {response.status if response else 'nothing'}"
        for place in page.locator("[data-chart]").all():
            place.scroll_into_view_if_needed()
            page.wait_for_selector("[data-chart][data-drawn] .main-svg", state="attached")
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=FOLDER / f"{name}.png", full_page=True)
    except Error as error:
        return name, error.message.splitlines()[0]
    finally:
        page.close()
    return name, ""


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000") else 0)
