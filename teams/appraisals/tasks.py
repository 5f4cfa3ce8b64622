from datetime import date

from celery import shared_task
from django.utils import timezone

from teams.accounts.tasks import RETRIES
from teams.appraisals.services.cycles import settle_people as settle
from teams.appraisals.services.reminders import SEND_REMINDER, send_due_reminders
from teams.appraisals.services.reminders import send_reminder as send


@shared_task(name="teams.appraisals.send_reminders")
def send_reminders() -> None:
    """Ask for the letters of today that have not gone; run again, it finds what is left."""
    send_due_reminders(timezone.localdate())


@shared_task(name=SEND_REMINDER, **RETRIES)
def send_reminder(person_id: int, day: str) -> None:
    """Send one letter; a mail server that is away is tried again, then by the next hour's run."""
    send(person_id=person_id, day=date.fromisoformat(day))


@shared_task(name="teams.appraisals.settle_people")
def settle_people() -> None:
    """Follow people who left: withdraw their appraisals, hand over the reviews that they owe."""
    settle(timezone.localdate())
