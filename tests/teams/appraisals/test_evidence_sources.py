"""What stands beside the figures: goals that were agreed, what colleagues said, one-to-ones."""

import pytest

from teams.appraisals.models import Appraisal
from teams.appraisals.rules.transitions import Action, State
from teams.appraisals.services.evidence import gather_evidence
from teams.appraisals.services.feedback import answer_feedback, decline_feedback
from teams.appraisals.services.steps import take_step
from teams.goals.models import GoalKind, GoalState
from teams.goals.services import close_goal
from tests.personas import Organisation
from tests.teams.appraisals.asking import FOUR, answer, ask
from tests.teams.appraisals.building import (
    build_cycle,
    days_ago,
    find_appraisal,
    get_review,
    put,
    write_part,
)
from tests.teams.goals.writing import set_goal


@pytest.fixture
def elif_(organisation: Organisation) -> Appraisal:
    return find_appraisal(build_cycle(organisation), organisation, "Elif")


def test_goals_that_were_agreed_are_evidence_and_proposals_are_not(organisation, elif_):
    carmen = organisation.user("team_leader")
    guide = set_goal(elif_.person, GoalKind.MILESTONES, by=carmen, title="A guide")
    talk = set_goal(elif_.person, by=carmen, title="A talk")
    set_goal(elif_.person, agreed=False, by=carmen, title="Proposed")
    set_goal(organisation.people["Mateo"], by=carmen, title="Another's")
    set_goal(elif_.person, by=carmen, title="Long ago", start=days_ago(400), end=days_ago(300))
    close_goal(goal=talk, state=GoalState.DROPPED, words="The desk moved.", by=carmen)
    gather_evidence(appraisals=[elif_])
    first, second = elif_.evidence.filter(kind="goal")
    assert (first.name, first.key, first.href) == (
        "Goal: A guide",
        str(guide.pk),
        f"/goals/{guide.pk}/",
    )
    assert first.shown == "0 of 2 milestones"
    assert (second.name, second.status, second.words) == (
        "Goal: A talk",
        "dropped",
        "The desk moved.",
    )
    page = organisation.client("team_leader").get(f"/appraisals/{elif_.pk}/").content.decode()
    assert "Goals and training" in page
    assert "The desk moved." in page
    assert "Proposed" not in page
    assert organisation.client("team_leader").get(first.href).status_code == 200


def test_feedback_is_evidence_by_name_and_without_names_as_one(organisation, elif_):
    ask(organisation, elif_, ["Tobias", "Hana"], is_anonymous=False)
    ask(organisation, elif_)
    answer(organisation, elif_, "Tobias", "Helps everybody.\n\nAlways.")
    for name in FOUR[:3]:
        answer(organisation, elif_, name)
    gather_evidence(appraisals=[elif_])
    named, unnamed = elif_.evidence.filter(kind="feedback")
    assert (named.number, named.name) == (1, "Feedback from Tobias Example")
    assert named.words == "Helps everybody.\n\nAlways."
    assert (unnamed.number, unnamed.shown) == (2, "3 of 4")
    assert sorted(unnamed.words.split("\n\n")) == sorted(f"Words of {n[::-1]}" for n in FOUR[:3])
    page = organisation.client("team_leader").get(named.href)
    assert "Helps everybody." in page.content.decode()
    answer(organisation, elif_, "Wilma")
    gather_evidence(appraisals=[elif_])
    assert elif_.evidence.get(number=2).shown == "4 of 4"
    assert elif_.evidence.filter(kind="feedback").count() == 2
    write_part(get_review(elif_), words="As E2 says.")
    for name in FOUR[:2]:
        request = elif_.feedback_requests.get(peer=organisation.people[name])
        decline_feedback(request=request, by=organisation.user(name))
    gather_evidence(appraisals=[elif_])
    taken_back = elif_.evidence.get(number=2)
    assert "Words of" not in taken_back.words
    assert taken_back.status == "nodata"
    request = elif_.feedback_requests.get(peer=organisation.people["Mateo"])
    answer_feedback(request=request, words="Again", by=organisation.user("Mateo"))
    gather_evidence(appraisals=[elif_])
    assert "Again" in elif_.evidence.get(number=2).words
    assert elif_.evidence.get(number=2).status == ""


def test_what_freezes_holds_what_colleagues_said_until_then(organisation, elif_):
    ask(organisation, elif_, ["Tobias"], is_anonymous=False)
    answer(organisation, elif_, "Tobias", "The last words")
    write_part(get_review(elif_))
    put(elif_, State.LEADER_REVIEW)
    take_step(appraisal=elif_, action=Action.SUBMIT_REVIEW, by=organisation.user("team_leader"))
    assert elif_.evidence.get(kind="feedback", frozen_at__isnull=False).words == "The last words"
    put(elif_, State.SHARED)
    page = organisation.client("member").get(f"/appraisals/{elif_.pk}/").content.decode()
    assert "The last words" in page
