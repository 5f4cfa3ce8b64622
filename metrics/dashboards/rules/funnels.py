"""Who lies farther from the whole than chance and the usual spread explain, for their size."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, repeat

from metrics.dashboards.rules.comparisons import Part
from metrics.dashboards.rules.figures import Measure, Reading, write_value
from opsportal.lib.statistics.funnel import (
    ALARM_TAIL,
    WARNING_TAIL,
    funnel_limits_exact,
    funnel_limits_of_counts,
)
from opsportal.lib.statistics.intervals import Exact
from opsportal.lib.statistics.overdispersion import (
    Overdispersion,
    measure_overdispersion,
    measure_overdispersion_of_counts,
)

# Fewer points make no funnel: the whole is hardly more than they are.
FEWEST_POINTS = 3
# How finely the limits are drawn over the sizes.
CURVE_POINTS = 40


class Reach(StrEnum):
    """How far out a point lies: between the limits, beyond 95 % or beyond 99.8 %."""

    WITHIN = "within"
    OUTSIDE = "outside"
    BEYOND = "beyond"


@dataclass(frozen=True, slots=True)
class FunnelLimits:
    """The 95 % and the 99.8 % limits at one size, in the KPI's own unit."""

    size: float
    warning: tuple[float, float]
    alarm: tuple[float, float]


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """One part: its size, its value and the limits that hold for it."""

    key: str
    name: str
    value: float
    limits: FunnelLimits
    reach: Reach

    @property
    def size(self) -> float:
        return self.limits.size


@dataclass(frozen=True, slots=True)
class Funnel:
    """Points around the whole, the farthest out first, and the limits over all their sizes.

    `phi` is by how much more than chance they spread; the limits are stretched by its root where
    `is_widened`.
    """

    measure: Measure
    whole: float
    points: tuple[FunnelPoint, ...]
    curve: tuple[FunnelLimits, ...]
    phi: float
    is_widened: bool

    @property
    def to_discuss(self) -> tuple[FunnelPoint, ...]:
        return tuple(point for point in self.points if point.reach is Reach.BEYOND)


def build_funnel(measure: Measure, parts: Sequence[Part], whole: Reading) -> Funnel | None:
    """Place parts in a funnel around the whole.

    None for a measure whose chance is not that of counting (a ratio's own days say it), with too
    few parts, or where the whole leaves nothing to spread.
    """
    chance = _find_chance(measure, parts, whole)
    if chance is None or whole.value is None:
        return None
    points = []
    for part in parts:
        size, value = part.reading.denominator, part.reading.value
        limits = chance.limits_at(float(size)) if size and value is not None else None
        if limits is not None and value is not None:
            reach = _find_reach(value, limits)
            points.append(FunnelPoint(part.key, part.name, value, limits, reach))
    if len(points) < FEWEST_POINTS:
        return None
    middle = whole.value
    sizes = [point.size for point in points]
    return Funnel(
        measure,
        middle,
        tuple(sorted(points, key=lambda point: -_how_far(point, middle))),
        tuple(
            limits
            for size in _spread_sizes(min(sizes), max(sizes))
            if (limits := chance.limits_at(size)) is not None
        ),
        chance.spread.phi,
        chance.spread.is_asked_for,
    )


def has_funnel(measure: Measure) -> bool:
    """Tell whether a measure counts: shares of many, or events per exposure."""
    return measure.model in ("proportion", "count")


@dataclass(frozen=True, slots=True)
class _Chance:
    """What chance and the spread between parts do to a part of some size."""

    measure: Measure
    share: float
    spread: Overdispersion

    def limits_at(self, size: float) -> FunnelLimits | None:
        ends = [self._reach(size, tail) for tail in (WARNING_TAIL, ALARM_TAIL)]
        warning, alarm = ends
        return None if warning is None or alarm is None else FunnelLimits(size, warning, alarm)

    def _reach(self, size: float, tail: float) -> tuple[float, float] | None:
        if self.measure.is_proportion:
            exact = funnel_limits_exact(self.share, round(size), tail)
        else:
            exact = funnel_limits_of_counts(self.share, size, tail)
        if exact is None:
            return None
        factor = self.spread.widening(1.0, additive=False)
        low, high = (self.share + factor * (limit - self.share) for limit in exact)
        highest = 1.0 if self.measure.is_proportion else high
        return max(0.0, low) * self.measure.scale, min(high, highest) * self.measure.scale


def _find_chance(measure: Measure, parts: Sequence[Part], whole: Reading) -> _Chance | None:
    if not has_funnel(measure) or not whole.denominator:
        return None
    ys: list[Exact] = []
    xs: list[Exact] = []
    for part in parts:
        y, x = part.reading.numerator, part.reading.denominator
        if y is None or not x:
            continue
        if y < 0 or x < 0 or (measure.is_proportion and y > x):
            return None
        ys.append(y)
        xs.append(x)
    share = float(whole.numerator or 0) / float(whole.denominator)
    if measure.is_proportion:
        spread = measure_overdispersion(ys, xs, share) if 0 <= share <= 1 else None
    else:
        spread = measure_overdispersion_of_counts(ys, xs, share)
    return None if spread is None else _Chance(measure, share, spread)


def _find_reach(value: float, limits: FunnelLimits) -> Reach:
    if not limits.alarm[0] <= value <= limits.alarm[1]:
        return Reach.BEYOND
    return Reach.WITHIN if limits.warning[0] <= value <= limits.warning[1] else Reach.OUTSIDE


def _how_far(point: FunnelPoint, whole: float) -> float:
    """Measure how far out a point lies in widths of its own 99.8 % limits."""
    end = point.limits.alarm[0 if point.value < whole else 1]
    return abs(point.value - whole) / (abs(end - whole) or 1e-9)


def _spread_sizes(least: float, most: float) -> list[float]:
    """Choose sizes from least to most, closer where the limits bend."""
    step = (most / least) ** (1 / (CURVE_POINTS - 1))
    sizes = accumulate(repeat(step, CURVE_POINTS - 1), lambda size, by: size * by, initial=least)
    return list(dict.fromkeys(round(size) if least >= 1 else size for size in sizes))


def title_funnel(funnel: Funnel, one: str, many: str) -> str:
    """Say who is to be discussed, or that there is nobody."""
    beyond = funnel.to_discuss
    if not beyond:
        return f"No {one} lies farther out than its size and the usual spread explain"
    if len(beyond) <= 2:
        names = " and ".join(point.name for point in beyond)
        sides = {"below" if point.value < funnel.whole else "above" for point in beyond}
        lies = "lies" if len(beyond) == 1 else "lie"
        where = sides.pop() if len(sides) == 1 else "beyond"
        return f"{names} {lies} {where} the 99.8 % limits"
    return f"{len(beyond)} of {len(funnel.points)} {many} lie beyond the 99.8 % limits"


def describe_funnel(funnel: Funnel, one: str, axis_start: float) -> str:
    """Say what is drawn, in what unit, what the limits are and where the axis starts."""
    measure = funnel.measure
    unit = f", {measure.unit}," if measure.unit else ""
    words = [
        f"{measure.name}{unit} by {one} against its number of {measure.n_label}.",
        f"Limits of 95 % and 99.8 % around the whole's {write_value(measure, funnel.whole)}",
    ]
    if funnel.is_widened:
        words[-1] += (
            f", widened by √φ, φ = {funnel.phi:.1f}: they all differ by more than chance does."
        )
    else:
        words[-1] += f": what chance alone does (φ = {funnel.phi:.1f})."
    if axis_start:
        words.append(f"The axis starts at {axis_start:g}.")
    return " ".join(words)
