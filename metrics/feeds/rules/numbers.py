"""Columns of numbers: read, combined, and held against what they can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metrics.feeds.rules.chunks import as_mask, as_text, trimmed
from metrics.feeds.rules.mapping import Source
from metrics.feeds.rules.refusals import Refusal, because
from metrics.records.kinds import Column, ColumnType
from opsportal.lib.money import MICROS

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

# A count or an amount has no exponent: a spreadsheet that wrote one has lost digits.
PLAIN = r"^[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})$"
SCIENTIFIC = r"^[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][+-]?[0-9]{1,3})?$"
ENDLESS = r"(?i)^[+-]?(nan|inf|infinity)$"
DECIMALS = r"^[+-]?(?P<whole>[0-9]*)\.?(?P<kept>[0-9]{0,6})(?P<rest>[0-9]*)$"
# How far arithmetic over whole numbers may miss a whole one by the rounding of floats.
ROUNDING = 1e-6


@dataclass
class Numbers:
    """A column of whole numbers or floats: `values` count only where `known`.

    What is `blank` is unknown and no mistake.
    """

    values: np.ndarray
    known: np.ndarray
    blank: np.ndarray
    source: pa.Array | None = None

    def text(self, position: int) -> str:
        """Write a value as it stood in the file; a calculated one as it came out."""
        if self.source is not None:
            return str(as_text(self.source.slice(position, 1))[0].as_py() or "")
        return f"{self.values[position]:.15g}"


def read_numbers(column: pa.Array, type_: ColumnType) -> tuple[Numbers, list[Refusal]]:
    """Read text or numbers; blank is unknown, anything but a finite number is refused."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    refusals = []
    if pa.types.is_integer(column.type):
        values = pc.fill_null(column, 0).to_numpy()
        known = as_mask(pc.is_valid(column))
        return Numbers(values, known, ~known, column), []
    if pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        values = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
        filled = as_mask(pc.is_valid(column))
        endless = filled & ~np.isfinite(values)
        known = filled & ~endless
    else:
        text = trimmed(column)
        pattern = SCIENTIFIC if type_ is ColumnType.NUMBER else PLAIN
        plain = pc.match_substring_regex(text, pattern)
        digits = pc.utf8_ltrim(pc.if_else(plain, text, None), "+")
        values = pc.cast(digits, pa.float64()).to_numpy(zero_copy_only=False)
        filled, known = as_mask(pc.not_equal(text, "")), as_mask(plain)
        beyond = known & ~np.isfinite(values)
        endless = as_mask(pc.match_substring_regex(text, ENDLESS)) | beyond
        known &= ~beyond
        refusals.append(
            because("not_a_number", "'{value}' is not a number.", filled & ~known & ~endless)
        )
    message = "'{value}' is no amount: a measure is a number or blank."
    refusals.append(because("not_finite", message, endless))
    return Numbers(values, known, ~filled, column), refusals


def calculate(source: Source, operands: Mapping[str, Numbers], count: int) -> Numbers:
    """Work out arithmetic over columns of `count` rows; known where all its operands are."""
    import numpy as np

    with np.errstate(all="ignore"):
        result = source.expression.evaluate(
            {name: operand.values.astype(np.float64) for name, operand in operands.items()}
        )
        values = np.broadcast_to(np.asarray(result, dtype=np.float64), (count,))
        whole = np.rint(values)
        values = np.where(np.abs(values - whole) <= ROUNDING, whole, values)
    known, blank = np.ones(count, dtype=bool), np.zeros(count, dtype=bool)
    for operand in operands.values():
        known &= operand.known
        blank |= operand.blank
    return Numbers(values, known, blank)


def find_impossible(column: Column, numbers: Numbers) -> list[Refusal]:
    """Refuse known numbers that a column cannot have; each row once, for the first reason."""
    import numpy as np

    least, most = column.limits
    values, left = numbers.values, numbers.known
    is_whole = np.issubdtype(values.dtype, np.integer)
    if is_whole and len(values) and values.min() >= least and values.max() <= most:
        return []
    checks = [
        ("not_finite", "It comes out as a division by zero.", ~np.isfinite(values)),
        ("not_positive", "'{value}' is not above zero.", column.positive & (values <= 0)),
        (
            "negative" if least == 0 else "too_small",
            "'{value}' is below zero." if least == 0 else f"'{{value}}' is less than {least:,}.",
            values < least,
        ),
        ("too_large", f"'{{value}}' is more than {most:,}.", values > most),
    ]
    if column.type is ColumnType.MEASURE and not is_whole:
        with np.errstate(invalid="ignore"):
            odd = values != np.rint(values)
        checks.append(("not_whole", "'{value}' is not a whole number.", odd))
    refusals = []
    for code, message, wrong in checks:
        rows = left & wrong
        if rows.any():
            refusals.append(because(code, message, rows))
            left = left & ~rows
    return refusals


def as_values(column: Column, numbers: Numbers, known: np.ndarray) -> pa.Array:
    """Return numbers as facts hold them, null where not `known`."""
    import numpy as np
    import pyarrow as pa

    if column.type is ColumnType.NUMBER:
        return pa.array(numbers.values.astype(np.float64), mask=~known)
    if column.type is ColumnType.MONEY:
        return pa.array(_in_micros(numbers, known), mask=~known)
    source = numbers.source
    if source is not None and source.type == pa.int32() and (known | numbers.blank).all():
        return source
    return pa.array(np.where(known, numbers.values, 0).astype(np.int32), mask=~known)


def no_values(column: Column, count: int) -> pa.Array:
    """Return what facts hold where a file lacks a column."""
    import pyarrow as pa

    types = {ColumnType.NUMBER: pa.float64(), ColumnType.MONEY: pa.int64()}
    return pa.nulls(count, types.get(column.type, pa.int32()))


def _in_micros(numbers: Numbers, known: np.ndarray) -> np.ndarray:
    """Turn amounts into whole millionths, a half up; digit by digit where they are written."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    source = numbers.source
    if np.issubdtype(numbers.values.dtype, np.integer):
        micros: np.ndarray = np.where(known, numbers.values, 0).astype(np.int64) * MICROS
        return micros
    if source is None or pa.types.is_floating(source.type):
        micros = np.rint(np.where(known, numbers.values, 0) * MICROS).astype(np.int64)
        return micros
    source = pc.if_else(pa.array(known), source, None)
    if pa.types.is_decimal(source.type):
        # Written with more decimals, small ones would come with an exponent.
        source = pc.round(source, 6, round_mode="half_towards_infinity")
        source = source.cast(pa.decimal128(38, 6))
    parts = pc.extract_regex(trimmed(source), DECIMALS)
    whole, kept, rest = parts.flatten()
    digits = pc.binary_join_element_wise(whole, pc.utf8_rpad(kept, 6, "0"), "")
    half_up = as_mask(pc.match_substring_regex(rest, "^[5-9]"))
    micros = np.asarray(pc.cast(digits, pa.int64())) + half_up
    return micros
