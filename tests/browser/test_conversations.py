"""One-to-ones with long and odd words in them, on a desk and on a phone, in light and dark."""

import os
from pathlib import Path
from typing import Any

import pytest

from teams.conversations.models import NoteKind
from teams.conversations.services import (
    add_action,
    add_agenda_item,
    correct_note,
    discuss_agenda_item,
    plan_conversation,
)
from tests.browser.walking import find_problems, watch
from tests.personas import Organisation
from tests.teams.conversations.talks import ago, ahead, hold, write

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 4
ODD = "<script>alert(1)</script> مرحبا & " + "plain words that go on for a while, " * 6
SHOTS = os.environ.get("SHOTS")


def seed(organisation: Organisation) -> list[tuple[str, str]]:
    """Give Carmen and Elif all that there can be; return whose pages to look at."""
    people = organisation.people
    carmen, elif_ = people["Carmen"], people["Elif"]
    hold(organisation, "Carmen", "Elif", ago(75))
    held = hold(organisation, "Carmen", "Elif", ago(41))
    planned = plan_conversation(leader=carmen, person=elif_, planned_on=ahead(1), by=None)
    plan_conversation(leader=carmen, person=people["Mateo"], planned_on=ago(2), by=None)
    for words in (LONG, ODD, "Night shifts in December"):
        item = add_agenda_item(leader=carmen, person=elif_, words=words, added_by=elif_, by=None)
        add_action(conversation=held, owner=elif_, words=words, due_on=ago(5), by=None)
    discuss_agenda_item(item=item, conversation=held, by=None)
    add_action(
        conversation=held, owner=carmen, words="Ask HR about nights", due_on=ahead(5), by=None
    )
    for kind in NoteKind:
        for author, words in (("Carmen", ODD), ("Elif", LONG)):
            note = write(organisation, held, author, kind, words)
    correct_note(note=note, words="Once more, in other words.", version=1, by=elif_.user)
    talk = f"/one-to-ones/{held.pk}/"
    return [
        ("Carmen", "/one-to-ones/"),
        ("Elif", "/one-to-ones/"),
        ("Carmen", "/one-to-ones/with/E-ELIF/"),
        ("Elif", "/one-to-ones/with/E-CARMEN/"),
        ("Carmen", talk),
        ("Elif", talk),
        ("Carmen", f"/one-to-ones/{planned.pk}/"),
        ("Elif", f"{talk}notes/{note.pk}/"),
        ("Judith", "/one-to-ones/record/E-ELIF/"),
        ("Judith", "/people/E-ELIF/"),
    ]


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_of_one_to_ones_hold_long_and_odd_words(
    open_as: Any, organisation: Organisation, width: int
) -> None:
    found: dict[str, Any] = {}
    readers: dict[str, Any] = {}
    for number, (persona, url) in enumerate(seed(organisation)):
        if persona not in readers:
            readers[persona] = watch(open_as(persona, viewport={"width": width, "height": 900}))
        page = readers[persona]
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            assert page.goto(url).ok, url
            page.evaluate("document.querySelectorAll('details.fold').forEach(d => d.open = true)")
            if problems := find_problems(page):
                found[f"{url} as {persona}, {theme}"] = problems
            if SHOTS:
                shot = Path(SHOTS) / f"{width}-{number}-{theme}.png"
                page.screenshot(path=shot, full_page=True)
    assert not found


def test_two_who_write_at_once_are_shown_both_texts(
    open_as: Any, organisation: Organisation
) -> None:
    held = hold(organisation, "Carmen", "Elif")
    note = write(organisation, held, "Carmen", NoteKind.SHARED, "First words.")
    pages = [open_as(name).new_page() for name in ("Carmen", "Elif")]
    for page in pages:
        page.goto(f"/one-to-ones/{held.pk}/notes/{note.pk}/")
    for page, words in zip(pages, ("Hers.", "His."), strict=True):
        page.get_by_label("Note").fill(words)
        page.get_by_role("button", name="Keep the note").click()
    second = pages[1]
    conflict = second.get_by_role("alert")
    assert "Carmen Example changed this text" in conflict.inner_text()
    assert "Hers." in conflict.inner_text()
    assert second.get_by_label("Note").input_value() == "His."
    second.get_by_label("Note").fill("Hers and his.")
    second.get_by_role("button", name="Keep the note").click()
    second.get_by_text("Hers and his.").wait_for()
