"""Writing a review, part by part, without anybody losing words; handing one over."""

from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from opsportal.lib.texts import TextError, clean_text
from teams.access.viewers import Viewer, get_viewer
from teams.accounts.models import User
from teams.appraisals.errors import AppraisalError
from teams.appraisals.models import KeptText, Part, Review, ReviewKind, Section
from teams.appraisals.policies import STATE_NAMES, may_write
from teams.appraisals.rules.scores import RATINGS
from teams.appraisals.rules.transitions import Actor, State
from teams.appraisals.selectors.scopes import find_standing
from teams.appraisals.services.steps import lock_appraisal
from teams.audit.services import record_event
from teams.structure.models import Person


class Saved(NamedTuple):
    """A part as it stands now; `kept` is what was sent and came too late to stand, kept beside."""

    part: Part
    kept: KeptText | None


@transaction.atomic
def save_part(
    *,
    review: Review,
    section: Section,
    words: str,
    rating: int | None,
    version: int,
    by: User,
    viewer: Viewer | None = None,
) -> Saved:
    """Save what was written for a section; `version` is the one that it was written upon, or 0.

    Where somebody else saved the part meanwhile, what stands stays, and what was sent is kept
    beside it for the two to be joined. Sending the same again changes nothing. Raises
    AppraisalError, with nothing lost on the page that sent it, where it may not be written.
    """
    viewer = viewer or get_viewer(by)
    appraisal = lock_appraisal(review.appraisal_id)
    reviews = list(appraisal.reviews.all())
    standing = find_standing(viewer, appraisal, reviews)
    mine = next((one for one in standing.mine if one.pk == review.pk), None)
    if mine is None:
        raise AppraisalError("wrong_person", gettext("This review is somebody else's to write."))
    if not may_write(appraisal, mine):
        raise AppraisalError(
            "not_open",
            gettext(
                "This review is in, and the appraisal is %(state)s: it can no longer be written. "
                "What you typed stays on this page."
            )
            % {"state": STATE_NAMES[State(appraisal.state)]},
        )
    if section.template_id != appraisal.cycle.template_id:
        raise AppraisalError("no_such_part", gettext("This appraisal has no such part."))
    try:
        words = clean_text(words)
    except TextError as error:
        raise AppraisalError("text_too_long", str(error)) from error
    if rating is not None and (rating not in RATINGS or not section.weight):
        raise AppraisalError("no_such_rating", gettext("Ratings go from 1 to 5."))
    part = Part.objects.filter(review=mine, section=section).first()
    if part is None:
        if not words and rating is None:
            return Saved(Part(review=mine, section=section, version=0), None)
        part = Part(review=mine, section=section, version=0)
    elif (part.words, part.rating) == (words, rating):
        return Saved(part, None)
    if part.version != version:
        kept = KeptText.objects.create(part=part, words=words, rating=rating, by=by)
        return Saved(part, kept)
    _keep_what_is_overwritten(part, by)
    part.words, part.rating, part.version = words, rating, part.version + 1
    part.saved_at, part.saved_by = timezone.now(), by
    part.save()
    return Saved(part, None)


def _keep_what_is_overwritten(part: Part, by: User) -> None:
    """Keep the words of somebody else that a save takes the place of, or that others wrote upon.

    Whoever writes over their own words, having seen them, has changed them; everybody else's
    words stay to be read.
    """
    if part.pk is None or not (part.words or part.rating):
        return
    is_anothers = part.saved_by_id not in {None, by.pk}
    if is_anothers or part.kept_texts.filter(at__gte=part.saved_at).exists():
        KeptText.objects.create(
            part=part, words=part.words, rating=part.rating, by_id=part.saved_by_id
        )


@transaction.atomic
def hand_over_review(*, review: Review, to: Person, words: str, by: User | None) -> Review:
    """Let another leader write a review that is not in: its author left, say. `by` HR or nobody.

    What was drafted stays the former author's, and is not waited for; the new one begins with an
    empty page, or goes on with the review of their own days. Raises AppraisalError where it is in.
    """
    appraisal = lock_appraisal(review.appraisal_id)
    reviews = list(appraisal.reviews.all())
    review = next(one for one in reviews if one.pk == review.pk)
    if by is not None and Actor.HR not in find_standing(get_viewer(by), appraisal, reviews).actors:
        raise AppraisalError("wrong_person", gettext("Only HR hands a review over."))
    if review.submitted_at is not None or State(appraisal.state) not in {
        State.SELF_REVIEW,
        State.LEADER_REVIEW,
        State.REOPENED,
        State.SIGN_OFF,
    }:
        raise AppraisalError("already_submitted", gettext("This review is in already."))
    if to.pk == appraisal.person_id:
        raise AppraisalError(
            "own_review", gettext("Nobody writes the leader's review of themselves.")
        )
    former, was_closing = review.author, review.is_closing
    review.waived_at, review.waived_words, review.is_closing = timezone.now(), words[:400], False
    review.save()
    other = next(
        (one for one in reviews if one.author_id == to.pk and one.kind == ReviewKind.LEADER), None
    )
    if other is None:
        other = Review(
            appraisal=appraisal,
            kind=ReviewKind.LEADER,
            author=to,
            days=review.days,
            day_count=review.day_count,
        )
    other.is_closing = other.is_closing or was_closing
    other.save()
    record_event(
        "appraisal.review_handed_over",
        by=by,
        subject=appraisal,
        former=former.employee_id,
        author=to.employee_id,
        reason=words,
    )
    return other
