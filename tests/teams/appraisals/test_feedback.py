"""Asking for feedback and giving it: by whom, of whom, how many, until when."""

from datetime import timedelta

import pytest
from django.utils import timezone

from teams.access.models import AccessGrant
from teams.access.roles import Role
from teams.appraisals.errors import AppraisalError
from teams.appraisals.feedback_offers import list_needs
from teams.appraisals.models import Appraisal, FeedbackRequest
from teams.appraisals.rules.transitions import Action, State
from teams.appraisals.selectors.feedback import list_settled, list_waiting
from teams.appraisals.services.feedback import (
    answer_feedback,
    decline_feedback,
    request_feedback,
)
from teams.appraisals.services.steps import take_step
from teams.audit.models import AuditEvent
from teams.structure.models import Assignment, Leadership, Person
from tests.personas import Organisation
from tests.teams.appraisals.asking import answer, ask, find_request
from tests.teams.appraisals.building import (
    build_cycle,
    days_ago,
    find_appraisal,
    get_review,
    put,
    write_part,
)


@pytest.fixture
def elif_(organisation: Organisation) -> Appraisal:
    return find_appraisal(build_cycle(organisation), organisation, "Elif")


def refuse(code: str, organisation: Organisation, appraisal: Appraisal, *args, **kwargs) -> str:
    with pytest.raises(AppraisalError) as error:
        ask(organisation, appraisal, *args, **kwargs)
    assert error.value.code == code
    assert not FeedbackRequest.objects.exclude(asked_by=None).filter(appraisal=appraisal).exists()
    return error.value.message


@pytest.mark.parametrize("by", ["team_leader", "hr_partner"])
@pytest.mark.parametrize("state", [State.SELF_REVIEW, State.LEADER_REVIEW])
def test_the_closing_leader_and_hr_ask(organisation, elif_, by: str, state: State):
    put(elif_, state)
    requests = ask(organisation, elif_, by=by)
    assert {one.asked_by for one in requests.values()} == {organisation.user(by)}
    event = AuditEvent.objects.get(act="feedback.requested")
    assert event.subject_id == str(elif_.pk)
    assert event.detail["peers"] == ["E-GRETA", "E-JONAS", "E-MATEO", "E-WILMA"]


@pytest.mark.parametrize(
    "by", ["member", "sibling_leader", "group_leader", "administrator", "compliance", "outsider"]
)
def test_others_do_not_ask(organisation, elif_, by: str):
    assert "Only the leader who closes" in refuse("wrong_person", organisation, elif_, by=by)


def test_a_deputy_asks_for_the_leader(organisation, elif_):
    Leadership.objects.create(
        person=organisation.people["Mateo"],
        unit=organisation.units["video-es"],
        is_deputy=True,
        valid=(days_ago(5), None),
    )
    ask(organisation, elif_, ["Jonas", "Greta", "Wilma"], by="Mateo")
    assert elif_.feedback_requests.count() == 3


def test_hr_asks_for_nobody_on_themselves(organisation):
    AccessGrant.objects.create(
        user=organisation.user("team_leader"), role=Role.HR_PARTNER, unit=None
    )
    carmen = find_appraisal(build_cycle(organisation), organisation, "Carmen")
    refuse("wrong_person", organisation, carmen, by="team_leader")


@pytest.mark.parametrize(
    "state", sorted(set(State) - {State.SELF_REVIEW, State.LEADER_REVIEW}), ids=str
)
def test_it_is_asked_only_until_the_review_is_in(organisation, elif_, state: State):
    put(elif_, state)
    refuse("not_open", organisation, elif_)


def test_whom_one_may_ask(organisation, elif_):
    assert "own review" in refuse("the_person", organisation, elif_, ["Elif", "Mateo", "Jonas"])
    assert "Carmen" in refuse("a_reviewer", organisation, elif_, ["Carmen", "Mateo", "Jonas"])
    refuse("nobody", organisation, elif_, [])
    Assignment.objects.filter(person=organisation.people["Wilma"]).delete()
    assert "Wilma" in refuse("not_here", organisation, elif_)
    refuse("bad_day", organisation, elif_, ["Mateo"], is_anonymous=False, days=-1)
    refuse("bad_day", organisation, elif_, ["Mateo"], is_anonymous=False, days=15)


def test_fewer_than_three_are_not_asked_without_names(organisation, elif_):
    assert "choose 1 more" in refuse("too_few", organisation, elif_, ["Mateo", "Jonas"])
    ask(organisation, elif_, ["Mateo", "Jonas", "Greta"])
    ask(organisation, elif_, ["Wilma"])
    with pytest.raises(AppraisalError, match="Wilma Example is asked already"):
        ask(organisation, elif_, ["Wilma"], is_anonymous=False)


