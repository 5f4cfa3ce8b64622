"""The search as a page and as a fragment, and the stars."""

from typing import Any

import pytest
from django.test import Client

from teams.finding.models import Star
from teams.finding.services import MOST_STARS, star_page
from tests.personas import Organisation

pytestmark = pytest.mark.django_db
FRAGMENT = {"HTTP_HX_REQUEST": "true"}
PAGE = "/dashboards/video-es/?kpi=accuracy"


@pytest.fixture
def nadia(organisation: Organisation) -> Client:
    return organisation.client("group_leader")


def star(client: Client, deed: str = "star", address: str = PAGE, **extra: Any) -> Any:
    return client.post("/stars/", {"address": address, "title": "Video ES", "deed": deed}, **extra)


class TestFind:
    def test_the_page_shows_links_and_keeps_what_was_typed(self, nadia: Client) -> None:
        page = nadia.get("/find/", {"q": "video es"}).content.decode()
        assert 'value="video es"' in page
        assert 'href="/dashboards/video-es/"' in page

    def test_the_dialog_is_given_the_lines_alone(self, nadia: Client) -> None:
        answer = nadia.get("/find/", {"q": "video es"}, **FRAGMENT)
        text = answer.content.decode()
        assert "<html" not in text
        assert 'role="option"' in text
        assert 'data-query="video es"' in text
        assert "HX-Request" in answer["Vary"]

    @pytest.mark.parametrize(
        "query", ["", "   ", "\0", "x" * 5000, "%", "'; --", "‮abc", "<script>alert(1)</script>"]
    )
    @pytest.mark.parametrize("extra", [{}, FRAGMENT])
    def test_whatever_is_typed_is_answered(
        self, nadia: Client, query: str, extra: dict[str, str]
    ) -> None:
        answer = nadia.get("/find/", {"q": query}, **extra)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()

    def test_nothing_found_says_so(self, nadia: Client) -> None:
        text = nadia.get("/find/", {"q": "no such"}, **FRAGMENT).content.decode()
        assert "Nothing is called “no such” here" in text
        assert 'role="listbox"' not in text

    @pytest.mark.parametrize("persona", ["team_leader", "analyst", "outsider", "administrator"])
    def test_everything_found_may_be_opened(self, organisation: Organisation, persona: str) -> None:
        client = organisation.client(persona)
        for word in ("e", "video", "accuracy", "data", "feed"):
            for one in client.get("/find/", {"q": word}).context["found"]:
                assert client.get(one.href).status_code == 200, (word, one)

    def test_more_than_is_shown_is_said(self, nadia: Client) -> None:
        text = nadia.get("/find/", {"q": "example"}, **FRAGMENT).content.decode()
        assert "/find/?q=example" in text


class TestStars:
    def test_a_page_is_starred_and_let_go_without_a_script(self, nadia: Client) -> None:
        assert 'aria-pressed="false"' in nadia.get(PAGE).content.decode()
        answer = star(nadia)
        assert (answer.status_code, answer["Location"]) == (302, PAGE)
        page = nadia.get(PAGE).content.decode()
        assert 'aria-pressed="true"' in page
        assert 'class="rail-link rail-star"' in page
        star(nadia, "unstar")
        assert not Star.objects.exists()

    def test_a_script_gets_the_button_and_the_list(self, nadia: Client) -> None:
        text = star(nadia, **FRAGMENT).content.decode()
        assert 'aria-pressed="true"' in text
        assert 'hx-swap-oob="true"' in text
        assert "Video ES" in text
        text = star(nadia, "unstar", **FRAGMENT).content.decode()
        assert 'aria-pressed="false"' in text
        assert "rail-star" not in text

    def test_starred_twice_it_is_there_once_under_its_newest_title(
        self, organisation: Organisation
    ) -> None:
        by = organisation.user("group_leader")
        star_page(address=PAGE, title="Video", by=by)
        star_page(address=PAGE, title="Video ES", by=by)
        assert list(Star.objects.values_list("title", flat=True)) == ["Video ES"]

    @pytest.mark.parametrize(
        "address",
        [
            "//elsewhere.example/",
            "https://elsewhere.example/",
            "/no/such/page/",
            "",
            "/\\x.example/",
        ],
    )
    def test_what_is_no_page_of_the_portal_is_refused(self, nadia: Client, address: str) -> None:
        answer = star(nadia, address=address)
        assert answer.status_code == 400
        assert not Star.objects.exists()

    def test_stars_are_ones_own(self, organisation: Organisation, nadia: Client) -> None:
        star(nadia)
        carmen = organisation.client("team_leader")
        star(carmen, "unstar")
        assert 'aria-pressed="false"' in carmen.get(PAGE).content.decode()
        assert Star.objects.get().user == organisation.user("group_leader")

    def test_a_full_list_takes_no_more_and_says_so(
        self, organisation: Organisation, nadia: Client
    ) -> None:
        by = organisation.user("group_leader")
        for number in range(MOST_STARS):
            star_page(address=f"/people/?page={number}", title=f"Page {number}", by=by)
        text = star(nadia, **FRAGMENT).content.decode()
        assert 'aria-pressed="false"' in text
        assert "let one go first" in text
        star(nadia)
        assert "let one go first" in nadia.get(PAGE).content.decode()
        assert by.stars.count() == MOST_STARS

    def test_stars_cost_a_page_no_query(
        self, organisation: Organisation, nadia: Client, django_assert_num_queries: Any
    ) -> None:
        with django_assert_num_queries(4):  # session, user with stars, tree, ties
            nadia.get("/find/")
        for number in range(10):
            star_page(
                address=f"/people/?page={number}",
                title="Page",
                by=organisation.user("group_leader"),
            )
        with django_assert_num_queries(4):
            assert nadia.get("/find/").content.decode().count("rail-star") == 10
