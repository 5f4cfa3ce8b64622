"""The tasks of every room, where Celery's autodiscovery finds them."""

from teams.accounts.tasks import send_invitation, send_password_reset

__all__ = ["send_invitation", "send_password_reset"]
