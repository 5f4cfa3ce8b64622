"""A headline figure: its value, its change, how it stands to its target, and its recent past."""

from dataclasses import dataclass
from typing import Any

from metrics.dashboards.rules.figures import (
    Aim,
    Measure,
    Reading,
    fit_unit,
    line_of_target,
    write_change,
    write_count,
    write_interval,
    write_n,
    write_number,
    write_target,
    write_value,
)
from metrics.dashboards.rules.trends import Trend

# What a stand-up takes in; the other KPIs stand below, by family.
HEADLINES = 6
# A sparkline of 104 pixels has room for about so many periods.
SPARK_POINTS = 60


@dataclass(frozen=True, slots=True)
class Tile:
    """One KPI in one period. `status` is a key of opsportal.lib.statuses.

    `allowance` says what a newcomer is held to; empty for everyone else, and for units.
    """

    measure: Measure
    now: Reading
    before: Reading | None
    aim: Aim | None
    status: str
    trend: Trend
    allowance: str = ""

    @property
    def shown(self) -> Measure:
        """The measure in the unit in which this value, its change and its target are written."""
        readings = [self.now, self.before, self.trend.last.reading if self.trend.last else None]
        return fit_unit(self.measure, *(one.value for one in readings if one is not None))

    @property
    def has_data(self) -> bool:
        return self.trend.has_data or self.now.n is not None


def write_tile(tile: Tile) -> dict[str, Any]:
    """Write the words of a tile as templates/components/kpi_tile.html takes them."""
    measure, now = tile.shown, tile.now
    return {
        "name": measure.name,
        "value": None if now.value is None else write_number(measure, now.value),
        "unit": measure.unit,
        "spark": _draw_spark(tile) if tile.trend.has_data else None,
        "change": write_change(measure, now.value, tile.before.value if tile.before else None),
        "before": write_value(measure, tile.before.value if tile.before else None),
        "status": tile.status,
        "target": ", ".join(filter(None, (write_target(measure, tile.aim), tile.allowance))),
        "interval": _write_certainty(tile),
        "signal": _write_signal(tile),
        "note": _explain_gap(tile),
    }


def write_parts(measure: Measure, reading: Reading) -> dict[str, str]:
    """Write what a value is made of, for whoever asks how it came about."""
    return {
        "numerator": write_count(reading.numerator),
        "denominator": write_count(reading.denominator),
        "n": f"{write_count(reading.n)} {measure.n_label}",
    }


def _write_certainty(tile: Tile) -> str:
    interval = write_interval(tile.shown, tile.now.low, tile.now.high)
    n = write_n(tile.measure, tile.now.n)
    if tile.now.value is None:
        return ""
    return ", ".join(part for part in (interval, n) if part)


def _write_signal(tile: Tile) -> str:
    if tile.trend.shift is None:
        return ""
    words = tile.trend.shift.words
    return words[0].upper() + words[1:]


def _explain_gap(tile: Tile) -> str:
    """Say why there is no figure, or why it may still change."""
    if tile.now.value is None:
        if tile.measure.model == "quantile" and tile.now.n:
            return "not reached: too many are still open"
        if tile.now.denominator is not None:
            return f"nothing to divide by: no {tile.measure.n_label}"
        last = tile.trend.last
        return "nothing arrived in this period" if last else "no data of this kind yet"
    if tile.now.provisional:
        return "provisional: it may still change"
    return ""


def _draw_spark(tile: Tile) -> dict[str, Any]:
    trend = tile.trend
    skipped = max(len(trend.points) - SPARK_POINTS, 0)
    limits = trend.limits
    return {
        "values": trend.values[skipped:],
        "band": None if limits is None else (max(limits.lower, 0.0), limits.upper),
        "target": line_of_target(tile.measure, tile.aim),
        "signals": [index - skipped for index in trend.signals if index >= skipped],
    }
