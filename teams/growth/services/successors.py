"""Who stands behind a leadership post: noted and ended by whoever leads above it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from teams.accounts.models import User
from teams.audit.services import record_event
from teams.growth.errors import GrowthError
from teams.growth.models import Successor
from teams.growth.rules import Standing
from teams.structure.models import Assignment, Leadership, Person, Unit


@transaction.atomic
def note_successor(
    *, unit: Unit, person: Person, standing: Standing, words: str, by: User | None
) -> Successor:
    """Note somebody as successor of the post of a unit's leader; noted again, they stand anew.

    Raises GrowthError.
    """
    today = timezone.localdate()
    # Two who note the same person at once come one after the other.
    Unit.objects.select_for_update().get(pk=unit.pk)
    if by is not None and person.user_id == by.pk:
        raise GrowthError("oneself", gettext("Nobody notes themselves as a successor."))
    if Leadership.objects.filter(
        unit=unit, person=person, is_deputy=False, valid__contains=today
    ).exists():
        raise GrowthError(
            "leads_already",
            gettext("%(name)s leads %(unit)s now: a successor is somebody else.")
            % {"name": person.name, "unit": unit.name},
        )
    if not Assignment.objects.filter(person=person, valid__contains=today).exists():
        raise GrowthError(
            "belongs_nowhere",
            gettext("%(name)s belongs to no unit today, so cannot stand behind a post.")
            % {"name": person.name},
        )
    held = Successor.objects.filter(unit=unit, person=person, ended_on__isnull=True).first()
    is_new = held is None
    held = held or Successor(unit=unit, person=person)
    held.standing, held.words = standing, words
    held.noted_on, held.noted_by = today, by
    held.save()
    _record("noted" if is_new else "judged_anew", held, by)
    return held


@transaction.atomic
def end_successor(*, successor: Successor, by: User | None) -> None:
    """Let somebody stand behind a post no longer. Raises GrowthError where that has ended."""
    held = Successor.objects.select_for_update().get(pk=successor.pk)
    if held.ended_on is not None:
        raise GrowthError("is_over", gettext("This has ended already."))
    held.ended_on = timezone.localdate()
    held.save()
    _record("ended", held, by)


def _record(deed: str, successor: Successor, by: User | None) -> None:
    """Record a deed with the post alone: who stands behind it is not for readers of the log."""
    record_event(f"successor.{deed}", by=by, subject=successor.unit, successor=successor.pk)
