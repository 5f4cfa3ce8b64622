import json

import pytest
from plotly import graph_objects

from metrics.dashboards.charts import draw_funnel, funnel_axis
from metrics.dashboards.rules.comparisons import Part, add_readings
from metrics.dashboards.rules.funnels import Funnel, build_funnel
from tests.metrics.dashboards.charts.test_trends import _resolve, _walk
from tests.metrics.dashboards.rules.examples import ON_TIME, share


def funnel(*found: tuple[int, int], name: str = "Team {}") -> Funnel:
    parts = [Part(f"t{i}", name.format(i), share(y, n)) for i, (y, n) in enumerate(found)]
    built = build_funnel(ON_TIME, parts, add_readings(ON_TIME, [part.reading for part in parts]))
    assert built is not None
    return built


FUNNELS = {
    "few": funnel((94, 100), (95, 101), (92, 99)),
    "one far out": funnel(*[(940 + n, 1000) for n in range(8)], (700, 1000)),
    "many far out": funnel(*[(940 + n % 9, 1000) for n in range(50)], *[(500, 1000)] * 4),
    "three hundred": funnel(
        *[(40 + n * 3 - n % 11, 40 + n * 3) for n in range(300)], name="W" * 119 + "{}"
    ),
    "right to left": funnel(*[(940 - 100 * n, 1000) for n in range(4)], name="فريق <b> {}"),
}


@pytest.mark.parametrize("name", FUNNELS)
def test_plotly_takes_it_and_it_is_small(name: str) -> None:
    figure = draw_funnel(FUNNELS[name])
    text = json.dumps(figure)
    assert len(text.encode()) <= 20_000
    with_colours = _resolve(json.loads(text))
    graph_objects.Figure(data=with_colours["data"], layout=with_colours["layout"])
    graph_objects.Figure(layout={**with_colours["layout"], **with_colours["phone"]})
    assert {trace["type"] for trace in figure["data"]} == {"scatter"}


@pytest.mark.parametrize("name", FUNNELS)
def test_colours_are_tokens_and_names_no_markup(name: str) -> None:
    for key, value in _walk(draw_funnel(FUNNELS[name])):
        if key == "color":
            assert value.startswith("token:"), value
        if key == "text" and isinstance(value, str):
            assert "<" not in value


@pytest.mark.parametrize("name", FUNNELS)
def test_the_axis_holds_every_point(name: str) -> None:
    found = FUNNELS[name]
    axis = funnel_axis(found)
    assert all(axis.low <= point.value <= axis.high for point in found.points)
    assert 1 <= len(axis.ticks) <= 7


def test_only_the_points_to_discuss_are_named() -> None:
    def names(found: Funnel) -> set[str]:
        annotations = draw_funnel(found)["layout"]["annotations"]
        return {note["text"] for note in annotations if note["xref"] == "x"}

    assert names(FUNNELS["few"]) == set()
    assert names(FUNNELS["one far out"]) == {"Team 8"}
    assert len(names(FUNNELS["many far out"])) <= 8
