"""Overdispersion: do units of a funnel plot spread by more than chance, all of them together?

Where they do, the limits of chance alone would put half of the units outside; the limits must
then allow for what differs between all units and is nobody's merit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, sqrt

from opsportal.lib.statistics.funnel import funnel_limits_exact
from opsportal.lib.statistics.intervals import Exact

# The share of units on each side whose z is drawn in, so that true outliers do not widen it.
WINSORISED = 0.1


@dataclass(frozen=True, slots=True)
class Overdispersion:
    """How much wider than chance units spread.

    `phi` is the mean square of the winsorised z, 1 by chance alone; `tau_squared` the variance
    between units that this amounts to.
    """

    phi: float
    tau_squared: float
    units: int

    @property
    def is_asked_for(self) -> bool:
        """Tell whether chance alone would hardly spread them so: φ > 1 + 2 √(2 ÷ units)."""
        return self.units > 1 and self.phi > 1 + 2 * sqrt(2 / self.units)

    def widening(self, variance: float, *, additive: bool) -> float:
        """By how much to stretch the limits of a unit whose own variance by chance is given.

        Multiplicative: all units alike, by √φ. Additive (random effects): chance and the
        variance between units together, which large units feel more.
        """
        if not self.is_asked_for or variance == 0:
            return 1.0
        return sqrt(1 + self.tau_squared / variance) if additive else sqrt(self.phi)


def measure_overdispersion(
    successes: Sequence[Exact], ns: Sequence[Exact], whole: Exact | float | None = None
) -> Overdispersion | None:
    """Measure how units' proportions spread around that of the whole.

    φ from z winsorised at 10 % and 90 %; τ² by moments from the same φ; D. J. Spiegelhalter 2005,
    Statistics in Medicine 24, sections 5.1 to 5.3 and appendix A.2. Units whose n is 0 do not
    count. None where there is no unit, or the whole is 0 or 1, which leaves nothing to spread.
    """
    units = [(y, n) for y, n in zip(successes, ns, strict=True) if n]
    if any(not 0 <= y <= n for y, n in units):
        raise ValueError("A proportion lies between 0 and 1.")
    if not units:
        return None
    if whole is None:
        whole = sum((y for y, _ in units), Fraction(0)) / sum(n for _, n in units)
    theta = float(whole)
    if not 0 < theta < 1:
        return None
    return _measure_spread(units, theta, [float(n) / (theta * (1 - theta)) for _, n in units])


def measure_overdispersion_of_counts(
    events: Sequence[Exact], exposures: Sequence[Exact], rate: Exact | float | None = None
) -> Overdispersion | None:
    """Measure how units' events per exposure spread around that of the whole.

    As `measure_overdispersion`, with the variance of a Poisson count. None where there is no
    exposure, or the whole has no event.
    """
    units = [(y, x) for y, x in zip(events, exposures, strict=True) if x]
    if any(y < 0 or x < 0 for y, x in units):
        raise ValueError("Events and exposures are not negative.")
    if not units:
        return None
    if rate is None:
        rate = sum((y for y, _ in units), Fraction(0)) / sum(x for _, x in units)
    theta = float(rate)
    if theta <= 0:
        return None
    return _measure_spread(units, theta, [float(x) / theta for _, x in units])


def _measure_spread(
    units: Sequence[tuple[Exact, Exact]], theta: float, weights: Sequence[float]
) -> Overdispersion:
    """Measure φ and τ²; a unit's weight is one over its variance by chance."""
    zs = [
        (float(Fraction(y) / n) - theta) * sqrt(weight)
        for (y, n), weight in zip(units, weights, strict=True)
    ]
    phi = sum(z * z for z in _winsorise(zs)) / len(zs)
    room = sum(weights) - sum(weight * weight for weight in weights) / sum(weights)
    beyond_chance = len(zs) * phi - (len(zs) - 1)
    tau_squared = beyond_chance / room if beyond_chance > 0 < room else 0.0
    return Overdispersion(phi, tau_squared, len(zs))


def funnel_limits(
    whole: float,
    n: int,
    tail: float,
    overdispersion: Overdispersion | None = None,
    *,
    additive: bool = False,
) -> tuple[float, float] | None:
    """Calculate exact funnel limits, widened where the spread asks for it; None where n is 0."""
    exact = funnel_limits_exact(whole, n, tail)
    if exact is None or overdispersion is None:
        return exact
    factor = overdispersion.widening(whole * (1 - whole) / n, additive=additive)
    low, high = (whole + factor * (limit - whole) for limit in exact)
    return max(0.0, low), min(1.0, high)


def _winsorise(zs: Sequence[float]) -> list[float]:
    """Draw values beyond the 10 % and 90 % quantiles in to them."""
    ordered = sorted(zs)
    low, high = _quantile(ordered, WINSORISED), _quantile(ordered, 1 - WINSORISED)
    return [min(max(z, low), high) for z in zs]


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Interpolate between neighbours (type 7 of Hyndman and Fan 1996, the default of R)."""
    place = share * (len(ordered) - 1)
    below, above = ordered[floor(place)], ordered[ceil(place)]
    return below + (place - floor(place)) * (above - below)
