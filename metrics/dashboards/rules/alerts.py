"""What of the figures one leads needs someone, and what changed beyond noise since a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from metrics.dashboards.rules.figures import (
    Aim,
    Measure,
    Reading,
    fit_unit,
    write_target,
    write_value,
)
from metrics.dashboards.rules.questions import Span
from metrics.dashboards.rules.trends import Shift, Trend, build_trend, name_start
from opsportal.lib.periods import Period

# How a state of a trend is told as something that happened; see Shift.state.
_HAPPENED = {"below": "fell", "above": "rose", "outside": "left", "off": "left"}


@dataclass(frozen=True, slots=True)
class Turn:
    """A signal that began, or one that ended, between a day and now; `since` is its first day."""

    since: date
    began: bool
    trend: Trend


def needs_someone(status: str, trend: Trend) -> bool:
    """Tell whether a figure misses its target and a signal says that this is new and no chance.

    What has missed for long is known; what moves to the better side needs nobody.
    """
    return status == "missed" and trend.shift is not None and _is_worse(trend)


def find_turn(trend: Trend, span: Span, chosen: Period, since: date) -> Turn | None:
    """Compare what a trend says now with what it said of the days before `since`.

    Both by the limits of now, so that only data can make news. A signal that began before and
    still stands is none.
    """
    then = build_trend(
        trend.measure,
        trend.grain,
        [point.period for point in trend.points],
        [point.reading for point in trend.points],
        data_end=min(since, span.whole.end),
        chosen=chosen,
    )
    now, before = trend.shift, then.shift
    if now is not None and (before is None or before.state != now.state):
        return Turn(trend.points[now.since].period.start, began=True, trend=trend)
    if now is None and before is not None:
        last_signal = max(trend.signals, default=before.since)
        inside = [
            point.period.start
            for point in trend.points[last_signal + 1 :]
            if point.reading.value is not None and not point.is_open
        ]
        return Turn(inside[0], began=False, trend=trend) if inside else None
    return None


def title_turn(turn: Turn) -> str:
    """Say what happened, as in 'On-time delivery fell below its usual range'."""
    name, shift = turn.trend.measure.name, turn.trend.shift
    if not turn.began or shift is None:
        return f"{name} is back inside its usual range"
    side, _, rest = shift.state.partition(" ")
    verb = _HAPPENED.get(side)
    if verb is None:
        return f"{name} is {shift.state}"
    return f"{name} {verb} {rest}" if verb == "left" else f"{name} {verb} {side} {rest}"


def describe_turn(turn: Turn, beside: Sequence[tuple[str, Shift]] = ()) -> str:
    """Say since when, and how far it has come; `beside` are figures to read it with that moved."""
    trend = turn.trend
    last = trend.last
    assert last is not None, "a signal has points"
    now = trend.points[-1].period.start
    day = name_start(Period(turn.since, trend.points[-1].period.end), trend.grain, now)
    value = write_value(trend.measure, last.reading.value)
    words = f"Since {day}; {value} in the latest {trend.grain}."
    if beside:
        others = " and ".join(f"{name}, {shift.words}" for name, shift in beside)
        words += f" Read it beside {others}."
    return words


def say_miss(measure: Measure, unit: str, now: Reading, aim: Aim | None) -> str:
    """Say in one sentence what is missed where: 'Accuracy in Video ES is 83.2 %, target ≥ 94.0'."""
    target = (
        write_target(fit_unit(measure, now.value), aim)
        .replace("≥ ", "≥\u00a0")
        .replace("≤ ", "≤\u00a0")
    )
    return f"{measure.name} in {unit} is {write_value(measure, now.value)}, {target}"


def say_since(measure: Measure, shift: Shift, before: Reading | None) -> str:
    """Say since when a figure is unusual, and what it was: 'Below its usual range since 3 Nov'."""
    words = f"{shift.words[0].upper()}{shift.words[1:]}"
    if before is None or before.value is None:
        return words
    return f"{words}; {write_value(measure, before.value)} before"


def _is_worse(trend: Trend) -> bool:
    last, limits = trend.last, trend.limits
    if last is None or limits is None or last.reading.value is None:
        return False
    if trend.measure.direction == "band":
        return True
    is_below = last.reading.value < limits.mean
    return is_below == (trend.measure.direction == "higher")
