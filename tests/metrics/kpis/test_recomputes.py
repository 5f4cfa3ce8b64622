"""Recomputing: restating, failing, sharing the work, being killed. Real connections throughout."""

import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from metrics.kpis.models import TOTALS, Kpi
from metrics.kpis.selectors import get_progress, get_values
from metrics.kpis.services import (
    create_version,
    list_failed_days,
    load_definitions,
    mark_what_the_clock_changed,
    recompute_changed_days,
    request_recompute,
    retry_failed_days,
)
from metrics.kpis.services.recomputes import (
    FEW_DAYS,
    MOST_DAYS_AT_ONCE,
    SHARE,
    _claim_days,
    _recompute,
)
from metrics.kpis.tasks import recompute_nightly
from metrics.targets.services import set_target
from opsportal.lib.periods import Grain
from teams.changes.models import OperatingDay
from teams.changes.services import mark_days, mark_range
from teams.structure.models import Assignment
from tests.metrics.facts import write_facts
from tests.personas import Organisation, build_organisation
from tests.workers import running_worker, wait_until

MONDAY = date(2026, 3, 2)


def work(organisation: Organisation, *, days: int = 3, people: tuple[str, ...] = ("Elif",)) -> None:
    write_facts(
        "work_records",
        [
            {
                "person_id": organisation.people[name].pk,
                "queue_id": organisation.queues["spanish-standard"].pk,
                "day": MONDAY + timedelta(days=number),
                "units": 10 + number,
                "productive_seconds": 3600,
            }
            for number in range(days)
            for name in people
        ],
    )


def units_of(organisation: Organisation, unit: str) -> list[int | None]:
    return [
        value.numerator  # type: ignore[misc]
        for value in get_values(
            ["units-per-hour"],
            viewer=organisation.viewer("analyst"),
            unit=organisation.units[unit].pk,
            grain=Grain.DAY,
            start=MONDAY,
            end=MONDAY + timedelta(days=3),
        )
    ]


def all_totals() -> dict[str, list[Any]]:
    return {
        kind: list(model.objects.order_by("unit_id", "day", "queue_id", "known").values())
        for kind, model in TOTALS.items()
    }


