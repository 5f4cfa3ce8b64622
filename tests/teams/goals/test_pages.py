from datetime import timedelta
from decimal import Decimal
from html import escape
from typing import Any

import pytest

from teams.goals.models import Confidence, Goal, GoalKind, GoalState
from teams.goals.services import (
    agree_goal,
    change_goal,
    check_in,
    close_goal,
    refresh_readings,
    tick_milestone,
)
from tests.teams.goals.writing import TODAY, let_stand, make_draft, set_goal

KPI, MILESTONES = GoalKind.KPI, GoalKind.MILESTONES
NEW = "/goals/people/E-ELIF/new/"
EMPTY_STEPS = {"milestones-TOTAL_FORMS": "0", "milestones-INITIAL_FORMS": "0"}


def typed(**fields: Any) -> dict[str, Any]:
    """Return what somebody types into the form of a goal, that of a goal in words without more."""
    return {
        "title": "Fewer late appeals",
        "words": "",
        "kind": "words",
        "start": str(TODAY()),
        "until": str(TODAY() + timedelta(days=90)),
        **EMPTY_STEPS,
        **fields,
    }


def steps(*lines: tuple[str, str], pks: tuple[int, ...] = ()) -> dict[str, str]:
    data = {"milestones-TOTAL_FORMS": str(len(lines)), "milestones-INITIAL_FORMS": str(len(pks))}
    for place, (title, due_on) in enumerate(lines):
        data[f"milestones-{place}-title"] = title
        data[f"milestones-{place}-due_on"] = due_on
        if place < len(pks):
            data[f"milestones-{place}-pk"] = str(pks[place])
    return data


def read(organisation, persona: str, address: str) -> str:
    response = organisation.client(persona).get(address)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def post(organisation, persona: str, address: str, data: dict[str, Any]):
    return organisation.client(persona).post(address, data)


