"""The states of an appraisal and the one table of what leads from each to the next, and who may."""

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """Where an appraisal stands: whoever is named last in a state acts next."""

    DRAFT = "draft"
    SELF_REVIEW = "self_review"
    LEADER_REVIEW = "leader_review"
    CALIBRATION = "calibration"
    SIGN_OFF = "sign_off"
    SHARED = "shared"
    ACKNOWLEDGED = "acknowledged"
    DISPUTED = "disputed"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"


# The way that an appraisal takes where nothing special happens.
COURSE = (
    State.DRAFT,
    State.SELF_REVIEW,
    State.LEADER_REVIEW,
    State.CALIBRATION,
    State.SIGN_OFF,
    State.SHARED,
    State.ACKNOWLEDGED,
)
# From here on the person reads what their leaders wrote.
READ_BY_PERSON = frozenset({State.SHARED, State.ACKNOWLEDGED, State.DISPUTED, State.RESOLVED})
# Nobody has anything more to do, unless somebody answers or HR reopens it.
SETTLED = frozenset({State.ACKNOWLEDGED, State.RESOLVED, State.WITHDRAWN})


class Actor(StrEnum):
    """What somebody is to an appraisal."""

    PERSON = "person"
    LEADER = "leader"
    CALIBRATOR = "calibrator"
    HR = "hr"


class Action(StrEnum):
    """A step, in the imperative, as addresses and the record of steps name it."""

    OPEN = "open"
    SUBMIT_SELF = "submit_self"
    SKIP_SELF = "skip_self"
    SUBMIT_REVIEW = "submit_review"
    GO_ON = "go_on"
    CLOSE_CALIBRATION = "close_calibration"
    SIGN_OFF = "sign_off"
    SHARE = "share"
    ACKNOWLEDGE = "acknowledge"
    DISPUTE = "dispute"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"


class Step(NamedTuple):
    """From where an action leads to where, who may take it, and whether it asks for words."""

    action: Action
    starts: frozenset[State]
    end: State
    actors: frozenset[Actor]
    needs_words: bool = False


def _step(
    action: Action, starts: set[State], end: State, actors: set[Actor], *, needs_words: bool = False
) -> Step:
    return Step(action, frozenset(starts), end, frozenset(actors), needs_words)


STEPS: tuple[Step, ...] = (
    _step(Action.OPEN, {State.DRAFT}, State.SELF_REVIEW, {Actor.HR}),
    _step(Action.SUBMIT_SELF, {State.SELF_REVIEW}, State.LEADER_REVIEW, {Actor.PERSON}),
    _step(
        Action.SKIP_SELF,
        {State.SELF_REVIEW},
        State.LEADER_REVIEW,
        {Actor.LEADER, Actor.HR},
        needs_words=True,
    ),
    # The last leader's review moves it on; those before leave it where it is.
    _step(Action.SUBMIT_REVIEW, {State.LEADER_REVIEW}, State.CALIBRATION, {Actor.LEADER}),
    # What was calibrated stays calibrated: a closed session is locked.
    _step(Action.SUBMIT_REVIEW, {State.REOPENED}, State.SIGN_OFF, {Actor.LEADER}),
    _step(Action.GO_ON, {State.LEADER_REVIEW}, State.CALIBRATION, {Actor.HR}, needs_words=True),
    _step(Action.CLOSE_CALIBRATION, {State.CALIBRATION}, State.SIGN_OFF, {Actor.CALIBRATOR}),
    # Signing does not move it; what is signed can be shared.
    _step(Action.SIGN_OFF, {State.SIGN_OFF}, State.SIGN_OFF, {Actor.CALIBRATOR}),
    _step(Action.SHARE, {State.SIGN_OFF}, State.SHARED, {Actor.LEADER}),
    _step(Action.ACKNOWLEDGE, {State.SHARED}, State.ACKNOWLEDGED, {Actor.PERSON}),
    _step(
        Action.DISPUTE,
        {State.SHARED, State.ACKNOWLEDGED},
        State.DISPUTED,
        {Actor.PERSON},
        needs_words=True,
    ),
    _step(Action.RESOLVE, {State.DISPUTED}, State.RESOLVED, {Actor.HR}, needs_words=True),
    _step(
        Action.REOPEN,
        {State.SIGN_OFF, State.SHARED, State.ACKNOWLEDGED, State.DISPUTED, State.RESOLVED},
        State.REOPENED,
        {Actor.HR},
        needs_words=True,
    ),
    _step(
        Action.WITHDRAW,
        {
            State.DRAFT,
            State.SELF_REVIEW,
            State.LEADER_REVIEW,
            State.CALIBRATION,
            State.SIGN_OFF,
            State.REOPENED,
        },
        State.WITHDRAWN,
        {Actor.HR},
        needs_words=True,
    ),
)
# The pairs of states that the database lets follow each other.
PAIRS: tuple[tuple[str, str], ...] = tuple(
    sorted({(start.value, step.end.value) for step in STEPS for start in step.starts})
)


def find_step(action: Action, state: State) -> Step | None:
    """Find the step that an action is in a state; None where it is none."""
    return next((step for step in STEPS if step.action is action and state in step.starts), None)


def list_actions(state: State, actors: frozenset[Actor]) -> list[Action]:
    """List the actions that are open in a state to somebody who is any of these actors."""
    return [step.action for step in STEPS if state in step.starts and step.actors & actors]
