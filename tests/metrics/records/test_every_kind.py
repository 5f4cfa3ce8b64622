"""Every kind of fact is written, found again, overwritten and restored, to the last digit."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import transaction

from metrics.records.kinds import KINDS
from metrics.records.models import PriorVersion
from metrics.records.services import (
    Arrivals,
    lock_feed,
    mark_changes,
    weigh_arrivals,
    write_arrivals,
)
from metrics.records.services.matching import natural_grain
from teams.changes.models import OperatingDay
from tests.metrics.facts import take_back, write_facts
from tests.personas import Organisation

pytestmark = pytest.mark.django_db
DAY, OTHER, THIRD = date(2026, 11, 2), date(2026, 11, 3), date(2026, 12, 1)
NOON = datetime(2026, 11, 2, 12, 0, 0, 123456, tzinfo=UTC)
LATER = datetime(2026, 11, 3, 12, 0, 0, 654321, tzinfo=UTC)
HARD_TEXT = 'a "quoted", \\. line\nand \\N, née Ω'

# One fact of each kind with every field known; the names stand for ids of the organisation.
WHOLE: dict[str, dict[str, Any]] = {
    "work_records": {"person_id": "elif", "queue_id": "queue", "day": DAY, "units": 10**9},
    "queue_days": {"queue_id": "queue", "unit_id": "root", "day": DAY, "due": 4, "missed": 4},
    "attendance": {"person_id": "elif", "day": DAY, "worked_seconds": 0},
    "headcount_plan": {"unit_id": "root", "day": date(2026, 11, 1), "planned": 3},
    "quality_audits": {
        "person_id": "elif",
        "decided_by": "human",
        "queue_id": "queue",
        "day": DAY,
        "item": HARD_TEXT,
        "decided": "",
        "correct": "NULL",
        "error_kind": "technical",
        "severity": 3,
        "auditor_id": "mateo",
        "policy_version": HARD_TEXT,
    },
    "judgements": {
        "person_id": "elif",
        "queue_id": "queue",
        "day": DAY,
        "item": HARD_TEXT,
        "label": HARD_TEXT,
    },
    "appeals": {
        "person_id": None,
        "queue_id": "queue",
        "day": DAY,
        "item": HARD_TEXT,
        "outcome": "partly",
    },
    "service_requests": {
        "customer": None,
        "queue_id": None,
        "unit_id": "root",
        "received_at": NOON,
        "response_due_at": LATER,
        "first_response_at": LATER,
        "due_at": LATER,
        "delivered_at": LATER,
        "paused_seconds": 5,
        "day": DAY,
        "response_due_on": OTHER,
        "due_on": OTHER,
    },
    "costs": {
        "unit_id": "root",
        "level": "",
        "day": DAY,
        "end": THIRD,
        "hourly_rate_micros": 2**53 + 1,
        "direct_cost_micros": 10**15 + 1,
        "currency": "EUR",
    },
    "exchange_rates": {"currency": "EUR", "day": DAY, "end": THIRD, "rate": 1.1},
    "outcomes": {
        "initiative": HARD_TEXT,
        "day": DAY,
        "arm": None,
        "measure": "dau",
        "n": 10**9,
        "total": 0.1 + 0.2,
        "total_squares": -1e308,
    },
}


@pytest.fixture
def ids(organisation: Organisation) -> dict[str, int]:
    return {
        "elif": organisation.people["Elif"].pk,
        "mateo": organisation.people["Mateo"].pk,
        "root": organisation.root.pk,
        "queue": next(iter(organisation.queues.values())).pk,
    }


def as_stored(kind: str, row: dict[str, Any], ids: dict[str, int]) -> dict[str, Any]:
    """Put ids in the place of names, and what a row leaves out as unknown."""
    stored = dict.fromkeys(KINDS[kind].fields) | {
        field: ids[value] if field.endswith("_id") and value else value
        for field, value in row.items()
    }
    return stored | {"key": row.get("key")}


def facts(kind: str) -> list[dict[str, Any]]:
    return list(KINDS[kind].model.objects.order_by("id").values("key", *KINDS[kind].fields))


def by_field(row: dict[str, Any]) -> list[str]:
    return [repr(row[field]) for field in sorted(row)]


def marked() -> set[date]:
    return set(OperatingDay.objects.exclude(changed_at=None).values_list("day", flat=True))


def days_of(kind: str, *rows: dict[str, Any]) -> set[date]:
    if KINDS[kind].until:
        return {DAY, OTHER}  # those that have facts; a month and a rate reach beyond them
    return {row[day] for row in rows for day in KINDS[kind].days if row.get(day)}


@pytest.mark.parametrize("key", [None, "k/1"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_fact_comes_changes_and_comes_back(
    kind: str, key: str | None, ids: dict[str, int]
) -> None:
    OperatingDay.objects.bulk_create([OperatingDay(day=DAY), OperatingDay(day=OTHER)])
    whole = as_stored(kind, WHOLE[kind] | {"key": key}, ids)
    first = write_facts(kind, [whole])
    assert facts(kind) == [whole]
    assert marked() == days_of(kind, whole)

    OperatingDay.objects.update(changed_at=None)
    write_facts(kind, [whole, whole])
    assert facts(kind) == [whole]
    assert marked() == set()

    least = {field for field in whole if is_optional(kind, field, whole)}
    little = {field: None if field in least else value for field, value in whole.items()}
    if little == whole:
        little = whole | {"label": "x"} if kind == "judgements" else whole | {"outcome": "upheld"}
    second = write_facts(kind, [little])
    assert facts(kind) == [little]
    assert marked() == days_of(kind, whole, little)
    assert PriorVersion.objects.get().kind == kind

    OperatingDay.objects.update(changed_at=None)
    take_back(second)
    assert facts(kind) == [whole]
    assert marked() == days_of(kind, whole, little)
    assert KINDS[kind].model.objects.get().written_by == first
    take_back(first)
    assert facts(kind) == []
    assert not PriorVersion.objects.exists()


def is_optional(kind: str, field: str, row: dict[str, Any]) -> bool:
    """Tell whether the fact would be possible, and the same one, without a field."""
    model = KINDS[kind].model._meta
    needed = {*natural_grain(KINDS[kind]), "key", "direct_cost_micros", "end"}
    if kind == "exchange_rates":
        needed -= {"end"}
    return field not in needed and bool(model.get_field(field).null) and row[field] is not None


@pytest.mark.parametrize("kind", KINDS)
def test_what_differs_in_the_grain_is_another_fact(kind: str, ids: dict[str, int]) -> None:
    whole = as_stored(kind, WHOLE[kind], ids)
    others = {
        "person_id": ids["mateo"],
        "unit_id": ids["root"] + 1,
        "queue_id": ids["queue"] + 1,
        "day": THIRD.replace(day=5) if kind != "costs" else OTHER,
        "received_at": LATER.replace(hour=11),
        "currency": "CHF",
        "measure": "gmv",
    }
    rows = [whole]
    for field in natural_grain(KINDS[kind]):
        if kind in ("exchange_rates",) and field == "day":
            continue
        row = whole | {field: others.get(field, "other")}
        if kind == "quality_audits" and field == "person_id":
            row["auditor_id"] = ids["elif"]
        if kind == "service_requests" and field == "received_at":
            row["received_at"] = NOON.replace(microsecond=123457)
        rows.append(row)
    for sent in (rows, rows[::-1]):
        write_facts(kind, sent)
        assert sorted(facts(kind), key=by_field) == sorted(rows, key=by_field)
    assert not PriorVersion.objects.exists()


def test_a_request_that_moves_marks_every_day_it_counts_on(ids: dict[str, int]) -> None:
    before = as_stored("service_requests", WHOLE["service_requests"] | {"key": "r"}, ids)
    write_facts("service_requests", [before])
    OperatingDay.objects.update(changed_at=None)
    after = before | {
        "received_at": NOON.replace(day=1),
        "day": date(2026, 11, 1),
        "response_due_on": None,
        "response_due_at": None,
        "due_on": THIRD,
    }
    moved = write_facts("service_requests", [after])
    days = {date(2026, 11, 1), DAY, OTHER, THIRD}
    assert facts("service_requests") == [after]
    assert marked() == days
    OperatingDay.objects.update(changed_at=None)
    take_back(moved)
    assert facts("service_requests") == [before]
    assert marked() == days


@pytest.mark.parametrize(
    ("kind", "before", "after", "days"),
    [
        ("costs", {"day": 2, "end": 4}, {"day": 2, "end": 3}, {2, 3}),
        ("costs", {"day": 2, "end": 3}, {"day": 2, "end": None}, {2, 3, 4, 20}),
        ("exchange_rates", {"day": 3, "end": 4}, {"day": 3, "end": 5}, {3, 4}),
        ("headcount_plan", {"day": 1}, {"day": 1, "planned": 9}, {1, 2, 3, 4, 20}),
    ],
)
def test_what_holds_for_days_marks_those_that_have_facts(
    kind: str,
    before: dict[str, Any],
    after: dict[str, Any],
    days: set[int],
    ids: dict[str, int],
) -> None:
    november = [date(2026, 11, day) for day in (1, 2, 3, 4, 20)]
    there = [*november, date(2026, 10, 31), date(2026, 12, 1)]
    OperatingDay.objects.bulk_create(OperatingDay(day=day) for day in there)

    def row(said: dict[str, Any]) -> dict[str, Any]:
        dates = {
            name: date(2026, 11, said[name]) if said[name] else None
            for name in ("day", "end")
            if name in said
        }
        whole = as_stored(kind, WHOLE[kind], ids)
        if kind == "costs":
            whole["direct_cost_micros"] = None
        return whole | said | dates

    first = write_facts(kind, [row(before)])
    OperatingDay.objects.update(changed_at=None)
    second = write_facts(kind, [row(after)])
    expected = {date(2026, 11, day) for day in days}
    assert {day for day in marked() if day.month == 11} == expected
    assert (date(2026, 12, 1) in marked()) is (after.get("end", 1) is None)
    assert date(2026, 10, 31) not in marked()
    assert OperatingDay.objects.count() == len(there)
    OperatingDay.objects.update(changed_at=None)
    take_back(second)
    assert {day for day in marked() if day.month == 11} == expected
    take_back(first)
    assert facts(kind) == []


def test_a_key_and_a_grain_are_different_facts(ids: dict[str, int]) -> None:
    row = as_stored("work_records", WHOLE["work_records"], ids)
    write_facts("work_records", [row])
    write_facts("work_records", [row | {"key": "a"}, row | {"key": "b"}])
    assert [fact["key"] for fact in facts("work_records")] == [None, "a", "b"]
    write_facts("work_records", [row | {"units": 1}])
    assert [fact["units"] for fact in facts("work_records")] == [1, 10**9, 10**9]


def test_names_get_their_ids_when_they_are_created(ids: dict[str, int]) -> None:
    import pyarrow as pa

    kind = KINDS["work_records"]
    sent = write_facts("work_records", [])
    whole = as_stored("work_records", WHOLE["work_records"], ids)
    columns: dict[str, list[Any]] = {
        "row": [2, 3, 4],
        "key": [None] * 3,
        **{field: [whole[field]] * 3 for field in kind.fields},
    }
    # Two spellings of one new person, and one who is known.
    columns["person_id"] = [-1, -2, ids["elif"]]
    with transaction.atomic(), Arrivals(kind) as arrivals:
        lock_feed(sent.feed_id)
        table = pa.table(columns).cast(
            pa.schema(
                [
                    ("row", pa.int32()),
                    ("key", pa.string()),
                    *(
                        (field, pa.date32() if field == "day" else pa.int64())
                        for field in kind.fields
                    ),
                ]
            )
        )
        arrivals.add(table)
        assert arrivals.unresolved("person_id") == {-1, -2}
        arrivals.resolve("person_id", {-1: ids["mateo"], -2: ids["mateo"]})
        outcome = weigh_arrivals(arrivals, feed_id=sent.feed_id)
        assert (outcome.inserted, outcome.updated, outcome.unchanged) == (2, 0, 1)
        changes = write_arrivals(arrivals, feed_id=sent.feed_id, import_id=sent.pk)
        mark_changes(kind, changes, reason="test")
    assert {fact["person_id"] for fact in facts("work_records")} == {ids["mateo"], ids["elif"]}


def test_facts_lie_by_day_however_their_file_was_sorted(ids: dict[str, int]) -> None:
    days = [date(2026, 11, day) for day in (5, 2, 9, 2, 5)]
    rows = [
        as_stored("judgements", WHOLE["judgements"] | {"day": day, "item": str(number)}, ids)
        for number, day in enumerate(days)
    ]
    write_facts("judgements", rows[:3])
    write_facts("judgements", rows)
    assert [fact["day"].day for fact in facts("judgements")] == [2, 5, 9, 2, 5]
