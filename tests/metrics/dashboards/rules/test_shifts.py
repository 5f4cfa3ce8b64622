"""Since when a value is outside what is usual: the shift that lasts, not what came before it."""

from datetime import date, timedelta

import pytest

from metrics.dashboards.rules.figures import Measure, Reading
from metrics.dashboards.rules.trends import build_trend
from opsportal.lib.periods import Grain, list_periods

MEASURE = Measure(
    slug="on-time-delivery",
    name="On-time delivery",
    unit="%",
    decimals=1,
    scale=100,
    direction="higher",
    minimum_n=100,
    n_label="items due",
    is_proportion=True,
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
