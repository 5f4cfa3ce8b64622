"""Imports that are killed, doubled or run into each other."""

import threading
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError, connection, transaction

from metrics.feeds.models import Feed, Import, ImportState
from metrics.feeds.services import (
    process_import,
    process_waiting_imports,
    processing,
    receive_import,
)
from metrics.feeds.services.locking import working_on
from metrics.records.kinds import Cost, WorkRecord
from metrics.records.models import PriorVersion
from metrics.records.services import Arrivals, Changes
from teams.structure.models import Person
from teams.structure.services.locking import lock_structure
from tests.metrics.feeds.sending import WORK, counts, make_feed, send
from tests.workers import running_worker, wait_until

START = date(2026, 6, 1)
SLOW = """
    CREATE FUNCTION take_your_time() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_sleep(2);
        RETURN NULL;
    END $$;
    CREATE TRIGGER slow AFTER INSERT ON metrics_workrecord
        FOR EACH STATEMENT EXECUTE FUNCTION take_your_time();
"""
FAST = "DROP FUNCTION IF EXISTS take_your_time() CASCADE"


def rows(people: range, units: int) -> str:
    return WORK + "".join(
        f"E{person},video,{START + timedelta(days=day)},{units},{day}\n"
        for person in people
        for day in range(30)
    )


def receive(feed: Feed, content: str) -> Import:
    import_, _ = receive_import(
        feed=feed, file=ContentFile(content.encode()), name="rows.csv", via="cli", by=None
    )
    return import_


def facts(feed: Feed) -> list[tuple[object, ...]]:
    return list(
        WorkRecord.objects.filter(feed=feed)
        .order_by("person__employee_id", "day")
        .values_list("person__employee_id", "queue__slug", "day", "units", "handle_seconds")
    )


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def is_writing() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event = 'PgSleep' "
            "AND query LIKE '%%metrics_workrecord%%'"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_an_import() -> None:
    calm, feed = make_feed("calm"), make_feed()
    for calmly in (rows(range(20), 1), rows(range(10, 40), 2)):
        send(calm, calmly)
    send(feed, rows(range(20), 1))
    before = facts(feed)
    people = Person.objects.count()
    try:
        execute(SLOW)
        import_ = receive(feed, rows(range(10, 40), 2))
        with running_worker() as worker:
            wait_until(is_writing)
            worker.kill()
        assert facts(feed) == before
        wait_until(lambda: not is_writing())
    finally:
        execute(FAST)
    import_.refresh_from_db()
    assert import_.state == ImportState.PROCESSING
    assert facts(feed) == before
    assert not import_.errors.exists()
    assert PriorVersion.objects.count() == 300
    assert Person.objects.count() == people
    # The next worker looks for what its predecessor left.
    with running_worker():
        wait_until(lambda: Import.objects.get(pk=import_.pk).state == ImportState.APPLIED)
    import_.refresh_from_db()
    assert counts(import_) == (ImportState.APPLIED, 600, 300, 0, 0)
    assert import_.attempts == 2
    assert facts(feed) == facts(calm)


def in_threads(*actions: object) -> None:
    failures: list[BaseException] = []

    def run(action: object) -> None:
        try:
            action()  # type: ignore[operator]
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "they wait for each other"
    assert not failures


@pytest.mark.django_db(transaction=True)
def test_imports_into_one_feed_follow_each_other() -> None:
    feed, other = make_feed(), make_feed("other")
    imports = [receive(feed, rows(range(30), units)) for units in (1, 2, 3)]
    imports += [receive(other, rows(range(30), units)) for units in (1, 2)]
    in_threads(*(lambda i=i: process_import(i.pk) for i in reversed(imports)))
    process_waiting_imports()  # What one left to another, a worker would be asked for.
    for import_ in imports:
        import_.refresh_from_db()
        assert import_.state == ImportState.APPLIED
    assert [import_.inserted for import_ in imports] == [900, 0, 0, 900, 0]
    assert [import_.updated for import_ in imports] == [0, 900, 900, 0, 900]
    assert {units for *_, units, _ in facts(feed)} == {3}
    assert {units for *_, units, _ in facts(other)} == {2}
    assert PriorVersion.objects.count() == 2700


@pytest.mark.django_db
def test_a_correction_waits_for_what_it_corrects() -> None:
    feed = make_feed()
    first, correction = receive(feed, rows(range(1), 1)), receive(feed, rows(range(1), 2))
    assert process_import(correction.pk) is not None
    for import_, expected in ((first, (30, 0)), (correction, (0, 30))):
        import_.refresh_from_db()
        assert (import_.inserted, import_.updated) == expected
    assert {units for *_, units, _ in facts(feed)} == {2}


@pytest.mark.django_db(transaction=True)
def test_what_waits_behind_an_import_in_work_is_asked_for_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feed = make_feed()
    first, correction = receive(feed, rows(range(1), 1)), receive(feed, rows(range(1), 2))
    asked: list[object] = []
    monkeypatch.setattr(
        "metrics.feeds.services.processing.enqueue", lambda *args: asked.append(args)
    )
    with working_on(first.pk, wait=False):
        in_threads(lambda: process_import(correction.pk))
    correction.refresh_from_db()
    assert correction.state == ImportState.RECEIVED
    process_import(first.pk)
    assert asked == [("metrics.feeds.process_import", correction.pk)]


