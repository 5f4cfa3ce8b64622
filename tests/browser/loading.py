"""What a visit costs: bytes over the wire, the largest paint, and how far things jump.

Used by the tests, which hold what does not depend on the machine, and by `make bench`, which times.
"""

import gzip
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response

# Layout shift as its definition sums it: the worst burst, of at most five seconds and with no gap
# over one; shifts within half a second of the reader's own deed do not count (web.dev/cls).
OBSERVE = """
    window.paint = 0;
    window.jumps = 0;
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) window.paint = entry.startTime;
    }).observe({type: "largest-contentful-paint", buffered: true});
    let burst = 0, first = 0, last = 0;
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) {
            if (entry.hadRecentInput) continue;
            const joins = entry.startTime - last < 1000 && entry.startTime - first < 5000;
            burst = joins ? burst + entry.value : entry.value;
            if (!joins) first = entry.startTime;
            last = entry.startTime;
            window.jumps = Math.max(window.jumps, burst);
        }
    }).observe({type: "layout-shift", buffered: true});
"""
CHART_BYTES = """
    [...document.querySelectorAll("[data-chart] + script[type='application/json']")]
        .map(script => new Blob([script.textContent]).size)
"""
# At once, not smoothly: a new step would begin the glide anew, from a standstill. What comes into
# view is told to the page with the next frame, and drawn with the one after it.
SCROLL_THROUGH = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    while (scrollY + innerHeight < document.documentElement.scrollHeight - 1) {
        scrollBy({top: innerHeight / 2, behavior: "instant"});
        await frame();
        await frame();
    }
}"""


@dataclass
class Visit:
    """The answers to one visit; sizes in bytes as production sends them, which compresses."""

    pages: int = 0
    static: int = 0
    answers: "list[Response]" = field(default_factory=list)

    def weigh(self) -> "Visit":
        """Add up what came: static files are kept by the browser, pages come each time."""
        for answer in self.answers:
            if not answer.url.startswith("http") or answer.status >= 300:
                continue
            size = len(gzip.compress(answer.body(), 6))
            if "/static/" in answer.url:
                self.static += size
            else:
                self.pages += size
        return self


def record(page: "Page") -> Visit:
    """Keep what the page asks for from now on."""
    visit = Visit()

    # Playwright does not take a method of a list.
    def keep(answer: "Response") -> None:
        visit.answers.append(answer)

    page.on("response", keep)
    return visit


def read_through(page: "Page") -> None:
    """Scroll to the end as a reader does, until every chart on the way is drawn."""
    page.evaluate(SCROLL_THROUGH)
    if page.query_selector("[data-chart]"):
        # A function, which is read once; an expression is evaluated anew each time, which the
        # content policy refuses from the second time on.
        page.wait_for_function(
            "() => [...document.querySelectorAll('[data-chart]')]"
            ".every(place => place.dataset.drawn)"
        )
    page.wait_for_timeout(200)


def weigh_charts(page: "Page") -> list[int]:
    """Return the bytes of each chart's data, uncompressed."""
    sizes: Any = page.evaluate(CHART_BYTES)
    return list(sizes)
