"""What table is in this file?

A CSV or XLSX file, as anyone's spreadsheet or export may have written it, comes in; its columns
and rows leave as text, or one sentence that says why the file is no table. Pure: no models, and
what a cell means is the caller's business.

    table = read_table(path, name="roster.csv")     # raises TableError(code, message)
    table = table.rename(match_columns(table.columns, required=[...], optional=[...]))
    for number, cells in table.rows: ...            # may raise TableError, see Table.rows
"""

from opsportal.lib.tables.columns import ColumnProblem, ColumnsError, match_columns, spell
from opsportal.lib.tables.csv_files import CsvDialect, inspect_csv, read_records
from opsportal.lib.tables.reader import is_workbook, read_table
from opsportal.lib.tables.table import BEYOND, Table, TableError

__all__ = [
    "BEYOND",
    "ColumnProblem",
    "ColumnsError",
    "CsvDialect",
    "Table",
    "TableError",
    "inspect_csv",
    "is_workbook",
    "match_columns",
    "read_records",
    "read_table",
    "spell",
]
