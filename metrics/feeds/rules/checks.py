"""Chunks of a file become typed rows, column by column; what cannot be is refused.

Nothing here loops over rows, but over the refused ones as far as they are kept, and over the
different values of a column that names something.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from metrics.feeds.rules.cells import (
    Cells,
    Lexicon,
    Surroundings,
    read_key,
    read_text,
    read_words,
)
from metrics.feeds.rules.chunks import Chunk, Tally, as_mask, as_text
from metrics.feeds.rules.days import IMPLAUSIBLY_OLD
from metrics.feeds.rules.instants import find_operating_days, read_instants
from metrics.feeds.rules.mapping import KEY, Plan
from metrics.feeds.rules.numbers import (
    Numbers,
    as_values,
    calculate,
    find_impossible,
    no_values,
    read_numbers,
)
from metrics.feeds.rules.problems import Problem, shorten
from metrics.feeds.rules.refusals import Refusal, because
from metrics.feeds.rules.row_checks import check_rows, say_presence
from metrics.feeds.rules.words import needed
from metrics.records.kinds import AMOUNTS, Column, ColumnType

if TYPE_CHECKING:
    import pyarrow as pa


class FileCheck:
    """The check of one file, chunk by chunk, in order; what it finds goes into the tally."""

    def __init__(self, plan: Plan, around: Surroundings, tally: Tally) -> None:
        self.plan, self.around, self.tally = plan, around, tally
        self.lexicons: dict[str, Lexicon] = {}

    def check(self, chunk: Chunk) -> pa.Table:
        """Return the rows that pass: row, key (null: natural), then the kind's fields in order.

        Every row is counted in the tally, each refused one with a problem per column at fault.
        """
        return _ChunkCheck(self, chunk).run()

    def lexicon(self, column: Column) -> Lexicon:
        """Return what the words of a column stand for, as far as they came up."""
        if column.name not in self.lexicons:
            self.lexicons[column.name] = Lexicon(column, self.around)
        return self.lexicons[column.name]


class _ChunkCheck:
    def __init__(self, file: FileCheck, chunk: Chunk) -> None:
        import numpy as np

        self.file, self.chunk = file, chunk
        self.plan, self.around, self.tally = file.plan, file.around, file.tally
        self.size = len(chunk.rows)
        self.refused = np.zeros(self.size, dtype=bool)
        self.found: list[Problem] = list(chunk.unreadable)
        self.operands: dict[tuple[str, ColumnType], Numbers] = {}

    def run(self) -> pa.Table:
        import pyarrow as pa

        kind = self.plan.kind
        key = self.read_key()
        cells = {column.name: self.read(column) for column in kind.columns}
        values = {name: cell.values for name, cell in cells.items()}
        for name, refusal in check_rows(kind, values, self.refused, self.plan.label):
            self.refuse(refusal, name, cells[name].text if name else _no_text)
        if kind.presence:
            values[kind.presence.choice] = say_presence(kind, values)
        days = self.tell_operating_days(values)
        self.count()
        fields = {"row": pa.array(self.chunk.rows, pa.int32()), KEY: key}
        fields |= {column.field: values[column.name] for column in kind.columns}
        table = pa.table(fields | days)
        return table.filter(pa.array(~self.refused)) if self.refused.any() else table

    def read_key(self) -> pa.Array:
        import pyarrow as pa

        if KEY not in self.plan.sources:
            return pa.nulls(self.size, pa.string())
        cells = read_key(self.find(KEY))
        self.refuse_all(cells, KEY)
        return cells.values

    def read(self, column: Column) -> Cells:
        """Read one of our columns from the file."""
        if column.type in AMOUNTS:
            cells = self.read_amounts(column)
        elif column.type is ColumnType.INSTANT:
            cells = self.read_instants(column)
        elif column.type is ColumnType.TEXT:
            cells = read_text(self.plan.kind, column, self.find(column.name))
        else:
            cells = read_words(self.find(column.name), self.file.lexicon(column))
        self.refuse_all(cells, column.name)
        if column.type in {ColumnType.DAY, ColumnType.MONTH, ColumnType.INSTANT}:
            self.note_old(column, cells)
        return cells

    def read_amounts(self, column: Column) -> Cells:
        source = self.plan.sources.get(column.name)
        if source is None:
            return Cells(no_values(column, self.size), _no_text)
        if source.column is None:
            names = source.expression.names
            operands = {name: self.read_operand(name, column.type) for name in names}
            numbers = calculate(source, operands, self.size)
        else:
            numbers = self.read_operand(source.column, column.type)
        refusals = find_impossible(column, numbers)
        known = numbers.known
        for refusal in refusals:
            known = known & ~refusal.rows
        if column.plausible_up_to is not None:
            label = self.plan.label(column.name)
            self.tally.add_note(
                "implausible",
                label,
                f"'{label}' is more than {column.plausible_up_to:,} in one row.",
                self.chunk.rows[known & (numbers.values > column.plausible_up_to)],
            )
        if column.required:
            refusals.append(because(*needed(column), numbers.blank))
        return Cells(as_values(column, numbers, known), numbers.text, refusals)

    def read_operand(self, name: str, type_: ColumnType) -> Numbers:
        """Read a column of theirs as numbers, once however often it is used."""
        if (name, type_) not in self.operands:
            numbers, refusals = read_numbers(self.chunk.columns[name], type_)
            for refusal in refusals:
                self.refuse(refusal, name, numbers.text, named_by_file=True)
            self.operands[name, type_] = numbers
        return self.operands[name, type_]

    def read_instants(self, column: Column) -> Cells:
        found = self.find(column.name)
        until = None if column.may_lie_ahead else self.around.now
        values, blank, refusals = read_instants(found, until=until)
        if column.required:
            refusals.append(because(*needed(column), blank))
        return Cells(values, _cell_of(found), refusals)

    def note_old(self, column: Column, cells: Cells) -> None:
        """Warn of days that lie before any operation."""
        import pyarrow as pa
        import pyarrow.compute as pc

        days = pc.cast(pc.cast(cells.values, pa.date32(), safe=False), pa.int32())
        label = self.plan.label(column.name)
        self.tally.add_note(
            "implausible",
            label,
            f"'{label}' lies before the year 2000.",
            self.chunk.rows[as_mask(pc.less(days, IMPLAUSIBLY_OLD))],
        )

    def tell_operating_days(self, values: dict[str, pa.Array]) -> dict[str, pa.Array]:
        """Tell on which days instants lie where the row's unit is, by field."""
        import pyarrow as pa
        import pyarrow.compute as pc

        kind = self.plan.kind
        unit = next((c.name for c in kind.columns if c.type is ColumnType.UNIT), None)
        units = values[unit] if unit else pa.nulls(self.size, pa.int64())
        return {
            field: find_operating_days(
                values[instant], pc.fill_null(units, 0).to_numpy(), self.around.zones_of
            )
            for field, instant in kind.operating_days.items()
        }

    def find(self, name: str) -> pa.Array:
        """Return the file's column for one of ours; blanks where it has none."""
        import pyarrow as pa

        source = self.plan.sources.get(name)
        if source is None:
            return pa.repeat("", self.size)
        if source.column is None:
            return pa.repeat(str(source.expression.evaluate({})), self.size)
        return self.chunk.columns[source.column]

    def refuse_all(self, cells: Cells, name: str) -> None:
        for refusal in cells.refusals:
            self.refuse(refusal, name, cells.text)

    def refuse(
        self,
        refusal: Refusal,
        column: str,
        text: Callable[[int], str],
        *,
        named_by_file: bool = False,
    ) -> None:
        """Refuse rows, and keep why for as many of them as could still be kept."""
        if not refusal.rows.any():
            return
        self.refused |= refusal.rows
        label = column if named_by_file else self.plan.label(column)
        for position in refusal.rows.nonzero()[0][: self.tally.room].tolist():
            value = text(position)
            code, message = refusal.why(position)
            row = int(self.chunk.rows[position])
            message = message.replace("{value}", shorten(value, 60))
            self.found.append(Problem(row, label, code, message, shorten(value)))

    def count(self) -> None:
        unreadable = len(self.chunk.unreadable)
        self.tally.rows += self.size + unreadable
        self.tally.rejected += int(self.refused.sum()) + unreadable
        self.found.sort(key=lambda problem: problem.row)
        self.tally.problems += self.found[: self.tally.room]


def _cell_of(found: pa.Array) -> Callable[[int], str]:
    return lambda position: str(as_text(found.slice(position, 1))[0].as_py() or "")


def _no_text(position: int) -> str:
    return ""
