"""Readings and trends to test with."""

from collections.abc import Sequence
from datetime import date, timedelta

from metrics.dashboards.rules.figures import Aim, Measure, Reading
from metrics.dashboards.rules.trends import Trend, build_trend
from opsportal.lib.periods import Grain, Period, list_periods
from opsportal.lib.statistics.intervals import wilson

ON_TIME = Measure(
    slug="on-time-delivery",
    name="On-time delivery",
    unit="%",
    decimals=1,
    scale=100,
    direction="higher",
    minimum_n=100,
    n_label="items due",
    model="proportion",
)
HANDLE_TIME = Measure(
    slug="average-handle-time",
    name="Average handle time",
    unit="s",
    decimals=1,
    scale=1,
    direction="lower",
    minimum_n=100,
    n_label="units",
    model="ratio",
)
DELIVERY_TIME = Measure(
    slug="delivery-time-p50",
    name="Delivery time, median",
    unit="s",
    decimals=0,
    scale=1,
    direction="lower",
    minimum_n=30,
    n_label="requests received",
    model="quantile",
)
EMPTY = Reading(None, None, None, None, None, None, provisional=False, version=1)
MONDAY = date(2026, 4, 6)


def share(right: int, n: int, *, version: int = 1, provisional: bool = False) -> Reading:
    interval = wilson(right, n)
    assert interval is not None
    return Reading(
        value=100 * right / n,
        low=100 * interval.low,
        high=100 * interval.high,
        numerator=right,
        denominator=n,
        n=n,
        provisional=provisional,
        version=version,
    )


def reading_of(numerator: int, denominator: int) -> Reading:
    """Give the reading of a ratio without an interval."""
    value = numerator / denominator
    return Reading(
        value, None, None, numerator, denominator, denominator, provisional=False, version=1
    )


def took(seconds: float, *, within: float = 0.0) -> Reading:
    """Give the reading of a duration, with an interval to either side where one is asked for."""
    low, high = (seconds - within, seconds + within) if within else (None, None)
    return Reading(seconds, low, high, None, None, 400, provisional=False, version=1)


def weeks(count: int, grain: Grain = Grain.WEEK) -> list[Period]:
    days = {Grain.DAY: 1, Grain.WEEK: 7, Grain.MONTH: 31, Grain.QUARTER: 92}[grain]
    return list_periods(MONDAY, MONDAY + timedelta(days=days * (count + 2)), grain)[:count]


def trend(
    readings: Sequence[Reading],
    *,
    measure: Measure = ON_TIME,
    grain: Grain = Grain.WEEK,
    aim: Aim | None = None,
    data_end: date = date(2100, 1, 1),
) -> Trend:
    return build_trend(
        measure,
        grain,
        weeks(len(readings), grain),
        readings,
        data_end=data_end,
        aims=[aim] * len(readings),
    )
