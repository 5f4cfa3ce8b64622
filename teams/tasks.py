"""The tasks of every room, where Celery's autodiscovery finds them."""

from teams.accounts.tasks import send_invitation, send_password_reset
from teams.appraisals.tasks import (
    refresh_evidence,
    send_reminder,
    send_reminders,
    settle_people,
)
from teams.goals.tasks import refresh_goal_readings

__all__ = [
    "refresh_evidence",
    "refresh_goal_readings",
    "send_invitation",
    "send_password_reset",
    "send_reminder",
    "send_reminders",
    "settle_people",
]
