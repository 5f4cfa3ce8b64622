import json
from collections.abc import Iterator
from decimal import Decimal
from importlib.metadata import version
from itertools import pairwise
from typing import Any

import plotly
import pytest
from django.conf import settings
from plotly import graph_objects
from plotly.offline import get_plotlyjs_version

from metrics.dashboards.charts import draw_trend, make_axis
from metrics.dashboards.rules.figures import Aim
from metrics.dashboards.rules.trends import Trend
from opsportal.lib.periods import Grain
from tests.metrics.dashboards.rules.examples import EMPTY, HANDLE_TIME, share, trend

STEADY = [share(940 + step % 3, 1000) for step in range(20)]
AIM = Aim(Decimal(95), None)
TRENDS = {
    "steady": trend(STEADY, aim=AIM),
    "signals": trend([*STEADY, *[share(880, 1000)] * 4], aim=AIM),
    "open": trend([*STEADY, share(900, 1000, provisional=True)]),
    "all open": trend([share(900, 1000, provisional=True)]),
    "gaps": trend([*STEADY[:5], EMPTY, EMPTY, *STEADY[:5]]),
    "two definitions": trend(
        [*STEADY, *[share(700 + step % 3, 1000, version=2) for step in range(10)]]
    ),
    "weeks of different size": trend(
        [share(94 * size + step, 100 * size) for step, size in enumerate([9, 3, 3, 7, 5] * 3)]
    ),
    "one point": trend(STEADY[:1]),
    "by day": trend(STEADY, grain=Grain.DAY),
    "by quarter": trend(STEADY[:6], grain=Grain.QUARTER, measure=HANDLE_TIME),
    "no data": trend([EMPTY] * 4),
    "perfect": trend([share(1000, 1000)] * 12, aim=AIM),
    "nothing right": trend([share(0, 1000)] * 12, aim=AIM),
}


def test_an_axis_of_what_cannot_be_negative_does_not_begin_below_zero() -> None:
    """Though the usual range of what varies much would, and the values lie far from zero."""
    wide = [share(900 if step % 2 else 350, 1000) for step in range(20)]
    found = trend(wide, measure=HANDLE_TIME)
    assert found.limits is not None
    assert found.limits.lower < 0
    assert make_axis(found).low >= 0


@pytest.mark.parametrize("name", TRENDS)
def test_plotly_takes_the_figure_in_all_its_shapes(name: str) -> None:
    figure = draw_trend(TRENDS[name])
    with_colours = _resolve(json.loads(json.dumps(figure)))
    graph_objects.Figure(data=with_colours["data"], layout=with_colours["layout"])
    graph_objects.Figure(layout={**with_colours["layout"], **with_colours["phone"]})


@pytest.mark.parametrize("name", TRENDS)
def test_colours_are_tokens_and_text_has_no_markup_but_line_breaks(name: str) -> None:
    for key, value in _walk(draw_trend(TRENDS[name])):
        if key in ("color", "fillcolor"):
            assert value.startswith("token:"), value
        if isinstance(value, str) and key == "text":
            # Other markup becomes inline styles, which the content policy forbids.
            assert "<" not in value.replace("<br>", ""), value


@pytest.mark.parametrize("name", TRENDS)
def test_the_axis_holds_what_is_drawn(name: str) -> None:
    found: Trend = TRENDS[name]
    axis = make_axis(found)
    assert axis.low < axis.high
    assert 1 <= len(axis.ticks) <= 7
    for value in found.values:
        assert value is None or axis.low <= value <= axis.high


def test_the_usual_range_is_one_outline_with_a_step_for_each_size() -> None:
    for name, corners in (("steady", 4), ("weeks of different size", 4 * 12)):
        (band,) = (s for s in draw_trend(TRENDS[name])["layout"]["shapes"] if s["type"] == "path")
        assert band["path"].count("L") == corners - 1
        # A T would be a command.
        assert set(band["path"]) <= set("ML0123456789-:_,.Z")


def test_labels_do_not_lie_on_each_other() -> None:
    close = trend([share(949, 1000), *[share(950 + step % 2, 1000) for step in range(20)]], aim=AIM)
    axis = make_axis(close)
    per_pixel = (axis.high - axis.low) / 276
    labels = [a for a in draw_trend(close)["layout"]["annotations"] if a.get("xshift") == 8]
    heights = sorted(label["y"] for label in labels)
    assert len(labels) == 3
    assert all(after - before >= 14 * per_pixel for before, after in pairwise(heights))


def test_the_browser_draws_with_the_version_that_the_figures_are_checked_by() -> None:
    package = settings.PROJECT_ROOT / "node_modules/plotly.js-cartesian-dist-min/package.json"
    assert json.loads(package.read_text())["version"] == get_plotlyjs_version()
    assert version("plotly") == plotly.__version__


def _walk(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    yield key, value
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _walk(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item, key)


def _resolve(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("token:"):
        return "rgb(1, 2, 3)"
    if isinstance(value, dict):
        return {name: _resolve(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_resolve(item) for item in value]
    return value


def test_on_a_phone_the_target_is_named_beside_its_line_and_not_over_it() -> None:
    found = trend([share(940 - step, 1000) for step in range(12)], aim=Aim(Decimal(94), None))
    phone = draw_trend(found)["phone"]
    (target,) = [one for one in phone["annotations"] if "94.0" in one["text"]]
    # At the end of the line, outside of the drawing, where nothing else is drawn.
    assert (target["xref"], target["x"], target["xanchor"]) == ("paper", 1, "left")
    assert (target["y"], target["yanchor"]) == (94.0, "middle")
    longest = max(map(len, target["text"].split("<br>")))
    assert phone["margin"]["r"] >= target["xshift"] + 6 * longest
    untargeted = draw_trend(trend([share(940, 1000)] * 12))["phone"]
    assert untargeted["annotations"] == []
    assert untargeted["margin"]["r"] < phone["margin"]["r"]
