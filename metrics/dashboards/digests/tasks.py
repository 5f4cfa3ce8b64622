from datetime import date

from celery import shared_task
from django.utils import timezone

from metrics.dashboards.digests.rules import monday_of
from metrics.dashboards.digests.services import SEND_DIGEST, enqueue_due_digests
from metrics.dashboards.digests.services import send_digest as send
from teams.accounts.tasks import RETRIES


@shared_task(name="metrics.dashboards.send_due_digests")
def send_due_digests() -> None:
    """Ask for every digest of this week that has not gone; run again, it finds what is left."""
    enqueue_due_digests(monday_of(timezone.localdate()))


@shared_task(name=SEND_DIGEST, **RETRIES)
def send_digest(digest_id: int, monday: str) -> None:
    """Send one digest; a mail server that is away is tried again, then by the next hour's run."""
    send(digest_id=digest_id, monday=date.fromisoformat(monday))
