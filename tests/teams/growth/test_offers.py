"""What growth says elsewhere, and to whom."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from teams.growth.offers import list_needs, list_person_strips, list_story, list_strips
from teams.growth.rules import Judgement, Result, Standing
from teams.growth.services import assess_person, judge_readiness, note_successor, plan_action
from teams.structure.services import appoint_leader, transfer_person
from tests.personas import FOUNDED, Organisation
from tests.teams.growth.ladder import Ladder, build_ladder
from tests.teams.growth.test_views import add_more

pytestmark = pytest.mark.django_db
EVERYONE = ["Elif", "Mateo", "Carmen", "Lukas", "Nadia", "Dana", "Judith", "Ola", "Felix", "Quinn"]


@pytest.fixture
def ladder(db: None) -> Ladder:
    return build_ladder()


@pytest.fixture
def today() -> date:
    return timezone.localdate()


def called(organisation: Organisation, key: str) -> list[str]:
    """Name those whom a line is shown to."""
    return [
        name
        for name in EVERYONE
        if key in {need.key for need in list_needs(organisation.viewer(name))}
    ]


def facts(organisation: Organisation, name: str, unit: str) -> tuple[str, ...]:
    viewer = organisation.viewer(name)
    node = viewer.tree.by_slug(unit)
    assert node is not None
    return tuple(fact for strip in list_strips(viewer, node) for fact in strip.facts)


def plan(organisation: Organisation, name: str, due: date) -> None:
    plan_action(
        person=organisation.people[name], words="Shadow the desk.", due_on=due, competency=None,
        by=None,
    )  # fmt: skip


def judge(organisation: Organisation, ladder: Ladder, name: str, on: date) -> None:
    judge_readiness(
        person=organisation.people[name], level=ladder.levels["L4"], on=on, words="",
        judgement=Judgement.READY_NOW, by=organisation.user("Dana"),
    )  # fmt: skip


def test_an_overdue_action_calls_its_owner_and_whom_they_answer_to(
    organisation: Organisation, today: date
) -> None:
    plan(organisation, "Elif", today)
    assert called(organisation, "growth-own-actions") == []
    plan(organisation, "Elif", today - timedelta(days=4))
    assert called(organisation, "growth-own-actions") == ["Elif"]
    # Her own leader alone, not everybody above.
    assert called(organisation, "growth-actions") == ["Carmen"]
    (own,) = list_needs(organisation.viewer("Elif"))
    assert (own.what, own.state) == ("A step of your plan is overdue", "Overdue 4 days")
    (line,) = list_needs(organisation.viewer("Carmen"))
    assert line.what == "1 development action of your people is overdue"
    assert (line.why, line.href) == ("Elif Example", "/growth/people/E-ELIF/")
    plan(organisation, "Mateo", today - timedelta(days=9))
    (line,) = list_needs(organisation.viewer("Carmen"))
    assert line.why == "Mateo Example, Elif Example"
    assert line.href == "/growth/?show=overdue"


def test_posts_without_a_successor_call_group_leaders(organisation: Organisation) -> None:
    assert called(organisation, "growth-successors") == ["Nadia", "Dana"]
    (line,) = [n for n in list_needs(organisation.viewer("Nadia")) if n.key == "growth-successors"]
    assert line.what == "2 of 2 leadership posts have no successor"
    for unit, name in (("video-es", "Mateo"), ("video-de", "Greta")):
        note_successor(
            unit=organisation.units[unit], person=organisation.people[name],
            standing=Standing.LATER, words="", by=organisation.user("Nadia"),
        )  # fmt: skip
    assert called(organisation, "growth-successors") == ["Dana"]


def test_whoever_was_noted_and_leads_now_stands_behind_it_no_longer(
    organisation: Organisation, today: date
) -> None:
    note_successor(
        unit=organisation.units["video-es"], person=organisation.people["Mateo"],
        standing=Standing.READY_NOW, words="", by=organisation.user("Nadia"),
    )  # fmt: skip
    assert facts(organisation, "Nadia", "video-safety")[-1].startswith("*1* of 2 posts")
    organisation.people["Carmen"].leaderships.update(valid=(FOUNDED, today))
    appoint_leader(
        person=organisation.people["Mateo"], unit=organisation.units["video-es"], on=today,
        by=None,
    )  # fmt: skip
    assert facts(organisation, "Nadia", "video-safety")[-1].startswith("*2* of 2 posts")


def test_an_old_judgement_is_to_be_made_again(
    organisation: Organisation, ladder: Ladder, today: date
) -> None:
    judge(organisation, ladder, "Elif", today - timedelta(days=365))
    assert called(organisation, "growth-readiness") == []
    judge(organisation, ladder, "Mateo", today - timedelta(days=366))
    assert called(organisation, "growth-readiness") == ["Carmen"]
    # Made again, or promoted: it is over.
    judge(organisation, ladder, "Mateo", today)
    assert called(organisation, "growth-readiness") == []


def test_a_strip_says_who_is_ready_and_which_posts_are_bare(
    organisation: Organisation, ladder: Ladder, today: date
) -> None:
    judge(organisation, ladder, "Elif", today)
    judge(organisation, ladder, "Jonas", today)
    judge(organisation, ladder, "Wilma", today)
    plan(organisation, "Mateo", today - timedelta(days=1))
    assert facts(organisation, "Nadia", "video-safety") == (
        "*2* ready for the next level",
        "*1* action overdue",
        "*2* of 2 posts without a successor",
    )
    assert facts(organisation, "Judith", "trust-safety")[0] == "*3* ready for the next level"
    assert facts(organisation, "Carmen", "video-es") == (
        "*1* ready for the next level",
        "*1* action overdue",
    )
    for name in ("Elif", "Lukas", "Ola", "Felix"):
        assert facts(organisation, name, "video-es") == (), name
    # Whoever has risen to it is no longer ready for it.
    transfer_person(
        person=organisation.people["Elif"], unit=organisation.units["video-es"], on=today, by=None,
        level="L4",
    )  # fmt: skip
    assert facts(organisation, "Carmen", "video-es")[0] == "*0* ready for the next level"


def test_a_persons_strip_is_for_readers_of_their_file(
    organisation: Organisation, ladder: Ladder, today: date
) -> None:
    judge(organisation, ladder, "Elif", today)
    plan(organisation, "Elif", today - timedelta(days=1))
    elif_ = organisation.people["Elif"]
    shown = {name: list_person_strips(organisation.viewer(name), elif_) for name in EVERYONE}
    readers = {name for name, strips in shown.items() if strips}
    assert readers == {"Elif", "Carmen", "Nadia", "Dana", "Judith"}
    (strip,) = shown["Carmen"]
    assert strip.facts[0].startswith("*L3* for ")
    assert strip.facts[1:] == ("Ready now for L4", "*1* open step", "*1* overdue")


def test_a_story_tells_what_one_may_read(
    organisation: Organisation, ladder: Ladder, today: date
) -> None:
    people, units = organisation.people, organisation.units
    elif_ = people["Elif"]
    transfer_person(
        person=elif_, unit=units["video-de"], on=today - timedelta(days=90), by=None, level="L4"
    )
    appoint_leader(
        person=elif_, unit=units["video-de"], on=today - timedelta(days=30), by=None, deputy=True
    )
    assess_person(
        person=elif_, level=ladder.levels["L3"], on=today - timedelta(days=100),
        results=dict.fromkeys(ladder.competencies.values(), (Result.MEETS, "Secret.")),
        by=organisation.user("Carmen"),
    )  # fmt: skip
    judge(organisation, ladder, "Elif", today - timedelta(days=95))
    note_successor(unit=units["video-de"], person=elif_, standing=Standing.LATER, words="", by=None)
    told = {
        name: {
            (moment.kind, moment.title) for moment in list_story(organisation.viewer(name), elif_)
        }
        for name in EVERYONE
    }
    assert told["Elif"] == {
        ("Joining", "Joined Video ES"),
        ("Promotion", "From L3 to L4"),
        ("Move", "From Video ES to Video DE"),
        ("Leading", "Deputises for Video DE"),
        ("Assessment", "Assessed against L3 by Carmen Example"),
        ("Readiness", "Ready now for L4"),
    }
    # She is with Lukas now; who led her before reads of her no more.
    for name in ("Lukas", "Nadia", "Dana", "Judith"):
        assert told[name] == told["Elif"], name
    for name in ("Mateo", "Carmen", "Ola", "Felix", "Quinn"):
        assert told[name] == set(), name


@pytest.mark.parametrize("more", [1, 40])
def test_offers_cost_the_same_for_few_and_for_many(
    organisation: Organisation,
    ladder: Ladder,
    today: date,
    django_assert_num_queries: Any,
    more: int,
) -> None:
    add_more(organisation, ladder, more, today)
    viewer = organisation.viewer("Nadia")
    elif_ = organisation.people["Elif"]
    node = viewer.tree.by_slug("video-safety")
    assert node is not None
    with django_assert_num_queries(9):
        list_needs(viewer)
    with django_assert_num_queries(5):
        list_strips(viewer, node)
    with django_assert_num_queries(4):
        list_person_strips(viewer, elif_)
    # What the strip has read serves the story as well.
    with django_assert_num_queries(4):
        list_story(viewer, elif_)
    carmen = organisation.viewer("Carmen")
    with django_assert_num_queries(6):
        list_story(carmen, elif_)
    member = organisation.viewer("Elif")
    with django_assert_num_queries(1):
        list_needs(member)