@pytest.mark.django_db(transaction=True)
def test_an_import_that_another_works_on_is_left_to_it() -> None:
    feed = make_feed()
    import_ = receive(feed, rows(range(2), 1))
    found: list[object] = []
    with working_on(import_.pk, wait=False) as mine:
        assert mine
        in_threads(
            lambda: found.append(process_import(import_.pk)),
            lambda: found.append(process_waiting_imports()),
        )
    assert sorted(map(str, found)) == ["0", "None"]
    in_threads(
        lambda: process_import(import_.pk, wait=True), lambda: process_import(import_.pk, wait=True)
    )
    import_.refresh_from_db()
    assert counts(import_) == (ImportState.APPLIED, 60, 0, 0, 0)
    assert import_.attempts == 1


@pytest.mark.django_db(transaction=True)
def test_two_feeds_that_bring_overlapping_rates_at_once() -> None:
    """Neither is written yet when the other would be checked."""
    content = "start,hourly_rate,currency\n2026-01-01,20,EUR\n"
    imports = [receive(make_feed(slug, "costs"), content) for slug in ("one", "other")]
    try:
        execute(SLOW.replace("metrics_workrecord", "metrics_cost"))
        in_threads(lambda: process_import(imports[0].pk), lambda: process_import(imports[1].pk))
    finally:
        execute(FAST)
    for import_ in imports:
        import_.refresh_from_db()
    assert sorted(import_.state for import_ in imports) == [
        ImportState.APPLIED, ImportState.REFUSED,
    ]  # fmt: skip
    assert Cost.objects.count() == 1


@pytest.mark.django_db
def test_the_sweeper_takes_what_waits_once() -> None:
    import_ = receive(make_feed(), rows(range(1), 1))
    assert process_waiting_imports() == 1
    assert process_waiting_imports() == 0
    import_.refresh_from_db()
    assert import_.inserted == 30


@pytest.mark.django_db
def test_an_import_that_always_kills_its_worker_is_given_up() -> None:
    import_ = receive(make_feed(), rows(range(1), 1))
    Import.objects.update(state=ImportState.PROCESSING, attempts=5)
    process_import(import_.pk)
    import_.refresh_from_db()
    assert import_.state == ImportState.FAILED
    assert import_.message == "It was begun 5 times and never came to an end."


@pytest.mark.django_db
def test_a_database_that_goes_away_leaves_the_import_to_the_sweeper(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone(*args: object, **kwargs: object) -> None:
        raise OperationalError("gone")

    import_ = receive(make_feed(), rows(range(1), 1))
    monkeypatch.setattr("metrics.feeds.services.processing.write_arrivals", gone)
    with pytest.raises(OperationalError):
        process_import(import_.pk)
    monkeypatch.undo()
    assert process_waiting_imports() == 1
    assert WorkRecord.objects.count() == 30


@pytest.mark.django_db
def test_a_fault_of_ours_is_told_as_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    import_ = receive(make_feed(), rows(range(1), 1))
    import_.file.storage.delete(import_.file.name)
    process_import(import_.pk)
    import_.refresh_from_db()
    assert import_.state == ImportState.FAILED
    assert import_.message.startswith("Something went wrong in the portal, not in the file.")


@pytest.mark.django_db
def test_an_import_that_breaks_off_holds_up_its_own_feed_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feed, other = make_feed(), make_feed("other")
    broken, behind = receive(feed, rows(range(1), 1)), receive(feed, rows(range(1), 2))
    last = receive(other, rows(range(1), 3))
    write = processing.write_arrivals

    def break_off(arrivals: Arrivals, *, feed_id: int, import_id: int) -> Changes:
        if import_id == broken.pk:
            raise OperationalError("gone")
        return write(arrivals, feed_id=feed_id, import_id=import_id)

    monkeypatch.setattr(processing, "write_arrivals", break_off)
    with pytest.raises(OperationalError):
        process_waiting_imports()
    states = [Import.objects.get(pk=one.pk).state for one in (broken, behind, last)]
    assert states == [ImportState.PROCESSING, ImportState.RECEIVED, ImportState.APPLIED]
    monkeypatch.undo()
    assert process_waiting_imports() == 2
    assert {units for *_, units, _ in facts(feed)} == {2}


@pytest.mark.django_db(transaction=True)
def test_what_a_file_names_is_there_before_its_rows_are_written() -> None:
    feed = make_feed()
    try:
        execute(SLOW)
        import_ = receive(feed, rows(range(3), 1))
        with running_worker() as worker:
            wait_until(is_writing)
            assert Person.objects.count() == 3
            with transaction.atomic():
                lock_structure()  # Nobody who changes the structure waits for the rows.
                assert is_writing()
            worker.kill()
        wait_until(lambda: not is_writing())
    finally:
        execute(FAST)
    assert not WorkRecord.objects.exists()
    process_import(import_.pk)
    import_.refresh_from_db()
    assert counts(import_) == (ImportState.APPLIED, 90, 0, 0, 0)
    assert {what: said["count"] for what, said in import_.created_things.items()} == {
        "person": 3,
        "queue": 1,
    }