class TestWriting:
    def test_a_leader_sets_a_goal_by_a_figure(self, organisation, figures):
        above = set_goal(organisation.units["video-safety"], title="Fewer late ones")
        page = read(organisation, "team_leader", NEW)
        assert "Late appeals (%, less is better)" in page
        assert "Occupancy" not in page  # of units alone
        assert "Video Safety: Fewer late ones" in page
        response = post(
            organisation,
            "team_leader",
            NEW,
            typed(
                kind="kpi",
                kpi="late-share",
                baseline="7.2",
                target="6",
                weight="60",
                parent=above.pk,
            ),
        )
        goal = Goal.objects.get(person=organisation.people["Elif"])
        assert response.url == f"/goals/{goal.pk}/"
        assert (goal.baseline, goal.target, goal.weight) == (Decimal("7.2"), 6, 60)
        assert (goal.parent, goal.agreed_by) == (above, organisation.user("Carmen"))
        assert goal.period.upper == TODAY() + timedelta(days=91)

    def test_a_person_proposes_and_the_leader_agrees(self, organisation):
        post(organisation, "member", NEW, typed(kind="milestones", **steps(("One", ""), ("", ""))))
        goal = Goal.objects.get()
        assert (goal.agreed_on, goal.created_by) == (None, organisation.user("Elif"))
        assert [one.title for one in goal.milestones.all()] == ["One"]
        address = f"/goals/{goal.pk}/"
        assert "Proposed, not agreed on" in read(organisation, "member", address)
        assert f"{address}agree/" not in read(organisation, "member", address)
        assert f"{address}agree/" in read(organisation, "team_leader", address)
        assert post(organisation, "member", f"{address}agree/", {}).status_code == 403
        assert post(organisation, "team_leader", f"{address}agree/", {}).status_code == 302
        goal.refresh_from_db()
        assert goal.agreed_by == organisation.user("Carmen")
        # From now on the leader alone changes what was agreed on.
        assert organisation.client("member").get(f"{address}change/").status_code == 403

    def test_a_unit_s_goal_is_set_by_who_leads_it(self, organisation, figures):
        address = "/goals/units/video-es/new/"
        assert organisation.client("member").get(address).status_code == 403
        post(
            organisation,
            "team_leader",
            address,
            typed(kind="kpi", kpi="occupancy", low="70", high="80"),
        )
        goal = Goal.objects.get()
        assert (goal.unit, goal.low, goal.high) == (organisation.units["video-es"], 70, 80)
        assert "from 70\xa0% to 80\xa0%" in read(organisation, "member", f"/goals/{goal.pk}/")

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            (
                {"kind": "kpi", "kpi": "late-share", "baseline": "6", "target": "6.0"},
                "The target equals the baseline",
            ),
            (
                {"kind": "kpi", "kpi": "late-share", "baseline": "6", "target": "NaN"},
                "Enter a number",
            ),
            ({"kind": "kpi", "kpi": "nonsense"}, "nonsense is not one of the available"),
            ({"kind": "kpi", "kpi": "late-share"}, "Say from which baseline"),
            ({"kind": "milestones"}, "needs one at least"),
            (
                {"kind": "milestones", **steps(("", "2026-11-22"))},
                "Say what is due on that day",
            ),
            ({"kind": "milestones", **steps(("One", "soon"))}, "is not a date such as"),
            ({"kind": "nonsense"}, "nonsense is not one of the available"),
            ({"weight": "101"}, "0 to 100"),
            ({"title": "\0\x07"}, "This field is required"),
            ({"title": "t" * 50_000}, "49800 more than are kept"),
            ({"words": "w" * 50_000}, "30000 more than are kept"),
            ({"until": "2025-01-01"}, "first day or later"),
            ({"until": "9999-12-31"}, "too far away"),
            ({"parent": "999999"}, "not one of the available choices"),
        ],
    )
    def test_a_refusal_says_why_and_keeps_what_was_typed(
        self, organisation, figures, fields, words
    ):
        kept = "Kept <b>words</b> of Elif"
        response = post(organisation, "team_leader", NEW, typed(**{"words": kept, **fields}))
        page = response.content.decode()
        assert response.status_code == 200
        assert words in page
        assert escape(fields.get("words", kept)) in page
        assert not Goal.objects.exists()

    def test_broken_milestones_of_another_kind_stand_in_nobody_s_way(self, organisation):
        data = typed(**steps(("One", "soon")))
        assert post(organisation, "team_leader", NEW, data).status_code == 302
        data = typed() | {"milestones-TOTAL_FORMS": "many"}
        assert post(organisation, "team_leader", NEW, data).status_code == 302

    def test_markup_is_shown_as_text_and_control_characters_go(self, organisation):
        script = "<script>alert(1)</script>"
        post(
            organisation, "team_leader", NEW, typed(title=f"A\0{script}", words=f"B\x07\n{script}")
        )
        goal = Goal.objects.get()
        check_in(goal=goal, confidence=Confidence.AT_RISK, words=script, by=None)
        for address in (f"/goals/{goal.pk}/", "/goals/", "/goals/people/E-ELIF/"):
            page = read(organisation, "team_leader", address)
            assert script not in page
            assert escape(script) in page

    def test_who_may_read_may_not_write_therefore(self, organisation):
        for persona, code in [("hr_partner", 403), ("sibling_leader", 404), ("administrator", 404)]:
            assert post(organisation, persona, NEW, typed()).status_code == code
        assert not Goal.objects.exists()


