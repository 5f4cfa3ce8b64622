"""Numbers as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor, isfinite

Number = int | float | Decimal | Fraction

MINUS = "−"
THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"


def format_number(value: Number, decimals: int = 0, *, separator: str = ",") -> str:
    """Write a number with grouped thousands and a true minus sign.

    Halves round away from zero, and what rounds to zero has no sign. A float counts as the
    decimal it prints as, so 2.675 gives 2.68. Raises ValueError for NaN and infinity.
    """
    steps = _count_steps(value, decimals)
    sign = MINUS if steps < 0 else ""
    return sign + _place(abs(steps), decimals, separator)


def format_signed(value: Number, decimals: int = 0, *, separator: str = ",") -> str:
    """Write a change: as `format_number`, with a plus sign where it rounds above zero."""
    steps = _count_steps(value, decimals)
    sign = MINUS if steps < 0 else "+" if steps else ""
    return sign + _place(abs(steps), decimals, separator)


def largest_remainder_round(parts: Sequence[Number], decimals: int = 0) -> list[Decimal]:
    """Round parts so that what is printed adds up to the printed whole.

    Every part is rounded down, negative ones too, then the steps still missing to the rounded
    whole go to the largest remainders, the earlier part first on a tie. No part moves by a full
    step, and a part that needs no rounding keeps its value. Method: Hamilton 1792.
    """
    scale = _scale(decimals)
    exact = [_exact(part) * scale for part in parts]
    steps = [floor(part) for part in exact]
    missing = _round_half_away(sum(exact, Fraction(0))) - sum(steps)
    by_remainder = sorted(range(len(exact)), key=lambda i: steps[i] - exact[i])
    for i in by_remainder[:missing]:
        steps[i] += 1
    return [Decimal(step).scaleb(-decimals) for step in steps]


def _count_steps(value: Number, decimals: int) -> int:
    """Round to a whole number of steps of 10**-decimals; halves go away from zero."""
    scale = _scale(decimals)
    if isinstance(value, int):
        return value * scale
    if isinstance(value, float) and isfinite(value):
        # What nearly all figures are: decimals need no common factor looked for.
        return int(Decimal(str(value)).scaleb(decimals).to_integral_value(ROUND_HALF_UP))
    exact = value if isinstance(value, Decimal) and value.is_finite() else _exact(value)
    above, below = exact.as_integer_ratio()
    steps = (2 * abs(above) * scale + below) // (2 * below)
    return steps if above >= 0 else -steps


def _exact(value: Number) -> Fraction:
    return Fraction(str(value)) if isinstance(value, float | Decimal) else Fraction(value)


def _scale(decimals: int) -> int:
    if decimals < 0:
        raise ValueError(f"decimals must not be negative: {decimals}.")
    return int(10**decimals)


def _round_half_away(value: Fraction) -> int:
    magnitude = floor(abs(value) + Fraction(1, 2))
    return magnitude if value >= 0 else -magnitude


def _place(steps: int, decimals: int, separator: str) -> str:
    """Write a whole number of steps of 10**-decimals."""
    whole, part = divmod(steps, 10**decimals)
    text = f"{whole:,}".replace(",", separator)
    return f"{text}.{part:0{decimals}d}" if decimals else text
