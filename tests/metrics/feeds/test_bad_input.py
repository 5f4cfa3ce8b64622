"""Everything that can be wrong with a file: its code, its sentence, and nothing half-applied."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from metrics.feeds.models import ImportState
from metrics.feeds.readers import delimited
from metrics.records.kinds import QueueDay, WorkRecord
from metrics.records.kinds.kind import MEASURE_LIMIT
from teams.changes.models import OperatingDay
from teams.structure.models import Person, Queue, Unit
from tests.metrics.feeds.sending import WORK, as_parquet, as_xlsx, counts, errors, make_feed, send

pytestmark = pytest.mark.django_db
GOOD = "E1,video,2026-11-02,5,300\n"


def refuse_whole(content: bytes | str, name: str = "rows.csv") -> tuple[str, str]:
    """Send a file that must be refused whole, and return the code and sentence of why."""
    import_ = send(make_feed(), content, name)
    assert counts(import_)[:4] == (ImportState.REFUSED, 0, 0, 0)
    assert not WorkRecord.objects.exists()
    assert not OperatingDay.objects.exists()
    assert not Person.objects.exists()
    assert not Queue.objects.exists()
    error = import_.errors.first()
    assert error is not None
    assert import_.message
    return error.code, error.message


@pytest.mark.parametrize(
    ("header", "code", "sentence"),
    [
        ("employee_id,queue,units", "missing_column", "Column 'date' is missing."),
        (
            "employee_id,queue,dat,units",
            "missing_column",
            "Column 'date' is missing. Did you mean 'dat'?",
        ),
        (
            "employee_id,queue,date,unitz",
            "misspelt_column",
            "Column 'unitz' is unknown; did you mean 'units'?",
        ),
        (
            "employee_id,queue,date,units,units",
            "repeated_column",
            "Column 'units' stands in the file 2 times.",
        ),
        (
            "employee_id,queue,date,Date,units",
            "repeated_column",
            "'date' and 'Date' are one column, 'date'.",
        ),
        (
            "employee_id,queue,date,remark",
            "missing_column",
            "The file has no measure; one of these is needed: units, handle_seconds, "
            "productive_seconds, rework_units, rework_seconds.",
        ),
    ],
)
def test_columns_that_refuse_a_file(header: str, code: str, sentence: str) -> None:
    assert refuse_whole(header + "\nE1,video,2026-11-02,5,5\n") == (code, sentence)


@pytest.mark.parametrize(
    ("content", "name", "code", "sentence"),
    [
        (b"", "rows.csv", "empty_file", "not one byte"),
        (b"\n\n ,\n", "rows.csv", "empty_file", "not even a header"),
        (f"{WORK}E1,vidéo,2026-11-02,5,1\n".encode("latin-1"), "rows.csv", "not_utf8", "Latin-1"),
        (WORK.encode() + b"E1,v\0,2026-11-02,5,1\n", "rows.csv", "not_text", "is not text"),
        (b"PK\x03\x04 whatever", "rows.csv", "not_what_its_name_says", "spreadsheet"),
        (b"not a workbook", "rows.xlsx", "not_what_its_name_says", "no workbook inside"),
        (b"PK\x03\x04 broken", "rows.xlsx", "unreadable", "damaged"),
        (b"no parquet", "rows.parquet", "not_what_its_name_says", "no Parquet inside"),
        (b"PAR1 broken PAR1", "rows.parquet", "unreadable", "damaged"),
        (b"PAR1 broken PAR1", "rows.csv", "not_what_its_name_says", "Parquet inside"),
        (b"[1", "rows.json", "not_json", "is not JSON"),
        (b'{"a": 1}', "rows.json", "not_a_list", "no list of rows"),
        (b"\xd0\xcf\x11\xe0 old", "rows.xls", "not_a_table", "old Excel"),
        (
            f'{WORK}E1,"v,2026-11-02,5,1\n{GOOD}'.encode(),
            "rows.csv",
            "wrong_number_of_cells",
            "quotation mark",
        ),
    ],
)
def test_files_that_are_no_table(content: bytes, name: str, code: str, sentence: str) -> None:
    found, message = refuse_whole(content, name)
    assert found == code
    assert sentence in message


def test_a_quotation_mark_that_swallows_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 4096)
    code, message = refuse_whole(f'{WORK}{GOOD * 400}E1,"v,2026-11-02,5,1\n{GOOD * 400}')
    assert code == "broken_quotes"
    assert "is not closed" in message


def test_rows_that_are_nearly_all_malformed() -> None:
    code, message = refuse_whole(WORK + GOOD + "E1,v,2026-11-02\n" * 10_001)
    assert code == "wrong_number_of_cells"
    assert message.startswith("More than 10,000 rows are malformed, the first is row 3.")


def test_a_zip_bomb_named_xlsx_is_refused_before_it_unpacks() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (500 << 20))
    code, message = refuse_whole(buffer.getvalue(), "rows.xlsx")
    assert code == "too_large"
    assert "would unpack into" in message


TOMORROW = (timezone.localdate() + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("row", "column", "code", "sentence"),
    [
        (",video,2026-11-02,5,1", "employee_id", "blank",
         "The row needs a value of 'employee_id'."),
        ("E1,,2026-11-02,5,1", "queue", "blank", "The row needs a value of 'queue'."),
        ("E1,video,,5,1", "date", "blank", "The row needs an operating date."),
        ("E1,video,02/11/2026,5,1", "date", "not_a_date",
         "'02/11/2026' is not a date such as 2026-11-22."),
        ("E1,video,2026-02-30,5,1", "date", "not_a_date",
         "'2026-02-30' is not a date such as 2026-11-22."),
        ("E1,video,2026-11-02T08:00:00,5,1", "date", "not_a_date",
         "'2026-11-02T08:00:00' is not a date such as 2026-11-22."),
        (f"E1,video,{TOMORROW},5,1", "date", "date_ahead",
         f"The operating date {TOMORROW} lies ahead of today."),
        ("E1,video,2026-11-02,five,1", "units", "not_a_number", "'five' is not a number."),
        ("E1,video,2026-11-02,1e3,1", "units", "not_a_number", "'1e3' is not a number."),
        ("E1,video,2026-11-02,1 000,1", "units", "not_a_number", "'1 000' is not a number."),
        ("E1,video,2026-11-02,NaN,1", "units", "not_finite",
         "'NaN' is no amount: a measure is a number or blank."),
        ("E1,video,2026-11-02,-inf,1", "units", "not_finite",
         "'-inf' is no amount: a measure is a number or blank."),
        ("E1,video,2026-11-02,-1,1", "units", "negative", "'-1' is below zero."),
        ("E1,video,2026-11-02,1000000001,1", "units", "too_large",
         "'1000000001' is more than 1,000,000,000."),
        ("E1,video,2026-11-02,12.5,1", "units", "not_whole", "'12.5' is not a whole number."),
        ("E1,video,2026-11-02,,", "", "no_measure",
         "The row has no measure: at least one must be known."),
        ("E1,video,2026-11-02", "", "wrong_number_of_cells",
         "The row has 3 cells and the header 5: a delimiter or a quotation mark is missing or too "
         "many."),
        ("a/b,video,2026-11-02,5,1", "employee_id", "bad_name",
         "'a/b' cannot be part of an address; an employee number has no '/'."),
    ],
)  # fmt: skip
def test_a_row_that_is_refused(row: str, column: str, code: str, sentence: str) -> None:
    import_ = send(make_feed(), f"{WORK}{GOOD}{row}\n{GOOD.replace('11-02', '11-03')}")
    assert counts(import_) == (ImportState.APPLIED, 2, 0, 0, 1)
    error = import_.errors.get()
    assert (error.row, error.column, error.code, error.message) == (3, column, code, sentence)


def test_each_column_at_fault_is_told_and_the_row_counts_once() -> None:
    import_ = send(make_feed(), f"{WORK}{GOOD},video,nonsense,-1,x\n")
    assert counts(import_) == (ImportState.APPLIED, 1, 0, 0, 1)
    assert sorted(errors(import_)) == [
        (3, "date", "not_a_date"),
        (3, "employee_id", "blank"),
        (3, "handle_seconds", "not_a_number"),
        (3, "units", "negative"),
    ]
    assert {error.value for error in import_.errors.all()} == {"", "nonsense", "-1", "x"}


def test_the_largest_measure_is_taken() -> None:
    assert counts(send(make_feed(), f"{WORK}E1,v,2026-11-02,{MEASURE_LIMIT},0\n"))[1] == 1


def test_names_that_nobody_knows() -> None:
    feed = make_feed("days", "queue_days", create_missing=False)
    Queue.objects.create(slug="video", name="Video")
    import_ = send(
        feed,
        "queue,unit,date,due\nvideo,,2026-11-02,1\nvidio,,2026-11-02,1\nvideo,Nowhere,2026-11-02,1",
    )
    assert errors(import_) == [(3, "queue", "unknown_queue"), (4, "unit", "unknown_unit")]
    work = make_feed(create_missing=False)
    import_ = send(work, f"{WORK}E9,video,2026-11-02,5,1\n")
    assert counts(import_) == (ImportState.REFUSED, 0, 0, 0, 1)
    assert import_.message == "Every row was refused."
    assert errors(import_) == [(2, "employee_id", "unknown_person")]


def test_a_refused_row_creates_nothing() -> None:
    import_ = send(make_feed(), f"{WORK}{GOOD}E2,ads,2026-11-02,-5,1\n")
    assert Person.objects.get().employee_id == "E1"
    assert Queue.objects.get().name == "video"
    assert import_.created_things == {
        "person": {"count": 1, "names": ["E1"]},
        "queue": {"count": 1, "names": ["video"]},
    }


def test_more_missed_than_due() -> None:
    feed = make_feed("days", "queue_days")
    import_ = send(feed, "queue,date,due,missed\nv,2026-11-02,5,6\nv,2026-11-03,5,5\n")
    error = import_.errors.get()
    assert (error.column, error.code) == ("missed", "above_limit")
    assert error.message == "'6' is more than 'due' of the same row."
    assert QueueDay.objects.get().unit == Unit.objects.get(is_root=True)


def test_what_is_merely_implausible_is_taken_and_warned_of() -> None:
    import_ = send(
        make_feed(), f"{WORK.strip()},remark\nE1,v,1999-12-31,5,1,x\nE1,v,2026-11-02,5,86401,x\n"
    )
    assert counts(import_) == (ImportState.APPLIED, 2, 0, 0, 0)
    assert [(w["code"], w["column"], w["rows"], w["first_row"]) for w in import_.warnings] == [
        ("extra_column", "remark", 0, 0),
        ("implausible", "date", 1, 2),
        ("implausible", "handle_seconds", 1, 3),
    ]


@pytest.mark.parametrize("content", [WORK, WORK.strip(), WORK + "\n,,,,\n"])
def test_a_header_alone_is_applied_with_a_warning(content: str) -> None:
    import_ = send(make_feed(), content)
    assert counts(import_) == (ImportState.APPLIED, 0, 0, 0, 0)
    assert [warning["code"] for warning in import_.warnings] == ["no_rows"]


def test_all_or_nothing() -> None:
    import_ = send(make_feed(all_or_nothing=True), f"{WORK}{GOOD}E1,v,2026-11-02,-1,1\n")
    assert counts(import_) == (ImportState.REFUSED, 0, 0, 0, 2)
    assert errors(import_) == [(3, "units", "negative")]
    assert import_.message.startswith("1 of 2 rows were refused, and this feed takes all")
    assert not WorkRecord.objects.exists()
    assert not Person.objects.exists()


def test_a_cell_beyond_the_header_of_a_workbook() -> None:
    content = as_xlsx(
        [
            {"employee_id": "E1", "queue": "v", "date": "2026-11-02", "units": 5, "": None},
            {"employee_id": "E2", "queue": "v", "date": "2026-11-02", "units": 5, "": "beyond"},
        ]
    )
    import_ = send(make_feed(), content, "rows.xlsx")
    assert errors(import_) == [(3, "", "wrong_number_of_cells")]
    assert counts(import_)[1] == 1


def test_a_column_that_is_neither_text_nor_numbers() -> None:
    row = {"employee_id": "E1", "queue": "v", "date": "2026-11-02", "units": 5, "tags": ["a"]}
    import_ = send(make_feed(), as_parquet([row, {**row, "units": -5}]), "rows.parquet")
    assert counts(import_) == (ImportState.APPLIED, 1, 0, 0, 1)
    assert b"tags" not in import_.refused_rows.read()
    import_ = send(make_feed("other"), as_parquet([{**row, "units": [5]}]), "rows.parquet")
    assert import_.message.startswith("Column 'units' holds list<")
    assert import_.errors.get().code == "unreadable_column"


def test_rows_of_json_that_are_none() -> None:
    lines = '{"employee_id": "E1", "queue": "v", "date": "2026-11-02", "units": 5}\nnonsense\n7\n'
    lines += '{"employee_id": "E1", "queue": ["v"], "date": "2026-11-02", "units": 5}\n'
    import_ = send(make_feed(), lines, "rows.ndjson")
    assert errors(import_) == [(3, "", "not_json"), (4, "", "not_json"), (5, "queue", "nested")]
    assert counts(import_) == (ImportState.APPLIED, 1, 0, 0, 3)


def test_problems_beyond_those_kept_are_counted() -> None:
    import_ = send(make_feed(), WORK + GOOD + "E1,v,2026-11-02,-1,1\n" * 10_050)
    assert counts(import_) == (ImportState.APPLIED, 1, 0, 0, 10_050)
    assert import_.errors.count() == 10_000
    assert "more_problems" in {warning["code"] for warning in import_.warnings}
