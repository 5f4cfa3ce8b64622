"""What one row says against itself, and what its kind alone knows to be wrong."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from metrics.feeds.models import Import, ImportState
from metrics.feeds.rules import cells
from metrics.records.kinds import Appeal, Outcome, PlannedHeadcount, QualityAudit, ServiceRequest
from teams.structure.models import Unit
from teams.structure.services import create_unit
from tests.metrics.feeds.sending import as_csv, as_parquet, counts, errors, make_feed, send

pytestmark = pytest.mark.django_db


def refuse(kind: str, *rows: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Send rows, and tell the columns, codes and sentences of what is refused."""
    header = dict.fromkeys(name for row in rows for name in row)
    import_ = send(make_feed("feed", kind), as_csv([header | row for row in rows]))
    return [(error.column, error.code, error.message) for error in import_.errors.all()]


REQUEST = {"received_at": "2026-11-02T08:00:00+01:00"}


def test_delivered_before_received() -> None:
    told = refuse(
        "service_requests",
        REQUEST | {"delivered_at": "2026-11-02T07:59:59+01:00"},
        REQUEST | {"delivered_at": "2026-11-02T07:00:00Z"},
        REQUEST | {"first_response_at": "2026-11-02T08:00:00+02:00"},
    )
    assert told == [
        (
            "delivered_at",
            "out_of_order",
            "'2026-11-02T07:59:59+01:00' comes before 'received_at' of the same row.",
        ),
        (
            "first_response_at",
            "out_of_order",
            "'2026-11-02T08:00:00+02:00' comes before 'received_at' of the same row.",
        ),
    ]
    [request] = ServiceRequest.objects.all()
    assert request.delivered_at == request.received_at == datetime(2026, 11, 2, 7, tzinfo=UTC)


