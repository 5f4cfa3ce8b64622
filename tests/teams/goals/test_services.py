from datetime import timedelta
from decimal import Decimal

import pytest
from celery import current_app

from opsportal.lib.texts import MOST_CHARACTERS
from teams.audit.models import AuditEvent
from teams.goals.errors import GoalError, StaleGoalError
from teams.goals.models import Confidence, Goal, GoalKind, GoalReading, GoalState
from teams.goals.rules import Aim
from teams.goals.services import (
    REFRESH_READINGS,
    Step,
    agree_goal,
    change_goal,
    check_in,
    close_goal,
    refresh_readings,
    tick_milestone,
)
from teams.goals.tasks import refresh_goal_readings
from tests.teams.goals.figures import WrittenFigures
from tests.teams.goals.writing import TODAY, make_draft, set_goal

KPI, MILESTONES, WORDS = GoalKind.KPI, GoalKind.MILESTONES, GoalKind.WORDS


@pytest.fixture
def elif_(organisation):
    return organisation.people["Elif"]


def aim(**ends: float) -> Aim:
    return Aim(**{end: Decimal(str(number)) for end, number in ends.items()})


@pytest.mark.parametrize(
    ("kind", "fields", "code", "words"),
    [
        (WORDS, {"title": "  \0\x07 "}, "no_title", "Say in a few words"),
        (WORDS, {"title": "x" * 201}, "title_too_long", "1 more than are kept"),
        (WORDS, {"words": "y" * 50_000}, "words_too_long", "30000 more than are kept"),
        (WORDS, {"weight": Decimal(101)}, "weight_out_of_range", "0 to 100"),
        (KPI, {"kpi": "no-such"}, "no_such_figure", "Choose one of the figures"),
        (KPI, {"kpi": "occupancy"}, "no_such_figure", "Choose one of the figures"),
        (KPI, {"aim": aim(baseline=6, target=6)}, "target_is_baseline", "equals the baseline"),
        (KPI, {"aim": aim(baseline=6, target=7)}, "target_goes_back", "less is better"),
        (
            KPI,
            {"kpi": "accuracy", "aim": aim(baseline=97, target=96)},
            "target_goes_back",
            "more is better",
        ),
        (KPI, {"aim": aim(baseline=6)}, "no_way", "from which baseline"),
        (KPI, {"aim": Aim()}, "no_way", "from which baseline"),
        (KPI, {"aim": aim(baseline=7, target=6, low=5)}, "way_and_band", "leave one of them blank"),
        (KPI, {"aim": aim(low=7, high=6)}, "band_upside_down", "above the upper end"),
        (KPI, {"aim": aim(low=float("nan"))}, "number_too_large", "no number"),
        (KPI, {"aim": aim(low=1e11)}, "number_too_large", "no number"),
        (KPI, {"aim": aim(low="1.00001")}, "too_many_decimals", "four decimals"),
        (MILESTONES, {"milestones": []}, "no_milestones", "one at least"),
        (MILESTONES, {"milestones": [Step("x")] * 41}, "too_many_milestones", "40"),
        (MILESTONES, {"milestones": [Step(" ")]}, "no_title", "Say in a few words"),
    ],
)
def test_what_cannot_be_a_goal_is_refused_with_a_sentence(
    elif_, figures, kind, fields, code, words
):
    with pytest.raises(GoalError, match=words) as caught:
        set_goal(elif_, kind, **fields)
    assert caught.value.code == code
    assert not Goal.objects.exists()


def test_a_goal_begins_before_it_is_due(elif_):
    with pytest.raises(GoalError, match="first day or later"):
        set_goal(elif_, start=TODAY(), end=TODAY())


def test_control_characters_go_and_markup_stays_as_it_is(elif_):
    goal = set_goal(elif_, title="A\0 <b>goal</b>\n of two lines", words="One\r\n\x07<script>")
    assert goal.title == "A <b>goal</b> of two lines"
    assert goal.words == "One\n<script>"
    longest = set_goal(elif_, words="z" * MOST_CHARACTERS)
    assert len(longest.words) == MOST_CHARACTERS


def test_a_figure_is_kept_as_it_was_agreed_on(elif_, figures):
    goal = set_goal(elif_, KPI)
    assert (goal.figure_name, goal.unit_label, goal.decimals) == ("Late appeals", "%", 1)
    assert not figures.asked  # nobody waits for it: a worker reads it


