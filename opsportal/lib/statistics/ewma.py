"""The exponentially weighted moving average: small lasting shifts, sooner than XmR sees them."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from opsportal.lib.statistics.control_charts import Limits


def smooth(values: Sequence[float | None], *, start: float, weight: float) -> list[float | None]:
    """Average each value, by `weight`, with all before it; what is missing changes nothing."""
    _check_weight(weight)
    smoothed: list[float | None] = []
    level = start
    for value in values:
        if value is not None:
            level = weight * value + (1 - weight) * level
        smoothed.append(None if value is None else level)
    return smoothed


def ewma_limits(
    mean: float, sigma: float, *, weight: float, step: int | None = None, width: float = 3.0
) -> Limits:
    """Calculate the limits of the average at its `step`-th value, or where they settle.

    mean ± width · sigma · sqrt(weight ÷ (2 − weight)), narrower at first, when the average is of
    few values. S. W. Roberts 1959, Technometrics 1; NIST e-Handbook 6.3.2.4. For sigma take the
    mean moving range ÷ 1.128. Raises ValueError for a weight outside (0, 1] or a negative sigma.
    """
    _check_weight(weight)
    if sigma < 0:
        raise ValueError(f"Sigma is not negative: {sigma}.")
    reached = 1.0 if step is None else 1 - (1 - weight) ** (2 * step)
    reach = width * sigma * sqrt(weight / (2 - weight) * reached)
    return Limits(mean, mean - reach, mean + reach)


def _check_weight(weight: float) -> None:
    if not 0 < weight <= 1:
        raise ValueError(f"A weight lies above 0 and up to 1, not at {weight}.")
