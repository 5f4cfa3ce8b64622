"""What is done to appraisals while nobody looks: figures, letters and leavers are followed."""

from collections.abc import Callable
from datetime import date, timedelta

import structlog
from celery import shared_task
from django.utils import timezone

from teams.accounts.tasks import RETRIES
from teams.appraisals.models import Appraisal, CycleState
from teams.appraisals.rules.transitions import State
from teams.appraisals.services.cycles import settle_people as settle
from teams.appraisals.services.evidence import gather_evidence, restate_evidence
from teams.appraisals.services.reminders import SEND_REMINDER, send_due_reminders
from teams.appraisals.services.reminders import send_reminder as send

REFRESH_EVIDENCE = "teams.appraisals.refresh_evidence"
# Evidence of a closed cycle is held against the figures this long.
DAYS_WATCHED = 400
AT_ONCE = 200
# What is reopened is frozen already, unless it never came so far.
WRITTEN_IN = (State.SELF_REVIEW, State.LEADER_REVIEW, State.REOPENED)
_log = structlog.get_logger(__name__)


@shared_task(name=REFRESH_EVIDENCE)
def refresh_evidence() -> None:
    """Gather the evidence of what is being written anew, and restate what is frozen.

    Some at a time; where that fails one by one, so that what cannot be read of one is logged and
    stops nobody else.
    """
    since = timezone.now() - timedelta(days=DAYS_WATCHED)
    watched = Appraisal.objects.exclude(cycle__closed_at__lt=since).select_related("cycle")
    open_ones = watched.filter(
        state__in=[state.value for state in WRITTEN_IN], cycle__state=CycleState.OPEN
    )
    for deed, ones in (
        (gather_evidence, open_ones),
        (restate_evidence, watched.filter(evidence__frozen_at__isnull=False).distinct()),
    ):
        ids = list(ones.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(ids), AT_ONCE):
            _do(deed, list(watched.filter(pk__in=ids[start : start + AT_ONCE])))


def _do(deed: Callable[..., object], some: list[Appraisal]) -> None:
    try:
        deed(appraisals=some)
    except Exception:
        if len(some) == 1:
            _log.exception("evidence_not_refreshed", deed=deed.__name__, appraisal=some[0].pk)
            return
        for one in some:
            _do(deed, [one])


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
