from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext

from opsportal.lib.texts import TextError, clean_text
from teams.audit.services import record_event
from teams.goals.errors import GoalError
from teams.goals.models import CheckIn, Confidence, Goal
from teams.goals.services.goals import lock_open_goal

if TYPE_CHECKING:
    from teams.accounts.models import User


@transaction.atomic
def check_in(*, goal: Goal, confidence: Confidence, words: str = "", by: "User | None") -> CheckIn:
    """Say how an open goal stands; whoever sees a risk says which. Raises GoalError."""
    try:
        words = clean_text(words).strip()
    except TextError as error:
        raise GoalError("words_too_long", str(error)) from error
    held = lock_open_goal(goal)
    if confidence != Confidence.ON_TRACK and not words:
        raise GoalError(
            "no_words", gettext("Say in a few words what stands in the way, or what would help.")
        )
    made = CheckIn.objects.create(goal=held, by=by, words=words, confidence=confidence)
    held.confidence, held.checked_in_at = confidence, made.at
    held.save(update_fields=["confidence", "checked_in_at"])
    record_event("goal.checked_in", by=by, subject=held)
    return made
