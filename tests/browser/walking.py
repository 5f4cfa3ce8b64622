"""What every page keeps: the content policy, axe's rules, its own width, and no error."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

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


def watch(context: "BrowserContext") -> "Page":
    """Open a page that keeps count of what the content policy refuses."""
    # A debugger may run scripts that the policy would block for the page itself.
    context.add_init_script(COUNT_VIOLATIONS)
    return context.new_page()


def find_problems(page: "Page") -> dict[str, Any]:
    """Return what is wrong with the page that is open, by kind; nothing where all is well."""
    page.evaluate(SEE_EVERYTHING)
    if page.query_selector("[data-chart]"):
        page.wait_for_selector("[data-chart][data-drawn] .main-svg", state="attached")
    page.evaluate(AXE.read_text())
    problems = {
        "policy": page.evaluate("window.violations"),
        "axe": page.evaluate(RUN_AXE),
        "sideways": page.evaluate("document.documentElement.scrollWidth > innerWidth"),
    }
    return {kind: found for kind, found in problems.items() if found}
