"""Every state × action × persona: allowed, or refused with its sentence; and the words are safe."""

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from teams.appraisals.errors import AppraisalError
from teams.appraisals.models import Appraisal, Review, ReviewKind, Transition
from teams.appraisals.rules.transitions import STEPS, Action, State
from teams.appraisals.services.steps import take_step
from teams.audit.models import AuditEvent
from tests.personas import PERSONAS, Organisation
from tests.teams.appraisals.building import build_cycle, find_appraisal, get_review, put, write_part

# Who takes which step of Elif's appraisal: she is the member, Carmen her leader, Nadia Carmen's.
ALLOWED: dict[Action, set[str]] = {
    Action.OPEN: {"hr_partner"},
    Action.SUBMIT_SELF: {"member"},
    # Her last day has not passed: Carmen waits.
    Action.SKIP_SELF: {"hr_partner"},
    Action.SUBMIT_REVIEW: {"team_leader"},
    Action.GO_ON: {"hr_partner"},
    Action.CLOSE_CALIBRATION: {"group_leader"},
    Action.SIGN_OFF: {"group_leader"},
    Action.SHARE: {"team_leader"},
    Action.ACKNOWLEDGE: {"member"},
    Action.DISPUTE: {"member"},
    Action.RESOLVE: {"hr_partner"},
    Action.REOPEN: {"hr_partner"},
    Action.WITHDRAW: {"hr_partner"},
}
# From where to where, written down once more and by hand.
LEADS: dict[tuple[State, Action], State] = {
    (State.DRAFT, Action.OPEN): State.SELF_REVIEW,
    (State.DRAFT, Action.WITHDRAW): State.WITHDRAWN,
    (State.SELF_REVIEW, Action.SUBMIT_SELF): State.LEADER_REVIEW,
    (State.SELF_REVIEW, Action.SKIP_SELF): State.LEADER_REVIEW,
    (State.SELF_REVIEW, Action.WITHDRAW): State.WITHDRAWN,
    (State.LEADER_REVIEW, Action.SUBMIT_REVIEW): State.CALIBRATION,
    (State.LEADER_REVIEW, Action.GO_ON): State.CALIBRATION,
    (State.LEADER_REVIEW, Action.WITHDRAW): State.WITHDRAWN,
    (State.CALIBRATION, Action.CLOSE_CALIBRATION): State.SIGN_OFF,
    (State.CALIBRATION, Action.WITHDRAW): State.WITHDRAWN,
    (State.SIGN_OFF, Action.SIGN_OFF): State.SIGN_OFF,
    (State.SIGN_OFF, Action.SHARE): State.SHARED,
    (State.SIGN_OFF, Action.REOPEN): State.REOPENED,
    (State.SIGN_OFF, Action.WITHDRAW): State.WITHDRAWN,
    (State.SHARED, Action.ACKNOWLEDGE): State.ACKNOWLEDGED,
    (State.SHARED, Action.DISPUTE): State.DISPUTED,
    (State.SHARED, Action.REOPEN): State.REOPENED,
    (State.ACKNOWLEDGED, Action.DISPUTE): State.DISPUTED,
    (State.ACKNOWLEDGED, Action.REOPEN): State.REOPENED,
    (State.DISPUTED, Action.RESOLVE): State.RESOLVED,
    (State.DISPUTED, Action.REOPEN): State.REOPENED,
    (State.RESOLVED, Action.REOPEN): State.REOPENED,
    (State.REOPENED, Action.SUBMIT_REVIEW): State.SIGN_OFF,
    (State.REOPENED, Action.WITHDRAW): State.WITHDRAWN,
}


@pytest.fixture
def elif_(organisation: Organisation) -> Appraisal:
    return find_appraisal(build_cycle(organisation), organisation, "Elif")


