"""The demonstration's stories, each found through the pages by someone who does not know of it.

Every walk begins where a person begins, signed in on their home, and goes on only by what the page
at hand offers and says: links, figures that can be chosen, filters; no address is written by hand.
Each takes at most six clicks. What the figures must be to tell a story is held by
tests/opsportal/demo/test_services.py.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, time, timedelta
from statistics import median as median_of
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from opsportal.demo.services import build_demonstration
from opsportal.demo.stories import Storyline
from tests.browser.walking import find_problems, watch

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

# For the database to be made; what is committed to it is the module's own.
pytestmark = pytest.mark.django_db

END = date(2026, 3, 2)
DAYS = 126
LINE = Storyline(END, DAYS)
THIS_MORNING = datetime.combine(END, time(8, 55), UTC)
ENGLISH_STANDARD = "English video, standard"
ENGLISH_HIGH = "English video, high severity"


@pytest.fixture(scope="module")
def northwind(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Build the demonstration once, committed, and serve it; give the server's address.

    The application's clock goes from the morning after the last day of data, for whoever reads
    is told what is late today. In the end the database is as it was.
    """
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        ahead = THIS_MORNING - datetime.now(UTC)
        patch.setattr(timezone, "now", lambda: datetime.now(UTC) + ahead)
        server = None
        try:
            build_demonstration(end=END, seed=1, tell=lambda sentence: None, days=DAYS, size=0.6)
            server = LiveServer("localhost")
            yield server.url
        finally:
            if server is not None:
                server.stop()
            patch.undo()
            _restore()
            connections.close_all()


def _restore() -> None:
    """Put back what tests that commit expect: what migrations left, under the same numbers."""
    left = getattr(connection, "_test_serialized_contents", None)
    call_command(
        "flush",
        interactive=False,
        verbosity=0,
        reset_sequences=False,
        inhibit_post_migrate=left is not None,
    )
    if left is not None:
        connection.creation.deserialize_db_from_string(left)
    cache.clear()


@pytest.fixture
def sign_in(browser: "Browser", northwind: str, settings: Any) -> Iterator["Callable[..., Page]"]:
    """Give a function that lets a demonstration person in, as the sign-in page offers it."""
    settings.DEMONSTRATION = True
    settings.ALLOWED_HOSTS = ["localhost"]
    with ExitStack() as stack:

        def sign_in_as(name: str) -> "Page":
            context = browser.new_context(
                base_url=northwind, viewport={"width": 1440, "height": 900}
            )
            stack.callback(context.close)
            page = watch(context)
            page.goto("/")
            page.get_by_role("button", name=f"Sign in as {name}").click()
            page.get_by_role("heading", name="Needs you", exact=True).wait_for()
            return page

        yield sign_in_as


def follow(page: "Page", link: "Locator") -> None:
    """Go where a link of the page leads, once nothing was found wrong with what is left."""
    assert find_problems(page) == {}, page.url
    there = link.get_attribute("href")
    assert there is not None
    link.click()
    page.wait_for_url(lambda url: url.endswith(there))


def link(page: "Page", name: str, within: str = "main") -> "Locator":
    return page.locator(within).get_by_role("link", name=name, exact=True).first


def need(page: "Page", *words: str) -> "Locator":
    """Find the line of 'Needs you' that has these words."""
    line = page.locator("#needs article")
    for word in words:
        line = line.filter(has_text=word)
    return line


def choose_figure(page: "Page", name: str) -> None:
    """Let the trend and the comparison be about a KPI, by its tile or its row of all figures."""
    chosen = page.locator(".kpi-name").get_by_role("link", name=name, exact=True)
    if not chosen.count():
        _unfold(page)
        chosen = page.locator("#all-figures").get_by_role("link", name=name, exact=True)
    chosen.click()
    expect(page.locator("#trend-title")).to_have_text(re.compile(f"^{name} "))


def _unfold(page: "Page") -> None:
    if page.locator("#all-figures").get_attribute("open") is None:
        page.locator("#all-figures summary").click()


def choose_queue(page: "Page", name: str) -> None:
    """Filter by a queue, and wait until the figures are those of it alone."""
    page.locator("select[name=queue]").focus()
    page.locator("select[name=queue]").select_option(label=name)
    expect(page.locator("#movement")).not_to_contain_text("Spanish video")
    expect(page.locator("select[name=queue] option:checked")).to_have_text(name)
    page.wait_for_function(
        "name => [...document.querySelectorAll('#movement tbody th')]"
        ".some(cell => cell.textContent.trim() === name)",
        arg=name,
    )


def choose_period(page: "Page", name: str) -> None:
    before = page.locator(".kpis-note").inner_text()
    link(page, name).click()
    expect(page.locator(".kpis-note")).not_to_have_text(before)


