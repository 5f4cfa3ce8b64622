"""The same rows in every format come to the same facts."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest

from metrics.feeds.models import ImportState
from metrics.records.kinds import QueueDay, WorkRecord
from tests.metrics.feeds.sending import (
    Row,
    as_csv,
    as_json,
    as_ndjson,
    as_parquet,
    as_xlsx,
    counts,
    errors,
    make_feed,
    send,
)

pytestmark = pytest.mark.django_db
ROWS: list[Row] = [
    {"employee_id": "1007", "queue": 1, "date": "2026-11-02", "units": 5, "handle_seconds": None},
    {"employee_id": "E2", "queue": 2, "date": "2026-11-03", "units": None, "handle_seconds": 21289},
    {"employee_id": "É3", "queue": 2, "date": "2026-11-03", "units": 0, "handle_seconds": 7},
]
FACTS = [
    ("1007", "1", date(2026, 11, 2), 5, None),
    ("E2", "2", date(2026, 11, 3), None, 21289),
    ("É3", "2", date(2026, 11, 3), 0, 7),
]


def found() -> list[tuple[object, ...]]:
    return list(
        WorkRecord.objects.order_by("person__employee_id").values_list(
            "person__employee_id", "queue__name", "day", "units", "handle_seconds"
        )
    )


def with_bom(rows: Sequence[Row]) -> bytes:
    return b"\xef\xbb\xbf" + as_csv(rows)


def with_crlf(rows: Sequence[Row]) -> bytes:
    return as_csv(rows).replace(b"\n", b"\r\n") + b"\r\n\r\n"


def with_semicolons(rows: Sequence[Row]) -> bytes:
    return as_csv(rows).replace(b",", b";")


def in_utf16(rows: Sequence[Row]) -> bytes:
    return as_csv(rows).decode().encode("utf-16")


def with_sep(rows: Sequence[Row]) -> bytes:
    return b"sep=;\r\n" + with_semicolons(rows)


def quoted_and_spaced(rows: Sequence[Row]) -> bytes:
    lines = as_csv(rows).decode().splitlines()
    return "\n\n".join(
        ",".join(f'" {cell} "' for cell in line.split(",")) for line in lines
    ).encode()


def headed_by_people(rows: Sequence[Row]) -> bytes:
    return as_csv(rows).replace(b"employee_id,queue", b"Employee ID, Queue ")


def with_floats(rows: Sequence[Row]) -> bytes:
    """As data frames write whole numbers beside blanks."""
    return as_parquet(
        [
            {
                **row,
                "queue": float(str(row["queue"])),
                "date": date.fromisoformat(str(row["date"])),
                "units": None if row["units"] is None else float(str(row["units"])),
            }
            for row in rows
        ]
    )


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (as_csv, "rows.csv"),
        (as_csv, "rows.txt"),
        (with_bom, "rows.csv"),
        (with_crlf, "rows.csv"),
        (with_semicolons, "rows.csv"),
        (in_utf16, "rows.csv"),
        (with_sep, "rows.csv"),
        (quoted_and_spaced, "rows.csv"),
        (headed_by_people, "rows.csv"),
        (as_xlsx, "rows.xlsx"),
        (as_parquet, "rows.parquet"),
        (with_floats, "rows.PARQUET"),
        (as_ndjson, "rows.ndjson"),
        (as_ndjson, "rows.jsonl"),
        (as_json, "rows.json"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_every_format(write: Callable[[Sequence[Row]], bytes], name: str) -> None:
    feed = make_feed()
    assert counts(send(feed, write(ROWS), name)) == (ImportState.APPLIED, 3, 0, 0, 0)
    assert found() == FACTS
    assert counts(send(feed, as_csv(ROWS))) == (ImportState.APPLIED, 0, 0, 3, 0)


@pytest.mark.parametrize("write", [as_csv, as_xlsx, as_parquet, as_ndjson, as_json])
def test_a_refused_row_has_the_same_number_in_every_format(
    write: Callable[[Sequence[Row]], bytes],
) -> None:
    name = f"rows.{write.__name__.removeprefix('as_')}"
    import_ = send(make_feed(), write([*ROWS, {**ROWS[0], "units": -1}]), name)
    assert errors(import_) == [(5, "units", "negative")]


def test_long_files_are_numbered_through(monkeypatch: pytest.MonkeyPatch) -> None:
    from metrics.feeds.readers import delimited

    monkeypatch.setattr(delimited, "BLOCK_BYTES", 512)
    lines = ["", "employee_id,queue,date,units"]
    wrong = {number for number in range(3, 403) if number % 7 == 0}
    short = {number for number in range(3, 403) if number % 11 == 0}
    for number in range(3, 403):
        cells = ["E1", f"q{number}", "2026-11-02", "x" if number in wrong else "1"]
        lines.append(",".join(cells[:2] if number in short else cells))
    import_ = send(make_feed(), "\n".join(lines))
    assert [row for row, _, code in errors(import_) if code == "not_a_number"] == sorted(
        wrong - short
    )
    assert [row for row, _, code in errors(import_) if code != "not_a_number"] == sorted(short)
    assert import_.rows == 400


def test_names_are_found_however_they_are_spelt() -> None:
    feed = make_feed("days", "queue_days")
    send(feed, "queue,unit,date,due\nVideo ES,Trust/Video,2026-11-02,5\n")
    again = send(feed, "queue,unit,date,due\nvideo-es,trust / VIDEO,2026-11-02,5\n")
    assert counts(again) == (ImportState.APPLIED, 0, 0, 1, 0)
    again = send(feed, "queue,unit,date,due\nvideo es,video,2026-11-02,6\n")
    assert counts(again) == (ImportState.APPLIED, 0, 1, 0, 0)
    assert QueueDay.objects.get().due == 6


def test_a_key_of_their_own() -> None:
    feed = make_feed()
    send(feed, "key,employee_id,queue,date,units\nk1,E1,v,2026-11-02,5\nk2,E1,v,2026-11-02,6\n")
    moved = send(feed, "key,employee_id,queue,date,units\nk1,E2,w,2026-11-03,5\n,E2,w,2026-11-03,5")
    assert counts(moved) == (ImportState.APPLIED, 0, 1, 0, 1)
    assert errors(moved) == [(3, "key", "blank")]
    assert set(WorkRecord.objects.values_list("key", "person__employee_id", "day")) == {
        ("k1", "E2", date(2026, 11, 3)),
        ("k2", "E1", date(2026, 11, 2)),
    }
