"""Since when a value is outside what is usual: the shift that lasts, not what came before it."""

from datetime import date, timedelta

import pytest

from metrics.dashboards.rules.figures import Measure, Reading
from metrics.dashboards.rules.trends import build_trend, describe_trend
from opsportal.lib.periods import Grain, Period, list_periods

MEASURE = Measure(
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
START = date(2026, 3, 2)
CALM = [94.2, 94.6, 94.1, 94.5, 94.3] * 4


@pytest.mark.parametrize(
    ("values", "since"),
    [
        (CALM, None),
        # The fall lowers the mean, so that the weeks before stand above it in one row.
        ([*CALM, 81.0, 80.2, 80.7], 20),
        ([*CALM, 97.5, 97.9, 97.7], 20),
        # A climb through the mean began where it began.
        ([90.0, 91.0, 92.0, 93.0, 94.0, 95.0, 96.0, 97.0], 0),
    ],
)
def test_a_shift_began_where_the_values_changed_sides(
    values: list[float], since: int | None
) -> None:
    end = START + timedelta(weeks=len(values))
    readings = [Reading(value, None, None, None, None, None, False, 1) for value in values]
    periods = list_periods(START, end, Grain.WEEK)
    trend = build_trend(MEASURE, Grain.WEEK, periods, readings, data_end=end)
    assert (trend.shift and trend.shift.since) == since


def test_what_is_usual_is_told_by_the_weeks_before_the_chosen_period() -> None:
    values = [*CALM, 81.0, 80.2, 80.7, 80.4]
    end = START + timedelta(weeks=len(values))
    readings = [Reading(value, None, None, None, None, None, False, 1) for value in values]
    periods = list_periods(START, end, Grain.WEEK)
    chosen = Period(periods[20].start, end)
    trend = build_trend(MEASURE, Grain.WEEK, periods, readings, data_end=end, chosen=chosen)
    assert trend.signals == [20, 21, 22, 23]
    assert trend.limits is not None
    assert trend.limits.mean == pytest.approx(94.34)
    assert trend.usual_until == chosen.start
    assert "before 20 Jul 2026" in describe_trend(trend, None)


def test_without_enough_weeks_before_it_the_chosen_period_counts_too() -> None:
    end = START + timedelta(weeks=len(CALM))
    readings = [Reading(value, None, None, None, None, None, False, 1) for value in CALM]
    periods = list_periods(START, end, Grain.WEEK)
    chosen = Period(periods[5].start, end)
    trend = build_trend(MEASURE, Grain.WEEK, periods, readings, data_end=end, chosen=chosen)
    assert trend.limits is not None
    assert trend.usual_until is None