class TestParents:
    def test_a_goal_stands_under_one_of_a_unit_above(self, organisation, elif_):
        units = organisation.units
        own, above = set_goal(units["video-es"]), set_goal(units["trust-safety"])
        aside, sibling = set_goal(units["ads-safety"]), set_goal(units["video-de"])
        for parent in (own, above):
            assert set_goal(elif_, parent=parent).parent == parent
        assert set_goal(units["video-es"], parent=above).parent == above
        for owner, parent in [
            (elif_, aside),
            (elif_, sibling),
            (elif_, set_goal(organisation.people["Mateo"])),
            (units["video-es"], own),
            (units["trust-safety"], own),
        ]:
            with pytest.raises(GoalError, match="one of a unit above"):
                set_goal(owner, parent=parent)

    def test_not_under_one_that_is_closed(self, organisation, elif_):
        parent = set_goal(organisation.units["video-es"])
        child = set_goal(elif_, parent=parent)
        close_goal(goal=parent, state=GoalState.REACHED, words="", by=None)
        with pytest.raises(GoalError, match="is closed"):
            set_goal(elif_, parent=parent)
        # One that stands there already stays.
        changed = change_goal(
            goal=child, draft=make_draft(parent=parent), version=1, agreed=True, by=None
        )
        assert changed.parent == parent


class TestChanging:
    def test_the_second_of_two_editors_is_refused_and_writes_nothing(self, organisation, elif_):
        goal = set_goal(elif_)
        first, second = make_draft(title="First"), make_draft(title="Second")
        by = organisation.user("Carmen")
        assert change_goal(goal=goal, draft=first, version=1, agreed=True, by=by).version == 2
        with pytest.raises(StaleGoalError, match="Somebody else changed"):
            change_goal(goal=goal, draft=second, version=1, agreed=True, by=None)
        goal.refresh_from_db()
        assert (goal.title, goal.version, goal.changed_by) == ("First", 2, by)

    def test_milestones_are_brought_to_what_was_written(self, elif_):
        goal = set_goal(elif_, MILESTONES)
        draft_it, teach = goal.milestones.all()
        tick_milestone(milestone=teach, done=True, by=None)
        steps = [
            Step("Teach it twice", TODAY(), teach.pk),
            Step("Ask who came"),
            Step("x", None, 0),
        ]
        change_goal(
            goal=goal,
            draft=make_draft(MILESTONES, milestones=steps),
            version=1,
            agreed=True,
            by=None,
        )
        held = list(goal.milestones.values_list("title", "done_on"))
        assert held == [("Teach it twice", TODAY()), ("Ask who came", None), ("x", None)]
        assert not goal.milestones.filter(pk=draft_it.pk).exists()

    def test_milestones_of_another_goal_stay_there(self, elif_):
        goal, other = set_goal(elif_, MILESTONES), set_goal(elif_, MILESTONES)
        taken = Step("Taken", None, other.milestones.first().pk)
        change_goal(
            goal=goal,
            draft=make_draft(MILESTONES, milestones=[taken]),
            version=1,
            agreed=True,
            by=None,
        )
        assert goal.milestones.get().title == "Taken"
        assert other.milestones.count() == 2

    def test_the_kind_stays(self, elif_):
        goal = set_goal(elif_)
        with pytest.raises(GoalError, match="Drop this one"):
            change_goal(goal=goal, draft=make_draft(MILESTONES), version=1, agreed=True, by=None)

    def test_a_figure_that_is_no_longer_computed_stays_what_it_was(self, elif_, figures):
        goal = set_goal(elif_, KPI)
        Goal.objects.filter(pk=goal.pk).update(kpi="gone", figure_name="Gone")
        draft = make_draft(KPI, kpi="gone", title="Another")
        changed = change_goal(goal=goal, draft=draft, version=1, agreed=True, by=None)
        assert (changed.title, changed.figure_name) == ("Another", "Gone")

    def test_what_a_leader_changes_is_agreed_on_by_it(self, organisation, elif_):
        goal = set_goal(elif_, agreed=False, by=elif_.user)
        assert goal.agreed_on is None
        by = organisation.user("Carmen")
        change_goal(goal=goal, draft=make_draft(), version=1, agreed=True, by=by)
        goal.refresh_from_db()
        assert (goal.agreed_on, goal.agreed_by) == (TODAY(), by)
        with pytest.raises(GoalError, match="agreed on already"):
            agree_goal(goal=goal, by=by)

    def test_agreeing_comes_before_what_the_person_typed_meanwhile(self, organisation, elif_):
        goal = set_goal(elif_, agreed=False, by=elif_.user)
        agree_goal(goal=goal, by=organisation.user("Carmen"))
        with pytest.raises(StaleGoalError):
            change_goal(goal=goal, draft=make_draft(), version=1, agreed=False, by=elif_.user)


