from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse

from opsportal import navigation
from opsportal.lib.icons import icon_id
from opsportal.navigation import ENTRIES, Entry, list_lines
from opsportal.samples import sample_components


def get(path: str, viewer: Any = "someone") -> HttpRequest:
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
        Entry("Components", "table", "components", lambda viewer: True),
        Entry("API", "key", "api-docs", lambda viewer: viewer == "an analyst", "Data"),
        Entry("Health", "activity", "health", lambda viewer: True, "Data"),
    )
    monkeypatch.setattr(navigation, "ENTRIES", entries)


@pytest.mark.usefixtures("_three_entries")
class TestLines:
    def test_nobody_signed_in_sees_none(self) -> None:
        assert list_lines(get("/", viewer=None))["lines"] == []

    def test_only_what_the_viewer_may_open(self) -> None:
        assert [x["label"] for x in list_lines(get("/"))["lines"]] == ["Components", "Health"]
        assert len(list_lines(get("/", viewer="an analyst"))["lines"]) == 3

    def test_the_line_above_this_page_is_current(self) -> None:
        lines = list_lines(get(reverse("components") + "deeper/"))["lines"]
        assert [x["current"] for x in lines] == [True, False]

    def test_a_phone_shows_four_and_keeps_the_rest(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(navigation, "ENTRIES", navigation.ENTRIES * 2)
        shown = list_lines(get("/", viewer="an analyst"))
        assert (len(shown["tabs"]), len(shown["more"])) == (4, 2)


def test_the_frame_and_every_component_render(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = (Entry("Components", "table", "components", lambda viewer: True),)
    monkeypatch.setattr(navigation, "ENTRIES", entries)
    request = get(reverse("components"), SimpleNamespace(name="Nadia Haddad"))
    page = render_to_string("components_page.html", sample_components(), request)
    assert 'aria-current="page"' in page
    assert "Nadia Haddad" in page
    assert page.count("<h1") == 1


@pytest.mark.parametrize("name", ["400", "403", "404", "500", "csrf", "lockout"])
def test_error_pages_need_no_context(name: str) -> None:
    page = render_to_string(f"errors/{name}.html")
    assert "<h1>" in page
    assert 'class="btn' in page
