import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO

from opsportal.lib.tables.table import Table, TableError, build_table

MAX_PARTS = 2_000
MAX_UNPACKED_BYTES = 400 << 20
# The reader holds every cell between the first and the last one in memory, empty ones too.
MAX_CELLS = 10_000_000
CHUNK_BYTES = 1 << 20
POSITION = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,3})([0-9]{1,10})["']""")
LONGEST_POSITION = 40


def read_xlsx(path: Path, *, name: str) -> Table:
    """Read the first visible sheet of a workbook; nothing in it is run, formulas give results.

    Whole numbers leave without decimals, dates as ISO. Raises TableError, before unpacking,
    for a workbook that would unpack into more than it is worth.
    """
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as measured:
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack_measured(archive, measured, name=name)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
            raise _unreadable(name) from None
        measured.flush()
        rows = _load(Path(measured.name), name=name)
    return build_table(rows, name=name)


def _unpack_measured(archive: zipfile.ZipFile, target: IO[bytes], *, name: str) -> None:
    """Copy the parts that make up sheets into an archive whose sizes are true.

    A part can unpack into more than its entry says, but not through here: what is handed on has
    been counted.
    """
    parts = [
        part
        for part in archive.infolist()
        if part.filename.lower().endswith((".xml", ".rels")) and "/media/" not in part.filename
    ]
    if "xl/workbook.xml" not in {part.filename.lower() for part in parts}:
        raise TableError("not_a_table", f"'{name}' is an archive, but no workbook.")
    size = sum(part.file_size for part in parts)
    if size > MAX_UNPACKED_BYTES or len(archive.infolist()) > MAX_PARTS:
        raise TableError(
            "too_large",
            f"'{name}' would unpack into {size >> 20:,} MB; at most "
            f"{MAX_UNPACKED_BYTES >> 20:,} MB are read. Save it as CSV, or send it in parts.",
        )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as copy:
        for part in parts:
            with archive.open(part) as source, copy.open(part.filename, "w") as to:
                shutil.copyfileobj(source, to, CHUNK_BYTES)
            if part.filename.lower().startswith("xl/worksheets/"):
                with archive.open(part) as source:
                    _check_extent(source, name=name)


def _check_extent(sheet: IO[bytes], *, name: str) -> None:
    """Refuse a sheet whose cells lie so far apart that the reader's grid would fill memory."""
    last_column = last_row = 1
    rest = b""
    while chunk := sheet.read(CHUNK_BYTES):
        text = rest + chunk
        for letters, digits in POSITION.findall(text):
            last_row = max(last_row, int(digits))
            last_column = max(last_column, _column_number(letters))
        rest = text[-LONGEST_POSITION:]
    if last_row * last_column > MAX_CELLS:
        raise TableError(
            "too_large",
            f"A sheet of '{name}' reaches to row {last_row:,} and column {last_column:,}. "
            "Delete what stands far from the table, or save it as CSV.",
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _load(path: Path, *, name: str) -> Iterator[tuple[int, list[str]]]:
    # Only where a workbook is read; most of what starts never sees one.
    import python_calamine

    try:
        workbook = python_calamine.CalamineWorkbook.from_path(path)
        visible = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.visible == python_calamine.SheetVisibleEnum.Visible
            and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        if not visible:
            raise TableError("empty_file", f"'{name}' has no visible sheet.")
        sheet = workbook.get_sheet_by_name(visible[0])
        if sheet.start is None:
            raise TableError("empty_file", f"'{name}' is empty: not even a header stands in it.")
        rows = sheet.iter_rows()
    except (python_calamine.CalamineError, ValueError, OSError):
        raise _unreadable(name) from None
    return ((number, [_as_text(cell) for cell in row]) for number, row in enumerate(rows, 1))


def _as_text(cell: object) -> str:
    match cell:
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
        case datetime():
            return cell.date().isoformat() if cell.time() == time.min else cell.isoformat()
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return _as_text(cell.total_seconds())
    return str(cell)


def _unreadable(name: str) -> TableError:
    return TableError(
        "unreadable", f"'{name}' cannot be opened as a workbook: it is damaged or has a password."
    )
