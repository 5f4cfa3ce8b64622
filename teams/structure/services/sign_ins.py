from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from teams.accounts.models import User
from teams.audit.services import record_event
from teams.structure.models import Person


@transaction.atomic
def close_sign_ins(person_ids: Iterable[int] | None = None) -> int:
    """Deactivate the sign-ins of those who have left by today; return how many.

    Run when a leaving is recorded, and each day for those dated ahead. Sessions and API tokens
    of a deactivated sign-in are refused from their next request on.
    """
    left = Person.objects.filter(left_on__lte=timezone.localdate(), user__is_active=True)
    if person_ids is not None:
        left = left.filter(pk__in=person_ids)
    users = list(left.values_list("user_id", flat=True))
    if users:
        User.objects.filter(pk__in=users).update(is_active=False)
        record_event("sign_ins.closed", by=None, user_ids=users)
    return len(users)


def open_sign_ins(person_ids: Iterable[int], *, by: User | None) -> None:
    """Activate again the sign-ins of people who had left and no longer have."""
    back = Person.objects.filter(pk__in=person_ids, user__is_active=False).filter(
        Q(left_on__isnull=True) | Q(left_on__gt=timezone.localdate())
    )
    users = list(back.values_list("user_id", flat=True))
    if users:
        User.objects.filter(pk__in=users).update(is_active=True)
        record_event("sign_ins.opened", by=by, user_ids=users)