def break_day(day: date) -> None:
    """Let the totals of one day be refused by the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE metrics_workrecordstotal "
            "ADD CONSTRAINT broken CHECK (day <> %s) NOT VALID",
            [day],
        )


def mend() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE metrics_workrecordstotal DROP CONSTRAINT IF EXISTS broken")


@pytest.mark.django_db
def test_a_backdated_transfer_restates_the_days_it_touches(organisation: Organisation) -> None:
    work(organisation)
    assert len(recompute_changed_days()) == 3
    assert units_of(organisation, "video-es") == [10, 11, 12]
    tuesday = MONDAY + timedelta(days=1)
    with transaction.atomic():
        before = Assignment.objects.get(person=organisation.people["Elif"])
        before.valid = (before.valid.lower, tuesday)
        before.save()
        Assignment.objects.create(
            person=before.person, unit=organisation.units["ads-en"], valid=(tuesday, None)
        )
        mark_range(tuesday, None, reason="transfer")
    assert len(recompute_changed_days()) == 2
    assert units_of(organisation, "video-es") == [10, None, None]
    assert units_of(organisation, "ads-en") == [None, 11, 12]
    assert units_of(organisation, "trust-safety") == [10, 11, 12]


@pytest.mark.django_db
def test_someone_without_a_unit_counts_in_none(organisation: Organisation) -> None:
    Assignment.objects.filter(person=organisation.people["Elif"]).delete()
    work(organisation)
    recompute_changed_days()
    assert units_of(organisation, "video-es") == [None, None, None]
    assert not TOTALS["work_records"].objects.exists()


@pytest.mark.django_db
def test_twice_changes_nothing(organisation: Organisation) -> None:
    work(organisation, people=("Elif", "Mateo"))
    recompute_changed_days()
    before = all_totals()
    assert before["work_records"]
    with transaction.atomic():
        mark_range(None, None, reason="again")
    assert len(recompute_changed_days()) == 3
    assert all_totals() == before
    assert recompute_changed_days() == []


@pytest.mark.django_db
def test_a_day_that_fails_does_not_stop_the_others(organisation: Organisation) -> None:
    work(organisation)
    tuesday = MONDAY + timedelta(days=1)
    break_day(tuesday)
    assert set(recompute_changed_days()) == {MONDAY, MONDAY + timedelta(days=2)}
    (failed,) = list_failed_days()
    assert failed.day == tuesday
    assert "broken" in failed.failure
    assert units_of(organisation, "video-es") == [10, None, 12]
    assert recompute_changed_days() == []
    mend()
    recompute_nightly()
    assert list_failed_days() == []
    assert units_of(organisation, "video-es") == [10, 11, 12]


@pytest.mark.django_db
def test_of_many_days_done_together_only_the_broken_one_fails(organisation: Organisation) -> None:
    work(organisation, days=45)
    broken = MONDAY + timedelta(days=40)
    break_day(broken)
    done = recompute_changed_days()
    assert len(done) == len(set(done)) == 44
    assert [failed.day for failed in list_failed_days()] == [broken]
    assert TOTALS["work_records"].objects.values("day").distinct().count() == 44


@pytest.mark.django_db
def test_a_new_change_has_a_failed_day_tried_again(organisation: Organisation) -> None:
    work(organisation)
    break_day(MONDAY)
    recompute_changed_days()
    mend()
    with transaction.atomic():
        mark_days([MONDAY], reason="corrected")
    assert recompute_changed_days() == [MONDAY]


@pytest.mark.django_db
def test_a_recompute_can_be_followed(organisation: Organisation) -> None:
    work(organisation)
    recompute_changed_days()
    asked = request_recompute(
        start=MONDAY, end=MONDAY + timedelta(days=2), by=organisation.user("analyst")
    )
    assert (asked.days, get_progress(asked).days_left, get_progress(asked).state) == (
        2,
        2,
        "running",
    )
    break_day(MONDAY)
    recompute_changed_days()
    assert get_progress(asked)[1:] == (0, 1)
    assert get_progress(asked).state == "failed"
    mend()
    retry_failed_days()
    recompute_changed_days()
    assert get_progress(asked).state == "done"


@pytest.fixture
def committed(transactional_db: None) -> Organisation:
    """An organisation that other connections see."""
    return build_organisation()


def in_thread(action: Callable[[], Any]) -> Any:
    """Run something on a connection of its own and wait for its result."""
    result: list[Any] = []

    def run() -> None:
        try:
            result.append(action())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive(), "it waited for another"
    return result[0]


@pytest.mark.django_db(transaction=True)
def test_workers_share_days_and_none_waits(committed: Organisation) -> None:
    work(committed, days=3 * FEW_DAYS)
    changed = {MONDAY + timedelta(days=number) for number in range(3 * FEW_DAYS)}
    with transaction.atomic():
        held = {claim.day for claim in _claim_days()}
        assert len(held) == FEW_DAYS
        assert set(in_thread(recompute_changed_days)) == changed - held
    assert set(recompute_changed_days()) == held
    assert units_of(committed, "video-es")[:3] == [10, 11, 12]


@pytest.mark.django_db(transaction=True)
def test_until_a_recompute_ends_the_values_from_before_are_read(committed: Organisation) -> None:
    work(committed, days=1)
    recompute_changed_days()
    work(committed, days=1, people=("Elif", "Mateo"))
    with transaction.atomic():
        _recompute([claim.day for claim in _claim_days()])
        assert units_of(committed, "video-es")[0] == 20
        assert in_thread(lambda: units_of(committed, "video-es"))[0] == 10
    assert units_of(committed, "video-es")[0] == 20


@pytest.mark.django_db(transaction=True)
def test_a_change_made_during_a_recompute_is_not_missed(committed: Organisation) -> None:
    work(committed, days=1)
    begun = threading.Event()

    def correct() -> None:
        begun.set()
        work(committed, days=1, people=("Elif", "Mateo"))

    with transaction.atomic():
        assert len(_claim_days()) == 1
        thread = threading.Thread(target=lambda: (correct(), connection.close()))
        thread.start()
        begun.wait()
        time.sleep(0.3)
        # The correction waits for the day; finishing it must not wipe its mark out.
        OperatingDay.objects.update(changed_at=None)
    thread.join(20)
    assert recompute_changed_days() == [MONDAY]
    assert units_of(committed, "video-es")[0] == 20


@pytest.mark.django_db(transaction=True)
def test_the_command_waits_for_days_that_others_hold(
    committed: Organisation, capsys: pytest.CaptureFixture[str]
) -> None:
    work(committed)
    claimed, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            _claim_days()
            claimed.set()
            release.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    claimed.wait(10)
    timer = threading.Timer(0.5, release.set)
    timer.start()
    call_command("recompute_kpis", "--json")
    assert release.is_set()
    holder.join(10)
    assert '"days": 3' in capsys.readouterr().out
    assert units_of(committed, "video-es") == [10, 11, 12]


@pytest.mark.django_db(transaction=True)
def test_workers_that_take_many_days_share_them(committed: Organisation) -> None:
    days = MOST_DAYS_AT_ONCE * SHARE + 5
    work(committed, days=days)
    with transaction.atomic():
        held = [claim.day for claim in _claim_days()]
        assert len(held) == MOST_DAYS_AT_ONCE
        assert held == sorted(held, reverse=True)
        done = in_thread(recompute_changed_days)
        assert len(done) == days - len(held)
        assert not set(done) & set(held)
    assert set(recompute_changed_days()) == set(held)


# What goes wrong a few times and then never again: a sequence counts also what is undone.
FOR_A_WHILE = """
    CREATE SEQUENCE attempts;
    CREATE FUNCTION fail_for_a_while() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF nextval('attempts') <= 3 THEN {what}; END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER for_a_while AFTER INSERT ON metrics_workrecordstotal
        FOR EACH STATEMENT EXECUTE FUNCTION fail_for_a_while();