def tile(page: "Page", name: str) -> "Locator":
    return page.locator(".kpi", has=page.get_by_role("link", name=name, exact=True))


def row(page: "Page", part: str, within: str = "#compare") -> "Locator":
    """Find the row of a team or a person in a table."""
    named = page.locator("th[scope=row] bdi").get_by_text(part, exact=True)
    return page.locator(f"{within} tr", has=named)


def value_of(page: "Page", part: str) -> float:
    """Read the value of a team or a person in the comparison."""
    return float(row(page, part).locator("td.strong").first.inner_text())


def _hours(written: str) -> float:
    number, unit = written.split()
    assert unit == "h", written
    return float(number)


def in_words(day: date) -> str:
    return f"{day.day} {day:%b}"


def test_video_es_stopped_delivering_on_time(sign_in: "Callable[..., Page]") -> None:
    page = sign_in("Nadia")
    line = need(page, "On-time delivery in Video ES", "Target missed")
    began = in_words(LINE.delay_began_on)
    expect(line).to_contain_text(f"Below its usual range since {began}")
    follow(page, link(page, "See why", "#needs article:has-text('in Video ES')"))
    expect(page.locator("h1")).to_have_text("Video ES")
    expect(page.locator("#trend-title")).to_contain_text(f"below its usual range since {began}")
    expect(page.locator("#movement-title")).to_contain_text("Spanish video")
    # More comes in than its people can do.
    expect(tile(page, "Backlog days")).to_contain_text("Missed")
    follow(page, link(page, "Video Safety", "nav"))
    expect(page.locator("#movement-title")).to_contain_text("Video ES")
    assert row(page, "Video DE", "#movement").locator("td").last.inner_text().startswith("−")
    assert find_problems(page) == {}


def test_video_escalations_looks_bad_and_is_only_small(sign_in: "Callable[..., Page]") -> None:
    page = sign_in("Nadia")
    follow(page, link(page, "Compare teams, with intervals"))
    small = row(page, "Video Escalations")
    assert value_of(page, "Video Escalations") < 90
    expect(small).to_contain_text("Too few to judge")
    expect(page.locator("#compare")).to_contain_text("Not ranked: fewer than 100 items due")
    assert not re.search(r"of \d", small.inner_text())
    choose_period(page, "13 weeks")
    expect(small).to_contain_text("of 6")
    expect(small).to_contain_text("Too close to call")
    expect(page.locator("#compare")).not_to_contain_text("Not ranked")
    others = [value_of(page, team) for team in ("Video EN 1", "Video EN 2", "Video AR", "Video DE")]
    assert min(others) - 2 < value_of(page, "Video Escalations") < max(others) + 2
    assert find_problems(page) == {}


def test_video_en_1_looks_fast_because_its_queue_is_easy(sign_in: "Callable[..., Page]") -> None:
    page = sign_in("Nadia")
    follow(page, link(page, "Open dashboard"))
    choose_figure(page, "Units per hour")
    expect(page.locator("#compare h2")).to_contain_text("Video EN 1")
    assert value_of(page, "Video EN 1") > 1.15 * value_of(page, "Video EN 2")
    for queue in (ENGLISH_STANDARD, ENGLISH_HIGH):
        choose_queue(page, queue)
        assert value_of(page, "Video EN 2") > value_of(page, "Video EN 1"), queue
        expect(page.locator("#compare h2")).to_contain_text("Video EN 2 lies above the whole")
    assert find_problems(page) == {}


def test_merged_steps_cut_handling_time_and_accuracy(sign_in: "Callable[..., Page]") -> None:
    page = sign_in("Nadia")
    expect(page.locator(".kpi", has_text="Accuracy").first).to_contain_text("Missed")
    follow(page, link(page, "Open dashboard"))
    choose_figure(page, "Accuracy")
    # The queues stand in the order of what they did to the figure.
    worst = page.locator(".movement-beside tbody th").first
    expect(worst).to_have_text(ENGLISH_STANDARD)
    choose_queue(page, ENGLISH_STANDARD)
    since = f"Below its usual range since {in_words(LINE.steps_merged_on)}"
    expect(tile(page, "Average handle time")).to_contain_text(since)
    expect(tile(page, "Average handle time")).to_contain_text("Met")
    expect(tile(page, "Accuracy")).to_contain_text("Missed")
    expect(tile(page, "Accuracy")).to_contain_text("Below its usual range since")
    expect(page.locator(".kpis-note")).to_contain_text("Read speed beside quality")
    assert find_problems(page) == {}


