"""Asking colleagues for a few words on somebody's work, and giving or refusing them.

The audit log says of an answer without a name that there was one, and when; not whose it was.
"""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from opsportal.lib.texts import TextError, clean_text
from teams.access.viewers import Viewer, get_viewer
from teams.accounts.models import User
from teams.appraisals.errors import AppraisalError
from teams.appraisals.models import Appraisal, FeedbackRequest, ReviewKind
from teams.appraisals.policies import STATE_NAMES
from teams.appraisals.rules.feedback import FEWEST_ANONYMOUS, MOST_PEERS, count_missing
from teams.appraisals.rules.transitions import State
from teams.appraisals.selectors.feedback import is_open, may_ask
from teams.appraisals.selectors.scopes import find_standing
from teams.appraisals.services.steps import lock_appraisal
from teams.audit.services import record_event
from teams.structure.models import Assignment, Person


@transaction.atomic
def request_feedback(
    *,
    appraisal: Appraisal,
    peers: Sequence[Person],
    is_anonymous: bool,
    due_on: date,
    by: User,
    viewer: Viewer | None = None,
) -> list[FeedbackRequest]:
    """Ask colleagues for a few words on somebody's work; all of them, or raise AppraisalError.

    Who leads the person at the end asks, or who deputises for them, or HR in scope.
    """
    viewer = viewer or get_viewer(by)
    appraisal = lock_appraisal(appraisal.pk)
    reviews = list(appraisal.reviews.all())
    if not may_ask(find_standing(viewer, appraisal, reviews)):
        raise AppraisalError(
            "wrong_person",
            gettext("Only the leader who closes the appraisal, and HR, ask for feedback on it."),
        )
    _check_open(appraisal)
    peers = list({peer.pk: peer for peer in peers}.values())
    authors = {review.author_id for review in reviews if review.kind == ReviewKind.LEADER}
    _check_peers(appraisal, peers, authors, viewer.today)
    asked = list(appraisal.feedback_requests.values_list("peer_id", "is_anonymous"))
    _check_numbers(peers, asked, is_anonymous=is_anonymous)
    if not viewer.today <= due_on <= max(appraisal.cycle.review_by, viewer.today):
        raise AppraisalError(
            "bad_day",
            gettext("Ask for it by a day from today to %(day)s, when the review is due.")
            % {"day": date_format(max(appraisal.cycle.review_by, viewer.today), "j M Y")},
        )
    requests = FeedbackRequest.objects.bulk_create(
        FeedbackRequest(
            appraisal=appraisal, peer=peer, is_anonymous=is_anonymous, due_on=due_on, asked_by=by
        )
        for peer in peers
    )
    record_event(
        "feedback.requested",
        by=by,
        subject=appraisal,
        peers=sorted(peer.employee_id for peer in peers),
        without_names=is_anonymous,
        due_on=due_on,
    )
    return requests


@transaction.atomic
def answer_feedback(*, request: FeedbackRequest, words: str, by: User) -> FeedbackRequest:
    """Give words, or other words, to what one was asked; until the evidence freezes."""
    request = _lock(request, by)
    try:
        words = clean_text(words).strip()
    except TextError as error:
        raise AppraisalError("text_too_long", str(error)) from error
    if not words:
        raise AppraisalError(
            "nothing_written", gettext("Nothing is written yet. Write a few words, or decline.")
        )
    if request.answered_at is not None and request.words == words:
        return request
    request.words, request.answered_at, request.declined_at = words, timezone.now(), None
    request.save()
    _record("answered", request, by)
    return request


@transaction.atomic
def decline_feedback(*, request: FeedbackRequest, by: User) -> FeedbackRequest:
    """Say that one gives no words, or takes back those given; until the evidence freezes."""
    request = _lock(request, by)
    if request.declined_at is not None:
        return request
    request.words, request.answered_at, request.declined_at = "", None, timezone.now()
    request.save()
    _record("declined", request, by)
    return request


def _lock(request: FeedbackRequest, by: User) -> FeedbackRequest:
    """Read a request for the change that this transaction makes; its evidence waits for it."""
    appraisal = lock_appraisal(request.appraisal_id)
    request = FeedbackRequest.objects.select_related("peer").get(pk=request.pk)
    if request.peer.user_id != by.pk:
        raise AppraisalError("wrong_person", gettext("Somebody else is asked for these words."))
    _check_open(appraisal)
    request.appraisal = appraisal
    return request


def _record(deed: str, request: FeedbackRequest, by: User) -> None:
    """Record that words were given or refused; who, only where it is no secret."""
    if request.is_anonymous:
        record_event(f"feedback.{deed}_without_name", by=None, subject=request.appraisal)
    else:
        record_event(f"feedback.{deed}", by=by, subject=request.appraisal)


def _check_open(appraisal: Appraisal) -> None:
    if not is_open(appraisal):
        raise AppraisalError(
            "not_open",
            gettext(
                "This appraisal is %(state)s: feedback is asked for and given until the leader's "
                "review is in. Nothing was changed."
            )
            % {"state": STATE_NAMES[State(appraisal.state)]},
        )


def _check_peers(
    appraisal: Appraisal, peers: Sequence[Person], authors: set[int], today: date
) -> None:
    if not peers:
        raise AppraisalError("nobody", gettext("Choose at least one colleague to ask."))
    here = set(
        Assignment.objects.filter(person__in=peers, valid__contains=today).values_list(
            "person_id", flat=True
        )
    )
    for peer in peers:
        if peer.pk == appraisal.person_id:
            raise AppraisalError(
                "the_person", gettext("The person writes their own review; ask colleagues.")
            )
        if peer.pk in authors:
            raise AppraisalError(
                "a_reviewer",
                gettext("%(name)s writes a review themselves; ask colleagues.")
                % {"name": peer.name},
            )
        if peer.pk not in here or peer.user_id is None:
            raise AppraisalError(
                "not_here",
                gettext("%(name)s is not here today or cannot sign in, and could not answer.")
                % {"name": peer.name},
            )


def _check_numbers(
    peers: Sequence[Person], asked: Sequence[tuple[int, bool]], *, is_anonymous: bool
) -> None:
    known = {peer_id for peer_id, _ in asked}
    for peer in peers:
        if peer.pk in known:
            raise AppraisalError(
                "asked_already", gettext("%(name)s is asked already.") % {"name": peer.name}
            )
    if len(known) + len(peers) > MOST_PEERS:
        raise AppraisalError(
            "too_many",
            gettext("At most %(most)s are asked; %(asked)s are already.")
            % {"most": MOST_PEERS, "asked": len(known)},
        )
    unnamed = sum(is_unnamed for _, is_unnamed in asked)
    missing = count_missing(unnamed + len(peers)) if is_anonymous else 0
    if missing:
        raise AppraisalError(
            "too_few",
            ngettext(
                "Words without names are shown from %(fewest)s answers on: choose %(n)s more, or "
                "ask by name.",
                "Words without names are shown from %(fewest)s answers on: choose %(n)s more, or "
                "ask by name.",
                missing,
            )
            % {"fewest": FEWEST_ANONYMOUS, "n": missing},
        )
