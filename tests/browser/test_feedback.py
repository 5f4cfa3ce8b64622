"""Pages of feedback with words on them, in a real browser: asked, answered, read."""

import json
from typing import Any

import pytest

from teams.appraisals.rules.transitions import State
from tests.browser.walking import find_problems, watch
from tests.personas import Organisation
from tests.teams.appraisals.asking import FOUR, answer, ask, find_request
from tests.teams.appraisals.building import build_cycle, find_appraisal, put

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

LONG = "Always there when a queue runs over. " * 12 + "Averyverylongwordwithoutanyspace" * 4


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_of_feedback_keep_what_every_page_keeps(
    open_as: Any, organisation: Organisation, width: int
) -> None:
    appraisal = find_appraisal(build_cycle(organisation), organisation, "Elif")
    ask(organisation, appraisal, ["Tobias", "Hana"], is_anonymous=False)
    ask(organisation, appraisal)
    answer(organisation, appraisal, "Tobias", LONG)
    for name in FOUR[:3]:
        answer(organisation, appraisal, name, f"{name[::-1]}: {LONG}")
    own = find_request(organisation, appraisal, "Hana").pk
    unnamed = find_request(organisation, appraisal, "Mateo").pk
    found = {}

    def walk(pages: list[tuple[str, str]]) -> None:
        for url, persona in pages:
            page = watch(open_as(persona, viewport={"width": width, "height": 900}))
            response = page.goto(url)
            assert response is not None
            assert response.ok, (url, persona, response.status)
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                if problems := find_problems(page):
                    found[f"{url} as {persona}, {theme}"] = problems

    walk(
        [
            (f"/appraisals/{appraisal.pk}/feedback/", "team_leader"),
            ("/appraisals/feedback/", "Hana"),
            (f"/appraisals/feedback/{own}/", "Hana"),
            (f"/appraisals/feedback/{unnamed}/", "Mateo"),
        ]
    )
    put(appraisal, State.SHARED)
    walk(
        [
            (f"/appraisals/{appraisal.pk}/feedback/", "member"),
            (f"/appraisals/feedback/{unnamed}/", "Mateo"),
        ]
    )
    assert not found, json.dumps(found, indent=1)


def test_a_leader_asks_and_a_colleague_answers(open_as: Any, organisation: Organisation) -> None:
    appraisal = find_appraisal(build_cycle(organisation), organisation, "Elif")
    page = open_as("team_leader").new_page()
    page.goto(f"/appraisals/{appraisal.pk}/")
    page.get_by_role("link", name="Feedback of colleagues").click()
    page.get_by_label("Mateo Example").check()
    page.get_by_label("Others").fill("Jonas Example\nE-GRETA")
    page.get_by_label("Without names").check()
    page.get_by_role("button", name="Ask them").click()
    page.get_by_text("3 colleagues are asked.").wait_for()
    peer = open_as("Mateo").new_page()
    peer.goto("/")
    peer.get_by_role("link", name="Answer").click()
    peer.get_by_text("Your name is not shown with your words.").wait_for()
    peer.get_by_label("Your words").fill("Calm when it counts.")
    peer.get_by_role("button", name="Keep my words").click()
    peer.get_by_text("Your words are kept.").wait_for()
    page.reload()
    page.get_by_text("1 of 3 answered").wait_for()
    assert page.get_by_text("Calm when it counts.").count() == 0
