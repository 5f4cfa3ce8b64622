"""Writing what totals cannot give, per calendar period, in the transaction that changes it."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from metrics.kpis.items import (
    ITEM_MODELS,
    Per,
    Result,
    below_units,
    calculate_results,
    keep_those_with_items,
)
from metrics.kpis.models import Kpi, KpiVersion, PeriodResult
from metrics.kpis.results import STORED_GRAINS
from opsportal.lib.periods import Grain, Period, period_of
from teams.structure.models import Unit
from teams.structure.services.locking import hold_structure

REFRESH_TASK = "metrics.kpis.refresh_period_results"

_IS_ANYTHING_THERE = """
    SELECT EXISTS (SELECT FROM metrics_judgement) OR EXISTS (SELECT FROM metrics_servicerequest)
        OR EXISTS (SELECT FROM metrics_periodresult)
"""
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('metrics_periodresult'), hashtext(%s))"
# A day that failed is not waited for: it is reported, and counts again once it is mended.
_IS_PENDING = """
    SELECT EXISTS (
        SELECT FROM teams_operatingday
        WHERE changed_at IS NOT NULL AND failed_at IS NULL AND day >= %s AND day < %s
    )
"""
_DAYS_WITH_ITEMS = """
    SELECT day FROM metrics_judgement WHERE day >= %s
    UNION SELECT day FROM metrics_servicerequest WHERE day >= %s
"""
LONGEST_PERIOD = timedelta(days=92)
Calendar = tuple[Grain, Period]


def compute_period_results(days: Iterable[date]) -> list[Calendar]:
    """Rewrite the results of every calendar period that holds one of some days; return which.

    Belongs into the transaction that finishes these days, after they are no longer marked as
    changed: then either both are done or neither, wherever a worker is killed. A period in which
    another day is still changed is left to whoever finishes the last one. Each looks under a lock
    on the period that it holds until it commits, so of two that finish at once the second sees
    the first's day done, and computes. Locks are taken in one order, so that nobody waits for
    each other. Where there are no items, nothing is locked and nothing done.
    """
    assert transaction.get_connection().in_atomic_block, "results belong to the day they finish"
    if not _ask(_IS_ANYTHING_THERE):
        return []
    periods = _list_periods(days)
    for grain, period in periods:
        _lock(grain, period)
    due = [
        (grain, period)
        for grain, period in periods
        if not _ask(_IS_PENDING, period.start, period.end)
    ]
    for grain, period in due:
        _rewrite(grain, period, Kpi.objects.filter(versions__model__in=ITEM_MODELS))
    return due


def refresh_period_results(version: KpiVersion) -> int:
    """Rewrite the results of one KPI from a version's first day on; return how many periods.

    Each period in a transaction of its own. What else changed in a period is none of its business:
    whoever finishes the period's last changed day rewrites it then.
    """
    kpi = Kpi.objects.filter(pk=version.kpi_id)
    if not kpi.filter(versions__model__in=ITEM_MODELS).exists():
        return 0
    since = version.valid_from or date.min
    with connection.cursor() as cursor:
        cursor.execute(
            _DAYS_WITH_ITEMS, [since - LONGEST_PERIOD if version.valid_from else since] * 2
        )
        days = [day for (day,) in cursor.fetchall()]
    periods = [one for one in _list_periods(days) if one[1].last_day >= since]
    for grain, period in periods:
        with transaction.atomic():
            hold_structure()
            _lock(grain, period)
            _rewrite(grain, period, kpi)
    return len(periods)


def _list_periods(days: Iterable[date]) -> list[Calendar]:
    """List the calendar periods that hold any of some days, in the order of their locks."""
    unique = sorted(set(days))
    return [
        (grain, period)
        for grain in STORED_GRAINS
        for period in dict.fromkeys(period_of(day, grain) for day in unique)
    ]


def _rewrite(grain: Grain, period: Period, kpis: QuerySet[Kpi]) -> None:
    """Replace the results of KPIs in one period; the lock is held, so what is read is newest."""
    versions = list(KpiVersion.objects.filter(kpi__in=kpis).order_by("kpi", "number"))
    PeriodResult.objects.filter(
        version__in=[version.pk for version in versions], grain=grain, period_start=period.start
    ).delete()
    in_force = {
        version.kpi_id: version
        for version in versions
        if version.valid_from is None or version.valid_from <= period.last_day
    }
    wanted = keep_those_with_items(
        (version, period) for version in in_force.values() if version.model in ITEM_MODELS
    )
    if wanted:
        units = below_units(Unit.objects.values_list("pk", flat=True))
        PeriodResult.objects.bulk_create(
            (
                _make_result(grain, result)
                for result in calculate_results(wanted, units, per=Per.QUEUE_AND_ALL)
            ),
            batch_size=2_000,
        )


def _make_result(grain: Grain, result: Result) -> PeriodResult:
    return PeriodResult(
        version_id=result.version_id,
        unit_id=result.subject_id,
        queue_id=result.queue_id or 0,
        grain=grain,
        period_start=result.period.start,
        n=result.n,
        value=result.value,
        low=result.low,
        high=result.high,
    )


def _lock(grain: Grain, period: Period) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [f"{grain} {period.start}"])


def _ask(question: str, *parameters: date) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question, parameters)
        return bool(cursor.fetchone()[0])
