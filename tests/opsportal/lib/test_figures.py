"""The table behind any chart: a case of every form, and the control chart as pages draw it."""

from typing import Any

import pytest

from metrics.dashboards.charts import draw_trend
from opsportal.lib.figures import tabulate_figure
from tests.metrics.dashboards.rules.examples import share, trend

DOTS = {"type": "scatter", "mode": "markers", "x": ["2026-11-02", "2026-11-09"], "y": [1.5, None]}
BARS = {"type": "bar", "orientation": "h", "y": ["ES", "DE"], "x": [-1.95, 0.05], "name": "Rate"}
CLOUD = {"type": "scatter", "x": [1200, 88], "y": [91.25, 87.5], "text": ["ES<br>n 1,200", "DE"]}

CASES: dict[str, tuple[dict[str, Any], list[str], list[list[str]]]] = {
    "days in order, a gap as a dash": (
        {"data": [{**DOTS, "name": "On time, %"}, {**DOTS, "x": ["2026-10-26"], "y": [7]}]},
        ["Period", "On time, %"],
        [["2026-11-02", "1.5"], ["2026-11-09", "–"]],
    ),
    "lines that only join marks are left out": (
        {
            "data": [{**DOTS, "hoverinfo": "skip"}, DOTS],
            "layout": {"yaxis": {"title": {"text": "Hours"}}},
        },
        ["Period", "Hours"],
        [["2026-11-02", "1.5"], ["2026-11-09", "–"]],
    ),
    "bars that lie": (
        {"data": [BARS, {**BARS, "name": "Mix", "x": [0.25, -1200]}]},
        ["Name", "Rate", "Mix"],
        [["ES", "−1.95", "0.25"], ["DE", "0.05", "−1,200"]],
    ),
    "bars at numbers that are named": (
        {
            "data": [{**BARS, "y": [0, 1]}],
            "layout": {"yaxis": {"tickvals": [0, 1], "ticktext": ["Team ES", "Team DE"]}},
        },
        ["Name", "Rate"],
        [["Team ES", "−1.95"], ["Team DE", "0.05"]],
    ),
    "intervals": (
        {"data": [{**DOTS, "y": [5, 6], "name": "a", "error_y": {"array": [1, 2]}}]},
        ["Period", "a", "95 % interval"],
        [["2026-11-02", "5", "4 – 6"], ["2026-11-09", "6", "4 – 8"]],
    ),
    "lopsided intervals": (
        {
            "data": [
                {**DOTS, "y": [5, 6], "error_y": {"array": [1, None], "arrayminus": [0.5, None]}}
            ]
        },
        ["Period", "", "95 % interval"],
        [["2026-11-02", "5", "4.5 – 6"], ["2026-11-09", "6", "–"]],
    ),
    "a cloud of teams": (
        {"data": [CLOUD], "layout": {"xaxis": {"title": {"text": "n due"}}}},
        ["Name", "n due", "y"],
        [["ES", "1,200", "91.25"], ["DE", "88", "87.5"]],
    ),
    "hidden": (
        {"data": [{**DOTS, "visible": "legendonly"}, BARS]},
        ["Name", "Rate"],
        [["ES", "−1.95"], ["DE", "0.05"]],
    ),
    "nothing": ({"data": []}, ["Name"], []),
}


@pytest.mark.parametrize("name", CASES)
def test_a_figure_becomes_rows(name: str) -> None:
    figure, heads, rows = CASES[name]
    table = tabulate_figure(figure)
    assert [head["label"] for head in table["heads"]] == heads
    assert table["rows"] == rows


def test_a_control_chart_has_a_row_for_every_point_with_data() -> None:
    points = [share(940 + step % 3, 1000) for step in range(20)]
    found = trend([*points, share(800, 1000), share(900, 1000, provisional=True)])
    table = tabulate_figure(draw_trend(found))
    assert len(table["rows"]) == 22
    assert [row[1] for row in table["rows"]][-2:] == ["80", "90"]