def test_clocks_across_a_change_of_the_clock() -> None:
    """In the night of 25 October the hour from two to three comes twice in Berlin."""
    root = Unit.objects.get(is_root=True)
    berlin = create_unit(name="Berlin", parent=root, by=None)
    Unit.objects.filter(pk=berlin.pk).update(time_zone="Europe/Berlin")
    team = create_unit(name="Team 1", parent=berlin, by=None)
    tokyo = create_unit(name="Tokyo", parent=team, by=None)
    Unit.objects.filter(pk=tokyo.pk).update(time_zone="Asia/Tokyo")
    rows = [
        ("Berlin/Team 1", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"),
        ("Berlin/Team 1", "2026-10-25T00:30:00+02:00", "2026-10-25T23:30:00+01:00"),
        ("Berlin/Team 1", "2026-10-24T23:30:00+02:00", "2026-10-26T00:00:00+01:00"),
        ("Berlin/Team 1/Tokyo", "2026-10-25T15:00:00Z", "2026-10-25T16:00:00Z"),
        ("Berlin/New/Newer", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
        ("", "2026-10-24T23:59:59Z", "2026-10-25T00:00:00Z"),
        ("Nowhere/New", "2026-10-24T23:59:59Z", "2026-10-25T00:00:00Z"),
    ]
    names = ("unit", "received_at", "due_at")
    assert refuse("service_requests", *(dict(zip(names, row, strict=True)) for row in rows)) == []
    found = ServiceRequest.objects.order_by("id").values_list("unit__name", "day", "due_on")
    assert sorted(found) == sorted(
        [
            ("Team 1", date(2026, 10, 25), date(2026, 10, 25)),
            ("Team 1", date(2026, 10, 25), date(2026, 10, 25)),
            ("Team 1", date(2026, 10, 24), date(2026, 10, 26)),
            ("Tokyo", date(2026, 10, 26), date(2026, 10, 26)),
            ("Newer", date(2026, 10, 25), date(2026, 10, 26)),
            (root.name, date(2026, 10, 24), date(2026, 10, 25)),
            ("New", date(2026, 10, 24), date(2026, 10, 25)),
        ]
    )


def test_typed_days_and_instants_of_a_data_frame() -> None:
    """A midnight behind a date is dropped; an instant without an offset is refused."""
    rows = [{"received_at": datetime(2026, 11, 2, 8, tzinfo=UTC)}]
    assert counts(send(make_feed("a", "service_requests"), as_parquet(rows), "r.parquet"))[1] == 1
    naive = [{"received_at": datetime(2026, 11, 2, 8)}]  # noqa: DTZ001
    import_ = send(make_feed("b", "service_requests"), as_parquet(naive), "r.parquet")
    assert errors(import_) == [(2, "received_at", "no_offset")]
    days = [
        {"unit": "", "month": datetime(2026, 11, 1), "planned": 5},  # noqa: DTZ001
        {"unit": "", "month": datetime(2026, 12, 1, 8), "planned": 5},  # noqa: DTZ001
    ]
    import_ = send(make_feed("c", "headcount_plan"), as_parquet(days), "r.parquet")
    assert errors(import_) == [(3, "month", "not_a_month")]
    assert PlannedHeadcount.objects.get().day == date(2026, 11, 1)


def test_a_month_however_it_is_written_and_ahead_of_today() -> None:
    rows = [
        {"unit": unit, "month": month, "planned": 4}
        for unit, month in [("A", "2030-02"), ("B", "2030-02-01"), ("C", "2030-02-28 00:00:00")]
    ]
    assert refuse("headcount_plan", *rows) == []
    assert set(PlannedHeadcount.objects.values_list("day", flat=True)) == {date(2030, 2, 1)}
    later = send(Import.objects.get().feed, as_csv([rows[0] | {"month": "2030-02-09"}]))
    assert counts(later) == (ImportState.APPLIED, 0, 0, 1, 0)


AUDIT = {"employee_id": "E1", "queue": "v", "date": "2026-11-02", "item": "1", "decided": "ok",
         "correct": "ok"}  # fmt: skip


def test_an_audit_by_who_decided() -> None:
    message = "'E1' is in 'employee_id' of the same row too, which cannot be."
    assert refuse("quality_audits", AUDIT | {"auditor": " E1"}, AUDIT | {"auditor": "E2"}) == [
        ("auditor", "not_different", message)
    ]
    known = send(Import.objects.get().feed, as_csv([AUDIT | {"auditor": "E1"}]))
    assert errors(known) == [(2, "auditor", "not_different")]
    created = Import.objects.order_by("id")[0].created_things["person"]
    assert created == {"count": 2, "names": ["E1", "E2"]}


def test_who_decided() -> None:
    machine = AUDIT | {"employee_id": ""}
    rows = [
        AUDIT | {"item": "1", "decided_by": ""},
        AUDIT | {"item": "2", "decided_by": "Human"},
        machine | {"item": "3", "decided_by": "MACHINE"},
        machine | {"item": "4", "decided_by": ""},
        machine | {"item": "5", "decided_by": "human"},
        AUDIT | {"item": "6", "decided_by": "machine"},
    ]
    assert refuse("quality_audits", *rows) == [
        ("employee_id", "blank", "'human' in 'decided_by' needs a value of 'employee_id'."),
        ("decided_by", "contradiction", "'machine' cannot be where 'employee_id' has a value."),
    ]
    found = QualityAudit.objects.order_by("item").values_list("decided_by", "person__employee_id")
    assert list(found) == [
        ("human", "E1"), ("human", "E1"), ("machine", None), ("machine", None),
    ]  # fmt: skip


def test_decisions_of_machines_need_no_column_for_people() -> None:
    row = {name: value for name, value in AUDIT.items() if name != "employee_id"}
    assert refuse("quality_audits", row) == []
    assert QualityAudit.objects.get().decided_by == "machine"


def test_words_outside_the_list() -> None:
    told = refuse(
        "quality_audits",
        AUDIT | {"error_kind": "False Positive", "severity": "3"},
        AUDIT | {"error_kind": "false-postive", "severity": ""},
        AUDIT | {"error_kind": "typo", "severity": "4"},
        AUDIT | {"error_kind": "", "severity": "0"},
    )
    kinds = "false_positive, false_negative, wrong_selection, technical"
    assert told == [
        ("error_kind", "not_a_choice",
         f"'false-postive' is none of {kinds}. Did you mean 'false_positive'?"),
        ("error_kind", "not_a_choice", f"'typo' is none of {kinds}."),
        ("severity", "too_large", "'4' is more than 3."),
        ("severity", "too_small", "'0' is less than 1."),
    ]  # fmt: skip
    assert QualityAudit.objects.get().error_kind == "false_positive"
    appeal = {"queue": "v", "date": "2026-11-02", "item": "1", "outcome": "REVERSED"}
    send(make_feed("appeals", "appeals"), as_csv([appeal]))
    assert Appeal.objects.get().outcome == "reversed"


def test_outcomes_need_a_count_or_a_total() -> None:
    row = {"initiative": "i", "date": "2026-11-02", "measure": "gmv"}
    told = refuse(
        "outcomes",
        row | {"n": "", "total": "", "total_squares": "4"},
        row | {"n": "", "total": "-1.5e3", "total_squares": "1e300"},
        row | {"n": "", "total": "1", "total_squares": "-1"},
    )
    assert told == [
        ("", "no_measure", "The row needs a value of 'n' or 'total'."),
        ("total_squares", "negative", "'-1' is below zero."),
    ]
    outcome = Outcome.objects.get()
    assert (outcome.n, outcome.total, outcome.total_squares) == (None, -1500.0, 1e300)
    import_ = send(Import.objects.get().feed, "initiative,date,measure\ni,2026-11-02,gmv\n")
    assert import_.message == "The file has no measure; one of these is needed: n, total."


def test_amounts_by_arithmetic() -> None:
    feed = make_feed(
        "feed",
        "outcomes",
        mapping={"total": "clicks / 4", "measure": "'traffic'", "n": "`People in it`"},
    )
    import_ = send(
        feed, "initiative,date,clicks,People in it\ni,2026-11-02,5,10\ni,2026-11-03,x,10\n"
    )
    assert errors(import_) == [(3, "clicks", "not_a_number")]
    assert Outcome.objects.values_list("total", "n", "measure").get() == (1.25, 10, "traffic")


def test_more_words_than_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    from metrics.feeds.readers import delimited

    monkeypatch.setattr(cells, "WORDS_KEPT", 20)
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 512)
    lines = ["employee_id,queue,date,item,label"]
    lines += [f"E{n % 70},q,2026-11-02,{n},{'' if n % 50 == 7 else 'x'}" for n in range(200)]
    import_ = send(make_feed("feed", "judgements"), "\n".join(lines))
    assert errors(import_) == [(n + 2, "label", "blank") for n in (7, 57, 107, 157)]
    assert import_.inserted == 196
    found = import_.feed.imports.get().created_things["person"]["count"]
    assert found == 70