def test_the_table_of_steps_is_the_one_that_was_agreed() -> None:
    assert {
        (start, step.action): step.end for step in STEPS for start in sorted(step.starts)
    } == LEADS


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
def test_each_step_is_taken_by_who_may_and_refused_to_everybody_else(
    organisation: Organisation, elif_: Appraisal, state: State
) -> None:
    write_part(get_review(elif_))
    write_part(get_review(elif_, ReviewKind.SELF))
    # Otto led her before, and is done: HR can go on without Carmen.
    past = Review.objects.create(
        appraisal=elif_,
        kind=ReviewKind.LEADER,
        author=organisation.people["Otto"],
        submitted_at=timezone.now(),
    )
    write_part(past)
    put(elif_, state)
    if state is State.SIGN_OFF:
        Appraisal.objects.filter(pk=elif_.pk).update(signed_at=None)
    for action in Action:
        for persona in PERSONAS:
            if (state, action) == (State.SIGN_OFF, Action.SHARE):
                Appraisal.objects.filter(pk=elif_.pk).update(signed_at=timezone.now())
            elif state is State.SIGN_OFF:
                Appraisal.objects.filter(pk=elif_.pk).update(signed_at=None)
            before = Appraisal.objects.get(pk=elif_.pk)
            recorded = Transition.objects.count(), AuditEvent.objects.count()
            is_allowed = (state, action) in LEADS and persona in ALLOWED[action]
            point = transaction.savepoint()
            refused, after = None, None
            try:
                after = take_step(
                    appraisal=elif_,
                    action=action,
                    by=organisation.user(persona),
                    words="Because it is so.",
                )
            except AppraisalError as error:
                refused = error
            assert (refused is None) == is_allowed, f"{persona}, {action} in {state}: {refused}"
            if refused is not None:
                assert refused.code == why_refused(state, action, persona)
                assert refused.message.endswith(".")
                assert Appraisal.objects.get(pk=elif_.pk).state == before.state
                assert (Transition.objects.count(), AuditEvent.objects.count()) == recorded
                continue
            assert after is not None
            assert after.state == LEADS[state, action]
            step = Transition.objects.last()
            assert step is not None
            assert (step.action, step.start, step.end) == (action, state, after.state)
            assert step.by == organisation.user(persona)
            assert AuditEvent.objects.filter(act=f"appraisal.{action}").exists()
            transaction.savepoint_rollback(point)


def why_refused(state: State, action: Action, persona: str) -> str:
    if (state, action) not in LEADS:
        return "wrong_state"
    if action is Action.SKIP_SELF and persona == "team_leader":
        return "self_review_in_time"
    return "wrong_person"


@pytest.mark.parametrize(
    ("state", "action"),
    [(start, step.action) for step in STEPS if step.needs_words for start in sorted(step.starts)],
)
def test_a_step_that_needs_a_reason_is_not_taken_without(
    organisation: Organisation, elif_: Appraisal, state: State, action: Action
) -> None:
    write_part(get_review(elif_))
    put(elif_, state)
    persona = next(iter(ALLOWED[action]))
    with pytest.raises(AppraisalError) as refused:
        take_step(appraisal=elif_, action=action, by=organisation.user(persona), words=" \n\x00")
    assert refused.value.code == "reason_missing"


def test_a_step_that_is_sent_twice_is_taken_once(
    organisation: Organisation, elif_: Appraisal
) -> None:
    write_part(get_review(elif_, ReviewKind.SELF))
    given = {
        "appraisal": elif_,
        "action": Action.SUBMIT_SELF,
        "by": organisation.user("member"),
        "expected": State.SELF_REVIEW,
    }
    take_step(**given)
    with pytest.raises(
        AppraisalError, match=r"in leader review since .*, by Elif Example"
    ) as refused:
        take_step(**given)
    assert refused.value.code == "moved_on"
    assert elif_.transitions.filter(action=Action.SUBMIT_SELF).count() == 1


def test_the_database_itself_refuses_a_way_that_is_none(elif_: Appraisal) -> None:
    with pytest.raises(InternalError, match="Invalid transition"), transaction.atomic():
        Appraisal.objects.filter(pk=elif_.pk).update(
            state=State.SHARED.value, signed_at=timezone.now()
        )
    put(elif_, State.SIGN_OFF)
    Appraisal.objects.filter(pk=elif_.pk).update(signed_at=None)
    with (
        pytest.raises(IntegrityError, match="appraisal_signed_before_shared"),
        transaction.atomic(),
    ):
        Appraisal.objects.filter(pk=elif_.pk).update(state=State.SHARED.value)
    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        elif_.transitions.all().delete()


def test_an_empty_review_is_not_submitted(organisation: Organisation, elif_: Appraisal) -> None:
    with pytest.raises(AppraisalError) as refused:
        take_step(appraisal=elif_, action=Action.SUBMIT_SELF, by=organisation.user("member"))
    assert refused.value.code == "nothing_written"
    put(elif_, State.LEADER_REVIEW)
    write_part(get_review(elif_), rating=None)
    with pytest.raises(AppraisalError) as refused:
        take_step(appraisal=elif_, action=Action.SUBMIT_REVIEW, by=organisation.user("team_leader"))
    assert refused.value.code == "nothing_rated"
