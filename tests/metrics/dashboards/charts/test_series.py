import json
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from plotly import graph_objects

from metrics.dashboards.charts import Series, SeriesChart, draw_series, series_axis
from metrics.dashboards.charts.series import BYTES, MOST_COLOURED, STEP_DAYS, _stand
from opsportal.lib.periods import Grain, list_periods
from tests.metrics.dashboards.rules.examples import HANDLE_TIME

MOST_BYTES = 20_000
START = date(2025, 1, 1)


def chart(
    parts: int, days: int = 180, grain: Grain = Grain.WEEK, *, size: float = 41.234, gaps: int = 0
) -> SeriesChart:
    periods = list_periods(START, START + timedelta(days=days), grain)
    return SeriesChart(
        HANDLE_TIME,
        grain,
        periods,
        Series("Video Safety", [size] * len(periods)),
        [
            Series(
                f"A team of a long name, {number}",
                [
                    None if gaps and index % gaps == 0 else size + number + index % 5 + 0.123
                    for index in range(len(periods))
                ],
            )
            for number in range(parts)
        ],
        open_periods=1,
    )


CHARTS = {
    "two": chart(2),
    "five by day": chart(5, 30, Grain.DAY),
    "forty by week": chart(40),
    "three hundred": chart(300),
    "four hundred days": chart(12, 400, Grain.DAY, size=123_456.789),
    "with gaps": chart(6, gaps=3),
    "by month": chart(6, 1_200, Grain.MONTH),
    "by quarter": chart(6, 3_000, Grain.QUARTER),
    "none": chart(0),
}


@pytest.mark.parametrize("name", CHARTS)
def test_plotly_takes_the_figure_and_it_is_light(name: str) -> None:
    figure = draw_series(CHARTS[name])
    text = json.dumps(figure)
    assert len(text.encode()) <= MOST_BYTES
    assert BYTES < MOST_BYTES
    plain = _resolve(json.loads(text))
    graph_objects.Figure(data=plain["data"], layout=plain["layout"])
    graph_objects.Figure(layout={**plain["layout"], **plain["phone"]})


@pytest.mark.parametrize("name", CHARTS)
def test_at_most_five_lines_have_a_colour_and_every_part_is_accounted_for(name: str) -> None:
    found = CHARTS[name]
    colours = [trace["line"]["color"] for trace in draw_series(found)["data"]]
    assert sum(colour.startswith("token:series-") for colour in colours) == len(found.coloured)
    assert len(found.coloured) <= MOST_COLOURED
    assert colours.count("token:ink-2") == 1
    assert len(found.coloured) + len(found.grey) + found.left_out == len(found.parts)
    assert found.left_out >= 0


@pytest.mark.parametrize("name", CHARTS)
def test_the_axis_holds_what_is_drawn(name: str) -> None:
    found = CHARTS[name]
    axis = series_axis(found)
    for line in (found.whole, *found.coloured, *found.grey):
        assert all(value is None or axis.low <= value <= axis.high for value in line.values)


@pytest.mark.parametrize("grain", STEP_DAYS)
def test_every_point_stands_inside_its_period(grain: Grain) -> None:
    found = chart(1, 1_400, grain)
    first = _stand(found, 0)
    for index, period in enumerate(found.periods[:48]):
        # As the browser reckons it: the first point, and so many steps.
        assert first + timedelta(days=index * STEP_DAYS[grain]) in period


def test_labels_do_not_lie_on_each_other_and_carry_no_markup() -> None:
    found = SeriesChart(
        HANDLE_TIME,
        Grain.WEEK,
        CHARTS["two"].periods,
        Series("Whole", [41.0] * 26),
        [Series(name, [41.0 + place / 10] * 26) for place, name in enumerate(["<b>A", "B", "C"])],
    )
    axis = series_axis(found)
    per_pixel = (axis.high - axis.low) / 276
    labels = draw_series(found)["layout"]["annotations"]
    heights = sorted(label["y"] for label in labels)
    assert len(labels) == 4
    assert all(after - before >= 14 * per_pixel for before, after in pairwise(heights))
    assert not any("<" in label["text"] for label in labels)


def _resolve(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("token:"):
        return "rgb(1, 2, 3)"
    if isinstance(value, dict):
        return {name: _resolve(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_resolve(item) for item in value]
    return value
