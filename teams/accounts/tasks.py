from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext

from teams.accounts.models import User
from teams.accounts.services import SEND_INVITATION, SEND_PASSWORD_RESET, make_password_link

# A mail server that is away comes back; five attempts with growing pauses span about an hour.
RETRIES = {
    "autoretry_for": (OSError,),
    "retry_backoff": 120,
    "retry_backoff_max": 1800,
    "max_retries": 5,
}


@shared_task(name=SEND_INVITATION, **RETRIES)
def send_invitation(user_id: int) -> None:
    """Mail a user the link that sets their first password."""
    user = User.objects.get(pk=user_id)
    _send_link(user, gettext("Your sign-in to opsportal"), "accounts/mail/invitation.txt")


@shared_task(name=SEND_PASSWORD_RESET, **RETRIES)
def send_password_reset(email: str) -> None:
    """Mail the link that sets a new password, where someone of this address has an old one."""
    user = User.objects.filter(email=email, is_active=True).first()
    if user is not None and user.has_usable_password():
        _send_link(
            user, gettext("Set a new opsportal password"), "accounts/mail/password_reset.txt"
        )


def _send_link(user: User, subject: str, template: str) -> None:
    text = render_to_string(
        template,
        {
            "link": make_password_link(user),
            "portal": settings.PUBLIC_URL,
            "email": user.email,
            "days": settings.PASSWORD_RESET_TIMEOUT // 86400,
        },
    )
    send_mail(subject, text, None, [user.email])
