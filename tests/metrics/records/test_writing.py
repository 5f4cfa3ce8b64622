"""How rows are counted, what is kept of what they overwrite, and which days they mark."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from metrics.feeds.models import Import
from metrics.feeds.services import rollback_import
from metrics.records.kinds import WorkRecord
from metrics.records.models import PriorVersion
from metrics.records.selectors import count_uncounted_facts, list_later_imports
from teams.changes.models import OperatingDay
from tests.metrics.feeds.sending import WORK, counts, make_feed, send

pytestmark = pytest.mark.django_db
A, B, C = (f"E1,v,2026-11-02,{units},1\n" for units in (1, 2, 3))


@pytest.mark.parametrize(
    ("stood", "rows", "inserted", "updated", "unchanged"),
    [
        ("", A, 1, 0, 0),
        ("", A + A, 1, 0, 1),
        ("", A + B, 1, 1, 0),
        ("", A + B + A, 1, 2, 0),
        ("", A + B + B + C, 1, 2, 1),
        (A, A, 0, 0, 1),
        (A, A + A, 0, 0, 2),
        (A, B, 0, 1, 0),
        (A, A + B, 0, 1, 1),
        (A, B + B, 0, 1, 1),
        (A, B + C, 0, 2, 0),
        (A, B + A, 0, 0, 2),
    ],
)
def test_rows_that_share_a_key(
    stood: str, rows: str, inserted: int, updated: int, unchanged: int
) -> None:
    feed = make_feed()
    if stood:
        send(feed, WORK + stood)
    OperatingDay.objects.update(changed_at=None)
    import_ = send(feed, WORK + rows)
    assert counts(import_)[1:4] == (inserted, updated, unchanged)
    last = rows.splitlines()[-1]
    assert WorkRecord.objects.get().units == int(last.split(",")[3])
    changed = bool(inserted or updated)
    assert OperatingDay.objects.exclude(changed_at=None).exists() is changed
    assert PriorVersion.objects.count() == (changed and bool(stood))
    again = send(feed, WORK + rows)
    assert counts(again)[1:4] == (0, 0, inserted + updated + unchanged)


def test_a_row_that_moves_marks_both_days_and_comes_back() -> None:
    feed = make_feed()
    header = "key,employee_id,queue,date,units\n"
    first = send(feed, f"{header}k,E1,v,2026-11-02,5\n")
    OperatingDay.objects.update(changed_at=None)
    moved = send(feed, f"{header}k,E1,w,2026-11-05,6\n")
    both = {date(2026, 11, 2), date(2026, 11, 5)}
    marked = OperatingDay.objects.exclude(changed_at=None)
    assert set(marked.values_list("day", flat=True)) == both
    assert list_later_imports(first.pk) == [moved.pk]
    OperatingDay.objects.update(changed_at=None)
    rollback_import(moved, by=None)
    assert set(marked.values_list("day", flat=True)) == both
    fact = WorkRecord.objects.get()
    assert (fact.day, fact.units, fact.queue.name) == (date(2026, 11, 2), 5, "v")
    assert fact.written_by == first
    assert not PriorVersion.objects.exists()


def test_feeds_do_not_see_each_other() -> None:
    send(make_feed(), WORK + A)
    assert counts(send(make_feed("other"), WORK + B))[1:4] == (1, 0, 0)
    assert WorkRecord.objects.count() == 2


def test_counting_stops_at_a_limit() -> None:
    send(make_feed(), WORK + A)
    assert count_uncounted_facts() == {}
    person = WorkRecord.objects.get().person
    person.assignments.all().delete()
    assert list(count_uncounted_facts().values()) == [1]
    assert count_uncounted_facts(at_most=0) == {}


@pytest.mark.parametrize("units", [-1, 10**9 + 1])
def test_the_database_itself_refuses_what_cannot_be(units: int) -> None:
    send(make_feed(), WORK + A)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkRecord.objects.update(units=units)
    assert Import.objects.count() == 1
