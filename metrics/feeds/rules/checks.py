"""Chunks of a file become typed rows, column by column; what cannot be is refused.

Nothing here loops over rows, but over the refused ones as far as they are kept, and over the
different values of a column that names something.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from metrics.feeds.rules.chunks import Chunk, Tally, as_text
from metrics.feeds.rules.mapping import KEY, Plan, Source
from metrics.feeds.rules.measures import Numbers, Refusal, read_numbers, settle_measure
from metrics.feeds.rules.problems import Problem, shorten
from metrics.records.kinds import Column, ColumnType

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

KEY_LENGTH = 400
# Days since 1 January 1970 of 1 January 2000: older than any operation that is measured here.
IMPLAUSIBLY_OLD = 10_957

# What one value of a column stands for: an id or a day's number, or a code and a sentence.
Meaning = int | tuple[str, str]
Interpret = Callable[[Column, Sequence[str]], list[Meaning]]


def check_chunk(plan: Plan, chunk: Chunk, interpret: Interpret, tally: Tally) -> pa.Table:
    """Return the rows that pass: row, key (null: natural), then the kind's fields in order.

    Every row is counted in the tally, each refused one with a problem per column at fault.
    """
    return _ChunkCheck(plan, chunk, interpret, tally).run()


class _ChunkCheck:
    def __init__(self, plan: Plan, chunk: Chunk, interpret: Interpret, tally: Tally) -> None:
        import numpy as np

        self.plan, self.chunk, self.interpret, self.tally = plan, chunk, interpret, tally
        self.size = len(chunk.rows)
        self.refused = np.zeros(self.size, dtype=bool)
        self.found: list[Problem] = list(chunk.unreadable)
        self.operands: dict[str, Numbers] = {}

    def run(self) -> pa.Table:
        import pyarrow as pa

        kind = self.plan.kind
        key = self.read_key()
        named = {column.field: self.read_names(column) for column in kind.dimensions}
        measures = {
            column.name: self.read_measure(column, source)
            for column in kind.measures
            if (source := self.plan.sources.get(column.name)) is not None
        }
        self.check_at_most(measures)
        self.check_any_known(measures)
        self.count()
        fields = {"row": pa.array(self.chunk.rows, pa.int32()), KEY: key}
        for column in kind.columns:
            if column.type is not ColumnType.MEASURE:
                fields[column.field] = named[column.field]
            elif column.name in measures:
                numbers = measures[column.name]
                fields[column.field] = pa.array(numbers.integers(), mask=~numbers.known)
            else:
                fields[column.field] = pa.nulls(self.size, pa.int32())
        return pa.table(fields).filter(pa.array(~self.refused))

    def read_key(self) -> pa.Array:
        import pyarrow as pa
        import pyarrow.compute as pc

        source = self.plan.sources.get(KEY)
        if source is None:
            return pa.nulls(self.size, pa.string())
        text = self.read_text(source)
        for code, message, wrong in (
            ("blank", "The row needs a key.", pc.equal(text, "")),
            (
                "too_long",
                f"A key has at most {KEY_LENGTH} characters.",
                pc.greater(pc.utf8_length(text), KEY_LENGTH),
            ),
            ("not_text", "A key holds no control characters.", pc.match_substring(text, "\0")),
        ):
            rows = wrong.to_numpy(zero_copy_only=False)
            self.refuse(Refusal(code, message, rows), KEY, lambda row: text[row].as_py())
        return text

    def read_names(self, column: Column) -> pa.Array:
        """Tell ids, or days, by asking once for each different value."""
        import numpy as np
        import pyarrow as pa

        source = self.plan.sources.get(column.name)
        text = pa.array([""] * self.size, pa.string()) if source is None else self.read_text(source)
        encoded = text.dictionary_encode()
        values = encoded.dictionary.to_pylist()
        which = encoded.indices.to_numpy(zero_copy_only=False)
        meanings = self.interpret(column, values)
        ids = np.array([m if isinstance(m, int) else 0 for m in meanings], dtype=np.int64)[which]
        wrong = np.array([not isinstance(m, int) for m in meanings], dtype=bool)[which]
        self.refused |= wrong
        for position in self.worth_keeping(wrong):
            code, message = meanings[which[position]]
            self.keep(position, column.name, code, message, values[which[position]])
        if column.type is not ColumnType.DAY:
            return pa.array(ids, pa.int64())
        label = self.plan.label(column.name)
        self.tally.add_note(
            "implausible",
            label,
            f"'{label}' lies before the year 2000.",
            self.chunk.rows[~wrong & (ids < IMPLAUSIBLY_OLD)],
        )
        return pa.array(ids.astype(np.int32), pa.int32()).cast(pa.date32())

    def read_measure(self, column: Column, source: Source) -> Numbers:
        operands = {name: self.read_operand(name) for name in source.expression.names}
        numbers, refusals = settle_measure(source, operands, self.size)
        for refusal in refusals:
            self.refuse(refusal, column.name, numbers.text)
        if column.plausible_up_to is not None:
            label = self.plan.label(column.name)
            self.tally.add_note(
                "implausible",
                label,
                f"'{label}' is more than {column.plausible_up_to:,} in one row.",
                self.chunk.rows[numbers.known & (numbers.values > column.plausible_up_to)],
            )
        return numbers

    def read_operand(self, name: str) -> Numbers:
        """Read a column of theirs as numbers, once however often it is used."""
        if name not in self.operands:
            numbers, refusals = read_numbers(self.chunk.columns[name])
            for refusal in refusals:
                self.refuse(refusal, name, numbers.text, named_by_file=True)
            self.operands[name] = numbers
        return self.operands[name]

    def check_at_most(self, measures: dict[str, Numbers]) -> None:
        for name, limit in self.plan.kind.at_most:
            if name not in measures or limit not in measures:
                continue
            part, whole = measures[name], measures[limit]
            rows = part.known & whole.known & (part.values > whole.values)
            message = f"'{{value}}' is more than '{self.plan.label(limit)}' of the same row."
            self.refuse(Refusal("above_limit", message, rows), name, part.text)

    def check_any_known(self, measures: dict[str, Numbers]) -> None:
        known = self.refused.copy()  # a refused row may lack its measure for that very reason
        for numbers in measures.values():
            known |= numbers.known
        message = "The row has no measure: at least one must be known."
        self.refuse(Refusal("no_measure", message, ~known), "", lambda row: "")

    def read_text(self, source: Source) -> pa.Array:
        """Return trimmed text, '' where blank."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if source.column is None:
            return pa.array([str(source.expression.evaluate({}))] * self.size, pa.string())
        return pc.utf8_trim_whitespace(pc.fill_null(as_text(self.chunk.columns[source.column]), ""))

    def refuse(
        self,
        refusal: Refusal,
        column: str,
        value_of: Callable[[int], str],
        *,
        named_by_file: bool = False,
    ) -> None:
        self.refused |= refusal.rows
        for position in self.worth_keeping(refusal.rows):
            value = value_of(position)
            message = refusal.message.format(value=shorten(value, 60))
            self.keep(position, column, refusal.code, message, value, named_by_file=named_by_file)

    def worth_keeping(self, wrong: np.ndarray) -> list[int]:
        """Return the positions of refused rows, as many as could still be kept."""
        return [int(position) for position in wrong.nonzero()[0][: self.tally.room]]

    def keep(
        self,
        position: int,
        column: str,
        code: str,
        message: str,
        value: str,
        *,
        named_by_file: bool = False,
    ) -> None:
        label = column if named_by_file else self.plan.label(column)
        row = int(self.chunk.rows[position])
        self.found.append(Problem(row, label, code, message, shorten(value)))

    def count(self) -> None:
        unreadable = len(self.chunk.unreadable)
        self.tally.rows += self.size + unreadable
        self.tally.rejected += int(self.refused.sum()) + unreadable
        self.found.sort(key=lambda problem: problem.row)
        self.tally.problems += self.found[: self.tally.room]
