"""What one-to-ones say on pages that are not theirs."""

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from django.utils.formats import date_format

from teams.conversations.models import NoteKind
from teams.conversations.offers import (
    list_needs,
    list_person_strips,
    list_story,
    list_strips,
)
from teams.conversations.services import (
    add_action,
    add_agenda_item,
    finish_action,
    plan_conversation,
)
from teams.measures.rules import Strip
from tests.personas import Organisation
from tests.teams.conversations.talks import ago, ahead, hold, speak, write

pytestmark = pytest.mark.django_db


def needs(organisation: Organisation, persona: str) -> dict[str, Any]:
    found = list_needs(organisation.viewer(persona))
    return {need.key.removeprefix("conversations."): need for need in found}


def strips(organisation: Organisation, persona: str, slug: str) -> list[Strip]:
    viewer = organisation.viewer(persona)
    unit = viewer.tree.by_slug(slug)
    assert unit is not None
    return list_strips(viewer, unit)


def test_who_waits_calls_whom_they_answer_to(organisation: Organisation) -> None:
    hold(organisation, "Carmen", "Elif", ago(31))
    hold(organisation, "Carmen", "Mateo", ago(30))
    need = needs(organisation, "Carmen")["talks"]
    assert (need.status, need.state) == ("overdue", "Overdue 1 day")
    assert need.what == "Elif Example was not spoken to for over 30 days"
    assert (need.since, need.href) == (ago(1), "/one-to-ones/")
    for persona in ("Elif", "Lukas", "Judith", "Felix", "Quinn"):
        talks = needs(organisation, persona).get("talks")
        assert talks is None or "Elif" not in talks.what + talks.why
    need = needs(organisation, "Nadia")["talks"]
    assert need.what == "2 people were not spoken to for over 30 days"
    assert need.why == "Carmen Example, Lukas Example"
    hold(organisation, "Carmen", "Elif")
    assert "talks" not in needs(organisation, "Carmen")


def test_what_is_soon_and_what_was_not_said(organisation: Organisation) -> None:
    people = organisation.people
    two = {"leader": people["Carmen"], "person": people["Elif"], "by": None}
    plan_conversation(**two, planned_on=ahead(3))
    assert "planned" not in needs(organisation, "Elif")
    soon = plan_conversation(**two, planned_on=ahead(2), planned_time=time(14, 30))
    need = needs(organisation, "Elif")["planned"]
    assert need.what == "You have a one-to-one with Carmen Example"
    assert need.state == f"{date_format(ahead(2), 'D j M')}, 14:30"
    assert need.href == f"/one-to-ones/{soon.pk}/"
    assert needs(organisation, "Carmen")["planned"].what.endswith("with Elif Example")
    plan_conversation(**{**two, "person": people["Mateo"]}, planned_on=ahead(0))
    need = needs(organisation, "Carmen")["planned"]
    assert (need.what, need.why) == (
        "You have 2 one-to-ones soon",
        "Mateo Example, Elif Example",
    )
    past = plan_conversation(**two, planned_on=ago(4))
    need = needs(organisation, "Carmen")["answers"]
    assert (need.status, need.href) == ("missing", f"/one-to-ones/{past.pk}/")
    assert "answers" not in needs(organisation, "Elif")
    assert "planned" not in needs(organisation, "Nadia")


def test_who_asks_is_heard_until_something_is_planned(organisation: Organisation) -> None:
    people = organisation.people
    two = {"leader": people["Carmen"], "person": people["Elif"]}
    add_agenda_item(**two, words="The pilot", added_by=people["Carmen"], by=None)
    assert "plans" not in needs(organisation, "Carmen")
    add_agenda_item(**two, words="Night shifts", added_by=people["Elif"], by=None)
    need = needs(organisation, "Carmen")["plans"]
    assert need.what == "Elif Example has something to speak about with you"
    assert (need.since, need.href) == (ago(0), "/one-to-ones/with/E-ELIF/")
    assert "shifts" not in repr(need)
    for persona in ("Elif", "Nadia", "Judith"):
        assert "plans" not in needs(organisation, persona)
    plan_conversation(**two, planned_on=ahead(9), by=None)
    assert "plans" not in needs(organisation, "Carmen")


def test_ones_own_late_actions_call(organisation: Organisation) -> None:
    held = hold(organisation, "Carmen", "Elif")
    given = {"conversation": held, "words": "Read", "by": None}
    late = add_action(**given, owner=organisation.people["Elif"], due_on=ago(5))
    add_action(**given, owner=organisation.people["Elif"], due_on=ahead(0))
    need = needs(organisation, "Elif")["actions"]
    assert need.what == "One action of your one-to-ones is not done"
    assert need.state == "Overdue 5 days"
    assert "Read" not in repr(need)
    assert "actions" not in needs(organisation, "Carmen")
    finish_action(action=late, by=None)
    assert "actions" not in needs(organisation, "Elif")


