from datetime import timedelta
from decimal import Decimal

import pytest

from teams.goals.models import Confidence, GoalKind, GoalState
from teams.goals.rules import Aim, Attention
from teams.goals.selectors import list_board, list_goals_of, read_people_goals
from teams.goals.services import (
    Step,
    check_in,
    close_goal,
    refresh_readings,
    tick_milestone,
)
from tests.teams.goals.writing import TODAY, let_stand, set_goal

KPI, MILESTONES = GoalKind.KPI, GoalKind.MILESTONES
LATE = [Step("Late", TODAY() - timedelta(days=3)), Step("To come", TODAY() + timedelta(days=3))]


def say(goal, confidence: Confidence, *, days: int = 0):
    check_in(goal=goal, confidence=confidence, words="Because.", by=None)
    if days:
        let_stand(goal, days=days)
    return goal


def board(viewer, **scope) -> list[tuple[str, Attention]]:
    return [
        (person.name.split()[0], Attention(person.attention))
        for person in list_board(viewer, **scope)
    ]


class TestBoard:
    def test_people_stand_in_order_of_what_needs_attention(self, organisation):
        people = organisation.people
        say(set_goal(people["Mateo"]), Confidence.OFF_TRACK)
        say(set_goal(people["Elif"], MILESTONES, milestones=LATE), Confidence.ON_TRACK)
        set_goal(people["Carmen"], agreed=False)
        say(set_goal(people["Jonas"]), Confidence.ON_TRACK, days=31)
        say(set_goal(people["Lukas"]), Confidence.AT_RISK)
        say(set_goal(people["Ines"]), Confidence.ON_TRACK)
        expected = [
            ("Mateo", Attention.OFF_TRACK),
            ("Elif", Attention.OVERDUE),
            ("Carmen", Attention.PROPOSED),
            ("Jonas", Attention.SILENT),
            *[(name, Attention.NO_GOALS) for name in ("Greta", "Nadia", "Otto", "Wilma")],
            ("Lukas", Attention.AT_RISK),
            ("Ines", Attention.NONE),
        ]
        assert board(organisation.viewer("Dana")) == expected
        # HR reads the same, and Dana's; the leader of a team only hers.
        dana = ("Dana", Attention.NO_GOALS)
        assert set(board(organisation.viewer("Judith"))) == {*expected, dana}
        assert board(organisation.viewer("Carmen")) == expected[:2]
        assert board(organisation.viewer("administrator")) == []

    def test_it_keeps_to_units_and_people(self, organisation):
        viewer, people = organisation.viewer("Dana"), organisation.people
        below = viewer.tree.below(organisation.units["video-es"].pk)
        assert {name for name, _ in board(viewer, unit_ids=below)} == {"Carmen", "Elif", "Mateo"}
        # Mei is in nobody's scope here, and naming her changes nothing.
        ids = [people["Nadia"].pk, people["Mei"].pk]
        assert board(viewer, person_ids=ids) == [("Nadia", Attention.NO_GOALS)]

    def test_what_is_over_needs_no_attention(self, organisation):
        goal = say(set_goal(organisation.people["Elif"]), Confidence.OFF_TRACK)
        close_goal(goal=goal, state=GoalState.DROPPED, words="Other work.", by=None)
        assert board(organisation.viewer("Carmen"))[0] == ("Elif", Attention.NO_GOALS)

    def test_a_goal_past_its_last_day_is_overdue_from_the_day_after(self, organisation):
        first = TODAY() - timedelta(days=20)
        set_goal(organisation.people["Elif"], start=first, end=TODAY() + timedelta(days=1))
        assert board(organisation.viewer("Carmen"))[0][1] == Attention.NO_GOALS  # Mateo's
        set_goal(organisation.people["Mateo"], start=first, end=TODAY())
        assert board(organisation.viewer("Carmen"))[0] == ("Mateo", Attention.OVERDUE)

    def test_the_last_word_counts(self, organisation):
        goal = set_goal(organisation.people["Elif"])
        say(goal, Confidence.OFF_TRACK)
        say(goal, Confidence.ON_TRACK)
        assert dict(board(organisation.viewer("Carmen")))["Elif"] == Attention.NONE


