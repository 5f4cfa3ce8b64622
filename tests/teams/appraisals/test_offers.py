"""What appraisals say on other pages, and to whom: states and days, no words and no ratings."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from teams.appraisals.models import Appraisal, Transition
from teams.appraisals.offers import (
    find_cycles,
    list_needs,
    list_person_strips,
    list_story,
    list_strips,
)
from teams.appraisals.rules.transitions import Action, State
from teams.measures import selectors
from tests.personas import Organisation
from tests.teams.appraisals.building import (
    build_cycle,
    days_ago,
    find_appraisal,
    get_review,
    put,
    write_part,
)

pytestmark = pytest.mark.django_db
EVERYONE = [
    "Elif",
    "Carmen",
    "Lukas",
    "Nadia",
    "Dana",
    "Otto",
    "Tobias",
    "Hana",
    "Ola",
    "Judith",
    "Amara",
    "Felix",
    "Quinn",
]
# The review of Elif, of a cycle of her team alone, is nothing to all of these.
APART = ["Lukas", "Otto", "Tobias", "Hana", "Ola", "Amara", "Felix", "Quinn"]
SECRET = "Nobody reads this elsewhere."


def needs(organisation: Organisation, persona: str) -> list[tuple[str, str, str]]:
    found = list_needs(organisation.viewer(persona))
    return [(need.status, need.state, need.what) for need in found]


@pytest.fixture
def elif_(organisation: Organisation) -> Appraisal:
    """Elif's appraisal, in a cycle of Video ES in which the others are done."""
    cycle = build_cycle(organisation, unit="video-es")
    for appraisal in cycle.appraisals.all():
        write_part(get_review(appraisal), words=SECRET, rating=4)
        put(appraisal, State.ACKNOWLEDGED)
    return find_appraisal(cycle, organisation, "Elif")


@pytest.mark.parametrize(
    ("state", "called", "what"),
    [
        (State.SELF_REVIEW, "Elif", "Your own review for H1"),
        (State.LEADER_REVIEW, "Carmen", "The review of Elif Example"),
        (State.CALIBRATION, "Nadia", "Calibration of Video Safety: 1 of 2 are ready"),
        (State.SIGN_OFF, "Nadia", "1 appraisal of Video Safety to sign off"),
        (State.SHARED, "Elif", "Your appraisal H1 is shared with you"),
        (State.DISPUTED, "Judith", "Elif Example disputes their appraisal"),
        (State.REOPENED, "Carmen", "The review of Elif Example"),
        (State.ACKNOWLEDGED, "", ""),
        (State.RESOLVED, "", ""),
        (State.WITHDRAWN, "", ""),
    ],
)
def test_a_step_calls_the_one_who_takes_it_and_nobody_else(
    organisation: Organisation, elif_: Appraisal, state: State, called: str, what: str
) -> None:
    put(elif_, state)
    if state is State.SIGN_OFF:
        Appraisal.objects.filter(pk=elif_.pk).update(signed_at=None)
    if state in {State.LEADER_REVIEW, State.REOPENED}:
        elif_.reviews.filter(is_closing=True).update(submitted_at=None)
    found = {name: list_needs(organisation.viewer(name)) for name in EVERYONE}
    assert [name for name, lines in found.items() if lines] == ([called] if called else [])
    if called:
        (need,) = found[called]
        assert need.what == what
        assert need.due is not None
        assert need.href.startswith("/appraisals/")
        assert SECRET not in repr(need)
        assert need.status == ("disputed" if state is State.DISPUTED else "due")


def test_a_signed_appraisal_is_to_be_shared(organisation: Organisation, elif_: Appraisal) -> None:
    put(elif_, State.SIGN_OFF, signed_at=timezone.now())
    (need,) = list_needs(organisation.viewer("Carmen"))
    assert (need.what, need.deed) == ("Elif Example's appraisal is signed off", "Share it")
    assert needs(organisation, "Nadia") == []


