from datetime import timedelta

import pytest

from teams.goals.models import Confidence, GoalKind, GoalState
from teams.goals.offers import list_needs, list_person_strips, list_story, list_strips
from teams.goals.services import Step, check_in, close_goal
from tests.teams.goals.writing import TODAY, set_goal

LATE = [Step("Late", TODAY() - timedelta(days=3)), Step("Later", TODAY() - timedelta(days=1))]


def needs(organisation, persona: str) -> dict[str, str]:
    return {need.key: need.what for need in list_needs(organisation.viewer(persona))}


def fill(organisation) -> None:
    """Let Elif be off track and Mateo late, and Carmen propose something."""
    people = organisation.people
    goal = set_goal(people["Elif"], title="Faster")
    check_in(goal=goal, confidence=Confidence.OFF_TRACK, words="No.", by=None)
    set_goal(people["Mateo"], GoalKind.MILESTONES, title="Teach", milestones=LATE)
    set_goal(people["Carmen"], title="Listen", agreed=False)


class TestNeeds:
    def test_each_reads_what_needs_them(self, organisation):
        fill(organisation)
        assert needs(organisation, "team_leader") == {
            "goals-off-track": "‘Faster’ of Elif Example is off track",
            "goals-overdue": "‘Teach’ of Mateo Example is behind its days",
        }
        assert needs(organisation, "Mateo") == {
            "my-goals-overdue": "Your goal ‘Teach’ is behind its days"
        }
        # Carmen answers to Nadia, and Carmen's people to Carmen.
        assert needs(organisation, "group_leader") == {
            "goals-proposed": "Carmen Example proposes ‘Listen’"
        }
        for persona in ("member", "sibling_leader", "hr_partner", "administrator", "outsider"):
            assert needs(organisation, persona) == {}

    def test_many_are_one_line(self, organisation):
        fill(organisation)
        set_goal(organisation.people["Elif"], start=TODAY() - timedelta(days=9), end=TODAY())
        overdue = next(
            need
            for need in list_needs(organisation.viewer("team_leader"))
            if need.key == "goals-overdue"
        )
        assert overdue.what == "2 goals are behind their days"
        assert overdue.since == TODAY() - timedelta(days=3)
        assert (overdue.href, overdue.status) == ("/goals/", "overdue")
        assert overdue.why == ("Teach (Mateo Example), Fewer late appeals (Elif Example)")

    def test_a_unit_s_goal_needs_who_leads_it(self, organisation):
        goal = set_goal(organisation.units["video-es"], title="Safe Spanish")
        check_in(goal=goal, confidence=Confidence.OFF_TRACK, words="No.", by=None)
        assert needs(organisation, "team_leader") == {
            "goals-off-track": "‘Safe Spanish’ of Video ES is off track"
        }
        assert needs(organisation, "group_leader") == {}

    def test_what_is_closed_needs_nobody(self, organisation):
        goal = set_goal(organisation.people["Elif"], end=TODAY())
        close_goal(goal=goal, state=GoalState.REACHED, words="", by=None)
        assert needs(organisation, "team_leader") == needs(organisation, "member") == {}

    @pytest.mark.parametrize("times", [1, 5])
    def test_they_cost_three_queries_and_one_for_who_leads_nobody(
        self, organisation, django_assert_num_queries, times
    ):
        for _ in range(times):
            fill(organisation)
        leader, member = organisation.viewer("team_leader"), organisation.viewer("Mateo")
        with django_assert_num_queries(3):
            assert list_needs(leader)
        with django_assert_num_queries(1):
            assert list_needs(member)
        outsider = organisation.viewer("outsider")
        with django_assert_num_queries(0):
            assert not list_needs(outsider)


class TestStrips:
    def strips(self, organisation, persona: str, slug: str):
        viewer = organisation.viewer(persona)
        return list_strips(viewer, viewer.tree.by_slug(slug))

    def test_who_leads_reads_whose_goals_need_somebody(
        self, organisation, django_assert_num_queries
    ):
        fill(organisation)
        (strip,) = self.strips(organisation, "group_leader", "video-safety")
        # Jonas, Greta and Lukas have none; Nadia, who looks, is not counted.
        assert strip.facts == ("*3* people without goals", "*1* at risk", "*1* overdue")
        assert strip.href == "/goals/units/video-safety/"
        viewer = organisation.viewer("group_leader")
        node = viewer.tree.by_slug("video-safety")
        with django_assert_num_queries(1):
            list_strips(viewer, node)

    def test_others_read_how_many_the_unit_has(self, organisation):
        set_goal(organisation.units["video-es"])
        for persona in ("member", "analyst"):
            (strip,) = self.strips(organisation, persona, "video-es")
            assert strip.facts == ("*1* open goal",)
        assert self.strips(organisation, "sibling_leader", "video-es") == []


class TestPersonPage:
    def test_a_strip_for_who_reads_the_goals(self, organisation, django_assert_num_queries):
        fill(organisation)
        elif_ = organisation.people["Elif"]
        for persona in ("member", "team_leader", "hr_partner"):
            viewer = organisation.viewer(persona)
            with django_assert_num_queries(1):
                (strip,) = list_person_strips(viewer, elif_)
            assert strip.facts == ("*1* open goal", "*Off track*")
            assert strip.href == "/goals/people/E-ELIF/"
        for persona in ("Mateo", "sibling_leader", "analyst", "administrator", "outsider"):
            assert list_person_strips(organisation.viewer(persona), elif_) == []

    def test_goals_are_part_of_the_story(self, organisation, django_assert_num_queries):
        elif_ = organisation.people["Elif"]
        for title, state in [("First", "reached"), ("Second", "missed"), ("Third", "dropped")]:
            goal = set_goal(elif_, title=title)
            close_goal(goal=goal, state=GoalState(state), words="So it was.", by=None)
        set_goal(elif_, title="Proposed", agreed=False)
        viewer = organisation.viewer("team_leader")
        with django_assert_num_queries(1):
            told = list_story(viewer, elif_)
        assert [(moment.title, moment.words.split(";")[0]) for moment in told] == [
            ("Third", "Agreed"),
            ("Second", "Missed."),
            ("Second", "Agreed"),
            ("First", "Reached."),
            ("First", "Agreed"),
        ]
        for persona in ("Mateo", "sibling_leader", "administrator"):
            assert list_story(organisation.viewer(persona), elif_) == []

    def test_both_stand_where_a_person_is_shown(self, organisation):
        set_goal(organisation.people["Elif"], title="Fewer late ones")
        for address, shown in [
            ("/people/E-ELIF/", "/goals/people/E-ELIF/"),
            ("/people/E-ELIF/story/", "Fewer late ones"),
        ]:
            assert shown in organisation.client("team_leader").get(address).content.decode()
            assert shown not in organisation.client("sibling_leader").get(address).content.decode()