def test_the_goals_of_many_are_read_in_one_query(organisation, figures, django_assert_num_queries):
    people = [organisation.people[name] for name in ("Elif", "Mateo", "Jonas")]
    elif_, mateo, _ = people
    figures.write("late-share", 6.6, 6.3, 6.9, person=elif_)
    set_goal(elif_, KPI, weight=Decimal(60))
    half = set_goal(elif_, MILESTONES, weight=Decimal(40))
    set_goal(elif_, weight=Decimal(30))  # in words: nothing to weigh
    set_goal(elif_, MILESTONES, agreed=False, weight=Decimal(50))
    tick_milestone(milestone=half.milestones.first(), done=True, by=None)
    set_goal(mateo)
    refresh_readings()
    with django_assert_num_queries(1):
        found = read_people_goals(people, TODAY())
    assert set(found) == {elif_.pk, mateo.pk}
    assert found[elif_.pk].progress == pytest.approx(0.5)
    assert found[elif_.pk].weights == 130  # a proposal does not weigh
    assert (found[mateo.pk].progress, found[mateo.pk].weights) == (None, None)


class TestLines:
    def test_goals_are_told_in_plain_values(self, organisation, figures, django_assert_num_queries):
        elif_ = organisation.people["Elif"]
        figures.write("late-share", 4.9, 4.4, 5.4, person=elif_)
        kpi = set_goal(elif_, KPI, weight=Decimal(60))
        steps = set_goal(elif_, MILESTONES, agreed=False)
        tick_milestone(milestone=steps.milestones.first(), done=True, by=None)
        words = say(set_goal(elif_), Confidence.AT_RISK)
        close_goal(goal=words, state=GoalState.MISSED, words="Two were ill.", by=None)
        band = set_goal(elif_, KPI, kpi="accuracy", aim=Aim(low=Decimal("97.25")))
        refresh_readings()
        with django_assert_num_queries(1):
            lines = {one.goal_id: one for one in list_goals_of(elif_.pk, *_around())}
        one = lines[kpi.pk]
        assert (one.status, one.shown, one.interval) == ("met", "4.9 %", "4.4 – 5.4")
        assert one.aim == "baseline 7.2\xa0%, target at most 6.0\xa0%"
        assert one.progress_share == pytest.approx(23 / 12)
        assert (one.figure, one.weight, one.agreed_on) == ("Late appeals", 60, TODAY())
        assert one.href == f"/goals/{kpi.pk}/"
        assert one.due_on == TODAY() + timedelta(days=119)
        one = lines[steps.pk]
        assert (one.status, one.shown) == ("underway", "1 of 2 milestones")
        assert (one.progress_share, one.agreed_on) == (0.5, None)
        one = lines[words.pk]
        assert (one.status, one.progress_share) == ("atrisk", None)
        assert (one.state, one.closing_words) == ("missed", "Two were ill.")
        assert one.shown.startswith("At risk, ")
        one = lines[band.pk]
        assert (one.aim, one.status) == ("at least 97.25\xa0%", "nodata")

    def test_they_are_those_that_hold_on_some_day(self, organisation):
        elif_, today = organisation.people["Elif"], TODAY()
        set_goal(elif_, start=today, end=today + timedelta(days=10))
        set_goal(organisation.people["Mateo"])

        def count(start: int, end: int) -> int:
            days = (today + timedelta(days=day) for day in (start, end))
            return len(list_goals_of(elif_.pk, *days))

        assert [count(-5, 0), count(-5, 1), count(9, 20), count(10, 20)] == [0, 1, 1, 0]


def _around():
    return TODAY() - timedelta(days=30), TODAY() + timedelta(days=1)