class TestChanging:
    def change(self, organisation, persona: str, goal: Goal, **fields: Any):
        data = typed(version=str(goal.version), **fields)
        return post(organisation, persona, f"/goals/{goal.pk}/change/", data)

    def test_the_form_begins_with_what_there_is(self, organisation, figures):
        goal = set_goal(organisation.people["Elif"], KPI, weight=Decimal(40), words="As is")
        page = read(organisation, "team_leader", f"/goals/{goal.pk}/change/")
        for value in ('value="7.2"', 'value="6"', 'value="40"', "As is</textarea>", 'value="1"'):
            assert value in page
        assert 'name="kind"' not in page
        response = self.change(
            organisation, "team_leader", goal, kpi="late-share", baseline="7.2", target="5.5"
        )
        assert response.status_code == 302
        goal.refresh_from_db()
        assert (goal.target, goal.version) == (Decimal("5.5"), 2)

    def test_the_second_of_two_editors_sees_both_texts_and_loses_none(self, organisation):
        goal = set_goal(organisation.people["Elif"])
        first = make_draft(title="Theirs <i>first</i>")
        change_goal(goal=goal, draft=first, version=1, agreed=True, by=organisation.user("Nadia"))
        response = self.change(
            organisation, "team_leader", goal, title="Yours second", words="Mine"
        )
        page = response.content.decode()
        assert "Nadia Example changed this text at" in page
        assert "Theirs &lt;i&gt;first&lt;/i&gt;" in page
        assert page.count("Yours second") >= 2  # in the notice and still in the form
        assert "Mine</textarea>" in page
        assert "Nothing was saved yet" in page
        assert Goal.objects.get().title == "Theirs <i>first</i>"
        # The form now knows of the other text: sent again, it takes its place.
        assert 'name="version" value="2"' in page
        goal.refresh_from_db()
        assert self.change(organisation, "team_leader", goal, title="Both").status_code == 302
        assert Goal.objects.get().title == "Both"

    def test_who_is_overtaken_by_the_agreement_keeps_what_was_typed(self, organisation):
        goal = set_goal(organisation.people["Elif"], agreed=False)
        agree_goal(goal=goal, by=organisation.user("Carmen"))
        response = self.change(organisation, "member", goal, words="All my words")
        page = response.content.decode()
        assert response.status_code == 200
        assert "agreed on meanwhile" in page
        assert "All my words</textarea>" in page
        goal.refresh_from_db()
        assert self.change(organisation, "member", goal).status_code == 403
        assert Goal.objects.get().words == ""

    def test_who_is_overtaken_by_the_closing_keeps_what_was_typed(self, organisation):
        goal = set_goal(organisation.people["Elif"])
        close_goal(goal=goal, state=GoalState.REACHED, words="", by=None)
        page = self.change(organisation, "team_leader", goal, words="All my words").content.decode()
        assert "This goal is closed" in page
        assert "All my words</textarea>" in page
        # HR reads and does not set, whatever the version says.
        assert self.change(organisation, "hr_partner", goal).status_code == 403

    def test_milestones_are_changed_in_their_lines(self, organisation):
        goal = set_goal(organisation.people["Elif"], MILESTONES)
        pks = tuple(goal.milestones.values_list("pk", flat=True))
        assert "Draft the guide" in read(organisation, "team_leader", f"/goals/{goal.pk}/change/")
        lines = steps(("", ""), ("Teach it well", "2026-12-01"), ("Ask", ""), pks=pks)
        self.change(organisation, "team_leader", goal, **lines)
        held = list(goal.milestones.values_list("pk", "title"))
        assert held[0] == (pks[1], "Teach it well")
        assert [title for _, title in held] == ["Teach it well", "Ask"]


class TestDeeds:
    def test_the_person_checks_in_and_ticks(self, organisation):
        goal = set_goal(organisation.people["Elif"], MILESTONES)
        milestone = goal.milestones.first()
        address = f"/goals/{goal.pk}/"
        done = {"done": "1"}
        post(organisation, "member", f"{address}milestones/{milestone.pk}/", done)
        risk = {"confidence": "at_risk", "words": "Two are ill."}
        post(organisation, "member", f"{address}check-in/", risk)
        page = read(organisation, "team_leader", address)
        assert "1 of 2 milestones" in page
        assert "50\xa0% of the way" in page
        assert "Two are ill." in page
        assert page.count("At risk") >= 2
        post(organisation, "team_leader", f"{address}milestones/{milestone.pk}/", {"done": "0"})
        milestone.refresh_from_db()
        assert milestone.done_on is None

    def test_a_check_in_that_is_refused_keeps_its_words(self, organisation):
        goal = set_goal(organisation.people["Elif"])
        address = f"/goals/{goal.pk}/check-in/"
        page = post(organisation, "member", address, {"words": "Kept words"}).content.decode()
        assert "Kept words</textarea>" in page
        assert "This field is required" in page
        response = post(organisation, "member", address, {"confidence": "off_track"})
        assert "what stands in the way" in response.content.decode()
        long = "l" * 50_000
        response = post(organisation, "member", address, {"confidence": "on_track", "words": long})
        assert long in response.content.decode()
        assert "30000 more than are kept" in response.content.decode()
        assert not goal.check_ins.exists()

    def test_a_milestone_of_another_goal_is_not_found(self, organisation):
        goal = set_goal(organisation.people["Elif"], MILESTONES)
        other = set_goal(organisation.people["Mei"], MILESTONES).milestones.first()
        address = f"/goals/{goal.pk}/milestones/{other.pk}/"
        assert post(organisation, "member", address, {"done": "1"}).status_code == 404
        other.refresh_from_db()
        assert other.done_on is None

    def test_it_is_closed_with_words_and_then_only_read(self, organisation, figures):
        elif_ = organisation.people["Elif"]
        figures.write("late-share", 6.6, 6.3, 6.9, person=elif_)
        goal = set_goal(elif_, KPI)
        address = f"/goals/{goal.pk}/"
        response = post(organisation, "team_leader", f"{address}close/", {"state": "missed"})
        assert "why it was not reached" in response.content.decode()
        missed = {"state": "missed", "words": "Half of it."}
        assert post(organisation, "team_leader", f"{address}close/", missed).status_code == 302
        page = read(organisation, "member", address)
        assert "Half of it." in page
        assert "Closed by Carmen Example" in page
        assert f"{address}check-in/" not in page
        assert "1 closed goal" in read(organisation, "member", "/goals/people/E-ELIF/")

    @pytest.mark.parametrize(
        "deed", ["change/", "check-in/", "close/", "agree/", "milestones/{milestone}/"]
    )
    def test_who_only_reads_does_nothing(self, organisation, deed):
        goal = set_goal(organisation.people["Elif"], MILESTONES, agreed=False)
        deed = deed.format(milestone=goal.milestones.first().pk)
        for persona, code in [("hr_partner", 403), ("Mateo", 404), ("administrator", 404)]:
            response = post(organisation, persona, f"/goals/{goal.pk}/{deed}", {})
            assert response.status_code == code
        of_unit = set_goal(organisation.units["video-es"], MILESTONES)
        deed = deed.replace(str(goal.milestones.first().pk), str(of_unit.milestones.first().pk))
        response = post(organisation, "member", f"/goals/{of_unit.pk}/{deed}", {})
        assert response.status_code == 403


