from datetime import timedelta

import pytest

from metrics.dashboards.rules.trends import describe_trend, title_trend
from opsportal.lib.periods import Grain
from tests.metrics.dashboards.rules.examples import EMPTY, HANDLE_TIME, MONDAY, share, trend

STEADY = [share(940 + step % 3, 1000) for step in range(20)]
LATE = [share(880, 1000)] * 4


def test_it_says_since_when_a_series_is_outside_its_usual_range() -> None:
    found = trend([*STEADY, *LATE])
    assert found.shift is not None
    assert found.shift.since == 20
    assert title_trend(found) == (
        "On-time delivery 88.0\N{NARROW NO-BREAK SPACE}% in the week of 14 Sep, "
        "below its usual range since 24 Aug"
    )
    assert "The axis starts at 85." in describe_trend(found, 85.0)


def test_it_says_no_more_than_the_rule_does() -> None:
    level = [share(940 + (step % 2) * 8, 1000) for step in range(20)]
    found = trend([*level, *[share(943, 1000)] * 9])
    assert found.shift is not None
    assert found.shift.words.startswith("below its usual level since")


def test_steady_is_within() -> None:
    assert title_trend(trend(STEADY)).endswith("within its usual range")


def test_what_steps_now_and_then_and_stays_has_no_usual_range() -> None:
    found = trend([*[share(940, 1000)] * 18, *[share(960, 1000)] * 6])
    assert found.limits is None
    assert found.shift is None
    assert found.no_limits == "No usual range: it mostly stays as it is."


def test_open_periods_are_not_judged() -> None:
    wild = share(500, 1000, provisional=True)
    found = trend([*STEADY, wild])
    assert found.points[-1].is_open
    assert not found.points[-1].signal
    assert found.shift is None
    half = trend([*STEADY, share(500, 1000)], data_end=MONDAY + timedelta(days=20 * 7 + 3))
    assert half.points[-1].is_open
    assert half.shift is None
    assert title_trend(half).startswith("On-time delivery 94.1")


def test_limits_restart_at_a_new_definition() -> None:
    found = trend([*STEADY, *[share(700 + step % 3, 1000, version=2) for step in range(10)]])
    assert [(stretch.start, stretch.version) for stretch in found.stretches] == [(0, 1), (20, 2)]
    assert found.shift is None


@pytest.mark.parametrize(
    ("grain", "count", "words"),
    [
        (Grain.DAY, 20, "weekdays differ"),
        (Grain.QUARTER, 12, "too few points"),
        (Grain.WEEK, 5, "takes 8 whole weeks; there are 5"),
    ],
)
def test_it_says_why_there_is_no_usual_range(grain: Grain, count: int, words: str) -> None:
    found = trend(STEADY[:count], grain=grain)
    assert found.limits is None
    assert words in describe_trend(found, None)


def test_nothing_is_said_of_nothing() -> None:
    found = trend([EMPTY] * 3)
    assert not found.has_data
    assert title_trend(found) == "On-time delivery: no data in this period"
    assert "axis" not in describe_trend(found, 0.25)


def test_a_week_of_few_has_wider_limits() -> None:
    """Laney's p′: 90 of 100 is no signal where 9,300 of 10,000 would be one."""
    weeks = [share(9400 + 30 * (step % 3), 10_000) for step in range(20)]
    few, many = trend([*weeks, share(90, 100)]), trend([*weeks, share(9_000, 10_000)])
    assert few.shift is None
    assert many.shift is not None
    widths = [limits.upper - limits.lower for limits in few.stretches[0].limits]
    assert widths[-1] == pytest.approx(10 * widths[0])
    assert "wider where n is smaller" in describe_trend(few, None)


def test_open_weeks_and_weeks_without_data_keep_the_limits_beside_them() -> None:
    found = trend([EMPTY, *STEADY, EMPTY, share(9, 10, provisional=True)])
    (stretch,) = found.stretches
    assert len(set(stretch.limits)) == 1
    assert len(stretch.limits) == len(found.points)


def test_other_values_have_the_same_limits_throughout() -> None:
    readings = [share(940 + step % 3, 1000 - step) for step in range(20)]
    found = trend(readings, measure=HANDLE_TIME)
    assert len(set(found.stretches[0].limits)) == 1
    assert "wider" not in describe_trend(found, None)
