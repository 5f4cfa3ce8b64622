import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from opsportal.lib.tables.table import Table, TableError, build_table

DELIMITERS = (",", ";", "\t", "|")
CHUNK_BYTES = 1 << 20
MAX_HEADER_CHARACTERS = 1 << 16


@dataclass(frozen=True)
class CsvDialect:
    """How a CSV file is written; `skip` lines stand before its table, such as 'sep=;'."""

    encoding: str
    delimiter: str
    skip: int


def read_csv(path: Path, *, name: str) -> Table:
    """Read CSV in UTF-8 (with or without its mark) or marked UTF-16, with any usual delimiter.

    Raises TableError.
    """
    dialect = inspect_csv(path, name=name)
    return build_table(read_records(path, dialect), name=name)


def inspect_csv(path: Path, *, name: str) -> CsvDialect:
    """Find out how a CSV file is written.

    The whole text is looked through, so that a file in another encoding is refused whole. Raises
    TableError.
    """
    encoding = _find_encoding(path)
    _check_text(path, encoding, name=name)
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline(MAX_HEADER_CHARACTERS)
    declared = re.fullmatch(r"sep=(.)\s*", first)
    delimiter = declared[1] if declared else _sniff(first)
    return CsvDialect(encoding, delimiter, skip=1 if declared else 0)


def _find_encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(2)
    return "utf-16" if start in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} else "utf-8-sig"


def _check_text(path: Path, encoding: str, *, name: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    row = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK_BYTES)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                row += error.object[: error.start].count(b"\n")
                raise TableError(
                    "not_utf8", _explain_encoding(error, row, name=name), row=row
                ) from None
            if "\0" in text:
                raise TableError("not_text", f"'{name}' is not text, so it is no CSV file.")
            if not chunk:
                return
            row += text.count("\n")


def _explain_encoding(error: UnicodeDecodeError, row: int, *, name: str) -> str:
    around = error.object[max(0, error.start - 12) : error.start + 8]
    guess = re.split(r"[,;\t|\"\r\n]", around.decode("cp1252", errors="replace")[:12])[-1]
    after = re.split(
        r"[,;\t|\"\r\n]", error.object[error.start : error.start + 8].decode("cp1252", "replace")
    )[0]
    word = (guess + after).strip() if error.start >= 12 else after.strip()
    return (
        f"Row {row} of '{name}' is not UTF-8; perhaps it is Latin-1 and means '{word}'. "
        "Save the file as 'CSV UTF-8' and send it again, so that no name is spoiled."
    )


def _sniff(header: str) -> str:
    """Choose the delimiter that the header has most of, outside quotation marks."""
    bare = re.sub(r'"[^"]*"', "", header)
    return max(DELIMITERS, key=bare.count)


def read_records(path: Path, dialect: CsvDialect) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of each record, which may span lines, and its cells; raises TableError."""
    with path.open(encoding=dialect.encoding, newline="") as file:
        for _ in range(dialect.skip):
            file.readline()
        reader = csv.reader(file, delimiter=dialect.delimiter, strict=True)
        number = dialect.skip
        while True:
            number += 1
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error:
                raise TableError(
                    "broken_quotes",
                    f"Row {number} has a quotation mark that is not closed, or text after one "
                    "that is. A quotation mark inside a cell is written twice.",
                    row=number,
                ) from None
            yield number, record
