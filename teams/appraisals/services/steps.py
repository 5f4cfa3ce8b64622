"""Taking a step: the one place where an appraisal changes its state."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from opsportal.lib.texts import TextError, clean_text
from teams.access.viewers import Viewer, get_viewer
from teams.accounts.models import User
from teams.appraisals.errors import AppraisalError
from teams.appraisals.models import (
    Appraisal,
    CalibrationSession,
    Part,
    Review,
    ReviewKind,
    Transition,
)
from teams.appraisals.policies import STATE_NAMES, check_step
from teams.appraisals.rules.scores import Opinion, calculate_score, rate_sections
from teams.appraisals.rules.transitions import Action, State, Step
from teams.appraisals.selectors.scopes import Standing, find_standing
from teams.appraisals.services.evidence import freeze_evidence
from teams.audit.services import record_event

PLACES = Decimal("0.0001")


@transaction.atomic
def take_step(
    *,
    appraisal: Appraisal,
    action: Action,
    by: User,
    words: str = "",
    expected: State | None = None,
    viewer: Viewer | None = None,
) -> Appraisal:
    """Take a step and record it; raise AppraisalError, having done nothing, where it cannot be.

    `expected` is the state that `by` saw: where it is another one meanwhile, nothing is done, so
    that a step that is sent twice, or by two at once, is taken once. `viewer` is that of `by`,
    where it is read already.
    """
    viewer = viewer or get_viewer(by)
    appraisal = lock_appraisal(appraisal.pk)
    if expected is not None and appraisal.state != expected:
        raise _is_elsewhere(appraisal)
    try:
        words = clean_text(words)
    except TextError as error:
        raise AppraisalError("text_too_long", str(error)) from error
    reviews = list(appraisal.reviews.select_related("author"))
    standing = find_standing(viewer, appraisal, reviews)
    step = check_step(
        appraisal,
        action,
        standing.actors,
        words=words,
        mine=standing.mine,
        today=viewer.today,
    )
    end = _do(appraisal, step, reviews, standing, words=words, by=by)
    move(appraisal, action, end, words=words, by=by)
    if end is State.CALIBRATION and _is_compared_already(appraisal):
        # The others were compared before: a closed session is locked, and nobody waits for it.
        move(appraisal, Action.CLOSE_CALIBRATION, State.SIGN_OFF, words="", by=None)
    return appraisal


def _is_compared_already(appraisal: Appraisal) -> bool:
    """Tell whether its session is closed, read anew: it may have closed while this one waited."""
    sessions = CalibrationSession.objects.filter(appraisals=appraisal)
    return sessions.filter(closed_at__isnull=False).exists()


def lock_appraisal(pk: int) -> Appraisal:
    """Read an appraisal for the change that this transaction makes; others wait for it."""
    return (
        Appraisal.objects.select_for_update(of=("self",))
        .select_related("cycle", "session", "person")
        .get(pk=pk)
    )


def move(
    appraisal: Appraisal, action: Action, end: State, *, words: str, by: User | None
) -> Appraisal:
    """Write a step down: the new state, the transition and the audit event."""
    start = appraisal.state
    if end != start:
        appraisal.state, appraisal.state_since = end.value, timezone.now()
    appraisal.save()
    Transition.objects.create(
        appraisal=appraisal, action=action.value, start=start, end=end.value, words=words, by=by
    )
    record_event(f"appraisal.{action.value}", by=by, subject=appraisal, start=start, end=end.value)
    return appraisal


def _is_elsewhere(appraisal: Appraisal) -> AppraisalError:
    last = appraisal.transitions.select_related("by__person").last()
    who = ""
    if last is not None and last.by is not None:
        person = getattr(last.by, "person", None)
        who = person.name if person else last.by.email
    return AppraisalError(
        "moved_on",
        gettext("This appraisal is %(state)s since %(at)s%(who)s. Nothing was changed.")
        % {
            "state": STATE_NAMES[State(appraisal.state)],
            "at": date_format(timezone.localtime(appraisal.state_since), "j M, H:i"),
            "who": gettext(", by %(name)s") % {"name": who} if who else "",
        },
    )


def _do(
    appraisal: Appraisal,
    step: Step,
    reviews: list[Review],
    standing: Standing,
    *,
    words: str,
    by: User,
) -> State:
    """Do what a step means beyond its state; return the state that it leads to."""
    now = timezone.now()
    match step.action:
        case Action.SUBMIT_SELF:
            _submit(standing.mine, now)
        case Action.SUBMIT_REVIEW:
            _submit(_list_to_submit(appraisal, standing), now)
            if _is_waiting(appraisal):
                return State(appraisal.state)
            _settle(appraisal, now)
        case Action.GO_ON:
            leaders = [review for review in reviews if review.kind == ReviewKind.LEADER]
            if all(review.submitted_at is None for review in leaders):
                raise AppraisalError(
                    "no_review",
                    gettext("No leader has submitted a review; hand it over to one who can."),
                )
            for review in leaders:
                if review.submitted_at is None and review.waived_at is None:
                    review.waived_at, review.waived_words = now, words[:400]
                    review.save()
            _settle(appraisal, now)
        case Action.SIGN_OFF:
            appraisal.signed_at, appraisal.signed_by = now, by
        case Action.REOPEN:
            appraisal.signed_at = appraisal.signed_by = None
            appraisal.reviews.filter(is_closing=True).update(
                submitted_at=None, waived_at=None, waived_words=""
            )
    return step.end


def _list_to_submit(appraisal: Appraisal, standing: Standing) -> list[Review]:
    """List the reviews of a leader that are not in yet: their own before one they deputise for."""
    state = State(appraisal.state)
    waiting = [
        review
        for review in standing.mine
        if review.submitted_at is None
        and review.waived_at is None
        and (state is not State.REOPENED or review.is_closing)
    ]
    if not waiting:
        raise AppraisalError(
            "already_submitted", gettext("Your review is in already. Nothing was changed.")
        )
    for review in waiting:
        if not review.parts.filter(rating__isnull=False).exists():
            raise AppraisalError(
                "nothing_rated",
                gettext("Nothing is rated yet. Rate at least one part; a missing one is left out."),
            )
    return waiting


def _submit(reviews: list[Review], now: datetime) -> None:
    for review in reviews:
        if not Part.objects.filter(review=review).exists():
            raise AppraisalError(
                "nothing_written",
                gettext("Nothing is written yet. Write or rate at least one part before."),
            )
        review.submitted_at = now
        review.save(update_fields=["submitted_at"])


def _is_waiting(appraisal: Appraisal) -> bool:
    return appraisal.reviews.filter(
        kind=ReviewKind.LEADER, submitted_at__isnull=True, waived_at__isnull=True
    ).exists()


def _settle(appraisal: Appraisal, now: datetime) -> None:
    """Let the leaders' ratings be a score, and the evidence be what it was when they were given."""
    parts = Part.objects.filter(
        review__appraisal=appraisal,
        review__kind=ReviewKind.LEADER,
        review__submitted_at__isnull=False,
    ).values_list("section_id", "rating", "review__day_count")
    weights = dict(appraisal.cycle.template.sections.values_list("id", "weight"))
    score = calculate_score(rate_sections(Opinion(*part) for part in parts), weights)
    appraisal.score = (
        None
        if score.value is None
        else (Decimal(score.value.numerator) / score.value.denominator).quantize(PLACES)
    )
    appraisal.score_weight, appraisal.scored_at = score.weight, now
    freeze_evidence(appraisal=appraisal)
