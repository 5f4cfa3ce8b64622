from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

# The places that a target is kept with.
PLACES = Decimal("0.0001")


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


class Allowance(NamedTuple):
    """What a newcomer is held to: a share (0 to 1) of full expectation, in a week since the start.

    The first week is 1.
    """

    share: Decimal
    week: int


def allow_for(shares: Sequence[Decimal], first_day: date, day: date) -> Allowance | None:
    """Find the share of the week that a day lies in; None once the whole is expected.

    A day before the first one is in the first week: work done before is not more to be expected.
    """
    week = max((day - first_day).days // 7, 0) + 1
    return Allowance(shares[week - 1], week) if week <= len(shares) else None


def ease_target(
    low: Decimal | None, high: Decimal | None, share: Decimal, *, lower_is_better: bool
) -> tuple[Decimal | None, Decimal | None]:
    """Ease a target to a share of it, on the side on which a newcomer falls short.

    Of what is to be high, and of a band, the lower end is multiplied by the share; of what is to
    be low, the upper end is divided by it. The other end stays. A share of 0 expects nothing.
    """
    if share == 0:
        return None, None
    if lower_is_better:
        return low, None if high is None else (high / share).quantize(PLACES)
    return None if low is None else (low * share).quantize(PLACES), high