class TestReading:
    def test_a_goal_by_a_figure_shows_value_interval_aim_and_what_it_rests_on(
        self, organisation, figures
    ):
        elif_ = organisation.people["Elif"]
        figures.write("late-share", 4.9, 4.4, 5.4, person=elif_)
        goal = set_goal(elif_, KPI, weight=Decimal(60))
        address = f"/goals/{goal.pk}/"
        assert "read over the days of the goal" in read(organisation, "member", address)
        refresh_readings()
        page = read(organisation, "member", address)
        for words in (
            "192\xa0% of the way",
            "4.9 %",
            "95 % interval 4.4 – 5.4",
            "baseline 7.2\xa0%, target at most 6.0\xa0%",
            "definition version 3",
            "d-target",
            ">Met<",
            'href="/people/E-ELIF/figures/"',
            "weight 60 of 100",
        ):
            assert words in page, words

    def test_nothing_is_missed_before_its_last_day(self, organisation, figures):
        elif_ = organisation.people["Elif"]
        figures.write("late-share", 6.9, 6.7, 7.1, person=elif_)
        set_goal(elif_, KPI)
        over = set_goal(elif_, KPI, title="It is over", end=TODAY())
        refresh_readings()
        rows = organisation.client("member").get("/goals/").context["mine"]
        status = {row["goal"].title: row["standing"].status for row in rows}
        assert status == {"Fewer late appeals": "underway", over.title: "missed"}

    @pytest.mark.parametrize(("days", "is_silent"), [(30, False), (31, True)])
    def test_a_goal_of_which_nobody_spoke_for_long_says_so(self, organisation, days, is_silent):
        goal = set_goal(organisation.people["Elif"])
        let_stand(goal, days=days)
        said = "No word for 30 days"
        assert (said in read(organisation, "member", f"/goals/{goal.pk}/")) is is_silent
        assert (said in read(organisation, "team_leader", "/goals/")) is is_silent

    def test_weights_that_do_not_add_up_are_said_plainly(self, organisation):
        elif_ = organisation.people["Elif"]
        set_goal(elif_, weight=Decimal(60))
        said = "The weights add up to 60, not to 100."
        pages = ("/goals/people/E-ELIF/", "/goals/")
        assert all(said in read(organisation, "member", page) for page in pages)
        board = read(organisation, "team_leader", "/goals/")
        assert "The weights add up to 60, not to 100." in board
        set_goal(elif_, weight=Decimal("39.5"))
        assert "add up to 99.5, not" in read(organisation, "member", "/goals/")
        set_goal(elif_, weight=Decimal("0.5"))
        assert not [page for page in pages if "add up" in read(organisation, "member", page)]

    def test_the_cascade_shows_what_the_viewer_reads(self, organisation):
        units, people = organisation.units, organisation.people
        top = set_goal(units["trust-safety"], title="Safe for all")
        middle = set_goal(units["video-safety"], title="Safe videos", parent=top)
        set_goal(units["video-es"], title="Safe Spanish", parent=middle)
        set_goal(units["video-de"], title="Safe German", parent=middle)
        mine = set_goal(people["Elif"], title="Mine", parent=middle)
        set_goal(people["Jonas"], title="Of Jonas", parent=middle)
        assert "Safe videos" in read(organisation, "member", f"/goals/{mine.pk}/")
        page = read(organisation, "member", f"/goals/{middle.pk}/")
        assert "Safe for all" in page
        assert "Mine" in page
        assert "Safe Spanish" in page
        assert "Safe German" not in page
        assert "Of Jonas" not in page
        page = read(organisation, "group_leader", f"/goals/{middle.pk}/")
        assert "Safe German" in page
        assert "Of Jonas" in page

    def test_a_leader_sees_who_answers_to_them_and_everyone_below_on_demand(self, organisation):
        def listed(query: str = "", persona: str = "group_leader") -> set[str]:
            response = organisation.client(persona).get(f"/goals/{query}")
            return {row["person"].name.split()[0] for row in response.context["board"]["rows"]}

        assert listed() == {"Carmen", "Lukas"}
        below = {"Carmen", "Elif", "Mateo", "Lukas", "Jonas", "Greta"}
        assert listed("?people=all") == below
        assert "Dana" in listed(persona="hr_partner")
        assert organisation.client("member").get("/goals/").context["board"] is None

    def test_a_unit_s_page_shows_people_to_who_may_read_them_alone(self, organisation):
        set_goal(organisation.units["video-es"], title="Safe Spanish")
        page = read(organisation, "member", "/goals/units/video-es/")
        assert "Safe Spanish" in page
        assert "Mateo" not in page
        assert "Mateo" in read(organisation, "team_leader", "/goals/units/video-es/")
        client = organisation.client("member")
        assert client.get("/goals/units/video-safety/").status_code == 200
        assert client.get("/goals/units/video-de/").status_code == 404
        assert client.get("/goals/units/no-such/").status_code == 404
        assert client.get("/goals/people/E-MATEO/").status_code == 404

    def test_empty_pages_say_what_will_be_here(self, organisation):
        assert "No open goals" in read(organisation, "member", "/goals/")
        assert "they propose one" in read(organisation, "team_leader", "/goals/people/E-ELIF/")
        assert "some. Goals of people" in read(organisation, "member", "/goals/units/video-es/")


