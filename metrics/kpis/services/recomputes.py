import logging
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet

from metrics.kpis.models import Recompute
from metrics.kpis.totals import rewrite_totals
from opsportal.lib.queueing import enqueue
from teams.audit.services import record_event
from teams.changes.models import OperatingDay
from teams.changes.services import RECOMPUTE_TASK, mark_range
from teams.structure.services.locking import hold_structure

if TYPE_CHECKING:
    from teams.accounts.models import User

logger = logging.getLogger(__name__)

# Newest first, because those are looked at first.
_CLAIM = """
    SELECT day, changed_at FROM teams_operatingday
    WHERE changed_at IS NOT NULL AND failed_at IS NULL
    ORDER BY day DESC LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_FINISH = """
    UPDATE teams_operatingday
    SET changed_at = NULL, computed_at = clock_timestamp(), failed_at = NULL, failure = ''
    WHERE day = %s
"""
# A day that was marked again in between is not failed: it is to be tried.
_FAIL = """
    UPDATE teams_operatingday SET failed_at = clock_timestamp(), failure = %s
    WHERE day = %s AND changed_at = %s
"""


class Claim(NamedTuple):
    """A changed day that one worker holds until its transaction ends."""

    day: date
    changed_at: datetime


def recompute_changed_days() -> list[date]:
    """Recompute changed days, each in a transaction of its own, until none is left to claim.

    Returns the days that were done. Days that another worker holds are left to it, so that any
    number of workers share the work; doing a day twice changes nothing. A day that raises is
    recorded as failed and does not stop the others; retry_failed_days has it tried again.
    """
    done: list[date] = []
    while has_changed_days():
        claim: Claim | None = None
        try:
            with transaction.atomic():
                claim = _claim_day()
                if claim is None:
                    break
                _recompute(claim.day)
        except Exception as error:
            if claim is None:
                raise
            logger.exception("recompute failed", extra={"day": claim.day.isoformat()})
            with connection.cursor() as cursor:
                cursor.execute(_FAIL, [f"{type(error).__name__}: {error}", *claim])
        else:
            done.append(claim.day)
    return done


def has_changed_days() -> bool:
    """Tell whether any day is still to be recomputed, whoever may hold it; failed ones are not."""
    return _changed_days().exists()


def count_changed_days() -> int:
    """Count the days that are still to be recomputed, failed ones aside."""
    return _changed_days().count()


def list_failed_days() -> list[OperatingDay]:
    """List the days whose recompute raised, with what it said."""
    return list(OperatingDay.objects.filter(failed_at__isnull=False).order_by("day"))


@transaction.atomic
def retry_failed_days() -> int:
    """Let failed days be claimed again; return how many."""
    return OperatingDay.objects.filter(failed_at__isnull=False).update(failed_at=None, failure="")


@transaction.atomic
def request_recompute(
    *, start: date | None = None, end: date | None = None, by: "User | None"
) -> Recompute:
    """Ask for the days from `start` until before `end` to be recomputed, changed or not.

    With neither, only changed days are, and failed ones again. The answer can be followed.
    """
    if start is None and end is None:
        retry_failed_days()
        enqueue(RECOMPUTE_TASK)
        days = count_changed_days()
    else:
        days = mark_range(start, end, reason="recompute asked for")
    recompute = Recompute.objects.create(
        first_day=start,
        last_day=end - timedelta(days=1) if end else None,
        days=days,
        requested_by=by,
    )
    record_event("kpis.recompute", by=by, subject=recompute, start=start, end=end, days=days)
    return recompute


def _claim_day() -> Claim | None:
    # Before the day: whoever changes the structure locks in this order too.
    hold_structure()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM)
        row = cursor.fetchone()
    return Claim(*row) if row else None


def _recompute(day: date) -> None:
    with connection.cursor() as cursor:
        rewrite_totals(cursor, [day])
        cursor.execute(_FINISH, [day])


def _changed_days() -> QuerySet[OperatingDay]:
    return OperatingDay.objects.filter(changed_at__isnull=False, failed_at__isnull=True)
