"""When stored results are written, by whom, and what two at once or a killed one leave behind."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext

from metrics.kpis import tasks
from metrics.kpis.models import Kpi, KpiVersion, PeriodResult
from metrics.kpis.readings import of_units
from metrics.kpis.results import find_grain, read_results
from metrics.kpis.services import create_version
from metrics.kpis.services.period_results import compute_period_results, refresh_period_results
from metrics.records.models import ServiceRequest
from opsportal.lib.periods import Grain, Period, period_of
from teams.changes.models import OperatingDay
from tests.metrics.facts import take_back, write_facts
from tests.metrics.kpis.item_twin import at, define_quantile, finish
from tests.personas import Organisation, build_organisation

MONDAY = date(2026, 3, 30)  # its week reaches into April, and into the next quarter
TUESDAY = MONDAY + timedelta(days=1)
WEDNESDAY = MONDAY + timedelta(days=2)


def write_requests(organisation: Organisation, **minutes: int) -> Any:
    """Write requests by key and minutes until delivery, one a day from Monday on."""
    return write_facts(
        "service_requests",
        [
            {
                "key": key,
                "unit_id": organisation.units["video-es"].pk,
                "queue_id": organisation.queues["spanish-standard"].pk,
                "day": MONDAY + timedelta(days=number),
                "received_at": at(MONDAY + timedelta(days=number)),
                "delivered_at": at(MONDAY + timedelta(days=number), 60 * each),
            }
            for number, (key, each) in enumerate(minutes.items())
        ],
    )


@pytest.fixture
def median(db: None) -> KpiVersion:
    return define_quantile("median", "delivery_seconds", "0.5")


def stored(version: KpiVersion, grain: Grain = Grain.WEEK, unit: str = "video-es") -> list[Any]:
    return list(
        version.results.filter(grain=grain, unit__slug=unit, queue_id=0)
        .order_by("period_start")
        .values_list("n", "value")
    )


def test_every_unit_above_and_every_queue_has_its_result(
    organisation: Organisation, median: KpiVersion
) -> None:
    write_requests(organisation, a=5, b=10, c=15)
    finish([MONDAY, TUESDAY, WEDNESDAY])
    week = median.results.filter(grain="week")
    above = {"video-es", "video-safety", "trust-safety", organisation.root.slug}
    queue = organisation.queues["spanish-standard"].pk
    assert set(week.values_list("unit__slug", "queue_id", "n", "value")) == {
        (unit, queue_id, 3, 600.0) for unit in above for queue_id in (0, queue)
    }
    assert stored(median, Grain.DAY) == [(1, 300), (1, 600), (1, 900)]
    # March and its quarter end on Tuesday.
    assert stored(median, Grain.MONTH) == [(2, 300), (1, 900)]
    assert stored(median, Grain.QUARTER) == [(2, 300), (1, 900)]


def test_a_period_waits_for_its_last_changed_day(
    organisation: Organisation, median: KpiVersion
) -> None:
    write_requests(organisation, a=5, b=10, c=15)
    finish([MONDAY])
    assert stored(median, Grain.DAY) == [(1, 300)]
    assert stored(median, Grain.WEEK) == []
    finish([TUESDAY])
    assert stored(median, Grain.MONTH) == [(2, 300)]
    assert stored(median, Grain.WEEK) == []
    finish([WEDNESDAY])
    assert stored(median, Grain.WEEK) == [(3, 600)]


def test_old_results_stay_readable_until_the_new_ones_are_there(
    organisation: Organisation, median: KpiVersion
) -> None:
    write_requests(organisation, a=5, b=10, c=15)
    finish([MONDAY, TUESDAY, WEDNESDAY])
    write_requests(organisation, a=50, b=100, c=15)
    finish([MONDAY])
    assert stored(median, Grain.WEEK) == [(3, 600)]
    assert stored(median, Grain.DAY)[0] == (1, 3000)
    finish([TUESDAY])
    assert stored(median, Grain.WEEK) == [(3, 3000)]


def test_a_failed_day_is_not_waited_for(organisation: Organisation, median: KpiVersion) -> None:
    write_requests(organisation, a=5, b=10, c=15)
    finish([MONDAY, TUESDAY])
    OperatingDay.objects.filter(day=WEDNESDAY).update(failed_at=at(WEDNESDAY))
    with transaction.atomic():
        compute_period_results([WEDNESDAY])
    # It was never computed, so its requests are not there, as its totals are not.
    assert stored(median, Grain.WEEK) == [(2, 300)]


def test_what_was_taken_back_leaves_no_result(
    organisation: Organisation, median: KpiVersion
) -> None:
    sent = write_requests(organisation, a=5)
    finish([MONDAY])
    assert median.results.exists()
    take_back(sent)
    finish([MONDAY])
    assert not PeriodResult.objects.exists()


def test_without_items_it_costs_one_question(
    organisation: Organisation, median: KpiVersion
) -> None:
    with (
        transaction.atomic(),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        assert compute_period_results([MONDAY]) == []
    assert len([query for query in queries if "EXISTS" in query["sql"]]) == 1
    assert not any("advisory" in query["sql"] for query in queries)


def test_twice_changes_nothing(organisation: Organisation, median: KpiVersion) -> None:
    def rows() -> set[Any]:
        return set(
            PeriodResult.objects.values_list(
                "grain", "period_start", "unit", "queue_id", "n", "value", "low", "high"
            )
        )

    write_requests(organisation, a=5, b=10)
    finish([MONDAY, TUESDAY])
    before = rows()
    assert before
    finish([MONDAY, TUESDAY])
    assert rows() == before


def test_a_new_version_rewrites_its_own_kpi_from_its_first_day(
    organisation: Organisation, median: KpiVersion
) -> None:
    other = define_quantile("other", "delivery_seconds", "0.9")
    write_requests(organisation, a=5, b=10, c=15)
    finish([MONDAY, TUESDAY, WEDNESDAY])
    untouched = set(other.results.values_list("pk", flat=True))
    newer = define_quantile("median", "delivery_seconds", "0.9", valid_from=WEDNESDAY)
    # Wednesday, its week, its month and its quarter.
    assert refresh_period_results(newer) == 4
    assert stored(median, Grain.DAY) == [(1, 300), (1, 600)]
    assert stored(newer, Grain.DAY) == [(1, 900)]
    assert (stored(median, Grain.WEEK), stored(newer, Grain.WEEK)) == ([], [(3, 900)])
    assert (stored(median, Grain.MONTH), stored(newer, Grain.MONTH)) == ([(2, 300)], [(1, 900)])
    assert set(other.results.values_list("pk", flat=True)) == untouched
    assert refresh_period_results(newer) == 4
    assert stored(newer, Grain.WEEK) == [(3, 900)]


def test_a_changed_definition_asks_for_its_results_and_for_no_day(
    organisation: Organisation,
    median: KpiVersion,
    django_capture_on_commit_callbacks: Any,
) -> None:
    write_requests(organisation, a=5, b=10, c=15)
    finish([MONDAY, TUESDAY, WEDNESDAY])
    fields = {"quantile": Decimal("0.9")}
    with django_capture_on_commit_callbacks() as asked_for:
        newer = create_version(median.kpi, fields, WEDNESDAY, by=None)
    assert len(asked_for) == 1
    tasks.refresh_period_results(newer.pk)
    assert stored(newer, Grain.WEEK) == [(3, 900)]
    assert not OperatingDay.objects.filter(changed_at__isnull=False).exists()
    with django_capture_on_commit_callbacks() as asked_for:
        kpi = Kpi.objects.get(slug="units-per-hour")
        create_version(kpi, {"owner": "someone else"}, WEDNESDAY, by=None)
    assert asked_for == []


def test_a_version_before_it_is_refreshed_is_calculated_when_asked_for(
    organisation: Organisation, median: KpiVersion
) -> None:
    write_requests(organisation, a=5, b=10, c=15)
    finish([MONDAY, TUESDAY, WEDNESDAY])
    newer = define_quantile("median", "delivery_seconds", "0.9", valid_from=MONDAY)
    week = period_of(MONDAY, Grain.WEEK)
    unit = organisation.units["video-es"].pk
    asked = [(median, week), (newer, week)]
    by_version = {one.version_id: one.value for one in read_results(asked, of_units([unit]))}
    assert by_version == {median.pk: 600, newer.pk: 900}


def test_stored_results_are_read_without_the_items(
    organisation: Organisation, median: KpiVersion
) -> None:
    write_requests(organisation, a=5, b=10, c=15)
    finish([MONDAY, TUESDAY, WEDNESDAY])
    ServiceRequest.objects.all().delete()
    week = period_of(MONDAY, Grain.WEEK)
    odd = Period(week.start, week.end + timedelta(days=1))
    source = of_units([organisation.root.pk])
    (result,) = read_results([(median, week), (median, odd)], source)
    assert (result.period, result.n, result.value) == (week, 3, 600)


@pytest.mark.parametrize(
    ("period", "grain"),
    [
        (Period(MONDAY, TUESDAY), Grain.DAY),
        (Period(MONDAY, MONDAY + timedelta(days=7)), Grain.WEEK),
        (Period(TUESDAY, TUESDAY + timedelta(days=7)), None),
        (Period(date(2026, 2, 1), date(2026, 3, 1)), Grain.MONTH),
        (Period(date(2026, 2, 2), date(2026, 3, 2)), None),
        (Period(date(2026, 1, 1), date(2026, 4, 1)), Grain.QUARTER),
        (Period(date(2026, 2, 1), date(2026, 5, 1)), None),
        (Period(date(9999, 12, 30), date.max), Grain.DAY),
        (Period(date(9999, 12, 29), date.max), None),
    ],
)
def test_find_grain(period: Period, grain: Grain | None) -> None:
    assert find_grain(period) == grain


def test_it_belongs_into_the_days_transaction(transactional_db: None) -> None:
    with pytest.raises(AssertionError, match="belong to the day"):
        compute_period_results([MONDAY])


@pytest.fixture
def committed(transactional_db: None) -> Organisation:
    """An organisation that other connections see."""
    return build_organisation()


class Worker:
    """Finishes one day on a connection of its own, in steps."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.marked, self.may_compute, self.computed = (threading.Event() for _ in range(3))
        self.may_commit = threading.Event()
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            with transaction.atomic():
                OperatingDay.objects.filter(day=self.day).update(
                    changed_at=None, computed_at=at(self.day, 86_400)
                )
                self.marked.set()
                assert self.may_compute.wait(20)
                compute_period_results([self.day])
                self.computed.set()
                assert self.may_commit.wait(20)
        except BaseException as error:
            self.error = error
        finally:
            connection.close()

    def end(self) -> None:
        self.thread.join(20)
        assert not self.thread.is_alive(), "it waits for ever"
        if self.error is not None:
            raise self.error