"""
NEVER = "DROP FUNCTION IF EXISTS fail_for_a_while() CASCADE; DROP SEQUENCE IF EXISTS attempts"


@pytest.mark.parametrize(
    "what",
    [
        "RAISE EXCEPTION 'in each other''s way' USING ERRCODE = 'deadlock_detected'",
        "RAISE EXCEPTION 'no room left' USING ERRCODE = 'disk_full'",
        "PERFORM pg_terminate_backend(pg_backend_pid())",
    ],
)
@pytest.mark.django_db(transaction=True)
def test_what_says_nothing_of_the_day_is_tried_again(committed: Organisation, what: str) -> None:
    work(committed)
    try:
        with connection.cursor() as cursor:
            cursor.execute(FOR_A_WHILE.format(what=what))
        assert len(recompute_changed_days()) == 3
    finally:
        with connection.cursor() as cursor:
            cursor.execute(NEVER)
    assert list_failed_days() == []
    assert units_of(committed, "video-es") == [10, 11, 12]


@pytest.mark.django_db
def test_a_definition_or_a_target_marks_no_day(organisation: Organisation) -> None:
    """Totals hold measures, not KPIs, and targets are judged when a figure is read."""
    work(organisation)
    load_definitions()
    recompute_changed_days()
    kpi = Kpi.objects.get(slug="units-per-hour")
    by = organisation.user("analyst")
    create_version(kpi, {"scale": 60}, MONDAY + timedelta(days=1), by=by)
    set_target(
        kpi=kpi,
        unit=organisation.units["video-es"],
        low=Decimal(11),
        high=None,
        start=MONDAY,
        by=by,
    )
    assert count_left() == 0
    values = [
        value.value
        for value in get_values(
            ["units-per-hour"],
            viewer=organisation.viewer("analyst"),
            unit=organisation.units["video-es"].pk,
            grain=Grain.DAY,
            start=MONDAY,
            end=MONDAY + timedelta(days=2),
        )
    ]
    assert values == [10, pytest.approx(11 / 60)]


@pytest.mark.django_db
def test_the_night_begins_a_day_and_marks_what_the_clock_changed(
    organisation: Organisation,
) -> None:
    now = timezone.now()
    today, hour = timezone.localdate(), timedelta(hours=1)
    request = {"unit_id": organisation.units["video-es"].pk}

    def ask(days_ago: int, **said: Any) -> dict[str, Any]:
        """Make a request that came in so many days ago, and fell due the day after."""
        received = today - timedelta(days=days_ago)
        return request | {
            "day": received,
            "received_at": now - timedelta(days=days_ago),
            "due_at": now - hour,
            "due_on": received + timedelta(days=1),
            **said,
        }

    write_facts(
        "service_requests",
        [
            ask(30),  # open, and missed meanwhile
            ask(20, due_at=now + hour),  # open, not yet due
            ask(10, delivered_at=now - 2 * hour),  # done
        ],
    )
    recompute_changed_days()
    OperatingDay.objects.update(computed_at=now - 2 * hour)
    mark_what_the_clock_changed()
    marked = OperatingDay.objects.filter(changed_at__isnull=False)
    ago = [(today - day).days for day in marked.values_list("day", flat=True)]
    assert sorted(ago) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 20, 29, 30]
    recompute_changed_days()
    missed = TOTALS["service_requests"].objects.filter(
        unit=organisation.root, day=today - timedelta(days=29)
    )
    assert [total.missed for total in missed] == [1]  # type: ignore[attr-defined]
    mark_what_the_clock_changed()
    ago = [(today - day).days for day in marked.values_list("day", flat=True)]
    assert sorted(ago) == [20, 30]


SLOW_DAYS = """
    CREATE FUNCTION take_your_time() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_sleep(0.4);
        RETURN NULL;
    END $$;
    CREATE TRIGGER slow AFTER INSERT ON metrics_workrecordstotal
        FOR EACH STATEMENT EXECUTE FUNCTION take_your_time();
"""
FAST_DAYS = "DROP FUNCTION IF EXISTS take_your_time() CASCADE"


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_nothing_wrong(committed: Organisation) -> None:
    work(committed, days=6, people=("Elif", "Mateo", "Jonas"))
    recompute_changed_days()
    undisturbed = all_totals()
    with transaction.atomic():
        mark_range(None, None, reason="again")
    try:
        with connection.cursor() as cursor:
            cursor.execute(SLOW_DAYS)
        with running_worker() as worker:
            wait_until(lambda: count_left() <= 4)
            worker.kill()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(FAST_DAYS)
    assert 0 < count_left() < 6
    assert all_totals() == undisturbed
    with running_worker():
        wait_until(lambda: count_left() == 0)
    assert all_totals() == undisturbed


def count_left() -> int:
    return OperatingDay.objects.filter(changed_at__isnull=False).count()
