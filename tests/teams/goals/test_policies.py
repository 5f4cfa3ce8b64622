"""Who reads whose goals, and who sets them."""

from datetime import timedelta

import pytest
from django.http import Http404

from teams.access.roles import Permission
from teams.access.viewers import get_viewer
from teams.goals.models import GoalState
from teams.goals.policies import readable_unit_ids, rights_over
from teams.goals.selectors import (
    answers_to_nobody,
    get_visible_goal,
    list_possible_parents,
    sets_goals_of,
    visible_goals,
)
from teams.goals.services import close_goal
from teams.structure.services import appoint_leader
from tests.teams.goals.writing import TODAY, set_goal

ELIF_READ_BY = {"Elif", "Carmen", "Nadia", "Dana", "Judith"}
ELIF_SET_BY = {"Carmen", "Nadia", "Dana"}


def test_a_person_s_goals_are_read_by_them_by_who_leads_and_by_hr(organisation):
    goal = set_goal(organisation.people["Elif"])
    readers = {
        name
        for name in organisation.people
        if visible_goals(organisation.viewer(name)).filter(pk=goal.pk).exists()
    }
    assert readers == ELIF_READ_BY
    with pytest.raises(Http404):
        get_visible_goal(organisation.viewer("administrator"), goal.pk)


def test_they_are_set_by_who_leads_and_never_by_oneself(organisation):
    people = organisation.people
    setters = {name for name in people if sets_goals_of(organisation.viewer(name), people["Elif"])}
    assert setters == ELIF_SET_BY
    # Who leads a unit belongs to it, and still does not set their own.
    assert not sets_goals_of(organisation.viewer("Carmen"), people["Carmen"])
    assert sets_goals_of(organisation.viewer("Nadia"), people["Carmen"])


def test_whoever_answers_to_nobody_sets_their_own(organisation):
    assert sets_goals_of(organisation.viewer("Dana"), organisation.people["Dana"])
    assert not answers_to_nobody(organisation.viewer("Carmen"))
    # Nobody leads above Felix either; but he leads nobody, and so sets nobody's goals.
    assert not answers_to_nobody(organisation.viewer("Felix"))


def test_a_unit_s_goals_are_read_with_its_figures_and_from_below(organisation):
    goal = set_goal(organisation.units["video-safety"])
    readers = {
        name
        for name in organisation.people
        if visible_goals(organisation.viewer(name)).filter(pk=goal.pk).exists()
    }
    below = {"Elif", "Mateo", "Carmen", "Lukas", "Jonas", "Greta", "Nadia"}
    office = {"Tobias", "Hana", "Ola", "Judith", "Amara"}  # who read everyone's unit figures
    assert readers == {*below, *office, "Dana"}
    assert not readable_unit_ids(organisation.viewer("outsider"))


@pytest.mark.parametrize(
    ("persona", "agreed", "rights"),
    [
        # may change, agree, check in, close
        ("Elif", False, (True, False, True, True)),
        ("Elif", True, (False, False, True, False)),
        ("Carmen", False, (True, True, True, True)),
        ("Carmen", True, (True, False, True, True)),
        ("Judith", False, (False, False, False, False)),
    ],
)
def test_a_proposal_is_one_s_own_what_was_agreed_on_is_the_leader_s(
    organisation, persona, agreed, rights
):
    elif_ = organisation.people["Elif"]
    goal = set_goal(elif_, agreed=agreed)
    viewer = organisation.viewer(persona)
    found = rights_over(viewer, goal, sets_person=sets_goals_of(viewer, elif_))
    assert (found.may_change, found.may_agree, found.may_check_in, found.may_close) == rights


def test_of_a_closed_goal_nothing_changes(organisation):
    goal = set_goal(organisation.people["Elif"])
    close_goal(goal=goal, state=GoalState.REACHED, words="", by=None)
    goal.refresh_from_db()
    found = rights_over(organisation.viewer("Carmen"), goal, sets_person=True)
    assert not any((found.may_change, found.may_agree, found.may_check_in, found.may_close))


def test_a_unit_s_goal_is_set_by_who_leads_there_or_above(organisation):
    goal = set_goal(organisation.units["video-es"])
    setters = {
        name
        for name in organisation.people
        if rights_over(organisation.viewer(name), goal, sets_person=False).may_change
    }
    assert setters == ELIF_SET_BY


def test_a_token_reads_no_further_than_its_scopes(organisation):
    goal = set_goal(organisation.people["Elif"])
    of_unit = set_goal(organisation.units["video-es"])
    user = organisation.user("Elif")

    def read(*scopes: Permission) -> set[int]:
        return set(visible_goals(get_viewer(user, limited_to=scopes)).values_list("pk", flat=True))

    assert read(Permission.READ_PEOPLE) == set()
    assert read(Permission.READ_GOALS) == {goal.pk}
    assert read(Permission.READ_UNIT_KPIS) == {of_unit.pk}


def test_who_moves_away_is_read_by_the_new_leader_alone(organisation):
    from teams.structure.services import transfer_person

    elif_ = organisation.people["Elif"]
    goal = set_goal(elif_)
    transfer_person(person=elif_, unit=organisation.units["ads-en"], on=TODAY(), by=None)
    assert visible_goals(organisation.viewer("Ines")).filter(pk=goal.pk).exists()
    assert not visible_goals(organisation.viewer("Carmen")).filter(pk=goal.pk).exists()


def test_a_deputy_sets_goals_on_their_days(organisation):
    mateo, elif_ = organisation.people["Mateo"], organisation.people["Elif"]
    assert not sets_goals_of(organisation.viewer("Mateo"), elif_)
    appoint_leader(
        person=mateo,
        unit=organisation.units["video-es"],
        on=TODAY() - timedelta(days=1),
        deputy=True,
        until=TODAY() + timedelta(days=3),
        by=None,
    )
    assert sets_goals_of(organisation.viewer("Mateo"), elif_)
    assert not sets_goals_of(organisation.viewer("Mateo"), mateo)


def test_goals_may_stand_under_open_ones_of_the_units_above(organisation):
    units = organisation.units
    goals = {
        slug: set_goal(units[slug]).pk
        for slug in ("video-es", "video-safety", "trust-safety", "video-de", "ads-safety")
    }
    viewer, unit_id = organisation.viewer("Carmen"), units["video-es"].pk

    def offered(of_unit: bool) -> set[int]:
        found = list_possible_parents(viewer, unit_id=unit_id, of_unit=of_unit)
        return {goal.pk for goal in found}

    above = {goals["video-safety"], goals["trust-safety"]}
    assert offered(of_unit=True) == above
    assert offered(of_unit=False) == above | {goals["video-es"]}
    close_goal(goal=units["video-es"].goals.get(), state=GoalState.REACHED, words="", by=None)
    assert offered(of_unit=False) == above
    assert not list_possible_parents(viewer, unit_id=None, of_unit=False).exists()