def test_the_vendors_report_is_late_and_a_week_came_late(sign_in: "Callable[..., Page]") -> None:
    page = sign_in("Nadia")
    line = need(page, "Vendors' queue report has not arrived whole for 2 days")
    first, last = END - timedelta(days=2), END - timedelta(days=1)
    expect(line).to_contain_text(f"{first.day} {first:%B} – {last.day} {last:%B} are provisional")
    follow(page, link(page, "Open feed", "#needs"))
    for day in (first, last):
        missing = page.locator("#not-whole tr", has_text=f"{day:%a} {in_words(day)}")
        expect(missing).to_contain_text("Missing")
        expect(missing).to_contain_text("Video DE")
    late_from, late_until = LINE.late_week
    came = in_words(late_until + timedelta(days=2))
    follow(page, link(page, "Earlier"))
    for back in range(7):
        day = late_from + timedelta(days=back)
        said = f"{day:%a} {in_words(day)}: late, whole at {came}"
        expect(page.locator("main")).to_contain_text(said)
    expect(page.locator("main")).to_contain_text("-late.csv")
    assert find_problems(page) == {}


def test_newcomers_are_on_their_way(sign_in: "Callable[..., Page]") -> None:
    page = sign_in("Nadia")
    expect(need(page, "Units per hour in Video AR")).to_contain_text("Below its usual range")
    follow(page, link(page, "See why", "#needs article:has-text('in Video AR')"))
    held_to = "held to 80 % in week 9"
    new = page.locator("#compare tbody tr", has_text=held_to)
    expect(new).not_to_have_count(0)
    worst = page.locator("#compare tbody", has_text="Lower than the whole, worse")
    expect(worst).to_contain_text(held_to)
    count = new.count()
    page.locator("select[name=tenure]").select_option(label="under 13 weeks")
    people = page.locator("#compare tbody tr", has=page.locator("td.strong"))
    expect(people).to_have_count(count)
    expect(new).to_have_count(count)
    assert find_problems(page) == {}


def test_a_median_hides_what_one_customer_waits_for(sign_in: "Callable[..., Page]") -> None:
    page = sign_in("Hana")
    follow(page, link(page, "Search Operations"))
    _unfold(page)
    figures = page.locator("#all-figures tr")
    median = figures.filter(has_text="Delivery time, median").locator("td.strong")
    slowest = figures.filter(has_text="Delivery time, 90th percentile")
    assert _hours(median.inner_text()) < 48
    # Of four weeks so much is open that no one knows yet what one in ten waits for.
    expect(slowest).to_contain_text("not reached: too many are still open")
    choose_period(page, "13 weeks")
    assert _hours(median.inner_text()) < 48
    assert _hours(slowest.locator("td.strong").inner_text()) > 72
    choose_figure(page, "Delivery time, 90th percentile")
    follow(page, link(page, "Explore", "#about-trend"))
    follow(page, page.locator("main tfoot").get_by_role("link").first)
    waits = _read_waits(page)
    # Most of what one customer asked for came sooner than the other's, and some came last of all.
    assert median_of(waits["Shopping"]) < median_of(waits["Web Search"])
    assert max(waits["Shopping"]) > max(waits["Web Search"])
    assert find_problems(page) == {}


def _read_waits(page: "Page") -> dict[str, list[timedelta]]:
    """Read from the rows behind a figure how long each customer waited for what was delivered."""
    heads = page.locator(".explore-rows thead th").all_inner_texts()
    waits: dict[str, list[timedelta]] = {}
    for line in page.locator(".explore-rows tbody tr").all():
        cells = dict(zip(heads, line.locator("th, td").all_inner_texts(), strict=True))
        if cells["Delivered at"] != "–":
            received, delivered = (
                datetime.strptime(cells[head], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
                for head in ("Received at", "Delivered at")
            )
            waits.setdefault(cells["Customer"], []).append(delivered - received)
    return waits


def test_local_search_moved(sign_in: "Callable[..., Page]") -> None:
    page = sign_in("Hana")
    follow(page, link(page, "Dashboards", "nav.rail"))
    follow(page, link(page, "Search Relevance"))
    choose_figure(page, "Units per hour")
    choose_period(page, "13 weeks")
    moved = row(page, "Local Search")
    expect(moved).to_contain_text("now in Answers and Shopping")
    assert value_of(page, "Local Search") > 0
    follow(page, link(page, "Org chart", "nav.rail"))
    link(page, "Unfold all").click()
    group = "li.tree-item:has(> details > ul > li:has-text('Local Search'))"
    expect(page.locator(group).last).to_contain_text("Answers and Shopping")
    page.get_by_label("As of").fill((LINE.reorganised_on - timedelta(days=1)).isoformat())
    page.get_by_role("button", name="Show").click()
    expect(page.locator("header.phead")).to_contain_text("As of")
    expect(page.locator(group).last).to_contain_text("Search Relevance")
    assert find_problems(page) == {}
