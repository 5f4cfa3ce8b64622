"""Files sent to feeds in tests."""

import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile

from metrics.feeds.models import Feed, Import
from metrics.feeds.services import create_feed, process_import, receive_import

WORK = "employee_id,queue,date,units,handle_seconds\n"


def make_feed(slug: str = "work", kind: str = "work_records", **options: Any) -> Feed:
    options.setdefault("mapping", {})
    options.setdefault("create_missing", True)
    return create_feed(slug=slug, kind=kind, by=None, **options)


def send(feed: Feed, content: bytes | str, name: str = "rows.csv", **options: Any) -> Import:
    """Send a file and process it at once."""
    content = content.encode() if isinstance(content, str) else content
    import_, _ = receive_import(
        feed=feed, file=ContentFile(content), name=name, via="cli", by=None, **options
    )
    process_import(import_.pk)
    import_.refresh_from_db()
    assert import_.rows == (
        import_.inserted + import_.updated + import_.unchanged + import_.rejected
    )
    return import_


def counts(import_: Import) -> tuple[str, int, int, int, int]:
    return (
        import_.state,
        import_.inserted,
        import_.updated,
        import_.unchanged,
        import_.rejected,
    )


def errors(import_: Import) -> list[tuple[int, str, str]]:
    return [(error.row, error.column, error.code) for error in import_.errors.all()]


Row = Mapping[str, object]


def as_csv(rows: Sequence[Row]) -> bytes:
    header = list(rows[0])
    lines = [",".join(header)]
    lines += [",".join("" if row[c] is None else str(row[c]) for c in header) for row in rows]
    return "\n".join(lines).encode()


def as_xlsx(rows: Sequence[Row]) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, list(rows[0]))
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row.values()):
                if isinstance(value, datetime):
                    # A cell's date has no offset, so that an instant is written as text.
                    sheet.write(number, column, value.isoformat())
                elif value is not None:
                    sheet.write(number, column, value, *([day] if type(value) is date else []))
    return buffer.getvalue()


def as_parquet(rows: Sequence[Row]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    buffer = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist([dict(row) for row in rows]), buffer)
    return buffer.getvalue()


def as_ndjson(rows: Sequence[Row]) -> bytes:
    return "\n".join(json.dumps(row, default=str) for row in rows).encode()


def as_json(rows: Sequence[Row]) -> bytes:
    return json.dumps(rows, default=str).encode()
