import csv
import io
import zipfile
from contextlib import suppress
from datetime import date, datetime, time
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsportal.lib.tables import BEYOND, TableError, read_table

EXPECTED = [
    (2, {"name": "André", "unit": "A/B"}),
    (3, {"name": "Zoë; or, the other", "unit": ""}),
]
TEXT = 'name,unit\nAndré,A/B\n"Zoë; or, the other",\n'


AT_NOON = datetime.fromisoformat("2026-03-01T12:00")


def write(folder: Path, content: bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.replace("\n", "\r\n").encode("utf-8-sig"),
        TEXT.replace("\n", "\r").encode(),
        TEXT.encode("utf-16"),
        TEXT.rstrip("\n").encode(),
        'name;unit\nAndré;A/B\n"Zoë; or, the other";\n'.encode(),
        "name\tunit\nAndré\tA/B\nZoë; or, the other\t\n".encode(),
        " name | unit ||\n André|A/B\n Zoë; or, the other\n|\n\n".encode(),
    ],
)
def test_csv_as_anyone_writes_it(tmp_path: Path, content: bytes) -> None:
    table = read_table(write(tmp_path, content), name="people.csv")
    assert table.columns == ["name", "unit"]
    assert list(table.rows) == EXPECTED


def test_excel_says_its_delimiter(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, b"sep=;\r\nname,1;b\r\nx;y\r\n"), name="people.csv")
    assert table.columns == ["name,1", "b"]
    assert list(table.rows) == [(3, {"name,1": "x", "b": "y"})]


def test_rows_keep_their_number_and_what_stands_beyond(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, b"\na,,b\n\n1,2,3\n4,,5,,6\n"), name="people.csv")
    assert table.columns == ["a", "b"]
    assert list(table.rows) == [
        (4, {"a": "1", "b": "3", BEYOND: "2"}),
        (5, {"a": "4", "b": "5", BEYOND: "6"}),
    ]


def refusal(path: Path, name: str) -> TableError:
    with pytest.raises(TableError) as error:
        list(read_table(path, name=name).rows)
    return error.value


def xlsx(rows: list[list[object]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for position, cell in enumerate(row):
                if isinstance(cell, date | time):
                    sheet.write_datetime(number, position, cell, day)
                else:
                    sheet.write(number, position, cell)
    return target.getvalue()


BOOK = xlsx([["name", "unit"], ["André", "A/B"], ["Zoë; or, the other", ""]])


def archive(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return target.getvalue()


def with_sheet(sheet: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(BOOK)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    return archive(parts | {"xl/worksheets/sheet1.xml": sheet})


def test_workbook(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, BOOK), name="People.XLSX")
    assert table.columns == ["name", "unit"]
    assert list(table.rows) == EXPECTED


def test_cells_of_a_workbook_leave_as_text(tmp_path: Path) -> None:
    content = xlsx(
        [
            [],
            ["a", "b", "c", "d", "e", "f"],
            [7.0, 0.1, date(2026, 3, 1), AT_NOON, True, "=1+1"],
        ]
    )
    (row,) = read_table(write(tmp_path, content), name="x.xlsx").rows
    assert row[0] == 3
    assert list(row[1].values())[:5] == ["7", "0.1", "2026-03-01", "2026-03-01T12:00:00", "true"]


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "x.csv", "empty_file"),
        (b"\xef\xbb\xbf", "x.csv", "empty_file"),
        (b"\n\n ,\n", "x.csv", "empty_file"),
        (b"", "x.xlsx", "empty_file"),
        (xlsx([]), "x.xlsx", "empty_file"),
        (BOOK, "x.csv", "not_what_its_name_says"),
        (BOOK, "x", "not_what_its_name_says"),
        (TEXT.encode(), "x.xlsx", "not_what_its_name_says"),
        (archive({"readme.txt": b"x"}), "x.xlsx", "not_a_table"),
        (BOOK[:200], "x.xlsx", "unreadable"),
        (b"PK\x03\x04" + b"x" * 90, "x.xlsx", "unreadable"),
        (with_sheet(b"<worksheet><sheetData><row>"), "x.xlsx", "unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "x.xlsx", "not_a_table"),
        (b"%PDF-1.7", "x.csv", "not_a_table"),
        (b"\x1f\x8b\x08", "x.csv", "not_a_table"),
        (b'{"a": 1}', "x.csv", "not_a_table"),
        (b"<html>", "x.csv", "not_a_table"),
        (b"a,b\n\x00\x01", "x.csv", "not_text"),
        (b"a,b,a\n1,2,3\n", "x.csv", "repeated_column"),
        (b",".join(b"c%d" % n for n in range(1001)), "x.csv", "too_many_columns"),
        (b'a,b\n1,2\n"3,4\n5,6\n', "x.csv", "broken_quotes"),
        (b'a,b\n"1"x,2\n', "x.csv", "broken_quotes"),
        (b'a\n"' + b"x" * 200_000 + b'"\n', "x.csv", "broken_quotes"),
    ],
)
def test_what_is_no_table(tmp_path: Path, content: bytes, name: str, code: str) -> None:
    error = refusal(write(tmp_path, content), name)
    assert error.code == code
    assert error.message.endswith(".")


def test_latin_1_is_refused_whole_and_says_where(tmp_path: Path) -> None:
    path = write(tmp_path, b"name,unit\nOk,A\n" + "Benoît Lévêque,B\n".encode("latin-1"))
    with pytest.raises(TableError, match=r"Row 3 .* Latin-1 and means 'Benoît") as error:
        read_table(path, name="x.csv")
    assert (error.value.code, error.value.row) == ("not_utf8", 3)


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"<workbook/>")
        with packed.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(500):
                sheet.write(b" " * (1 << 20))
    assert path.stat().st_size < 1 << 20
    assert refusal(path, "bomb.xlsx").code == "too_large"


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    content = bytearray(with_sheet(b" " * (8 << 20)))
    true_size = (8 << 20).to_bytes(4, "little")
    assert content.count(true_size) >= 1
    path = write(tmp_path, bytes(content.replace(true_size, (900).to_bytes(4, "little"))))
    assert refusal(path, "bomb.xlsx").code == "unreadable"


def test_cells_far_apart_do_not_fill_memory(tmp_path: Path) -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    assert refusal(write(tmp_path, with_sheet(sheet)), "far.xlsx").code == "too_large"


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.sampled_from(["x.csv", "x.xlsx"]))
def test_any_bytes_are_a_table_or_refused(tmp_path: Path, content: bytes, name: str) -> None:
    with suppress(TableError):
        list(read_table(write(tmp_path, content), name=name).rows)


words = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters='"'), min_size=1, max_size=8
).filter(lambda word: not word.startswith(("<", "{", "[")))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(words, min_size=2, max_size=4, unique=True),
    st.lists(st.lists(words, min_size=2, max_size=4), max_size=5),
    st.sampled_from(",;\t|"),
)
def test_what_was_written_is_read(
    tmp_path: Path, header: list[str], rows: list[list[str]], delimiter: str
) -> None:
    rows = [(row * 2)[: len(header)] for row in rows]
    path = tmp_path / "file.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writerow(header)
        writer.writerows(rows)
    table = read_table(path, name="file.csv")
    assert table.columns == header
    assert [list(cells.values()) for _, cells in table.rows] == rows
