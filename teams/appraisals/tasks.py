"""What is done to appraisals while nobody looks: evidence follows the figures."""

from collections.abc import Callable
from datetime import timedelta

import structlog
from celery import shared_task
from django.utils import timezone

from teams.appraisals.models import Appraisal, CycleState
from teams.appraisals.rules.transitions import State
from teams.appraisals.services.evidence import gather_evidence, restate_evidence

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
