"""What a mapping may say, what it may not, and what becomes of the columns it reads."""

import pytest

from metrics.feeds.errors import FeedError
from metrics.feeds.models import ImportState
from metrics.feeds.rules.mapping import MappingError, parse_mapping
from metrics.records.kinds import KINDS, QUEUE_DAYS, Cost, QueueDay, WorkRecord
from tests.metrics.feeds.sending import counts, errors, make_feed, send


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("due", "__import__('os').system('id')", "'due' cannot come from"),
        ("due", "max(a, b)", "Calls ('max(…)') are not allowed"),
        ("due", "a.b", "Attributes"),
        ("due", "", "An empty text is not allowed"),
        ("due", "'five'", "it takes a column, a number or arithmetic over columns"),
        ("date", "year + 1", "it takes a column or a quoted constant"),
        ("date", "2026-11-02", "'date' cannot come from '2026-11-02'"),
        ("queue", "1.5", "it takes a column or a quoted constant"),
        ("key", "a + b", "it takes a column or a quoted constant"),
        ("dues", "a", "Queue days have no column 'dues'. Did you mean 'due'?"),
    ],
)
def test_what_a_mapping_cannot_say(name: str, text: str, sentence: str) -> None:
    with pytest.raises(MappingError) as refusal:
        parse_mapping(QUEUE_DAYS, {name: text})
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("kind", "name", "text", "sentence"),
    [
        ("quality_audits", "decided_by", "'robot'", "'robot' is none of human, machine."),
        ("quality_audits", "severity", "'bad'", "it takes a column, a number or arithmetic"),
        ("costs", "hourly_rate", "'20'", "it takes a column, a number or arithmetic"),
        ("costs", "currency", "a + b", "it takes a column or a quoted constant"),
        ("service_requests", "received_at", "a / b", "it takes a column or a quoted constant"),
        ("outcomes", "total", "a ** 2", "Powers ('**') are not allowed"),
    ],
)
def test_what_other_kinds_cannot_take(kind: str, name: str, text: str, sentence: str) -> None:
    with pytest.raises(MappingError) as refusal:
        parse_mapping(KINDS[kind], {name: text})
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        ("quality_audits", "decided_by", "'Machine'"),
        ("costs", "hourly_rate", "monthly / 160"),
        ("costs", "currency", "'EUR'"),
        ("exchange_rates", "rate", "1 / inverse"),
        ("headcount_plan", "planned", "a + b"),
        ("judgements", "label", "'yes'"),
    ],
)
def test_what_they_can(kind: str, name: str, text: str) -> None:
    assert parse_mapping(KINDS[kind], {name: text})[name].expression.text == text


@pytest.mark.parametrize(
    ("name", "text"),
    [("due", "a - b"), ("due", "3"), ("due", "`A & E`"), ("queue", "1"), ("queue", "'v'"),
     ("unit", '"Trust & Safety/Video"'), ("date", "period"), ("key", "id")],
)  # fmt: skip
def test_what_it_can(name: str, text: str) -> None:
    assert parse_mapping(QUEUE_DAYS, {name: text})[name].expression.text == text


@pytest.mark.django_db
def test_a_feed_is_not_made_with_a_mapping_that_cannot_be() -> None:
    with pytest.raises(FeedError, match="not allowed"):
        make_feed(mapping={"units": "eval(x)"})


@pytest.mark.django_db
def test_columns_constants_and_arithmetic() -> None:
    feed = make_feed(
        "days",
        "queue_days",
        mapping={
            "date": "period", "queue": "'video'", "unit": "`Org Code`",
            "due": "on_time + late", "missed": "late", "received": "hours * 60 / 1.2",
        },
    )  # fmt: skip
    import_ = send(
        feed,
        "period,Org Code,on_time,late,hours\n2026-11-02,A,8,2,0.1\n2026-11-03,A,8.0,,1\n"
        "2026-11-04,A,x,1,1\n2026-11-05,A,1,1,0.11\n",
    )
    assert counts(import_) == (ImportState.APPLIED, 2, 0, 0, 2)
    assert errors(import_) == [(4, "on_time", "not_a_number"), (5, "received", "not_whole")]
    assert list(
        QueueDay.objects.order_by("day").values_list("queue__name", "due", "missed", "received")
    ) == [("video", 10, 2, 5), ("video", None, None, 50)]


@pytest.mark.django_db
def test_constants_and_arithmetic_of_costs() -> None:
    feed = make_feed(
        "costs", "costs", mapping={"hourly_rate": "monthly / 160", "currency": "'eur'"}
    )
    import_ = send(
        feed, "unit,start,monthly\nA,2026-01-01,3200.08\nB,2026-01-01,-1\nC,2026-01-01,x\n"
    )
    assert errors(import_) == [(3, "hourly_rate", "negative"), (4, "monthly", "not_a_number")]
    assert Cost.objects.values_list("hourly_rate_micros", "currency").get() == (20_000_500, "EUR")


@pytest.mark.django_db
def test_dividing_by_zero_is_refused_and_blanks_stay_unknown() -> None:
    feed = make_feed(mapping={"units": "a / b"})
    import_ = send(
        feed,
        "employee_id,queue,date,a,b,handle_seconds\nE1,v,2026-11-02,1,0,1\n"
        "E1,v,2026-11-03,0,0,1\nE1,v,2026-11-04,,0,1\nE1,v,2026-11-05,4,2,1\n",
    )
    assert errors(import_) == [(2, "units", "not_finite"), (3, "units", "not_finite")]
    assert list(WorkRecord.objects.order_by("day").values_list("units", flat=True)) == [None, 2]


@pytest.mark.django_db
def test_what_falls_just_beside_a_whole_number_is_it() -> None:
    feed = make_feed(mapping={"handle_seconds": "minutes * 60"})
    import_ = send(feed, "employee_id,queue,date,minutes\nE1,v,2026-11-02,1.1\n")
    assert import_.inserted == 1
    assert WorkRecord.objects.get().handle_seconds == 66


@pytest.mark.django_db
def test_a_mapped_column_that_is_missing() -> None:
    feed = make_feed(mapping={"date": "period"})
    import_ = send(feed, "employee_id,queue,periods,units\nE1,v,2026-11-02,1\n")
    assert import_.message == (
        "Column 'period' is missing, from which the feed takes 'date'. Did you mean 'periods'?"
    )
    assert errors(import_) == [(0, "period", "missing_column")]


@pytest.mark.django_db
def test_errors_name_the_column_as_the_file_does() -> None:
    feed = make_feed(mapping={"date": "period", "units": "done"})
    import_ = send(feed, "employee_id,queue,period,done\nE1,v,soon,-1\n")
    assert sorted(errors(import_)) == [(2, "done", "negative"), (2, "period", "not_a_date")]
