"""Where the marks of the small drawings stand that the server makes: sparklines, intervals, bars.

Pure geometry. Positions across are percent of the drawing's width, so that a drawing can be as
wide as its place; heights of a sparkline are units of its viewBox.
"""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

SPARK_HEIGHT = 32.0
SPARK_MARGIN = 3.0
_ROUND_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """A shared axis: its ends in the unit of the values, and round ticks between them."""

    low: float
    high: float
    ticks: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """One row of an interval plot, in percent of the width; None where there is no such mark."""

    low: float
    high: float
    value: float | None
    target: float | None
    whole: float | None
    ticks: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """One row of bars from zero, in percent of the width: two effects that add up."""

    zero: float
    first: "Share"
    second: "Share"
    ticks: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A mark of a sparkline: percent across, viewBox units down."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A sparkline in a viewBox of 100 by SPARK_HEIGHT."""

    path: str
    band_top: float | None
    band_height: float | None
    target: float | None
    last: Point | None
    signals: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a bar: where it starts and how wide it is, in percent."""

    start: float
    width: float


def make_scale(
    values: Iterable[float | None], *, margin_share: float = 0.04, most_ticks: int = 5
) -> Scale:
    """Return a scale that holds all the values with a little room, and at most `most_ticks` ticks.

    Values that are None are passed over; without any value the scale is 0 to 1.
    """
    known = [v for v in values if v is not None and math.isfinite(v)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    room = (high - low) * margin_share or abs(high) * 0.05 or 0.5
    low, high = low - room, high + room
    step = _round_step((high - low) / most_ticks)
    # Whole multiples of the step, so that 0.1 + 0.2 never shows as 0.30000000000000004.
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    digits = max(0, 2 - math.floor(math.log10(step)))
    return Scale(low, high, tuple(round(i * step, digits) for i in range(first, last + 1)))


def _round_step(at_least: float) -> float:
    power = 10.0 ** math.floor(math.log10(at_least))
    return next(power * s for s in _ROUND_STEPS if power * s >= at_least * (1 - 1e-9))


def place_on_scale(value: float, scale: Scale) -> float:
    """Return where a value stands across, 0 to 100; what lies beyond stays at the edge."""
    share = (value - scale.low) / (scale.high - scale.low)
    return round(min(max(share, 0.0), 1.0) * 100, 2)


def draw_interval(
    scale: Scale,
    *,
    value: float | None = None,
    low: float | None = None,
    high: float | None = None,
    target: float | None = None,
    whole: float | None = None,
) -> Interval:
    """Place a dot, its interval and the lines of target and whole; without ends it is the dot."""

    def place(number: float | None) -> float | None:
        return None if number is None else place_on_scale(number, scale)

    dot = place(value)
    edge = 0.0 if dot is None else dot
    return Interval(
        low=edge if low is None else place_on_scale(low, scale),
        high=edge if high is None else place_on_scale(high, scale),
        value=dot,
        target=place(target),
        whole=place(whole),
        ticks=tuple(place_on_scale(tick, scale) for tick in scale.ticks),
    )


def draw_bars(scale: Scale, first: float, second: float) -> Bars:
    """Place two bars from zero: on the same side the second goes on from the end of the first."""
    start = first if first * second > 0 else 0.0
    return Bars(
        zero=place_on_scale(0.0, scale),
        first=_bar(scale, 0.0, first),
        second=_bar(scale, start, start + second),
        ticks=tuple(place_on_scale(tick, scale) for tick in scale.ticks),
    )


def _bar(scale: Scale, start: float, end: float) -> Share:
    left, right = sorted((place_on_scale(start, scale), place_on_scale(end, scale)))
    return Share(left, round(right - left, 2))


def draw_sparkline(
    values: Sequence[float | None],
    *,
    band: tuple[float, float] | None = None,
    target: float | None = None,
    signals: Collection[int] = (),
) -> Sparkline:
    """Place a line of values in time order, with gaps where a value is None.

    `band` is the usual range (low, high), `signals` the positions that a control rule names.
    The last value is marked only when no signal is, so that the eye has one thing to go to.
    """
    extremes = [*(v for v in values if v is not None), *(band or ())]
    if target is not None:
        extremes.append(target)
    low, high = (min(extremes), max(extremes)) if extremes else (0.0, 1.0)
    span = high - low

    def down(value: float) -> float:
        inner = SPARK_HEIGHT - 2 * SPARK_MARGIN
        share = (high - value) / span if span else 0.5
        return round(SPARK_MARGIN + share * inner, 2)

    def across(index: int) -> float:
        share = index / (len(values) - 1) if len(values) > 1 else 0.5
        return round(SPARK_MARGIN + share * (100 - 2 * SPARK_MARGIN), 2)

    points = [None if v is None else Point(across(i), down(v)) for i, v in enumerate(values)]
    marked = tuple(p for i, p in enumerate(points) if p is not None and i in signals)
    return Sparkline(
        path=_join(points),
        band_top=down(band[1]) if band else None,
        band_height=round(down(band[0]) - down(band[1]), 2) if band else None,
        target=None if target is None else down(target),
        last=None if marked else next((p for p in reversed(points) if p is not None), None),
        signals=marked,
    )


def _join(points: Sequence[Point | None]) -> str:
    """Join points to an SVG path that begins anew after each gap; a lone point is a dot."""
    pieces: list[str] = []
    drawing = False
    for i, point in enumerate(points):
        if point is None:
            drawing = False
            continue
        pieces.append(f"{'L' if drawing else 'M'}{point.x:g} {point.y:g}")
        alone = not drawing and (i + 1 == len(points) or points[i + 1] is None)
        if alone:
            pieces.append("h0")
        drawing = True
    return "".join(pieces)


def share_bar(parts: Sequence[float], *, least: float = 0.5) -> tuple[Share, ...]:
    """Divide a bar among parts of a whole; a part that is not nothing is at least `least` wide."""
    whole = sum(parts)
    if whole <= 0:
        return tuple(Share(0.0, 0.0) for _ in parts)
    widths = [max(part / whole * 100, least) if part > 0 else 0.0 for part in parts]
    too_much = sum(widths) / 100
    shares: list[Share] = []
    start = 0.0
    for width in widths:
        shares.append(Share(round(start, 2), round(width / too_much, 2)))
        start += width / too_much
    return tuple(shares)
