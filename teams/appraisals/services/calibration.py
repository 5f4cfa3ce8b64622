"""Changing ratings in a calibration session, with a reason, and closing it."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from opsportal.lib.texts import TextError, clean_text
from teams.access.viewers import Viewer, get_viewer
from teams.accounts.models import User
from teams.appraisals.errors import AppraisalError
from teams.appraisals.models import Appraisal, CalibrationSession, RatingChange
from teams.appraisals.policies import STATE_NAMES
from teams.appraisals.rules.scores import RATINGS
from teams.appraisals.rules.transitions import Action, Actor, State
from teams.appraisals.selectors.calibration import BEFORE_CALIBRATION, may_calibrate
from teams.appraisals.selectors.ratings import with_rating
from teams.appraisals.selectors.scopes import find_standing
from teams.appraisals.services.steps import lock_appraisal, take_step
from teams.audit.services import record_event

PLACES = Decimal("0.0001")
# Of the people left out so many are named; the page names all.
MOST_NAMED = 5


def check_change(viewer: Viewer, appraisal: Appraisal) -> None:
    """Raise AppraisalError with the sentence that says why somebody may not change this rating."""
    session = appraisal.session
    if session is None or session.closed_at is not None:
        raise AppraisalError(
            "session_closed",
            gettext("This session is closed, and its ratings no longer change."),
        )
    if viewer.person is not None and viewer.person.pk == appraisal.person_id:
        raise AppraisalError("own_rating", gettext("Nobody changes their own rating."))
    standing = find_standing(viewer, appraisal, appraisal.reviews.all())
    if any(review.is_closing for review in standing.mine):
        raise AppraisalError(
            "own_review",
            gettext(
                "You gave this rating, or stand in for who did. Whoever leads above changes it."
            ),
        )
    if Actor.CALIBRATOR not in standing.actors:
        raise AppraisalError(
            "wrong_person",
            gettext("Only who leads the group, and did not rate this person, changes a rating."),
        )
    if State(appraisal.state) is not State.CALIBRATION:
        raise AppraisalError(
            "wrong_state",
            gettext("This appraisal is %(state)s; a rating changes only in calibration.")
            % {"state": STATE_NAMES[State(appraisal.state)]},
        )


@transaction.atomic
def change_rating(
    *,
    appraisal: Appraisal,
    after: Decimal,
    words: str,
    by: User,
    expected_before: Decimal | None,
) -> RatingChange:
    """Change a rating in its open session, for a reason; what it was stays on record.

    `expected_before` is the rating that `by` saw: where it is another one meanwhile, nothing is
    changed. Raises AppraisalError, having changed nothing, where it cannot be.
    """
    viewer = get_viewer(by)
    if appraisal.session_id is not None:
        # The session first: whoever closes it waits, and whoever comes after finds it closed.
        CalibrationSession.objects.select_for_update().get(pk=appraisal.session_id)
    appraisal = lock_appraisal(appraisal.pk)
    check_change(viewer, appraisal)
    session = appraisal.session
    assert session is not None, "checked above"
    try:
        words = clean_text(words).strip()
    except TextError as error:
        raise AppraisalError("text_too_long", str(error)) from error
    if not words:
        raise AppraisalError(
            "reason_missing", gettext("Say why; the reason stays beside the rating.")
        )
    if not after.is_finite() or not RATINGS[0] <= after <= RATINGS[-1]:
        raise AppraisalError(
            "off_scale", gettext("A rating lies between 1 and 5. Nothing was changed.")
        )
    after = after.quantize(PLACES)
    before = with_rating(Appraisal.objects.filter(pk=appraisal.pk)).get().rating  # type: ignore[attr-defined]
    if before != expected_before:
        raise _is_another(appraisal, before)
    if after == before:
        raise AppraisalError(
            "same_rating", gettext("This is the rating that stands. Nothing was changed.")
        )
    change = RatingChange.objects.create(
        session=session, appraisal=appraisal, before=before, after=after, words=words, by=by
    )
    record_event(
        "appraisal.rating_changed",
        by=by,
        subject=appraisal,
        before=_write(before),
        after=str(after),
    )
    return change


def _write(rating: Decimal | None) -> str | None:
    return None if rating is None else str(rating)


def _is_another(appraisal: Appraisal, now: Decimal | None) -> AppraisalError:
    """Say to what the rating was changed since it was seen, and by whom."""
    last = appraisal.rating_changes.select_related("by__person").last()
    who, at = gettext("Somebody"), appraisal.state_since
    if last is not None:
        at = last.at
        if last.by is not None:
            person = getattr(last.by, "person", None)
            who = person.name if person else last.by.email
    return AppraisalError(
        "changed_meanwhile",
        gettext(
            "%(who)s changed it to %(rating)s on %(at)s, after you opened this page. Yours was not "
            "saved; look at it again and send it if it still holds."
        )
        % {
            "who": who,
            "rating": "–" if now is None else f"{now:.1f}",
            "at": date_format(timezone.localtime(at), "j M, H:i"),
        },
    )


@transaction.atomic
def close_session(
    *, session: CalibrationSession, by: User, leave_out: bool = False
) -> list[Appraisal]:
    """Close a session: its appraisals go on to be signed off, and their ratings are locked.

    Those that are still being written stay where they are, where `leave_out` says so, and pass
    later without being compared; else they are a reason to refuse. Returns those that moved on.
    """
    viewer = get_viewer(by)
    session = (
        CalibrationSession.objects.select_for_update(of=("self",))
        .select_related("cycle", "unit")
        .get(pk=session.pk)
    )
    if session.closed_at is not None:
        raise AppraisalError(
            "session_closed", gettext("This session is closed already. Nothing was changed.")
        )
    if not may_calibrate(viewer, session):
        raise AppraisalError(
            "wrong_person", gettext("Only who leads the group, or stands above, closes a session.")
        )
    # All of them are held: a review that comes in now waits, and finds the session closed.
    appraisals = list(
        session.appraisals.select_for_update(of=("self",)).select_related("person").order_by("pk")
    )
    waiting = [one for one in appraisals if State(one.state) in BEFORE_CALIBRATION]
    if waiting and not leave_out:
        raise AppraisalError(
            "still_written",
            gettext(
                "%(n)s appraisals are still being written: %(names)s. Wait for them, or leave them "
                "out: they stay where they are, and pass later without being compared."
            )
            % {"n": len(waiting), "names": _name(waiting)},
        )
    ready = [one for one in appraisals if State(one.state) is State.CALIBRATION]
    refused: list[Appraisal] = []
    moved: list[Appraisal] = []
    for one in ready:
        try:
            moved.append(
                take_step(
                    appraisal=one,
                    action=Action.CLOSE_CALIBRATION,
                    by=by,
                    expected=State.CALIBRATION,
                    viewer=viewer,
                )
            )
        except AppraisalError:
            refused.append(one)
    if refused:
        raise AppraisalError(
            "not_yours",
            gettext(
                "Nobody closes the calibration of their own appraisal or of a rating they gave: "
                "%(names)s. Whoever leads above closes this session. Nothing was changed."
            )
            % {"names": _name(refused)},
        )
    session.closed_at, session.closed_by = timezone.now(), by
    session.save(update_fields=["closed_at", "closed_by"])
    record_event(
        "calibration.closed", by=by, subject=session, closed=len(moved), left_out=len(waiting)
    )
    return moved


def _name(appraisals: list[Appraisal]) -> str:
    names = sorted(one.person.name for one in appraisals)
    shown = ", ".join(names[:MOST_NAMED])
    if len(names) <= MOST_NAMED:
        return shown
    return gettext("%(names)s and %(n)s more") % {"names": shown, "n": len(names) - MOST_NAMED}
