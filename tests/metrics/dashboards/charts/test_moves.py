import json
from datetime import timedelta

import pytest
from plotly import graph_objects

from metrics.dashboards.charts import draw_trend
from metrics.dashboards.charts.moves import mark_moves
from metrics.dashboards.rules.persons import Move
from opsportal.lib.periods import Grain
from tests.metrics.dashboards.charts.test_trends import _resolve
from tests.metrics.dashboards.rules.examples import MONDAY, share, trend

STEADY = [share(940 + step % 3, 1000) for step in range(20)]


@pytest.mark.parametrize("grain", [Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER])
def test_plotly_takes_a_trend_with_moves(grain: Grain) -> None:
    drawn = trend(STEADY[:8], grain=grain)
    moves = [Move(MONDAY, "Joins A"), Move(drawn.points[5].period.start, "To <b>B</b>" + "b" * 99)]
    figure = draw_trend(drawn)
    marked = mark_moves(figure, drawn, moves)
    resolved = _resolve(json.loads(json.dumps(marked)))
    graph_objects.Figure(data=resolved["data"], layout=resolved["layout"])
    graph_objects.Figure(layout={**resolved["layout"], **resolved["phone"]})
    added = marked["layout"]["shapes"][len(figure["layout"]["shapes"]) :]
    first, last = marked["layout"]["xaxis"]["range"]
    assert [first <= line["x0"] <= last for line in added] == [True, True]
    names = [one["text"] for one in marked["layout"]["annotations"][-2:]]
    assert names[0] == "Joins A"
    assert "<" not in names[1]
    assert len(marked["phone"]["annotations"]) == len(figure["phone"]["annotations"]) + 1


def test_without_moves_nothing_is_added() -> None:
    drawn = trend(STEADY)
    figure = draw_trend(drawn)
    assert mark_moves(figure, drawn, []) is figure


def test_a_line_stands_before_the_first_point_of_the_new_place() -> None:
    drawn = trend(STEADY)
    at = drawn.points[7].period.start
    (line,) = mark_moves(draw_trend(drawn), drawn, [Move(at, "To B")])["layout"]["shapes"][-1:]
    assert line["x0"] < at.isoformat()
    assert line["x0"] > (at - timedelta(days=7)).isoformat()
