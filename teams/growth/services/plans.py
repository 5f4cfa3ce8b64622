"""The dated steps of a development plan: by the person, and by whoever leads them."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from teams.accounts.models import User
from teams.audit.services import record_event
from teams.competencies.models import Competency
from teams.growth.errors import GrowthError
from teams.growth.models import DevelopmentAction
from teams.structure.models import Person


@transaction.atomic
def plan_action(
    *, person: Person, words: str, due_on: date, competency: Competency | None, by: User | None
) -> DevelopmentAction:
    """Put a step with its day into somebody's plan. Raises GrowthError."""
    _check_words(words)
    action = DevelopmentAction.objects.create(
        person=person, words=words, due_on=due_on, competency=competency, created_by=by
    )
    _record("planned", action, by)
    return action


@transaction.atomic
def change_action(
    *,
    action: DevelopmentAction,
    words: str,
    due_on: date,
    competency: Competency | None,
    version: int,
    by: User | None,
) -> None:
    """Change what a step says and by when it is due.

    `version` is that of what was read. Raises GrowthError with code 'changed_meanwhile' where
    somebody else wrote since.
    """
    _check_words(words)
    held = _hold(action)
    if held.version != version:
        raise GrowthError(
            "changed_meanwhile",
            gettext(
                "Somebody changed this step while you wrote. Yours is kept below; put both "
                "together and save again."
            ),
            theirs=held.words,
            version=held.version,
        )
    held.words, held.due_on, held.competency = words, due_on, competency
    held.version += 1
    held.save()
    _record("changed", held, by)


@transaction.atomic
def finish_action(*, action: DevelopmentAction, by: User | None) -> None:
    """Mark a step as done today. Raises GrowthError where it is not open."""
    held = _hold_open(action)
    held.done_on = timezone.localdate()
    held.save()
    _record("done", held, by)


@transaction.atomic
def drop_action(*, action: DevelopmentAction, by: User | None) -> None:
    """Take an open step out of what is to be done; it stays in the plan's past."""
    held = _hold_open(action)
    held.dropped_on = timezone.localdate()
    held.save()
    _record("dropped", held, by)


@transaction.atomic
def reopen_action(*, action: DevelopmentAction, by: User | None) -> None:
    """Take up a step again that was done or dropped. Raises GrowthError where it is open."""
    held = _hold(action)
    if held.is_open:
        raise GrowthError("is_open", gettext("This step is open already."))
    held.done_on = held.dropped_on = None
    held.save()
    _record("reopened", held, by)


def _hold(action: DevelopmentAction) -> DevelopmentAction:
    return DevelopmentAction.objects.select_for_update().get(pk=action.pk)


def _hold_open(action: DevelopmentAction) -> DevelopmentAction:
    held = _hold(action)
    if not held.is_open:
        raise GrowthError(
            "is_over", gettext("This step is done or dropped already; reopen it first.")
        )
    return held


def _check_words(words: str) -> None:
    if not words.strip():
        raise GrowthError("no_words", gettext("Say what is to be done."))


def _record(deed: str, action: DevelopmentAction, by: User | None) -> None:
    """Record a deed without its words: they are for the file, not for whoever reads the log."""
    record_event(
        f"development_action.{deed}",
        by=by,
        subject=action.person,
        action=action.pk,
        due_on=action.due_on,
    )
