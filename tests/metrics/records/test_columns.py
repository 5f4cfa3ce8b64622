"""What is kept as columns is what the facts of the day say, whatever happened to them."""

import threading
from dataclasses import replace
from datetime import date
from io import StringIO
from typing import Any

import pyarrow as pa
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from metrics.feeds.services import rollback_import
from metrics.kpis.models import TOTALS
from metrics.kpis.services import recompute_changed_days
from metrics.records.kinds import KINDS, WorkRecord
from metrics.records.models import DayColumns
from tests.metrics.feeds.sending import WORK, make_feed, send

DAYS = [date(2026, 11, day) for day in (2, 3, 4)]
FIELDS = ["person_id", "queue_id", "known", "units", "handle_seconds", "rework_units"]


def as_facts() -> dict[date, list[tuple[Any, ...]]]:
    rows = WorkRecord.objects.filter(day__in=DAYS).order_by("day", *FIELDS)
    facts: dict[date, list[tuple[Any, ...]]] = {}
    for day, *values in rows.values_list("day", *FIELDS):
        facts.setdefault(day, []).append(tuple(values))
    return facts


def as_columns() -> dict[date, list[tuple[Any, ...]]]:
    """Read what is kept, and bring nothing that is not."""
    kept = DayColumns.objects.filter(kind="work_records", day__in=DAYS).order_by("day")
    return {
        one.day: sorted(
            (
                tuple(row[field] for field in FIELDS)
                for row in pa.ipc.open_stream(one.content).read_all().to_pylist()
            ),
            key=lambda row: [(value is None, value) for value in row],
        )
        for one in kept
    }


@pytest.mark.django_db
def test_columns_follow_their_facts() -> None:
    feed, other = make_feed(), make_feed("other")
    first = send(feed, WORK + "E1,v,2026-11-02,5,\nE2,v,2026-11-02,6,70\nE1,v,2026-11-03,7,80\n")
    assert [len(rows) for rows in as_facts().values()] == [2, 1]
    assert as_columns() == as_facts()
    kept = dict(DayColumns.objects.values_list("day", "content"))

    corrected = send(feed, WORK + "E1,v,2026-11-03,8,80\n")
    assert as_columns() == as_facts()
    now = dict(DayColumns.objects.values_list("day", "content"))
    assert now[DAYS[0]] == kept[DAYS[0]], "a day that nobody changed"
    assert now[DAYS[1]] != kept[DAYS[1]]

    beside = send(other, WORK + "E3,w,2026-11-02,1,2\nE3,w,2026-11-04,1,2\n")
    assert [len(rows) for rows in as_facts().values()] == [3, 1, 1]
    assert as_columns() == as_facts()

    for import_, days in [(corrected, 3), (beside, 2), (first, 0)]:
        rollback_import(import_, by=None)
        assert as_columns() == as_facts()
        assert DayColumns.objects.count() == days


@pytest.mark.django_db
def test_a_fact_that_moves_to_another_day_takes_its_columns_along() -> None:
    feed = make_feed()
    header = "key,employee_id,queue,date,units\n"
    send(feed, f"{header}k,E1,v,2026-11-02,5\n")
    send(feed, f"{header}k,E1,v,2026-11-04,5\n")
    assert list(as_facts()) == [DAYS[2]]
    assert as_columns() == as_facts()


@pytest.mark.django_db
@pytest.mark.parametrize("before", ["none", "others"])
def test_facts_from_before_get_columns_when_their_day_is_computed(before: str) -> None:
    send(make_feed(), WORK + "E1,v,2026-11-02,5,60\nE2,v,2026-11-02,6,\n")
    if before == "none":
        DayColumns.objects.all().delete()
    else:  # as of a version that had other measures
        content = pa.BufferOutputStream()
        others = pa.table({"person_id": [1], "units": [400]})
        with pa.ipc.new_stream(content, others.schema) as stream:
            stream.write_table(others)
        DayColumns.objects.update(content=content.getvalue().to_pybytes())
    recompute_changed_days()
    assert as_columns() == as_facts()
    totals = TOTALS["work_records"].objects.filter(day=DAYS[0], unit__is_root=True)
    assert sorted(totals.values_list("units", "handle_seconds")) == [(5, 60), (6, None)]


@pytest.mark.django_db
def test_columns_are_made_anew_where_someone_asks_for_it() -> None:
    send(make_feed(), WORK + "E1,v,2026-11-02,5,60\nE1,v,2026-11-03,5,60\n")
    recompute_changed_days()
    WorkRecord.objects.update(units=7)  # by something that knows nothing of columns
    for from_facts in (False, True):
        call_command("recompute_kpis", start=DAYS[1], from_facts=from_facts, stdout=StringIO())
        assert (as_columns()[DAYS[1]] == as_facts()[DAYS[1]]) is from_facts
    totals = TOTALS["work_records"].objects.filter(unit__is_root=True).order_by("day")
    assert list(totals.values_list("day", "units")) == [(DAYS[0], 5), (DAYS[1], 7)]
    with pytest.raises(CommandError, match="of which days"):
        call_command("recompute_kpis", from_facts=True)


@pytest.mark.django_db
def test_a_kind_that_says_more_than_columns_hold_cannot_be_kept_in_them() -> None:
    assert KINDS["work_records"].in_columns
    for kind in KINDS.values():
        if not kind.in_columns:
            with pytest.raises(AssertionError, match=kind.slug):
                replace(kind, in_columns=True)


@pytest.mark.django_db
def test_only_kinds_that_say_so_have_columns() -> None:
    send(make_feed("d", "queue_days"), "queue,date,received\nv,2026-11-02,4\n")
    assert not DayColumns.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_feeds_at_once_are_both_in_the_columns_of_their_day() -> None:
    feeds = [make_feed("one"), make_feed("other")]
    for feed, person in zip(feeds, ("E1", "E2"), strict=True):
        send(feed, WORK + f"{person},v,2026-11-03,1,1\n")
    barrier = threading.Barrier(2)

    def run(number: int) -> None:
        try:
            barrier.wait()
            for units in range(10):
                send(feeds[number], WORK + f"E{number + 1},v,2026-11-02,{units},1\n")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(rows) for rows in as_facts().values()] == [2, 2]
    assert as_columns() == as_facts()