def test_a_unit_says_how_many_were_spoken_to_lately(organisation: Organisation) -> None:
    hold(organisation, "Carmen", "Elif", ago(30))
    hold(organisation, "Carmen", "Mateo", ago(31))
    hold(organisation, "Nadia", "Carmen", ago(2))
    (strip,) = strips(organisation, "Carmen", "video-es")
    # She does not count herself; for who leads above she counts.
    assert strip.facts == ("*1* of *2* spoken to in the last 30 days",)
    assert strip.href == "/one-to-ones/"
    (strip,) = strips(organisation, "Nadia", "video-es")
    assert strip.facts == ("*2* of *3* spoken to in the last 30 days",)
    (strip,) = strips(organisation, "Judith", "video-es")
    assert (strip.facts, strip.href) == (("*2* of *3* spoken to in the last 30 days",), "")
    for persona in ("Elif", "Lukas", "Ola", "Tobias", "Hana", "Amara", "Felix", "Quinn"):
        assert strips(organisation, persona, "video-es") == []


def test_a_person_says_when_they_were_spoken_to(organisation: Organisation) -> None:
    elif_ = organisation.people["Elif"]

    def said(persona: str) -> list[tuple[str, str]]:
        found = list_person_strips(organisation.viewer(persona), elif_)
        return [(strip.facts[0], strip.href) for strip in found]

    assert said("Carmen") == [("not spoken to yet", "/one-to-ones/with/E-ELIF/")]
    hold(organisation, "Carmen", "Elif", ago(6))
    words = f"last spoken to on *{date_format(ago(6), 'j M Y')}*"
    assert said("Elif") == [(words, "/one-to-ones/")]
    assert said("Carmen") == [(words, "/one-to-ones/with/E-ELIF/")]
    for persona in ("Nadia", "Dana", "Judith"):
        assert said(persona) == [(words, "/one-to-ones/record/E-ELIF/")]
    for persona in ("Mateo", "Lukas", "Otto", "Mei", "Ola", "Hana", "Amara", "Felix", "Quinn"):
        assert said(persona) == []
    of_carmen = list_person_strips(organisation.viewer("Elif"), organisation.people["Carmen"])
    assert [strip.href for strip in of_carmen] == ["/one-to-ones/with/E-CARMEN/"]


def test_a_story_tells_the_day_alone(organisation: Organisation) -> None:
    held, _ = speak(organisation)
    elif_ = organisation.people["Elif"]
    (moment,) = list_story(organisation.viewer("Nadia"), elif_)
    assert (moment.on, moment.title, moment.words) == (ago(0), "Notes on record", "")
    assert moment.href == "/one-to-ones/record/E-ELIF/"
    (moment,) = list_story(organisation.viewer("Elif"), elif_)
    assert moment.href == f"/one-to-ones/{held.pk}/"
    assert list_story(organisation.viewer("Mateo"), elif_) == []
    # It is told of whom it is about.
    assert list_story(organisation.viewer("Nadia"), organisation.people["Carmen"]) == []


@pytest.mark.parametrize("times", [1, 12])
def test_each_offer_asks_a_fixed_number_of_questions(
    organisation: Organisation, django_assert_num_queries: Callable[[int], Any], times: int
) -> None:
    elif_ = organisation.people["Elif"]
    for number in range(times):
        held = hold(organisation, "Carmen", "Elif", ago(40 + number))
        write(organisation, held, "Carmen", NoteKind.ON_RECORD)
        add_action(conversation=held, owner=elif_, words="Do", due_on=ago(1), by=None)
        plan_conversation(
            leader=held.leader, person=elif_, planned_on=ahead(number % 3 - 20 * number), by=None
        )
    carmen, member = organisation.viewer("Carmen"), organisation.viewer("Elif")
    unit = carmen.tree.by_slug("video-es")
    assert unit is not None
    for queries, ask in (
        (8, lambda: list_needs(carmen)),
        (2, lambda: list_needs(carmen)),  # whom one leads is known by now
        (2, lambda: list_needs(member)),
        (1, lambda: list_strips(carmen, unit)),
        (2, lambda: list_person_strips(carmen, elif_)),
        (1, lambda: list_person_strips(member, elif_)),
        (1, lambda: list_story(carmen, elif_)),
    ):
        with django_assert_num_queries(queries):
            assert ask()
