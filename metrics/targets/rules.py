from decimal import Decimal
from enum import StrEnum


class Attainment(StrEnum):
    """How a value stands to its target."""

    MET = "met"
    MISSED = "missed"
    TOO_CLOSE = "too_close_to_call"
    TOO_FEW = "too_few"
    NO_DATA = "no_data"
    NO_TARGET = "no_target"

    @property
    def status(self) -> str:
        """Name it as the table of status words does (opsportal.lib.statuses)."""
        return _STATUSES[self]


_STATUSES = {
    Attainment.MET: "met",
    Attainment.MISSED: "missed",
    Attainment.TOO_CLOSE: "close",
    Attainment.TOO_FEW: "few",
    Attainment.NO_DATA: "nodata",
    Attainment.NO_TARGET: "notarget",
}


def classify_attainment(
    value: float | None,
    low: float | None,
    high: float | None,
    *,
    n: float,
    minimum_n: int,
    target_low: Decimal | None,
    target_high: Decimal | None,
) -> Attainment:
    """Judge a value by its interval, which must lie wholly on one side of the target.

    `target_low` alone: at least; `target_high` alone: at most; both: a band. The ends belong to
    the target. A value without an interval has too few days to be judged.
    """
    if value is None:
        return Attainment.NO_DATA
    if target_low is None and target_high is None:
        return Attainment.NO_TARGET
    if n < minimum_n or low is None or high is None:
        return Attainment.TOO_FEW
    if (target_low is not None and high < target_low) or (
        target_high is not None and low > target_high
    ):
        return Attainment.MISSED
    if (target_low is None or low >= target_low) and (target_high is None or high <= target_high):
        return Attainment.MET
    return Attainment.TOO_CLOSE
