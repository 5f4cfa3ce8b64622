"""What every page keeps: the content policy, axe's rules, its own width, and no error.

A page that is opened with `watch` is listened to from its first request on: an error on its
console, a script that fails, a request that is refused or leaves this machine are problems too.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from django.conf import settings

from tests.browser.loading import read_through

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

AXE = Path(settings.PROJECT_ROOT) / "node_modules" / "axe-core" / "axe.min.js"
HERE = {"127.0.0.1", "localhost"}
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
# A type that Plotly's bundle lacks silently becomes a scatter.
MISDRAWN = """
    [...document.querySelectorAll("[data-chart]")].flatMap(place => {
        const asked = JSON.parse(place.nextElementSibling.textContent).data;
        const types = asked.map(trace => trace.type ?? "scatter").join();
        const drawn = (place._fullData ?? []).map(trace => trace.type).join();
        return types === drawn ? [] : [`${place.id}: ${types} was drawn as ${drawn}`];
    })
"""

_HEARD: "WeakKeyDictionary[Page, dict[str, list[str]]]" = WeakKeyDictionary()


def watch(context: "BrowserContext") -> "Page":
    """Open a page that keeps count of what goes wrong on it."""
    # A debugger may run scripts that the policy would block for the page itself.
    context.add_init_script(COUNT_VIOLATIONS)
    page = context.new_page()
    listen(page)
    return page


def listen(page: "Page") -> None:
    """Write down every error of the console, of scripts and of requests from now on."""
    heard = _HEARD[page] = {"console": [], "errors": [], "refused": [], "outside": []}

    def hear_console(message: Any) -> None:
        if message.type == "error":
            heard["console"].append(message.text)

    def hear_answer(answer: Any) -> None:
        if answer.status >= 400:
            heard["refused"].append(f"{answer.status} {answer.url}")

    def hear_request(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in HERE:
            heard["outside"].append(request.url)

    page.on("console", hear_console)
    page.on("pageerror", lambda error: heard["errors"].append(str(error)))
    page.on("response", hear_answer)
    page.on("request", hear_request)


def find_problems(page: "Page") -> dict[str, Any]:
    """Return what is wrong with the page that is open, by kind; nothing where all is well.

    What was heard since the last call counts as well.
    """
    read_through(page)
    # What reading brought has come, or was refused, by then.
    page.wait_for_load_state("networkidle")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    problems: dict[str, Any] = {
        "policy": page.evaluate("window.violations"),
        "axe": page.evaluate(RUN_AXE),
        "sideways": page.evaluate("document.documentElement.scrollWidth > innerWidth"),
        "misdrawn": page.evaluate(MISDRAWN),
    }
    for kind, heard in _HEARD.get(page, {}).items():
        problems[kind] = list(heard)
        heard.clear()
    return {kind: found for kind, found in problems.items() if found}
