"""How far somebody is: shares of the way, attainment by intervals, weights. No database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import IntEnum

WHOLE = Decimal(100)
# After so long without a word, somebody asks.
SILENT_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Aim:
    """What a figure is to do: go from `baseline` to `target`, or stay from `low` to `high`.

    Of a band one end may be open; ends belong to it.
    """

    baseline: Decimal | None = None
    target: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def is_band(self) -> bool:
        return self.target is None

    @property
    def ends(self) -> tuple[Decimal | None, Decimal | None]:
        """Return between which values the aim is met; above what is to rise it is open."""
        if self.target is None:
            return self.low, self.high
        if self.baseline is not None and self.target < self.baseline:
            return None, self.target
        return self.target, None


class Attention(IntEnum):
    """What about somebody's goals needs attention, the most pressing first."""

    OFF_TRACK = 1
    OVERDUE = 2
    PROPOSED = 3
    SILENT = 4
    NO_GOALS = 5
    AT_RISK = 6
    NONE = 7


def share_of_way(aim: Aim, value: float | None) -> float | None:
    """Tell how much of the way from baseline to target a value has come: 1 is the target.

    Less is better where the target is below the baseline: the same division says so. What goes
    beyond the target is over 1, what goes back is below 0. Of a band: 1 within it, 0 outside.
    None without a value.
    """
    if value is None:
        return None
    if aim.is_band:
        low, high = aim.ends
        inside = (low is None or value >= low) and (high is None or value <= high)
        return 1.0 if inside else 0.0
    assert aim.baseline is not None
    assert aim.target is not None
    return (value - float(aim.baseline)) / float(aim.target - aim.baseline)


def share_of_milestones(done: int, whole: int) -> float | None:
    """Tell the share of milestones that are done; None where there are none."""
    return done / whole if whole else None


def judge_reading(
    aim: Aim,
    value: float | None,
    low: float | None,
    high: float | None,
    *,
    n: float | None,
    minimum_n: int,
) -> str:
    """Judge a value by its interval, which must lie wholly on one side; a key of the statuses.

    'met', 'missed', 'close' (the interval straddles an end), 'few' (under the least n, or no
    interval) or 'nodata'.
    """
    if value is None:
        return "nodata"
    if (n or 0) < minimum_n or low is None or high is None:
        return "few"
    least, most = aim.ends
    if (least is not None and high < least) or (most is not None and low > most):
        return "missed"
    if (least is None or low >= least) and (most is None or high <= most):
        return "met"
    return "close"


def weigh_progress(parts: Iterable[tuple[Decimal | None, float | None]]) -> float | None:
    """Return the mean of shares by their weights: (weight, share) of each goal.

    A goal without progress is missing, never zero. Where nobody gave weights, all count the same;
    where some have one, those without do not count. None where nothing counts.
    """
    parts = list(parts)
    if all(weight is None for weight, _ in parts):
        parts = [(Decimal(1), share) for _, share in parts]
    weighed = [(float(weight), share) for weight, share in parts if weight and share is not None]
    whole = sum(weight for weight, _ in weighed)
    if not whole:
        return None
    return sum(weight / whole * share for weight, share in weighed)


def sum_weights(weights: Iterable[Decimal | None]) -> Decimal | None:
    """Add up the weights that were given; None where there are none."""
    given = [weight for weight in weights if weight is not None]
    return sum(given, Decimal(0)) if given else None


def is_silent(today: date, first_day: date, checked_in_on: date | None) -> bool:
    """Tell whether nobody has said for long how a goal stands that is known since `first_day`."""
    return max(first_day, checked_in_on or first_day) < today - SILENT_AFTER