def test_at_most_twelve_are_asked(organisation, elif_):
    people = []
    for number in range(13):
        user = type(organisation.outsider).objects.create_user(f"p{number}@example.org")
        person = Person.objects.create(employee_id=f"P{number}", name=f"P{number}", user=user)
        Assignment.objects.create(
            person=person, unit=organisation.units["video-de"], valid=(days_ago(9), None)
        )
        people.append(person)
    given = {
        "appraisal": elif_,
        "is_anonymous": False,
        "due_on": timezone.localdate(),
        "by": organisation.user("team_leader"),
    }
    with pytest.raises(AppraisalError) as error:
        request_feedback(peers=people, **given)
    assert error.value.code == "too_many"
    assert len(request_feedback(peers=[*people[:12], people[0]], **given)) == 12
    with pytest.raises(AppraisalError) as error:
        request_feedback(peers=people[12:], **given)
    assert error.value.code == "too_many"


def test_a_peer_answers_changes_it_declines_and_answers_again(organisation, elif_):
    ask(organisation, elif_, ["Mateo"], is_anonymous=False)
    mateo = organisation.user("Mateo")
    request = answer(organisation, elif_, "Mateo", "Fast\r\nand <b>fair</b>\x07  ")
    assert request.words == "Fast\nand <b>fair</b>"
    assert answer(organisation, elif_, "Mateo", "Fair").words == "Fair"
    declined = decline_feedback(request=request, by=mateo)
    assert (declined.words, declined.answered_at) == ("", None)
    assert answer(organisation, elif_, "Mateo", "Fair after all").declined_at is None
    acts = AuditEvent.objects.filter(act__startswith="feedback.", actor=mateo)
    assert list(acts.order_by("pk").values_list("act", flat=True)) == [
        "feedback.answered",
        "feedback.answered",
        "feedback.declined",
        "feedback.answered",
    ]
    with pytest.raises(AppraisalError, match="Nothing is written"):
        answer_feedback(request=request, words=" \n ", by=mateo)
    with pytest.raises(AppraisalError, match="more than are kept"):
        answer_feedback(request=request, words="x" * 20_001, by=mateo)
    assert find_request(organisation, elif_, "Mateo").words == "Fair after all"


@pytest.mark.parametrize("by", ["member", "team_leader", "Jonas", "hr_partner", "administrator"])
def test_nobody_answers_for_a_peer(organisation, elif_, by: str):
    request = ask(organisation, elif_, ["Mateo"], is_anonymous=False)["Mateo"]
    for deed in (
        lambda: answer_feedback(request=request, words="Mine", by=organisation.user(by)),
        lambda: decline_feedback(request=request, by=organisation.user(by)),
    ):
        with pytest.raises(AppraisalError, match="Somebody else is asked"):
            deed()


def test_words_stay_as_they_are_once_the_evidence_froze(organisation, elif_):
    ask(organisation, elif_, ["Mateo", "Jonas"], is_anonymous=False)
    answer(organisation, elif_, "Mateo", "Before")
    put(elif_, State.LEADER_REVIEW)
    write_part(get_review(elif_))
    take_step(appraisal=elif_, action=Action.SUBMIT_REVIEW, by=organisation.user("team_leader"))
    for name in ("Mateo", "Jonas"):
        with pytest.raises(AppraisalError, match="until the leader's review is in"):
            answer(organisation, elif_, name, "After")
    put(elif_, State.REOPENED)
    with pytest.raises(AppraisalError, match="reopened"):
        answer(organisation, elif_, "Mateo", "After")
    put(elif_, State.LEADER_REVIEW)
    with pytest.raises(AppraisalError):
        answer(organisation, elif_, "Mateo", "After")
    assert find_request(organisation, elif_, "Mateo").words == "Before"


def test_what_is_asked_waits_for_the_peer_what_is_overdue_first(organisation, elif_):
    mateo = organisation.viewer("Mateo")
    ask(organisation, elif_)
    own = find_appraisal(elif_.cycle, organisation, "Jonas")
    ask(organisation, own, ["Mateo"], is_anonymous=False, by="sibling_leader")
    late = find_request(organisation, own, "Mateo")
    FeedbackRequest.objects.filter(pk=late.pk).update(due_on=days_ago(2))
    assert [one.appraisal for one in list_waiting(mateo)] == [own, elif_]
    needs = list_needs(mateo)
    assert [(need.status, need.what, need.href) for need in needs] == [
        ("overdue", "Feedback on Jonas Example", f"/appraisals/feedback/{late.pk}/"),
        (
            "due",
            "Feedback on Elif Example",
            f"/appraisals/feedback/{find_request(organisation, elif_, 'Mateo').pk}/",
        ),
    ]
    assert needs[0].state == "Overdue 2 days"
    answer(organisation, own, "Mateo")
    put(elif_, State.CALIBRATION)
    assert not list_needs(mateo)
    assert {one.appraisal for one in list_settled(mateo)} == {own, elif_}
    assert not list_needs(organisation.viewer("outsider"))


def test_an_answer_without_words_is_none_in_the_database_either(organisation, elif_):
    from django.db import IntegrityError, transaction

    request = ask(organisation, elif_, ["Mateo"], is_anonymous=False)["Mateo"]
    rows = FeedbackRequest.objects.filter(pk=request.pk)
    now = timezone.now()
    for change in (
        {"answered_at": now},
        {"answered_at": now, "words": "x", "declined_at": now + timedelta(1)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
