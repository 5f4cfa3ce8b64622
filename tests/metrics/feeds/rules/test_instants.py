"""Instants are read as Python reads them, and their days told as zoneinfo tells them."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.feeds.rules.instants import find_operating_days, read_instants

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia",
         "Australia/Lord_Howe"]  # fmt: skip
offsets = st.integers(-15 * 60, 15 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=offsets)  # noqa: DTZ001
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def read(text: str, until: datetime | None = None) -> datetime | str | None:
    """Read one instant, or the code of why it is refused."""
    values, _, refusals = read_instants(pa.array([text]), until=until)
    codes = [refusal.why(0)[0] for refusal in refusals if refusal.rows[0]]
    assert len(codes) <= 1
    value: datetime | None = values[0].as_py()
    return codes[0] if codes else value


@given(instants, st.sampled_from(["T", " "]))
def test_they_are_read_as_python_reads_them(instant: datetime, between: str) -> None:
    assert read(instant.isoformat(between)) == instant


@given(instants)
def test_typed_and_written_instants_are_equal(instant: datetime) -> None:
    for unit in ("us", "ns"):
        typed = pa.array([instant.astimezone(UTC)], pa.timestamp("us", "UTC"))
        values, blank, _ = read_instants(typed.cast(pa.timestamp(unit, "UTC")), until=None)
        assert values[0].as_py() == instant
        assert not blank.any()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-29T01:59:59+01:00", datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)),
        ("2026-03-29T03:00:00+02:00", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("2026-10-25T02:30+0200", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25 02:30 +01", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-11-02T08:00:00.1234567Z", datetime(2026, 11, 2, 8, 0, 0, 123456, tzinfo=UTC)),
        (" 2024-02-29T08:00z ", datetime(2024, 2, 29, 8, tzinfo=UTC)),
        ("", None),
        ("2026-02-29T08:00Z", "not_an_instant"),
        ("2026-00-10T08:00Z", "not_an_instant"),
        ("2026-11-02T08:60Z", "not_an_instant"),
        ("2026-11-02T08:00:60Z", "not_an_instant"),
        ("2026-11-02T08:00+15:01", "not_an_instant"),
        ("2026-11-02T08:00+05:75", "not_an_instant"),
        ("0001-01-01T00:00Z", "not_an_instant"),
        ("9999-12-31T00:00Z", "not_an_instant"),
        ("02/11/2026 08:00Z", "not_an_instant"),
        ("2026-11-02T08:00", "no_offset"),
        ("2026-11-02", "no_offset"),
        ("2026-11-22T12:05:00Z", datetime(2026, 11, 22, 12, 5, tzinfo=UTC)),
        ("2026-11-22T12:05:01Z", "date_ahead"),
    ],
)
def test_what_is_an_instant(text: str, expected: datetime | str | None) -> None:
    assert read(text, until=NOW) == expected


def test_typed_instants_without_an_offset() -> None:
    naive = pa.array([datetime(2026, 11, 2, 8), None])  # noqa: DTZ001
    values, blank, refusals = read_instants(naive, until=NOW)
    assert [r.why(0)[0] for r in refusals if r.rows.any()] == ["no_offset"]
    assert values.null_count == 2
    assert blank.tolist() == [False, True]


@given(st.lists(st.tuples(st.none() | instants, st.sampled_from(ZONES)), min_size=1))
def test_operating_days_are_those_of_zoneinfo(rows: list[tuple[datetime | None, str]]) -> None:
    column = pa.array([instant for instant, _ in rows], pa.timestamp("us", "UTC"))
    days = find_operating_days(
        column,
        [ZONES.index(zone) for _, zone in rows],
        lambda units: [ZoneInfo(ZONES[unit]) for unit in units],
    )
    assert days.to_pylist() == [
        instant and instant.astimezone(ZoneInfo(zone)).date() for instant, zone in rows
    ]


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-03-28T22:59:59Z", date(2026, 3, 28)),
        ("2026-03-28T23:00:00Z", date(2026, 3, 29)),
        ("2026-03-29T21:59:59Z", date(2026, 3, 29)),  # the day has 23 hours
        ("2026-03-29T22:00:00Z", date(2026, 3, 30)),
        ("2026-10-24T22:00:00Z", date(2026, 10, 25)),
        ("2026-10-25T22:59:59Z", date(2026, 10, 25)),  # the day has 25 hours
        ("2026-10-25T23:00:00Z", date(2026, 10, 26)),
    ],
)
def test_days_on_which_the_clock_changes(instant: str, day: date) -> None:
    values, _, _ = read_instants(pa.array([instant]), until=None)
    [found] = find_operating_days(values, [1], lambda units: [ZoneInfo("Europe/Berlin")])
    assert found.as_py() == day