def fill(organisation, names: list[str], number: int) -> Goal:
    """Give people goals of all kinds, with all that pages show of them."""
    unit_goal = set_goal(organisation.units["video-es"], KPI)
    for name in names:
        for _ in range(number):
            goal = set_goal(organisation.people[name], KPI, weight=Decimal(10), parent=unit_goal)
            steps = set_goal(organisation.people[name], MILESTONES, by=organisation.user(name))
            for held in (goal, steps, unit_goal):
                by = organisation.user(name)
                check_in(goal=held, confidence=Confidence.ON_TRACK, words="So.", by=by)
            tick_milestone(milestone=steps.milestones.first(), done=True, by=None)
    refresh_readings()
    return unit_goal


@pytest.mark.parametrize(("names", "number"), [(["Elif"], 1), (["Elif", "Mateo", "Carmen"], 4)])
def test_pages_cost_the_same_for_few_and_for_many(
    organisation, figures, django_assert_num_queries, names, number
):
    unit_goal = fill(organisation, names, number)
    goal = Goal.objects.filter(person=organisation.people["Elif"], kind=KPI).first()
    steps = Goal.objects.filter(person=organisation.people["Elif"], kind=MILESTONES).first()
    client = organisation.client("team_leader")
    # Four each for session, user with stars, tree and ties.
    for address, queries in [
        ("/goals/", 4 + 7),
        ("/goals/people/E-ELIF/", 4 + 4),
        ("/goals/units/video-es/", 4 + 5),
        (f"/goals/{goal.pk}/", 4 + 5),
        (f"/goals/{steps.pk}/", 4 + 4),
        (f"/goals/{unit_goal.pk}/", 4 + 4),
        (f"/goals/{goal.pk}/change/", 4 + 5),
        (NEW, 4 + 4),
    ]:
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200, address