def test_what_is_late_says_how_long_and_names_some(organisation: Organisation) -> None:
    cycle = build_cycle(organisation, self_by=days_ago(9), review_by=days_ago(2))
    for name in ("Elif", "Mateo"):
        put(find_appraisal(cycle, organisation, name), State.LEADER_REVIEW)
    own, reviews = list_needs(organisation.viewer("Carmen"))
    assert (own.status, own.state) == ("overdue", "Overdue 9 days")
    assert (reviews.status, reviews.state) == ("overdue", "Overdue 2 days")
    assert (reviews.what, reviews.why) == (
        "2 reviews to write",
        "2 overdue: Elif Example, Mateo Example",
    )
    assert reviews.href == "/appraisals/"
    (late,) = list_needs(organisation.viewer("Judith"))
    assert (late.what, late.state) == ("7 appraisals of H1 are overdue", "Overdue 9 days")
    assert late.why == "5 in self review, 2 in leader review"
    assert late.href == f"/appraisals/cycles/{cycle.pk}/?overdue=1#people"


def test_a_dispute_is_late_after_two_weeks(organisation: Organisation, elif_: Appraisal) -> None:
    put(elif_, State.DISPUTED, state_since=timezone.now() - timedelta(days=16))
    (need,) = list_needs(organisation.viewer("Judith"))
    assert (need.status, need.state) == ("overdue", "Overdue 2 days")


def test_after_a_cycle_is_closed_nobody_waits_for_an_answer(
    organisation: Organisation, elif_: Appraisal
) -> None:
    put(elif_, State.SHARED)
    assert len(needs(organisation, "Elif")) == 1
    cycle = elif_.cycle
    cycle.state = "closed"
    cycle.save()
    assert needs(organisation, "Elif") == []


def test_home_shows_what_appraisals_offer(organisation: Organisation, elif_: Appraisal) -> None:
    put(elif_, State.SELF_REVIEW)
    assert "Your own review for H1" in organisation.client("Elif").get("/").content.decode()


# Strips of a unit


def strips(organisation: Organisation, persona: str, slug: str) -> list[tuple[str, ...]]:
    viewer = organisation.viewer(persona)
    unit = viewer.tree.by_slug(slug)
    assert unit is not None
    return [strip.facts for strip in list_strips(viewer, unit)]


def test_a_unit_says_how_many_are_in_to_who_follows_it(organisation: Organisation) -> None:
    cycle = build_cycle(organisation, self_by=days_ago(1))
    put(find_appraisal(cycle, organisation, "Elif"), State.CALIBRATION)
    put(find_appraisal(cycle, organisation, "Mateo"), State.SHARED)
    team = ("*2* of *2* submitted", "*1* shared")
    group = ("*2* of *6* submitted", "*1* shared", "*4* overdue")
    seen = {name: strips(organisation, name, "video-es") for name in EVERYONE}
    assert {name: facts for name, facts in seen.items() if facts} == {
        # Of their own the leader is told on their list.
        "Carmen": [team],
        "Nadia": [("*2* of *3* submitted", "*1* shared", "*1* overdue")],
        "Dana": [("*2* of *3* submitted", "*1* shared", "*1* overdue")],
        "Judith": [("*2* of *3* submitted", "*1* shared", "*1* overdue")],
    }
    assert strips(organisation, "Nadia", "video-safety") == [group]
    assert strips(organisation, "Nadia", "ads-safety") == []
    assert strips(organisation, "Dana", "ads-safety") == []


# A person's page


@pytest.mark.parametrize("state", [State.LEADER_REVIEW, State.SHARED, State.ACKNOWLEDGED])
def test_a_person_strip_says_the_state_to_who_may_open_it(
    organisation: Organisation, elif_: Appraisal, state: State
) -> None:
    put(elif_, state)
    person = organisation.people["Elif"]
    seen = {name: list_person_strips(organisation.viewer(name), person) for name in EVERYONE}
    assert [name for name, found in seen.items() if found] == [
        "Elif",
        "Carmen",
        "Nadia",
        "Dana",
        "Judith",
    ]
    (strip,) = seen["Carmen"]
    assert strip.facts[0] == "H1"
    assert strip.href == f"/appraisals/{elif_.pk}/"
    assert ("Due" in strip.facts[-1]) == (state is not State.ACKNOWLEDGED)
    assert SECRET not in repr(seen)
    shown = organisation.client("Carmen").get("/people/E-ELIF/").content.decode()
    assert f'href="/appraisals/{elif_.pk}/"' in shown
    put(elif_, State.DRAFT)
    assert list_person_strips(organisation.viewer("Elif"), person) == []


