from pathlib import Path, PurePath

from opsportal.lib.tables.csv_files import read_csv
from opsportal.lib.tables.table import Table, TableError
from opsportal.lib.tables.xlsx_files import read_xlsx

# First bytes of what is often sent instead of a table, and what to do about it.
OTHERS = {
    b"\xd0\xcf\x11\xe0": (
        "an old Excel file, or one with a password. Save it as .xlsx without a password"
    ),
    b"%PDF": "a PDF. Send the table that it was made from",
    b"\x1f\x8b": "compressed. Unpack it first",
    b"PAR1": "Parquet, which is not read here. Save it as CSV or .xlsx",
    b"{": "JSON, which is not read here. Save it as CSV or .xlsx",
    b"[": "JSON, which is not read here. Save it as CSV or .xlsx",
    b"<": "a web page or XML. Save it as CSV or .xlsx",
}
ZIP = b"PK\x03\x04"
SHEETS = {".xlsx", ".xlsm"}


def read_table(path: str | Path, *, name: str) -> Table:
    """Read the columns of a CSV or XLSX file, and its rows as they are asked for.

    Of a workbook the first visible sheet counts. Raises TableError.
    """
    path = Path(path)
    read = read_xlsx if is_workbook(path, name=name) else read_csv
    return read(path, name=name)


def is_workbook(path: Path, *, name: str) -> bool:
    """Tell a workbook from CSV; raise TableError for what is neither.

    `name` is what people call the file: its ending must fit what is in it, since a file that is
    not what its name says is a mistake somewhere.
    """
    ending = PurePath(name).suffix.lower()
    with path.open("rb") as file:
        start = file.read(64)
    if start.startswith(ZIP):
        if ending not in SHEETS:
            raise TableError(
                "not_what_its_name_says",
                f"'{name}' is a spreadsheet or an archive inside. "
                "Name it .xlsx if it is a workbook, or save it as CSV.",
            )
        return True
    for beginning, what in OTHERS.items():
        if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(beginning):
            raise TableError("not_a_table", f"'{name}' is {what}.")
    if ending in SHEETS and start:
        raise TableError(
            "not_what_its_name_says",
            f"'{name}' is no workbook inside. If it is CSV, name it .csv.",
        )
    return False
