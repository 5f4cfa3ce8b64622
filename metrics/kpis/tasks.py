from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from metrics.kpis.models import KpiVersion
from metrics.kpis.services import (
    count_changed_days,
    mark_what_the_clock_changed,
    retry_failed_days,
)
from metrics.kpis.services import recompute_changed_days as recompute
from metrics.kpis.services.period_results import REFRESH_TASK
from metrics.kpis.services.period_results import refresh_period_results as refresh

DAYS_WORTH_A_HELPER = 30
MOST_HELPERS = 7


@shared_task(name="metrics.kpis.recompute_changed_days")
def recompute_changed_days(*, helping: bool = False) -> None:
    """Recompute until no changed day is left to claim.

    Asked for by every change, however many there are: whoever comes when all is done or claimed
    leaves at once. Where much waits, other workers are asked to share it.
    """
    if not helping:
        for _ in range(min(count_changed_days() // DAYS_WORTH_A_HELPER, MOST_HELPERS)):
            recompute_changed_days.delay(helping=True)
    recompute()


@shared_task(name="metrics.kpis.recompute_nightly")
def recompute_nightly() -> None:
    """Recompute what is left and what the clock changed, and try again what failed."""
    retry_failed_days()
    mark_what_the_clock_changed()
    recompute_changed_days()


@shared_task(name=REFRESH_TASK)
def refresh_period_results(version_id: int) -> None:
    """Rewrite the stored results of one KPI that another definition changed."""
    refresh(KpiVersion.objects.get(pk=version_id))


@worker_ready.connect
def recompute_what_was_left(**kwargs: Any) -> None:
    """Take up, when a worker starts, what one that was killed left behind."""
    recompute_changed_days.delay()
