"""Why rows of a chunk are refused, before it is known which of them are kept as problems."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

# A stable code, and a sentence in which `{value}` is the row's own value.
Why = tuple[str, str]


class Refusal(NamedTuple):
    """Rows of a chunk that one column refuses, as a mask, and why by position."""

    rows: np.ndarray
    why: Callable[[int], Why]


def because(code: str, message: str, rows: np.ndarray) -> Refusal:
    """Refuse rows all for one reason."""
    return Refusal(rows, lambda position: (code, message))
