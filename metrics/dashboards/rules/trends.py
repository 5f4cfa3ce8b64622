"""A KPI over time: which points are signals, between which limits, and what is the case now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from metrics.dashboards.rules.figures import (
    Aim,
    Measure,
    Reading,
    fit_series,
    in_unit,
    write_interval,
    write_value,
)
from opsportal.lib.periods import MONTHS, Grain, Period
from opsportal.lib.statistics.control_charts import (
    Limits,
    Rule,
    Signal,
    cut_at,
    find_signals_within,
    outside_since,
    xmr,
)
from opsportal.lib.statistics.intervals import Exact
from opsportal.lib.statistics.proportions_chart import p_prime_chart
from teams.measures.rules import Mark

# Limits from fewer points say more about chance than about the process.
FEWEST_FOR_LIMITS = 8


class Point(NamedTuple):
    """One period of a trend; an open one is not judged: its data may still change."""

    period: Period
    reading: Reading
    is_open: bool
    signal: Signal


@dataclass(frozen=True, slots=True)
class Stretch:
    """Points [start, end) under one definition, each with its limits; none where too few."""

    start: int
    end: int
    version: int
    limits: tuple[Limits, ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """The signal that still stands: where it began, and in words what it is.

    `state` leaves out since when, as in 'below its usual range'.
    """

    since: int
    words: str
    state: str


@dataclass(frozen=True, slots=True)
class Trend:
    """A series with its stretches, and why it has no limits where it has none.

    `usual_until` is the day before which the limits that hold now were made; None: of all points.
    `declared` are the changes that rooms declare about it.
    """

    measure: Measure
    grain: Grain
    points: tuple[Point, ...]
    stretches: tuple[Stretch, ...]
    aims: tuple[Aim | None, ...]
    shift: Shift | None
    no_limits: str
    usual_until: date | None = None
    declared: tuple[Mark, ...] = ()

    @property
    def values(self) -> list[float | None]:
        return [point.reading.value for point in self.points]

    @property
    def signals(self) -> list[int]:
        return [index for index, point in enumerate(self.points) if point.signal]

    @property
    def limits(self) -> Limits | None:
        """The limits that hold now."""
        return (
            self.stretches[-1].limits[-1] if self.stretches and self.stretches[-1].limits else None
        )

    @property
    def last(self) -> Point | None:
        """The last point with a value, a closed one where there is any."""
        known = [point for point in self.points if point.reading.value is not None]
        closed = [point for point in known if not point.is_open]
        return next(reversed(closed or known), None)

    @property
    def has_data(self) -> bool:
        return self.last is not None


def build_trend(
    measure: Measure,
    grain: Grain,
    periods: Sequence[Period],
    readings: Sequence[Reading],
    *,
    data_end: date,
    aims: Sequence[Aim | None] = (),
    chosen: Period | None = None,
    declared: Sequence[Mark] = (),
) -> Trend:
    """Judge a series by limits that restart with each definition, and where a change says so.

    What is usual is told by the points before the chosen period, where they are enough: a period
    that set its own limits would excuse itself, and accuse what went before.

    A point is open while its days are still to be recomputed or its period is not over; a week
    that the data do not fill is no match for whole ones, so it neither makes limits nor breaks
    them.
    """
    is_open = [
        reading.provisional or period.end > data_end
        for period, reading in zip(periods, readings, strict=True)
    ]
    closed = [
        None if still_open else reading.value
        for reading, still_open in zip(readings, is_open, strict=True)
    ]
    no_limits = _explain_no_limits(grain, closed)
    breaks = [
        index
        for index in range(1, len(readings))
        if readings[index].version != readings[index - 1].version
        or any(
            mark.restarts_limits
            and mark.concerns(measure.slug)
            and periods[index - 1].start < mark.on <= periods[index].start
            for mark in declared
        )
    ]
    usual = _keep_before(chosen, periods, closed)
    stretches = []
    for start, end in cut_at(len(readings), breaks):
        basis = next((v for v in (usual[start:end], closed[start:end]) if _is_enough(v)), None)
        limits = (
            ()
            if basis is None or no_limits
            else _limit_points(measure, readings[start:end], closed[start:end], basis)
        )
        stretches.append(Stretch(start, end, readings[start].version, limits))
    signals = [
        signal
        for stretch in stretches
        for signal in find_signals_within(
            closed[stretch.start : stretch.end],
            stretch.limits or [None] * (stretch.end - stretch.start),
        )
    ]
    return Trend(
        measure=fit_series(measure, readings),
        grain=grain,
        points=tuple(
            Point(*parts) for parts in zip(periods, readings, is_open, signals, strict=True)
        ),
        stretches=tuple(stretches),
        aims=tuple(aims) or (None,) * len(periods),
        shift=_find_shift(grain, periods, closed, signals, stretches),
        no_limits=no_limits,
        usual_until=chosen.start
        if chosen is not None and stretches and _is_enough(usual[stretches[-1].start :])
        else None,
        declared=tuple(mark for mark in declared if mark.concerns(measure.slug)),
    )


def _limit_points(
    measure: Measure,
    readings: Sequence[Reading],
    closed: Sequence[float | None],
    basis: Sequence[float | None],
) -> tuple[Limits, ...]:
    """Calculate each point's limits from the points of `basis`.

    A share of many varies by its n and by more than counting: Laney's p′, wide where n is small.
    Any other value has limits that are the same for all points (XmR).
    """
    shares = _read_shares(readings, basis) if measure.is_proportion else None
    if shares is None:
        limits = xmr(basis)
        return () if limits is None else (limits,) * len(readings)
    chart = p_prime_chart(*shares)
    if chart is None:
        return ()
    return _fill_gaps(
        [
            None
            if value is None or not reading.denominator
            else chart.limits_at(reading.denominator, scale=measure.scale)
            for reading, value in zip(readings, closed, strict=True)
        ]
    )


def _read_shares(
    readings: Sequence[Reading], basis: Sequence[float | None]
) -> tuple[list[Exact], list[Exact]] | None:
    """Take parts and wholes of the points of `basis`; None where one is no share of anything."""
    parts, wholes = [], []
    for reading, value in zip(readings, basis, strict=True):
        if value is None:
            continue
        part, whole = reading.numerator, reading.denominator
        if part is None or whole is None or not 0 <= part <= whole:
            return None
        parts.append(part)
        wholes.append(whole)
    return parts, wholes


def _fill_gaps(limits: Sequence[Limits | None]) -> tuple[Limits, ...]:
    """Let a period that is open or has no data keep the limits of the one before, or after."""
    beside = next(found for found in limits if found is not None)
    filled = []
    for found in limits:
        beside = found or beside
        filled.append(beside)
    return tuple(filled)


def _keep_before(
    chosen: Period | None, periods: Sequence[Period], values: Sequence[float | None]
) -> list[float | None]:
    return [
        None if chosen is not None and period.end > chosen.start else value
        for period, value in zip(periods, values, strict=True)
    ]


def _varies(values: Sequence[float | None]) -> bool:
    """Tell whether a series moves in at least half of its steps.

    Headcount steps now and then and stays; around it, moving ranges of nothing would draw limits
    that every step breaks.
    """
    known = [value for value in values if value is not None]
    return 2 * sum(before == after for before, after in pairwise(known)) <= len(known) - 1


def _is_enough(values: Sequence[float | None]) -> bool:
    return sum(value is not None for value in values) >= FEWEST_FOR_LIMITS


def _explain_no_limits(grain: Grain, closed: Sequence[float | None]) -> str:
    if grain is Grain.DAY:
        return "No usual range by day: weekdays differ. By week it has one."
    if grain is Grain.QUARTER:
        return "No usual range by quarter: too few points. By month it has one."
    known = sum(value is not None for value in closed)
    if known < FEWEST_FOR_LIMITS:
        return f"A usual range takes {FEWEST_FOR_LIMITS} whole {grain}s; there are {known}."
    if not _varies(closed):
        return "No usual range: it mostly stays as it is."
    return ""


def _find_shift(
    grain: Grain,
    periods: Sequence[Period],
    values: Sequence[float | None],
    signals: Sequence[Signal],
    stretches: Sequence[Stretch],
) -> Shift | None:
    if not stretches or not stretches[-1].limits:
        return None
    limits = stretches[-1].limits[-1]
    since = outside_since(_keep_latest_side(signals, values, limits.mean))
    if since is None:
        return None
    run = [
        (value, signal)
        for value, signal in zip(values[since:], signals[since:], strict=True)
        if value is not None and signal
    ]
    state = _describe_run(run, limits)
    start = name_start(periods[since], grain, periods[-1].start)
    return Shift(since, f"{state} since {start}", state)


def _keep_latest_side(
    signals: Sequence[Signal], values: Sequence[float | None], mean: float
) -> list[Signal]:
    """Leave out signals on the other side of the mean than the latest value, a steady climb aside.

    A fall lowers the mean, so that all that went before stands above it in a row; the shift that
    lasts began with the fall, not with that row.
    """
    latest = next((value for value in reversed(values) if value is not None), mean)
    return [
        signal
        if value is None
        or signal is None
        or (value < mean) == (latest < mean)
        or Rule.SIX_IN_A_ROW in signal
        else frozenset()
        for signal, value in zip(signals, values, strict=True)
    ]


def _describe_run(run: Sequence[tuple[float, frozenset[Rule]]], limits: Limits) -> str:
    """Say no more than the rules do: eight points under the mean need not leave the range."""
    fired = frozenset().union(*(rules for _, rules in run))
    below = all(value < limits.mean for value, _ in run)
    above = all(value > limits.mean for value, _ in run)
    if Rule.BEYOND_LIMITS in fired or Rule.TWO_OF_THREE in fired:
        return f"{'below' if below else 'above' if above else 'outside'} its usual range"
    if Rule.EIGHT_ON_ONE_SIDE in fired:
        return f"{'below' if below else 'above' if above else 'off'} its usual level"
    first, last = run[0][0], run[-1][0]
    return "rising" if last > first else "falling"


def name_start(period: Period, grain: Grain, now: date) -> str:
    """Name when a period began, as in '3 Nov', 'Nov 2018' or 'Q4 2018'; the year where it helps."""
    month = MONTHS[period.start.month - 1]
    if grain is Grain.QUARTER:
        return f"Q{(period.start.month + 2) // 3} {period.start.year}"
    if grain is Grain.MONTH:
        return f"{month} {period.start.year}"
    words = f"{period.start.day} {month}"
    return words if period.start.year == now.year else f"{words} {period.start.year}"


def _name_day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def name_period(period: Period, grain: Grain, now: date) -> str:
    """Name a period in a sentence, as in 'the week of 3 Nov'."""
    start = name_start(period, grain, now)
    return f"the week of {start}" if grain is Grain.WEEK else start


def title_trend(trend: Trend) -> str:
    """Say what is the case: the last value, which period it is of, and whether it is unusual."""
    last = trend.last
    if last is None:
        return f"{trend.measure.name}: no data in this period"
    now = trend.points[-1].period.start
    when = name_period(last.period, trend.grain, now)
    lead = "on" if trend.grain is Grain.DAY else "in"
    title = f"{trend.measure.name} {write_value(trend.measure, last.reading.value)} {lead} {when}"
    if trend.shift is not None:
        return f"{title}, {trend.shift.words}"
    return f"{title}, within its usual range" if trend.limits is not None else title


def describe_trend(trend: Trend, axis_start: float | None) -> str:
    """Say what is drawn, in what unit, and where the axis starts."""
    measure = trend.measure
    unit = f", {measure.unit}," if measure.unit else ""
    parts = [f"{measure.name}{unit} by {trend.grain}."]
    if trend.limits is not None:
        until = f" before {_name_day(trend.usual_until)}" if trend.usual_until else ""
        by_n = ", wider where n is smaller" if trend.measure.is_proportion else ""
        parts.append(
            f"The band is the usual range{until}: mean ± 3 sigma from moving ranges{by_n}."
        )
    if trend.no_limits:
        parts.append(trend.no_limits)
    if axis_start and trend.has_data:
        parts.append(f"The axis starts at {in_unit(measure, axis_start):g}.".replace("-", "−"))
    return " ".join(parts)


def describe_point(trend: Trend, point: Point) -> str:
    """Say a point in one line, for those who point at it and for the table."""
    now = trend.points[-1].period.start
    name = name_start(point.period, trend.grain, now)
    words = f"{name}: {write_value(trend.measure, point.reading.value)}"
    interval = write_interval(trend.measure, point.reading.low, point.reading.high)
    if interval:
        words += f" ({interval})"
    if point.reading.n is not None:
        words += f", n {float(point.reading.n):,.0f}"
    if not point.is_open:
        return words
    why = f": {point.reading.why_provisional[0]}" if point.reading.why_provisional else ""
    return f"{words}, provisional{why}"