@pytest.mark.django_db(transaction=True)
def test_two_days_finished_at_once_do_not_miss_each_other(committed: Organisation) -> None:
    version = define_quantile("median", "delivery_seconds", "0.5")
    write_requests(committed, a=5, b=10)
    first, second = Worker(MONDAY), Worker(TUESDAY)
    # Both have taken their mark away; neither can see that of the other.
    assert first.marked.wait(20)
    assert second.marked.wait(20)
    first.may_compute.set()
    assert first.computed.wait(20)
    second.may_compute.set()
    # The second waits for the lock, since it could not see the first one's day yet.
    assert not second.computed.wait(0.5)
    first.may_commit.set()
    second.may_commit.set()
    first.end()
    second.end()
    assert stored(version, Grain.WEEK) == [(2, 300)]
    assert stored(version, Grain.MONTH) == [(2, 300)]
    assert stored(version, Grain.DAY) == [(1, 300), (1, 600)]


@pytest.mark.django_db(transaction=True)
def test_one_that_dies_before_it_commits_leaves_the_day_to_another(
    committed: Organisation,
) -> None:
    version = define_quantile("median", "delivery_seconds", "0.5")
    write_requests(committed, a=5, b=10)
    finish([MONDAY])
    died = Worker(TUESDAY)
    died.may_compute.set()
    assert died.computed.wait(20)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND state = 'idle in transaction' "
            "AND pid <> pg_backend_pid()"
        )
        assert cursor.fetchall() == [(True,)]
    died.may_commit.set()
    with pytest.raises(Error):
        died.end()
    assert stored(version, Grain.WEEK) == []
    assert OperatingDay.objects.filter(changed_at__isnull=False).get().day == TUESDAY
    finish([TUESDAY])
    assert stored(version, Grain.WEEK) == [(2, 300)]


@pytest.mark.django_db(transaction=True)
def test_days_finished_in_any_order_do_not_block_each_other_for_ever(
    committed: Organisation,
) -> None:
    version = define_quantile("median", "delivery_seconds", "0.5")
    days = [MONDAY + timedelta(days=number) for number in range(10)]
    write_requests(committed, **{f"r{number}": number + 1 for number in range(10)})
    workers = [Worker(day) for day in days]
    release: list[Callable[[], None]] = [
        step
        for worker in reversed(workers)
        for step in (worker.may_compute.set, worker.may_commit.set)
    ]
    for worker in workers:
        assert worker.marked.wait(20)
    for step in release:
        step()
    for worker in workers:
        worker.end()
    assert stored(version, Grain.WEEK) == [(7, 240), (3, 540)]
    assert stored(version, Grain.QUARTER) == [(2, 60), (8, 360)]