class TestClosing:
    def test_a_closed_goal_stays_as_it_was(self, elif_):
        goal = set_goal(elif_, MILESTONES)
        close_goal(goal=goal, state=GoalState.MISSED, words="Nobody came.", by=elif_.user)
        goal.refresh_from_db()
        assert (goal.state, goal.closing_words) == ("missed", "Nobody came.")
        assert goal.closed_by == elif_.user
        for act in (
            lambda: close_goal(goal=goal, state=GoalState.REACHED, words="", by=None),
            lambda: check_in(goal=goal, confidence=Confidence.ON_TRACK, by=None),
            lambda: tick_milestone(milestone=goal.milestones.first(), done=True, by=None),
            lambda: change_goal(
                goal=goal, draft=make_draft(MILESTONES), version=2, agreed=True, by=None
            ),
        ):
            with pytest.raises(GoalError, match="stays as it was"):
                act()

    @pytest.mark.parametrize("state", [GoalState.MISSED, GoalState.DROPPED])
    def test_what_was_not_reached_needs_words(self, elif_, state):
        with pytest.raises(GoalError, match="why it was not reached"):
            close_goal(goal=set_goal(elif_), state=state, words=" \0", by=None)

    def test_its_figure_is_read_once_more_and_then_stays(self, elif_, figures):
        figures.write("late-share", 5.4, 5.0, 5.8, person=elif_)
        goal = set_goal(elif_, KPI)
        close_goal(goal=goal, state=GoalState.REACHED, words="", by=None)
        figures.write("late-share", 9.9, 9.0, 10.8, person=elif_)
        assert refresh_readings() == 0
        assert goal.reading.value == 5.4


def test_check_ins_are_kept_and_the_last_one_counts(elif_):
    goal = set_goal(elif_)
    check_in(goal=goal, confidence=Confidence.ON_TRACK, by=elif_.user)
    last = check_in(goal=goal, confidence=Confidence.AT_RISK, words="Two are ill.\0", by=None)
    goal.refresh_from_db()
    assert (goal.confidence, goal.checked_in_at) == ("at_risk", last.at)
    assert [one.words for one in goal.check_ins.all()] == ["Two are ill.", ""]
    with pytest.raises(GoalError, match="stands in the way"):
        check_in(goal=goal, confidence=Confidence.OFF_TRACK, words="\n", by=None)
    # A check-in is no change of what was agreed on.
    assert goal.version == 1


def test_a_milestone_is_ticked_once_and_taken_back(elif_):
    milestone = set_goal(elif_, MILESTONES).milestones.first()
    for done in (True, True, False):
        tick_milestone(milestone=milestone, done=done, by=None)
    milestone.refresh_from_db()
    assert milestone.done_on is None
    acts = AuditEvent.objects.filter(act__startswith="goal.milestone").values_list("act", flat=True)
    assert list(acts) == ["goal.milestone_reopened", "goal.milestone_done"]


def test_acts_are_recorded_without_what_the_goal_says(organisation, elif_):
    goal = set_goal(elif_, agreed=False, by=elif_.user, title="A secret", words="Really")
    agree_goal(goal=goal, by=organisation.user("Carmen"))
    check_in(goal=goal, confidence=Confidence.AT_RISK, words="Whispered", by=elif_.user)
    close_goal(goal=goal, state=GoalState.DROPPED, words="Hushed", by=None)
    events = AuditEvent.objects.filter(act__startswith="goal.")
    assert [event.act for event in events] == [
        "goal.closed",
        "goal.checked_in",
        "goal.agreed",
        "goal.proposed",
    ]
    told = " ".join(f"{event.subject_label} {event.detail}" for event in events)
    assert "Elif Example" in told
    assert not [word for word in ("secret", "Really", "Whispered", "Hushed") if word in told]


