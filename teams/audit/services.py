from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, transaction
from django.utils import timezone

from teams.audit.models import AuditEvent


def record_event(
    act: str, *, by: AbstractBaseUser | None, subject: models.Model | None = None, **detail: Any
) -> AuditEvent:
    """Record an act in the transaction that does it.

    `by` is None for what the portal does by itself. `detail` must be JSON; dates may be given as
    dates. Raises AssertionError outside a transaction: an act without its record is no act.
    """
    assert transaction.get_connection().in_atomic_block
    event = _describe(act, by, subject, detail)
    event.save()
    return event


def record_events(
    act: str,
    *,
    by: AbstractBaseUser | None,
    subjects: Iterable[models.Model],
    **detail: Any,
) -> None:
    """Record one act upon several subjects, an event each, in one query; see record_event."""
    assert transaction.get_connection().in_atomic_block
    AuditEvent.objects.bulk_create(_describe(act, by, subject, detail) for subject in subjects)


def record_reads(
    act: str, *, by: AbstractBaseUser, subjects: Iterable[models.Model], **detail: Any
) -> None:
    """Record that somebody read things, each once a day however often they look.

    Where all is recorded already it asks one question.
    """
    subjects = list(subjects)
    if not subjects or not _list_unread(act, by, subjects):
        return
    with transaction.atomic(savepoint=False):
        # Two pages that are opened at once shall not both write.
        get_user_model().objects.select_for_update().only("pk").get(pk=by.pk)
        if unread := _list_unread(act, by, subjects):
            record_events(act, by=by, subjects=unread, **detail)


def _list_unread(
    act: str, by: AbstractBaseUser, subjects: list[models.Model]
) -> list[models.Model]:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    known = AuditEvent.objects.filter(
        act=act,
        actor_id=by.pk,
        at__gte=midnight,
        subject_type=subjects[0]._meta.model_name,
        subject_id__in=[str(subject.pk) for subject in subjects],
    )
    seen = set(known.values_list("subject_id", flat=True))
    return [subject for subject in subjects if str(subject.pk) not in seen]


def _describe(
    act: str, by: AbstractBaseUser | None, subject: models.Model | None, detail: dict[str, Any]
) -> AuditEvent:
    return AuditEvent(
        act=act,
        actor_id=None if by is None else by.pk,
        subject_type=subject._meta.model_name or "" if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        subject_label=str(subject)[:300] if subject is not None else "",
        detail={key: _as_json(value) for key, value in detail.items()},
    )


def _as_json(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)
