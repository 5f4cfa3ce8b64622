"""The tasks of every room, where Celery's autodiscovery finds them."""

from teams.accounts.tasks import send_invitation, send_password_reset
from teams.goals.tasks import refresh_goal_readings

__all__ = ["refresh_goal_readings", "send_invitation", "send_password_reset"]
