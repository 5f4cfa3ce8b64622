import csv
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryFile

from django.core.files import File

from metrics.feeds.models import Import
from metrics.feeds.readers import open_rows
from metrics.feeds.rules.chunks import as_text
from metrics.feeds.rules.problems import Problem
from opsportal.lib.csv_safety import neutralise


def keep_refused_rows(import_: Import, problems: Sequence[Problem]) -> None:
    """Keep a CSV of the refused rows as they were sent, with two columns more: column, reason.

    For whoever corrects them: those rows alone can be sent again. Reads the file a second time.
    A row whose cells cannot be told apart has only its reason. Changes the import, unsaved.
    """
    import numpy as np

    by_row: dict[int, list[Problem]] = {}
    for problem in problems:
        by_row.setdefault(problem.row, []).append(problem)
    rows = open_rows(Path(import_.file.path), name=import_.file_name)
    header = [name for name in rows.readable if name]
    with TemporaryFile() as file:
        text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
        writer = csv.writer(text)
        writer.writerow([neutralise(name) for name in [*header, "column", "reason"]])
        for chunk in rows.read(header):
            here = np.flatnonzero(np.isin(chunk.rows, list(by_row)))
            taken = {name: as_text(chunk.columns[name].take(here)).to_pylist() for name in header}
            for place, row in enumerate(chunk.rows[here].tolist()):
                cells = [taken[name][place] for name in header]
                writer.writerow([neutralise(cell) for cell in [*cells, *_why(by_row[row])]])
            for problem in chunk.unreadable:
                writer.writerow([*[""] * len(header), *_why([problem])])
        text.flush()
        file.seek(0)
        import_.refused_rows.save(f"refused-{import_.pk}.csv", File(file), save=False)
        text.detach()


def _why(problems: Sequence[Problem]) -> list[object]:
    columns = ", ".join(problem.column for problem in problems if problem.column)
    return [neutralise(columns), " ".join(problem.message for problem in problems)]
