import logging
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet

from metrics.feeds.services import recheck_coverage
from metrics.kpis.models import Recompute
from metrics.kpis.services.period_results import compute_period_results
from metrics.kpis.totals import rewrite_totals
from metrics.records.services import forget_columns
from opsportal.lib.queueing import enqueue
from teams.audit.services import record_event
from teams.changes.models import OperatingDay
from teams.changes.services import RECOMPUTE_TASK, mark_range
from teams.measures import offers
from teams.structure.services.locking import hold_structure

if TYPE_CHECKING:
    from teams.accounts.models import User

logger = logging.getLogger(__name__)

# What one transaction takes: enough for its days to share what it costs, and where little waits
# no more than a quarter of it, so that the others have something to do; but a few days cost little
# more than one.
MOST_DAYS_AT_ONCE = 25
FEW_DAYS = 4
SHARE = 4
# Newest first, because those are looked at first.
_CLAIM = """
    SELECT day, changed_at FROM teams_operatingday
    WHERE changed_at IS NOT NULL AND failed_at IS NULL
        AND (%(only)s::date IS NULL OR day = %(only)s)
    ORDER BY day DESC LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
_COUNT = """
    SELECT count(*) FROM (
        SELECT FROM teams_operatingday WHERE changed_at IS NOT NULL AND failed_at IS NULL LIMIT %s
    ) waiting
"""
# The transaction's own time: what came in later is not in it, and open items are as old as then.
_FINISH = """
    UPDATE teams_operatingday
    SET changed_at = NULL, computed_at = now(), failed_at = NULL, failure = ''
    WHERE day = ANY(%s)
"""
# A day that was marked again in between is not failed: it is to be tried.
_FAIL = """
    UPDATE teams_operatingday SET failed_at = clock_timestamp(), failure = %s
    WHERE day = %s AND changed_at = %s
"""
# Errors that say nothing of the day: of the connection, of transactions that were in each other's
# way, of a server that lacks room or is going down. One without a code is a connection that broke.
_PASSING = ("08", "40", "53", "57P")
ATTEMPTS = 5
FIRST_PAUSE_SECONDS = 0.1

T = TypeVar("T")


class Claim(NamedTuple):
    """A changed day that one worker holds until its transaction ends."""

    day: date
    changed_at: datetime


class _BrokenDaysError(Exception):
    """Something raised while some claimed days were computed: one of them is broken."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        super().__init__(claims)
        self.claims = claims


def recompute_changed_days(report: Callable[[], None] | None = None) -> list[date]:
    """Recompute changed days, some in each transaction, until none is left to claim.

    Returns the days that were done. Days that another worker holds are left to it, so that any
    number of workers share the work; doing a day twice changes nothing. Where one of several days
    raises, each is tried by itself, and the one that raises is recorded as failed; it does not
    stop the others, and retry_failed_days has it tried again. What says nothing of the day, such
    as a lost connection, is tried again a few times, and raised if it stays: the days wait then.
    `report` is called after each transaction, to tell how far it has come. Whoever does the last
    changed day has those who keep figures read them anew, once.
    """
    done: list[date] = []
    has_worked = False
    while has_changed_days():
        try:
            days = _persist(_recompute_some)
            if not days:
                break
        except _BrokenDaysError as error:
            days = [day for claim in error.claims for day in _recompute_by_itself(claim)]
        has_worked = True
        done += days
        if report is not None:
            report()
    else:
        if has_worked:
            _refresh_what_is_kept()
    return done


def _refresh_what_is_kept() -> None:
    """Ask those who keep figures to read them anew; whom that is, their rooms have said."""
    for task_name in offers.after_figures:
        enqueue(task_name)


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
    *,
    start: date | None = None,
    end: date | None = None,
    from_facts: bool = False,
    by: "User | None",
) -> Recompute:
    """Ask for the days from `start` until before `end` to be recomputed, changed or not.

    With neither, only changed days are, and failed ones again. With `from_facts`, what is kept of
    those days as columns is forgotten and made anew. The answer can be followed.
    """
    if start is None and end is None:
        retry_failed_days()
        enqueue(RECOMPUTE_TASK)
        days = count_changed_days()
    else:
        days = mark_range(start, end, reason="recompute asked for")
        if from_facts:
            forget_columns(start, end)
    recompute = Recompute.objects.create(
        first_day=start,
        last_day=end - timedelta(days=1) if end else None,
        days=days,
        requested_by=by,
    )
    record_event("kpis.recompute", by=by, subject=recompute, start=start, end=end, days=days)
    return recompute


def _recompute_some(only: date | None = None) -> list[date]:
    """Claim some changed days, or only one, and compute them; none are left where it says none."""
    claims: list[Claim] = []
    try:
        with transaction.atomic():
            claims = _claim_days(only)
            if claims:
                _recompute(sorted(claim.day for claim in claims))
    except Exception as error:
        if not claims or _is_passing(error):
            raise
        raise _BrokenDaysError(claims) from error
    return [claim.day for claim in claims]


def _recompute_by_itself(claim: Claim) -> list[date]:
    """Compute one day; record it as failed where that raises."""
    try:
        return _persist(lambda: _recompute_some(claim.day))
    except _BrokenDaysError as error:
        cause = error.__cause__
        logger.error("recompute failed", exc_info=cause, extra={"day": claim.day.isoformat()})
        with connection.cursor() as cursor:
            cursor.execute(_FAIL, [f"{type(cause).__name__}: {cause}", *error.claims[0]])
        _compute_without(claim.day)
        return []


def _compute_without(day: date) -> None:
    """Compute the results of periods that waited for a day which failed."""
    try:
        with transaction.atomic():
            hold_structure()
            compute_period_results([day])
    except Exception:
        logger.exception("period results failed", extra={"day": day.isoformat()})


def _persist(action: Callable[[], T]) -> T:
    """Do something again, a few times, where it failed for a reason that passes."""
    for attempt in range(ATTEMPTS):
        try:
            return action()
        except (OperationalError, InterfaceError) as error:
            if not _is_passing(error) or attempt == ATTEMPTS - 1:
                raise
            logger.warning("recompute is tried again", exc_info=error)
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
            time.sleep(FIRST_PAUSE_SECONDS * 2**attempt)
    raise AssertionError("the last attempt returns or raises")


def _is_passing(error: Exception) -> bool:
    if isinstance(error, InterfaceError):
        return True
    code = getattr(error.__cause__, "pgcode", None)
    return isinstance(error, OperationalError) and (code is None or code.startswith(_PASSING))


def _claim_days(only: date | None = None) -> list[Claim]:
    # Before the days: whoever changes the structure locks in this order too.
    hold_structure()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [MOST_DAYS_AT_ONCE * SHARE])
        (waiting,) = cursor.fetchone()
        limit = max(FEW_DAYS, waiting // SHARE)
        cursor.execute(_CLAIM, {"only": only, "limit": limit})
        return [Claim(*row) for row in cursor.fetchall()]


def _recompute(days: Sequence[date]) -> None:
    recheck_coverage(days)
    rewrite_totals(days)
    with connection.cursor() as cursor:
        cursor.execute(_FINISH, [list(days)])
    compute_period_results(days)


def _changed_days() -> QuerySet[OperatingDay]:
    return OperatingDay.objects.filter(changed_at__isnull=False, failed_at__isnull=True)
