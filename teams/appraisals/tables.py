"""An appraisal in words: its states in their order, what is open, what is missing."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from opsportal.lib.drawing import make_scale
from teams.appraisals.models import EvidenceItem, ReviewKind, Section, Transition
from teams.appraisals.rules.deadlines import find_due_day
from teams.appraisals.rules.transitions import COURSE, Action, State
from teams.appraisals.selectors.pages import AppraisalPage, Sheet

RATING_NAMES = {
    1: _("Below"),
    2: _("Partly"),
    3: _("Meets"),
    4: _("Exceeds"),
    5: _("Far exceeds"),
}
STEP_NAMES = {
    State.DRAFT: _("Draft"),
    State.SELF_REVIEW: _("Self review"),
    State.LEADER_REVIEW: _("Leader review"),
    State.CALIBRATION: _("Calibration"),
    State.SIGN_OFF: _("Sign-off"),
    State.SHARED: _("Shared"),
    State.ACKNOWLEDGED: _("Acknowledged"),
    State.DISPUTED: _("Disputed"),
    State.RESOLVED: _("Resolved"),
    State.REOPENED: _("Reopened"),
    State.WITHDRAWN: _("Withdrawn"),
}
# The button, what the page before it says, and what is said once it is done.
DEEDS: dict[Action, tuple[Any, Any, Any]] = {
    Action.OPEN: (_("Open it"), _("The person may write from then on."), _("It is open.")),
    Action.SUBMIT_SELF: (
        _("Submit my review"),
        _("Your leaders read it once their own review is in. It can no longer be changed."),
        _("Your review is in."),
    ),
    Action.SKIP_SELF: (
        _("Go on without a self review"),
        _("The leaders go on; the person's own review stays as it is and is not read by others."),
        _("It goes on without a self review."),
    ),
    Action.SUBMIT_REVIEW: (
        _("Submit review"),
        _("The evidence freezes as it is now. A part that is missing is left out of the score."),
        _("Your review is in."),
    ),
    Action.GO_ON: (
        _("Go on without the missing reviews"),
        _("Leaders whose review is not in are not waited for. The evidence freezes as it is now."),
        _("It goes on without them."),
    ),
    Action.SIGN_OFF: (
        _("Sign off"),
        _("The leader may share it with the person from then on."),
        _("It is signed off."),
    ),
    Action.SHARE: (
        _("Share with the person"),
        _("The person reads the reviews, the rating and the evidence from then on."),
        _("It is shared."),
    ),
    Action.ACKNOWLEDGE: (
        _("Acknowledge"),
        _("You say that you have read it, which does not mean that you agree. You may add words."),
        _("It is acknowledged."),
    ),
    Action.DISPUTE: (
        _("Dispute"),
        _("HR answers, not those who wrote it. Say what is wrong and what you ask for."),
        _("HR was asked. You find the answer here."),
    ),
    Action.RESOLVE: (
        _("Resolve the dispute"),
        _("The appraisal stays as it is; the person reads your answer. To change it, reopen it."),
        _("The dispute is resolved."),
    ),
    Action.REOPEN: (
        _("Reopen"),
        _("The closing leader may change their review; it is signed off and shared anew."),
        _("It is reopened."),
    ),
    Action.WITHDRAW: (
        _("Withdraw"),
        _("It ends here, and nobody goes on writing. What was written is kept."),
        _("It is withdrawn."),
    ),
}
# Taken elsewhere: with its session.
ELSEWHERE = frozenset({Action.CLOSE_CALIBRATION})
# Steps that take words and do not ask for them.
TAKES_WORDS = frozenset({Action.ACKNOWLEDGE})


def write_day(day: date) -> str:
    return date_format(day, "j M")


def shape_steps(page: AppraisalPage) -> list[dict[str, Any]]:
    """Shape the states for the stepper: what was done by whom and when, and what is to come."""
    last: dict[State, Transition] = {}
    for one in page.transitions:
        last[State(one.end)] = one
    course = list(COURSE)
    if page.state not in course:
        reached = [state for state in course if state in last]
        course = [*reached, page.state]
    place = course.index(page.state)
    steps = []
    for number, state in enumerate(course):
        is_past = number < place
        left = _find_leaving(page.transitions, state) if is_past else None
        due = None
        if not is_past:
            due = find_due_day(
                state,
                page.appraisal.cycle,
                since=timezone.localdate(page.appraisal.state_since),
                is_signed=False if state is not page.state else bool(page.appraisal.signed_at),
            )
        steps.append(
            {
                "name": STEP_NAMES[state],
                "state": "done" if is_past else "now" if number == place else "todo",
                "first": write_day(timezone.localdate(left.at))
                if left
                else gettext("by %(day)s") % {"day": write_day(due)}
                if due
                else "",
                "second": _name_actor(left) if left else "",
            }
        )
    return steps


def _find_leaving(transitions: Iterable[Transition], state: State) -> Transition | None:
    found = [one for one in transitions if one.start == state and one.end != state]
    return found[-1] if found else None


def _name_actor(transition: Transition) -> str:
    if transition.by is None:
        return gettext("the portal")
    person = getattr(transition.by, "person", None)
    return person.name if person else transition.by.email


def shape_history(transitions: Sequence[Transition]) -> list[dict[str, Any]]:
    """Shape every step that was taken, the newest first, with what was said to it."""
    return [
        {
            "at": timezone.localtime(one.at),
            "name": STEP_NAMES[State(one.end)]
            if one.start != one.end
            else DEEDS[Action(one.action)][0],
            "who": _name_actor(one),
            "words": one.words,
        }
        for one in reversed(transitions)
    ]


def shape_deeds(page: AppraisalPage) -> list[dict[str, Any]]:
    """Shape the steps that the viewer may take now; the first is what the state waits for."""
    return [
        {"action": action.value, "label": DEEDS[action][0]}
        for action in page.actions
        if action not in ELSEWHERE and not _is_refused(page, action)
    ]


def _is_refused(page: AppraisalPage, action: Action) -> bool:
    """Tell of a step that policies would refuse at once: the page need not offer it."""
    mine, appraisal = page.standing.mine, page.appraisal
    closes = any(review.is_closing for review in mine)
    match action:
        case Action.SUBMIT_REVIEW:
            return page.written is None
        case Action.SHARE:
            return not closes or appraisal.signed_at is None
        case Action.SIGN_OFF:
            return appraisal.signed_at is not None
        case Action.SKIP_SELF:
            is_over = timezone.localdate() > appraisal.cycle.self_by
            return "hr" not in page.standing.actors and not is_over
    return False


def list_missing(sections: Iterable[Section], sheet: Sheet) -> list[str]:
    """List in words which parts of a review have no rating or no text."""
    missing = []
    for section in sections:
        part = sheet.parts.get(section.pk)
        is_rated = sheet.review.kind == ReviewKind.LEADER and section.weight
        if is_rated and (part is None or part.rating is None):
            missing.append(gettext("%(part)s has no rating") % {"part": section.name})
        elif part is None or not part.words:
            missing.append(gettext("%(part)s has no text") % {"part": section.name})
    return missing


def list_hidden(page: AppraisalPage) -> list[str]:
    """Say of each review that the viewer does not read why not, and when they will."""
    said = []
    for sheet in page.sheets:
        review = sheet.review
        if sheet.is_read:
            continue
        name = review.author.name
        if review.waived_at is not None:
            words = gettext("%(name)s's review is not waited for: %(why)s")
            said.append(words % {"name": name, "why": review.waived_words or gettext("no reason")})
        elif page.is_person:
            words = gettext("You read %(name)s's review once the appraisal is shared with you.")
            said.append(words % {"name": name})
        elif review.submitted_at is None:
            said.append(gettext("%(name)s's review is not in yet.") % {"name": name})
        else:
            words = gettext("%(name)s's review is in; you read it once yours is submitted.")
            said.append(words % {"name": name})
    return said


# Words that are longer are folded away, so that the figures stay in sight.
SHORT = 240
# Under which heading evidence stands.
GROUPS = (
    (("kpi",), _("Measured")),
    (("goal", "training"), _("Goals and training")),
    (("feedback", "conversation"), _("Feedback and one-to-ones")),
)


def shape_evidence(items: Sequence[EvidenceItem]) -> list[dict[str, Any]]:
    """Shape evidence for its panel, in groups; each item as evidence_item.html takes it."""
    return [
        {"name": name, "items": shaped}
        for kinds, name in GROUPS
        if (shaped := [_shape_item(item) for item in items if item.kind in kinds])
    ]


def _shape_item(item: EvidenceItem) -> dict[str, Any]:
    ends = [item.low, item.high, item.value, item.target_low, item.target_high]
    known = [end for end in ends if end is not None]
    target = item.target_low if item.target_low is not None else item.target_high
    # What people say stands in full; of a figure a few words stand under it.
    says = item.kind == "feedback" and item.status != "nodata"
    is_drawn = item.kind == "kpi" and item.low is not None and item.high is not None
    return {
        "number": f"E{item.number}",
        "name": item.name,
        "href": item.href,
        "shown": item.shown or ("" if says else "–"),
        "words": item.words if says else "",
        "is_long": says and len(item.words) > SHORT,
        "status": "" if item.status == "notarget" else item.status,
        "scale": make_scale(known) if is_drawn else None,
        "value": item.value,
        "low": item.low,
        "high": item.high,
        "target": target,
        "few": item.status == "few",
        "interval": ", ".join(part for part in (item.interval, "" if says else item.words) if part),
        "n": f"{item.n:,.0f}" if item.n is not None and item.kind == "kpi" else "",
        "version": item.version,
        "source": item.unit,
        "later": [
            gettext("%(day)s: %(shown)s")
            % {
                "day": write_day(timezone.localdate(one.at)),
                "shown": f"{one.shown} ({one.interval}), n {one.n:,.0f}"
                if one.shown and one.interval and one.n is not None
                else one.shown or one.words,
            }
            for one in item.restatements.all()
        ],
    }


def say_evidence(items: Sequence[EvidenceItem]) -> str:
    """Say since when evidence is what it is, and what becomes of it."""
    if not items:
        return gettext("Nothing is gathered yet. It is, with the next night's figures.")
    frozen = [item.frozen_at for item in items if item.frozen_at is not None]
    if frozen:
        at = date_format(timezone.localtime(max(frozen)), "j M, H:i")
        return gettext("Frozen %(at)s. What is known since stands beside it.") % {"at": at}
    at = date_format(timezone.localtime(max(item.gathered_at for item in items)), "j M, H:i")
    return gettext(
        "As computed %(at)s. It freezes when the last leader submits; later corrections show "
        "beside it, not in it."
    ) % {"at": at}
