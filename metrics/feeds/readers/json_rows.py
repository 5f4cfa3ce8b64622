import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from metrics.feeds.readers.rows import Rows, gather
from metrics.feeds.rules.chunks import Chunk
from metrics.feeds.rules.problems import Problem
from opsportal.lib.tables import TableError

LIST_BYTES_AT_MOST = 32 << 20
LINE_BYTES_AT_MOST = 1 << 20
FIRST_ROW = 2  # as a spreadsheet would show it, under a header

Cells = dict[str, str | None]


def open_ndjson(path: Path, *, name: str) -> Rows:
    """Open one JSON object per line; raises TableError.

    The file is gone through twice, since any line may bring a column that no other has.
    """
    header: dict[str, None] = {}
    for _, cells in _read_lines(path, name=name):
        if not isinstance(cells, Problem):
            header |= dict.fromkeys(cells)

    def read(columns: Collection[str]) -> Iterator[Chunk]:
        return gather(_read_lines(path, name=name), columns)

    return Rows(list(header), read)


def open_json_list(path: Path, *, name: str) -> Rows:
    """Open a JSON list of objects, small enough to be held at once; raises TableError."""
    if path.stat().st_size > LIST_BYTES_AT_MOST:
        raise TableError(
            "too_large",
            f"A JSON list may have {LIST_BYTES_AT_MOST >> 20} MB. Send more as NDJSON, one object "
            "per line.",
        )
    try:
        listed = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise TableError("not_json", f"'{name}' is not JSON.") from None
    if not isinstance(listed, list):
        raise TableError("not_a_list", f"'{name}' is JSON, but no list of rows.")
    rows = [(row, _read_object(row, item)) for row, item in enumerate(listed, FIRST_ROW)]
    header: dict[str, None] = {}
    for _, cells in rows:
        if not isinstance(cells, Problem):
            header |= dict.fromkeys(cells)
    return Rows(list(header), lambda columns: gather(iter(rows), columns))


def _read_lines(path: Path, *, name: str) -> Iterator[tuple[int, Cells | Problem]]:
    with path.open("rb") as file:
        row = FIRST_ROW - 1
        while line := file.readline(LINE_BYTES_AT_MOST):
            row += 1
            if len(line) == LINE_BYTES_AT_MOST and not line.endswith(b"\n"):
                raise TableError("too_large", f"Line {row - 1:,} of '{name}' has over 1 MB.")
            if not line.strip():
                continue
            try:
                item = json.loads(line.decode("utf-8-sig"))
            except UnicodeDecodeError:
                raise TableError(
                    "not_utf8", f"Line {row - 1:,} of '{name}' is not UTF-8."
                ) from None
            except (ValueError, RecursionError):
                yield row, Problem(row, "", "not_json", "The line is not a JSON object.")
                continue
            yield row, _read_object(row, item)


def _read_object(row: int, item: Any) -> Cells | Problem:
    if not isinstance(item, dict):
        return Problem(row, "", "not_json", "The row is not a JSON object.")
    cells: Cells = {}
    for name, value in item.items():
        if isinstance(value, dict | list):
            return Problem(row, name, "nested", f"'{name}' holds a list or an object, not a value.")
        cells[name.strip()] = None if value is None else _as_text(value)
    return cells


def _as_text(value: str | float | bool) -> str:
    if isinstance(value, str):
        # A lone surrogate is no text that could be stored.
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return json.dumps(value)
