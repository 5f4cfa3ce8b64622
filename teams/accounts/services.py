from axes.utils import reset as forget_failed_sign_ins
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from opsportal.lib.queueing import enqueue
from teams.accounts.models import User
from teams.audit.services import record_event

SEND_INVITATION = "teams.accounts.send_invitation"
SEND_PASSWORD_RESET = "teams.accounts.send_password_reset"  # noqa: S105


@transaction.atomic
def ensure_user(*, email: str, by: User | None) -> User:
    """Return the sign-in of an e-mail address, creating it where there is none."""
    address = email.strip().lower()
    user = User.objects.filter(email=address).first()
    if user is None:
        user = User.objects.create_user(address)
        record_event("user.created", by=by, subject=user)
    return user


def make_password_link(user: User) -> str:
    """Return the address under which a user sets their password, once, within seven days."""
    path = reverse(
        "accounts:set-password",
        kwargs={
            "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
            "token": default_token_generator.make_token(user),
        },
    )
    return settings.PUBLIC_URL.rstrip("/") + path


@transaction.atomic
def invite_user(*, user: User, by: User | None) -> None:
    """Send a user the link that sets their first password."""
    record_event("user.invited", by=by, subject=user)
    enqueue(SEND_INVITATION, user.pk)


def request_password_reset(*, email: str) -> None:
    """Send a link to whoever has this address and a password.

    The search happens in the worker, so that the answer tells nobody, not even by the time it
    takes, which addresses are known.
    """
    enqueue(SEND_PASSWORD_RESET, email.strip().lower())


@transaction.atomic
def set_password(*, user: User, password: str, by: User | None) -> None:
    """Set a password, and lift a lockout: whoever could set it has proved who they are."""
    user.set_password(password)
    user.save(update_fields=["password"])
    forget_failed_sign_ins(username=user.email)
    record_event("user.password_set", by=by, subject=user)
