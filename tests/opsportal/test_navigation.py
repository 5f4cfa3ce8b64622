from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse

from opsportal import navigation
from opsportal.lib.icons import icon_id
from opsportal.navigation import ENTRIES, Entry, find_pages, list_lines
from opsportal.samples import sample_components


def someone(name: str = "someone", **stars: str) -> Any:
    """A viewer of whom only the name and the starred pages (title: address) are asked."""
    starred = [{"title": title, "address": address} for title, address in stars.items()]
    return SimpleNamespace(name=name, user=SimpleNamespace(pk=7, starred=starred))


def get(path: str, viewer: Any = None) -> HttpRequest:
    request = RequestFactory().get(path)
    request.viewer = viewer  # type: ignore[attr-defined]
    return request


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.label)
def test_every_entry_leads_somewhere_under_a_known_icon(entry: Entry) -> None:
    assert reverse(entry.url_name)
    assert icon_id(entry.icon)


@pytest.fixture
def _three_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = (
        Entry("Components", "table", "components", lambda viewer: True, on_phone=True),
        Entry("API", "key", "api-docs", lambda viewer: viewer.name == "an analyst", "Data"),
        Entry("Health", "activity", "health", lambda viewer: True, "Data", also=("/pulse/",)),
    )
    monkeypatch.setattr(navigation, "ENTRIES", entries)


@pytest.mark.usefixtures("_three_entries")
class TestLines:
    def test_nobody_signed_in_sees_none(self) -> None:
        assert list_lines(get("/"))["lines"] == []

    def test_only_what_the_viewer_may_open(self) -> None:
        shown = list_lines(get("/", someone()))["lines"]
        assert [x["label"] for x in shown] == ["Components", "Health"]
        assert len(list_lines(get("/", someone("an analyst")))["lines"]) == 3

    @pytest.mark.parametrize(
        ("path", "current"),
        [
            ("/components/", "Components"),
            ("/components/deeper/", "Components"),
            ("/pulse/4/", "Health"),
            ("/elsewhere/", None),
        ],
    )
    def test_the_line_above_this_page_is_current(self, path: str, current: str | None) -> None:
        lines = list_lines(get(path, someone()))["lines"]
        assert [x["label"] for x in lines if x["current"]] == ([current] if current else [])

    def test_a_phone_shows_a_few_and_keeps_the_rest(self) -> None:
        shown = list_lines(get("/", someone("an analyst")))
        assert [x["label"] for x in shown["tabs"]] == ["Components"]
        assert [x["label"] for x in shown["more"]] == ["API", "Health"]

    def test_a_page_is_starred_as_it_was_asked(self) -> None:
        viewer = someone(Video="/video/?grain=month")
        assert list_lines(get("/video/?grain=month", viewer))["is_starred"]
        assert not list_lines(get("/video/", viewer))["is_starred"]

    def test_the_search_finds_what_the_viewer_may_open(self) -> None:
        assert [one.name for one in find_pages(someone(), "data", 5)] == ["Health"]
        assert [one.name for one in find_pages(someone("an analyst"), "api", 5)] == ["API"]
        assert find_pages(someone(), "api", 5) == []


def test_the_phone_has_room_for_three_beside_find_and_more() -> None:
    assert 2 <= sum(entry.on_phone for entry in ENTRIES) <= 3


def test_the_frame_and_every_component_render(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = (Entry("Components", "table", "components", lambda viewer: True),)
    monkeypatch.setattr(navigation, "ENTRIES", entries)
    request = get(reverse("components"), someone("Nadia Haddad"))
    page = render_to_string("components_page.html", sample_components(), request)
    assert 'aria-current="page"' in page
    assert "Nadia Haddad" in page
    assert page.count("<h1") == 1


@pytest.mark.parametrize("name", ["400", "403", "404", "500", "csrf", "lockout"])
def test_error_pages_need_no_context(name: str) -> None:
    page = render_to_string(f"errors/{name}.html")
    assert "<h1>" in page
    assert 'class="btn' in page
