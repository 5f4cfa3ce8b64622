"""Is this step, or this text, allowed in this state, and if not, why not?"""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.appraisals.errors import AppraisalError
from teams.appraisals.models import Appraisal, Cycle, Review, ReviewKind
from teams.appraisals.rules.transitions import (
    READ_BY_PERSON,
    Action,
    Actor,
    State,
    Step,
    find_step,
)

STATE_NAMES = {
    State.DRAFT: _("not begun"),
    State.SELF_REVIEW: _("in self review"),
    State.LEADER_REVIEW: _("in leader review"),
    State.CALIBRATION: _("in calibration"),
    State.SIGN_OFF: _("to be signed off"),
    State.SHARED: _("shared"),
    State.ACKNOWLEDGED: _("acknowledged"),
    State.DISPUTED: _("disputed"),
    State.RESOLVED: _("resolved"),
    State.REOPENED: _("reopened"),
    State.WITHDRAWN: _("withdrawn"),
}
_WHO = {
    Action.OPEN: _("Only an HR partner in whose scope the person is opens an appraisal."),
    Action.SUBMIT_SELF: _("Only the person submits their own review."),
    Action.SKIP_SELF: _(
        "Only HR goes on without a self review, or the leader once its last day has passed."
    ),
    Action.SUBMIT_REVIEW: _("Only a leader who reviews this person submits a review."),
    Action.GO_ON: _("Only HR goes on without a leader's review."),
    Action.CLOSE_CALIBRATION: _(
        "Only who leads the group, and did not rate this person, closes its calibration."
    ),
    Action.SIGN_OFF: _(
        "Only who leads the group, and did not rate this person, signs an appraisal off."
    ),
    Action.SHARE: _("Only the leader who closes the appraisal shares it with the person."),
    Action.ACKNOWLEDGE: _("Only the person acknowledges their appraisal."),
    Action.DISPUTE: _("Only the person disputes their appraisal."),
    Action.RESOLVE: _(
        "Only an HR partner who is not part of it resolves a dispute; nobody judges their own."
    ),
    Action.REOPEN: _("Only HR reopens an appraisal, and nobody their own."),
    Action.WITHDRAW: _("Only HR withdraws an appraisal, and nobody their own."),
}


def check_step(
    appraisal: Appraisal,
    action: Action,
    actors: frozenset[Actor],
    *,
    words: str = "",
    mine: Iterable[Review] = (),
    today: date,
) -> Step:
    """Return the step that may be taken; raise AppraisalError with the sentence that says why not.

    `actors` are what somebody is to the appraisal, `mine` the reviews that they may write.
    """
    state = State(appraisal.state)
    step = find_step(action, state)
    if step is None:
        raise AppraisalError(
            "wrong_state",
            gettext(
                "This appraisal is %(state)s since %(day)s, so that this step cannot be taken now. "
                "Nothing was changed."
            )
            % {
                "state": STATE_NAMES[state],
                "day": date_format(timezone.localtime(appraisal.state_since), "j M Y"),
            },
        )
    if not step.actors & actors:
        raise AppraisalError("wrong_person", str(_WHO[action]))
    if step.needs_words and not words.strip():
        raise AppraisalError(
            "reason_missing", gettext("Say why; the reason stays with the appraisal.")
        )
    reviews = list(mine)
    if action is Action.SKIP_SELF and Actor.HR not in actors and today <= appraisal.cycle.self_by:
        raise AppraisalError(
            "self_review_in_time",
            gettext("The person has until %(day)s for their own review.")
            % {"day": date_format(appraisal.cycle.self_by, "j M Y")},
        )
    if action is Action.SUBMIT_REVIEW and state is State.REOPENED and not _closes(reviews):
        raise AppraisalError("not_closing", str(_WHO[Action.SHARE]))
    if action is Action.SHARE:
        if not _closes(reviews):
            raise AppraisalError("not_closing", str(_WHO[action]))
        if appraisal.signed_at is None:
            raise AppraisalError(
                "not_signed", gettext("It is not signed off yet; who leads the group does that.")
            )
    if action is Action.SIGN_OFF and appraisal.signed_at is not None:
        raise AppraisalError(
            "already_signed", gettext("It is signed off already. Nothing was changed.")
        )
    return step


def _closes(reviews: Iterable[Review]) -> bool:
    return any(review.is_closing for review in reviews)


def may_write(appraisal: Appraisal, review: Review) -> bool:
    """Tell whether a review can be written in this state, by whoever may write it at all.

    Leaders may begin while the person still writes: neither reads the other.
    """
    if review.submitted_at is not None or review.waived_at is not None:
        return False
    state = State(appraisal.state)
    if review.kind == ReviewKind.SELF:
        return state is State.SELF_REVIEW
    if state is State.REOPENED:
        return review.is_closing
    return state in {State.SELF_REVIEW, State.LEADER_REVIEW}


def may_read(
    appraisal: Appraisal, review: Review, actors: frozenset[Actor], mine: Iterable[Review]
) -> bool:
    """Tell whether somebody who may open an appraisal reads the texts of one review in it.

    One's own always. A draft is its author's alone. The person reads their leaders once it is
    shared; a leader reads the others once their own review is in.
    """
    own = list(mine)
    if any(one.pk == review.pk for one in own):
        return True
    if review.submitted_at is None:
        return False
    if Actor.PERSON in actors:
        return State(appraisal.state) in READ_BY_PERSON
    return all(one.submitted_at is not None or one.waived_at is not None for one in own)


def check_scope_of_cycle(viewer: Viewer, cycle: Cycle) -> None:
    """Raise AppraisalError unless somebody may plan and open cycles for a cycle's unit."""
    if not viewer.may(Permission.OPEN_APPRAISALS, cycle.unit_id):
        raise AppraisalError(
            "out_of_scope", gettext("Cycles are opened by HR, for the units in their scope.")
        )
