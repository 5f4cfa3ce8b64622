"""Writing in a browser: it saves itself, survives a lost connection, joins two texts."""

from typing import Any

import pytest

from teams.appraisals.models import KeptText, Part, ReviewKind
from tests.browser.walking import find_problems, watch
from tests.teams.appraisals.building import build_cycle, find_appraisal, get_review, write_part

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

SAVED = "[data-draft-state][data-tone=saved]"


@pytest.fixture
def elif_(organisation: Any) -> Any:
    appraisal = find_appraisal(build_cycle(organisation), organisation, "Elif")
    write_part(get_review(appraisal, ReviewKind.SELF), words="Mine", rating=None)
    return appraisal


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_editor_keeps_the_policy_and_is_accessible(
    open_as: Any, elif_: Any, width: int, theme: Any
) -> None:
    for persona in ("team_leader", "member", "hr_partner"):
        viewport = {"width": width, "height": 900}
        page = watch(open_as(persona, viewport=viewport, color_scheme=theme))
        page.goto(f"/appraisals/{elif_.pk}/")
        assert find_problems(page) == {}, persona


def test_words_and_ratings_save_themselves_while_they_are_typed(open_as: Any, elif_: Any) -> None:
    page = open_as("team_leader").new_page()
    page.goto(f"/appraisals/{elif_.pk}/")
    page.get_by_label("Your words on Quality of decisions").fill("Decides hard cases alone")
    page.wait_for_selector(SAVED)
    page.get_by_role("radio", name="4 Exceeds").first.check()
    page.locator("[data-score]", has_text="4.0").wait_for()
    part = Part.objects.get(review=get_review(elif_))
    assert (part.words, part.rating) == ("Decides hard cases alone", 4)
    assert page.locator("[data-weight]").inner_text() == "40"
    page.reload()
    assert page.get_by_label("Your words on Quality of decisions").input_value() == part.words


def test_a_lost_connection_loses_nothing(open_as: Any, elif_: Any) -> None:
    context = open_as("team_leader")
    page = context.new_page()
    page.goto(f"/appraisals/{elif_.pk}/")
    context.set_offline(True)
    field = page.get_by_label("Your words on Productivity")
    field.fill("Written on a train")
    page.wait_for_selector("[data-draft-state][data-tone=warn]")
    assert "kept in this browser" in page.locator("[data-draft-state]").inner_text()
    # The window is closed, the train arrives, and the page is opened again.
    page.close()
    context.set_offline(False)
    assert not Part.objects.filter(review=get_review(elif_)).exists()
    page = context.new_page()
    page.goto(f"/appraisals/{elif_.pk}/")
    page.wait_for_selector(SAVED)
    assert page.get_by_label("Your words on Productivity").input_value() == "Written on a train"
    assert Part.objects.get(review=get_review(elif_)).words == "Written on a train"
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('draft:'))") == []


def test_two_windows_are_told_and_neither_loses_words(open_as: Any, elif_: Any) -> None:
    context = open_as("team_leader")
    one, two = context.new_page(), context.new_page()
    for page in (one, two):
        page.goto(f"/appraisals/{elif_.pk}/")
    label = "Your words on Quality of decisions"
    one.get_by_label(label).fill("From the first window")
    one.wait_for_selector(SAVED)
    two.get_by_label(label).fill("From the second window")
    notice = two.locator(".conflict")
    notice.wait_for()
    assert "From the first window" in notice.inner_text()
    assert "From the second window" in notice.inner_text()
    two.get_by_label(label).fill("From both windows")
    two.wait_for_selector(SAVED)
    assert Part.objects.get(review=get_review(elif_)).words == "From both windows"
    assert set(KeptText.objects.values_list("words", flat=True)) == {
        "From the first window",
        "From the second window",
    }
