"""Whether parts do such different work that comparing them by one figure misleads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from metrics.dashboards.rules.figures import Measure, fit_unit, with_unit, write_number
from opsportal.lib.statistics.intervals import Exact

# From so large a part of the whole's value on, the mix of queues is worth a word.
MATTERS = Fraction(1, 10)


@dataclass(frozen=True, slots=True)
class QueueWork:
    """What one part did in one queue."""

    part: str
    queue: str
    numerator: Exact
    denominator: Exact


@dataclass(frozen=True, slots=True)
class Mix:
    """From where to where the mix of queues alone would put the parts, and which these are."""

    lowest: str
    low: float
    highest: str
    high: float


class _Sums:
    """Numerators and denominators, added up under some key."""

    def __init__(self) -> None:
        self.y: dict[str, Fraction] = {}
        self.x: dict[str, Fraction] = {}

    def add(self, key: str, one: QueueWork) -> None:
        self.y[key] = self.y.get(key, Fraction(0)) + Fraction(one.numerator)
        self.x[key] = self.x.get(key, Fraction(0)) + Fraction(one.denominator)


def find_mix(measure: Measure, work: Sequence[QueueWork]) -> Mix | None:
    """Find how far apart the parts would lie, did each do every queue as all together do it.

    Direct standardisation: a part's expected value is the mean of the queues' values over all
    parts, weighted by its own denominators. None where the mix moves no part far enough from
    another, or there is nothing to compare.
    """
    of_queues, of_parts = _Sums(), _Sums()
    for one in work:
        of_queues.add(one.queue, one)
        of_parts.add(one.part, one)
    whole = sum(of_queues.x.values(), Fraction(0))
    if not whole:
        return None
    expected_y: dict[str, Fraction] = {}
    for one in work:
        if x := of_queues.x[one.queue]:
            share = Fraction(one.denominator) * of_queues.y[one.queue] / x
            expected_y[one.part] = expected_y.get(one.part, Fraction(0)) + share
    expected = {part: y / of_parts.x[part] for part, y in expected_y.items() if of_parts.x[part]}
    if len(expected) < 2:
        return None
    low, high = (pick(expected, key=lambda part: (expected[part], part)) for pick in (min, max))
    overall = sum(of_queues.y.values(), Fraction(0)) / whole
    if expected[high] - expected[low] < MATTERS * abs(overall) or expected[high] == expected[low]:
        return None
    scale = measure.scale
    return Mix(low, float(expected[low] * scale), high, float(expected[high] * scale))


def say_mix(measure: Measure, mix: Mix, names: Mapping[str, str], many: str) -> str:
    """Say that the parts do different work, and what that alone would make of them."""
    fitted = fit_unit(measure, mix.high)
    low = write_number(fitted, mix.low)
    high = with_unit(fitted, write_number(fitted, mix.high))
    return (
        f"These {many} work in different queues. Were all alike in each of them, "
        f"{measure.name.lower()} would still run from {low} ({names[mix.lowest]}) to {high} "
        f"({names[mix.highest]})."
    )