def test_a_story_tells_that_it_was_shared_and_acknowledged_and_nothing_of_it(
    organisation: Organisation, elif_: Appraisal
) -> None:
    for action, state in [(Action.SHARE, State.SHARED), (Action.ACKNOWLEDGE, State.ACKNOWLEDGED)]:
        Transition.objects.create(
            appraisal=elif_, action=action, start=State.SHARED, end=state, words=SECRET
        )
    person = organisation.people["Elif"]
    seen = {name: list_story(organisation.viewer(name), person) for name in EVERYONE}
    assert [name for name, found in seen.items() if found] == [
        "Elif",
        "Carmen",
        "Nadia",
        "Dana",
        "Judith",
    ]
    assert [moment.title for moment in seen["Elif"]] == [
        "Appraisal H1 was shared",
        "Appraisal H1 was acknowledged",
    ]
    assert all(moment.on == timezone.localdate() for moment in seen["Elif"])
    assert SECRET not in repr(seen)
    # What is being changed again tells nothing.
    put(elif_, State.REOPENED)
    assert list_story(organisation.viewer("Elif"), person) == []


# The search


def test_cycles_are_found_by_name_by_who_follows_them(
    organisation: Organisation, elif_: Appraisal
) -> None:
    build_cycle(
        organisation,
        name="H1 of all",
        unit="video-de",
        template=elif_.cycle.template,
        opened=False,
    )
    found = {
        name: [one.name for one in find_cycles(organisation.viewer(name), "h1", 5)]
        for name in EVERYONE
    }
    assert {name: names for name, names in found.items() if names} == {
        "Carmen": ["H1"],
        "Nadia": ["H1"],
        "Dana": ["H1"],
        "Judith": ["H1", "H1 of all"],
    }
    assert find_cycles(organisation.viewer("Judith"), "h1", 1)[0].name == "H1"
    # What is written in them is found by nobody.
    assert selectors.search(organisation.viewer("Judith"), SECRET, 5) == []


def test_they_are_nothing_to_who_is_apart(organisation: Organisation, elif_: Appraisal) -> None:
    for state in State:
        put(elif_, state)
        for name in APART:
            viewer = organisation.viewer(name)
            unit = viewer.tree.by_slug("video-es")
            assert unit is not None
            assert list_needs(viewer) == []
            assert list_strips(viewer, unit) == []
            assert list_person_strips(viewer, elif_.person) == []
            assert list_story(viewer, elif_.person) == []
            assert find_cycles(viewer, "H1", 5) == []


# As many questions, whatever the size


@pytest.mark.parametrize(
    ("persona", "asked"),
    [("Elif", 1), ("Carmen", 2), ("Nadia", 3), ("Judith", 5), ("Ola", 1), ("Quinn", 0)],
)
@pytest.mark.parametrize("count", [1, 6])
def test_needs_ask_as_much_whatever_waits(
    organisation: Organisation,
    django_assert_num_queries: Any,
    persona: str,
    asked: int,
    count: int,
) -> None:
    cycle = build_cycle(organisation, unit="trust-safety")
    names = ["Elif", "Mateo", "Jonas", "Greta", "Lukas", "Carmen"]
    for name in names[:count]:
        put(find_appraisal(cycle, organisation, name), State.CALIBRATION)
    viewer = organisation.viewer(persona)
    with django_assert_num_queries(asked):
        list_needs(viewer)


@pytest.mark.parametrize("persona", ["Carmen", "Nadia", "Judith"])
def test_each_other_offer_asks_once(
    organisation: Organisation,
    elif_: Appraisal,
    django_assert_num_queries: Any,
    persona: str,
) -> None:
    viewer = organisation.viewer(persona)
    unit = viewer.tree.by_slug("video-es")
    assert unit is not None
    person = organisation.people["Elif"]
    with django_assert_num_queries(1):
        list_strips(viewer, unit)
    with django_assert_num_queries(1):
        list_person_strips(viewer, person)
    with django_assert_num_queries(1):
        list_story(viewer, person)
    with django_assert_num_queries(1):
        find_cycles(viewer, "H1", 5)
