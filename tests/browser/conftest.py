"""Pages in a real browser. Where no Chromium is found these tests are skipped; in CI they fail."""

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as django_settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

    from tests.personas import Organisation

CHROMIUM = next(
    (
        path
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (path := shutil.which(name))
    ),
    None,
)
# Playwright runs an event loop of its own, beside which Django would refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no Chromium; the tests in a browser must run there.")
        pytest.skip("no Chromium here")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                # Where there is none, Debian's Chromium has one imitated, which draws slower.
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--no-first-run",
            ],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def organisation(transactional_db: None, django_db_serialized_rollback: None) -> "Organisation":
    """The organisation of tests/personas.py with work, committed, so that a live server sees it."""
    from tests.metrics.dashboards.seeds import seed_work
    from tests.personas import build_organisation

    built = build_organisation()
    seed_work(built, days=60)
    return built


@pytest.fixture
def open_as(browser: "Browser", live_server: Any, organisation: "Organisation") -> Iterator[Any]:
    """Give a function that opens a browser in which a persona is signed in."""
    contexts: list[BrowserContext] = []

    def open_context(persona: str | None, **options: Any) -> "BrowserContext":
        context = browser.new_context(base_url=live_server.url, **options)
        if persona is not None:
            cookie = organisation.client(persona).cookies[django_settings.SESSION_COOKIE_NAME]
            context.add_cookies(
                [{"name": cookie.key, "value": cookie.value, "url": live_server.url}]
            )
        contexts.append(context)
        return context

    yield open_context
    for context in contexts:
        context.close()
