"""Columns of numbers: read, combined, and held against what a measure can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from metrics.feeds.rules.chunks import as_text
from metrics.feeds.rules.mapping import Source
from metrics.records.kinds.kind import MEASURE_LIMIT

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

# No exponent: a spreadsheet that wrote one has lost digits.
NUMBER = r"^[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})$"
ENDLESS = r"(?i)^[+-]?(nan|inf|infinity)$"
# How far arithmetic over whole numbers may miss a whole one by the rounding of floats.
ROUNDING = 1e-6


class Refusal(NamedTuple):
    """Rows refused for one reason; `{value}` in the sentence is the row's own value."""

    code: str
    message: str
    rows: np.ndarray


@dataclass
class Numbers:
    """A column as floats: `values` count only where `known`."""

    values: np.ndarray
    known: np.ndarray
    source: pa.Array | None = None

    def text(self, position: int) -> str:
        """Write a value as it stood in the file; a calculated one as it came out."""
        if self.source is not None:
            return str(as_text(self.source.slice(position, 1))[0].as_py() or "")
        return f"{self.values[position]:.15g}"

    def integers(self) -> np.ndarray:
        """Return whole values, 0 where unknown."""
        import numpy as np

        return np.where(self.known, self.values, 0).astype(np.int32)


def read_numbers(column: pa.Array) -> tuple[Numbers, list[Refusal]]:
    """Read text or numbers; blank is unknown, anything but a finite number is refused."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(column.type):
        text = pc.utf8_trim_whitespace(pc.fill_null(column, ""))
        filled = _as_mask(pc.not_equal(text, ""))
        plain = pc.match_substring_regex(text, NUMBER)
        endless = filled & _as_mask(pc.match_substring_regex(text, ENDLESS))
        digits = pc.utf8_ltrim(pc.if_else(plain, text, None), "+")
        values = pc.cast(digits, pa.float64()).to_numpy(zero_copy_only=False)
        known = _as_mask(plain)
        refusals = [
            Refusal("not_a_number", "'{value}' is not a number.", filled & ~known & ~endless)
        ]
    else:
        values = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
        filled = _as_mask(pc.is_valid(column))
        endless = filled & ~np.isfinite(values)
        known = filled & ~endless
        refusals = []
    refusals.append(
        Refusal("not_finite", "'{value}' is no amount: a measure is a number or blank.", endless)
    )
    return Numbers(values, known, column), [refusal for refusal in refusals if refusal.rows.any()]


def settle_measure(
    source: Source, operands: dict[str, Numbers], count: int
) -> tuple[Numbers, list[Refusal]]:
    """Work out a measure of `count` rows; what is no whole number from 0 to the limit is refused.

    The result is known where all its operands are and nothing refuses it.
    """
    import numpy as np

    if source.column is not None:
        numbers = operands[source.column]
    else:
        with np.errstate(all="ignore"):
            result = source.expression.evaluate(
                {name: operand.values for name, operand in operands.items()}
            )
        values = np.broadcast_to(np.asarray(result, dtype=np.float64), (count,))
        whole = np.rint(values)
        with np.errstate(invalid="ignore"):
            values = np.where(np.abs(values - whole) <= ROUNDING, whole, values)
        known = np.ones(count, dtype=bool)
        for operand in operands.values():
            known &= operand.known
        numbers = Numbers(values, known)
    refusals = []
    left = numbers.known
    with np.errstate(invalid="ignore"):
        for code, message, wrong in (
            ("not_finite", "It comes out as a division by zero.", ~np.isfinite(numbers.values)),
            ("negative", "'{value}' is below zero.", numbers.values < 0),
            (
                "too_large",
                f"'{{value}}' is more than {MEASURE_LIMIT:,}.",
                numbers.values > MEASURE_LIMIT,
            ),
            (
                "not_whole",
                "'{value}' is not a whole number.",
                numbers.values != np.rint(numbers.values),
            ),
        ):
            rows = left & wrong
            if rows.any():
                refusals.append(Refusal(code, message, rows))
                left = left & ~rows
    return Numbers(numbers.values, left, numbers.source), refusals


def _as_mask(column: pa.Array) -> np.ndarray:
    mask: np.ndarray = column.to_numpy(zero_copy_only=False)
    return mask
