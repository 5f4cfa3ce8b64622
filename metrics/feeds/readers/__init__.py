"""What rows are in this file?

A file as it was sent, in any of the formats of the contract, comes in; chunks of columns leave,
in bounded memory however long the file. What is no table is refused with a sentence (TableError).
"""

from pathlib import Path, PurePath

from metrics.feeds.readers.delimited import open_csv
from metrics.feeds.readers.json_rows import open_json_list, open_ndjson
from metrics.feeds.readers.parquet import open_parquet
from metrics.feeds.readers.rows import Rows
from metrics.feeds.readers.workbooks import open_workbook
from opsportal.lib.tables import TableError, is_workbook

PARQUET = b"PAR1"
BY_ENDING = {
    ".parquet": open_parquet,
    ".ndjson": open_ndjson,
    ".jsonl": open_ndjson,
    ".json": open_json_list,
}


def open_rows(path: Path, *, name: str) -> Rows:
    """Open a file by what its name says it is, and see that it is that; raises TableError."""
    if path.stat().st_size == 0:
        raise TableError("empty_file", f"'{name}' is empty: there is not one byte in it.")
    with path.open("rb") as file:
        is_parquet = file.read(4) == PARQUET
    ending = PurePath(name).suffix.lower()
    if is_parquet != (ending == ".parquet"):
        what = "Parquet inside; name it .parquet" if is_parquet else "no Parquet inside"
        raise TableError("not_what_its_name_says", f"'{name}' is {what}.")
    if ending in BY_ENDING:
        return BY_ENDING[ending](path, name=name)
    return (open_workbook if is_workbook(path, name=name) else open_csv)(path, name=name)


__all__ = ["Rows", "open_rows"]