class TestReadings:
    def test_figures_of_all_open_goals_are_read_in_one_go(
        self, organisation, figures: WrittenFigures, django_assert_num_queries
    ):
        elif_, mateo = organisation.people["Elif"], organisation.people["Mateo"]
        unit = organisation.units["video-es"]
        figures.write("late-share", 6.6, 6.3, 6.9, person=elif_)
        figures.write("late-share", 5.4, 5.2, 5.9, person=mateo)
        figures.write("occupancy", 75, 71, 79, unit=unit)
        goals = [
            set_goal(elif_, KPI),
            set_goal(mateo, KPI),
            set_goal(unit, KPI, kpi="occupancy", aim=aim(low=70, high=80)),
            set_goal(organisation.people["Jonas"], KPI),
        ]
        set_goal(elif_)  # in words: nothing to read
        set_goal(elif_, KPI, start=TODAY(), end=TODAY() + timedelta(days=9))  # no day is over
        with django_assert_num_queries(4):  # savepoint, goals, upsert, release
            assert refresh_readings() == 4
        (asked,) = figures.asked
        assert {(one.start, one.end) for one in asked} == {(TODAY() - timedelta(days=60), TODAY())}
        held = [
            (row.status, row.share, row.shown, row.version)
            for row in GoalReading.objects.filter(goal__in=goals).order_by("goal")
        ]
        assert held == [
            ("missed", pytest.approx(0.5), "6.6 %", 3),
            ("met", pytest.approx(1.5), "5.4 %", 3),
            ("met", 1, "75 %", 3),
            ("nodata", None, "", 3),
        ]

    def test_they_are_read_again_over_the_goal_s_own_days(self, elif_, figures):
        start = TODAY() - timedelta(days=90)
        goal = set_goal(elif_, KPI, start=start, end=start + timedelta(days=30))
        figures.write("late-share", 6.6, 6.3, 6.9, person=elif_)
        refresh_goal_readings([goal.pk])
        figures.write("late-share", 6.0, 5.7, 6.3, person=elif_)
        refresh_goal_readings()
        reading = GoalReading.objects.get()
        assert (reading.status, reading.value) == ("close", 6.0)
        assert (reading.start, reading.end) == (start, start + timedelta(days=30))

    def test_a_figure_that_nobody_computes_any_more_is_no_data(self, elif_, figures):
        goal = set_goal(elif_, KPI)
        Goal.objects.filter(pk=goal.pk).update(kpi="gone")
        refresh_readings()
        assert GoalReading.objects.get().status == "nodata"

    def test_what_was_read_goes_with_what_it_was_read_for(self, elif_, figures):
        figures.write("late-share", 6.6, 6.3, 6.9, person=elif_)
        goal = set_goal(elif_, KPI)
        refresh_readings()
        other_words = make_draft(KPI, words="Better said")
        change_goal(goal=goal, draft=other_words, version=1, agreed=True, by=None)
        assert GoalReading.objects.get().share == pytest.approx(0.5)
        other_aim = make_draft(KPI, aim=aim(baseline=7.2, target=5))
        change_goal(goal=goal, draft=other_aim, version=2, agreed=True, by=None)
        assert not GoalReading.objects.exists()

    def test_too_few_are_not_judged(self, elif_, figures):
        figures.n = 29
        figures.write("late-share", 5.4, 5.2, 5.9, person=elif_)
        set_goal(elif_, KPI)
        refresh_readings()
        assert GoalReading.objects.get().status == "few"

    def test_a_goal_by_a_figure_is_read_once_it_is_kept(
        self, elif_, figures, django_capture_on_commit_callbacks
    ):
        figures.write("late-share", 6.6, 6.3, 6.9, person=elif_)
        with django_capture_on_commit_callbacks() as waiting:
            goal = set_goal(elif_, KPI)
            change_goal(goal=goal, draft=make_draft(KPI), version=1, agreed=True, by=None)
            set_goal(elif_)
        assert len(waiting) == 2
        assert not GoalReading.objects.exists()
        # As the worker finds it.
        assert current_app.tasks[REFRESH_READINGS]([goal.pk]) == 1
        assert GoalReading.objects.get().goal == goal
