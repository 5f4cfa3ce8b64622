"""Sign-ins, failed ones, lockouts and sign-outs as audit events.

What someone typed instead of a known address is not kept: it may be a password in the wrong field.
"""

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.http import HttpRequest

from teams.accounts.models import User
from teams.audit.services import record_event


def connect() -> None:
    """Listen to what Django and django-axes say about sign-ins; called in AppConfig.ready()."""
    user_logged_in.connect(record_sign_in, dispatch_uid="audit")
    user_logged_out.connect(record_sign_out, dispatch_uid="audit")
    user_login_failed.connect(record_failed_sign_in, dispatch_uid="audit")
    user_locked_out.connect(record_lockout, dispatch_uid="audit")


@transaction.atomic
def record_sign_in(*, request: HttpRequest, user: User, **_: Any) -> None:
    record_event("user.signed_in", by=user, subject=user, address=_address(request))


@transaction.atomic
def record_sign_out(*, request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        record_event("user.signed_out", by=user, subject=user, address=_address(request))


@transaction.atomic
def record_failed_sign_in(
    *, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    user = _find_user(credentials.get("username"))
    record_event("user.sign_in_failed", by=None, subject=user, address=_address(request))


@transaction.atomic
def record_lockout(*, request: HttpRequest, username: str | None, **_: Any) -> None:
    user = _find_user(username)
    record_event("user.locked_out", by=None, subject=user, address=_address(request))


def _find_user(email: object) -> User | None:
    return User.objects.filter(email=str(email or "").strip().lower()).first()


def _address(request: HttpRequest | None) -> str:
    """Return the address of the other end; behind a proxy, the proxy's."""
    return "" if request is None else str(request.META.get("REMOTE_ADDR", ""))
