"""Charts on paper: every form that the portal draws, its words readable, its marks in place."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from metrics.dashboards.charts import draw_trend
from opsportal.lib.pdf.axes import make_axis
from opsportal.lib.pdf.documents import Document
from opsportal.lib.pdf.figures import draw_figure
from opsportal.lib.pdf.tokens import find_colour, read_tokens
from tests.metrics.dashboards.charts.test_trends import TRENDS

BARS = {
    "data": [
        {"type": "bar", "orientation": "h", "y": ["ES", "DE"], "x": [-1.7, 0.07], "name": "Rate"},
        {"type": "bar", "orientation": "h", "y": ["ES", "DE"], "x": [-0.25, -0.02], "name": "Mix"},
    ],
    "layout": {
        "barmode": "relative",
        "xaxis": {"zeroline": True, "title": {"text": "points"}},
        "yaxis": {"autorange": "reversed"},
    },
}
FUNNEL = {
    "data": [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [10, 100, 1000],
            "y": [80.0, 90, 92],
            "line": {"dash": "dot"},
        },
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": [45, 900],
            "y": [82.5, 93],
            "text": ["Video ES", "فيديو"],
            "textposition": ["top center", "middle right"],
            "marker": {"symbol": ["square", "circle-open"], "color": "token:series-2"},
            "error_y": {"array": [4, 1], "arrayminus": [3, 1], "color": "token:bad"},
        },
    ],
    "layout": {
        "xaxis": {"type": "log"},
        "shapes": [
            {
                "type": "rect",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": 85,
                "y1": 90,
                "fillcolor": "rgba(10, 20, 30, 0)",
                "line": {"width": 0},
            },
            {"type": "line", "x0": 10, "x1": 1000, "y0": 91, "y1": 91, "layer": "above"},
        ],
        "annotations": [{"x": 1, "xref": "paper", "y": 91, "text": "All<br>teams"}],
    },
}
COLUMNS = {
    "data": [
        {"type": "bar", "x": ["2026-11-02", "2026-11-09"], "y": [3, None]},
        {
            "type": "bar",
            "x": ["2026-11-02", "2026-11-09"],
            "y": [4, 5],
            "marker": {"color": "#123456"},
        },
    ]
}
EMPTY: dict[str, Any] = {"data": [], "layout": {}}


def print_figure(figure: dict[str, Any]) -> str:
    document = Document(title="A chart", foot="Printed today")
    draw_figure(document, figure)
    pdf = PdfReader(io.BytesIO(bytes(document.output())))
    assert len(pdf.pages) == 1
    return " ".join(pdf.pages[0].extract_text().split())


@pytest.mark.parametrize("name", TRENDS)
def test_every_control_chart_comes_out(name: str) -> None:
    figure = draw_trend(TRENDS[name])
    words = print_figure(figure)
    for annotation in figure["layout"]["annotations"]:
        for line in annotation["text"].split("<br>"):
            assert " ".join(line.split()) in words
    assert figure["layout"]["xaxis"]["ticktext"][-1] in words


@pytest.mark.parametrize(
    ("figure", "wanted"),
    [
        (BARS, ["ES", "DE", "points", "−2", "0"]),
        (FUNNEL, ["Video ES", "فيديو", "All", "teams", "100", "1,000"]),
        (COLUMNS, ["2 Nov", "9 Nov"]),
        (EMPTY, []),
    ],
)
def test_other_forms_come_out(figure: dict[str, Any], wanted: list[str]) -> None:
    words = print_figure(figure)
    for word in wanted:
        assert word in words


@pytest.mark.parametrize(
    "trace",
    [{"type": "pie"}, {"x": [1], "y": [1], "mode": "markers", "marker": {"symbol": "star"}}],
)
def test_what_paper_does_not_know_is_refused_by_name(trace: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="cannot be printed"):
        print_figure({"data": [trace]})


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8))
def test_an_axis_of_numbers_keeps_their_order_and_holds_them(values: list[float]) -> None:
    axis = make_axis({}, values, start=20, end=120)
    places = [axis.place(value) for value in sorted(values)]
    assert places == sorted(places)
    assert all(20 - 1e-6 <= place <= 120 + 1e-6 for place in places)


@given(st.lists(st.dates(), min_size=2, max_size=8, unique=True))
def test_an_axis_of_days_keeps_distances(days: list[Any]) -> None:
    names = [day.isoformat() for day in sorted(days)]
    axis = make_axis({}, names, start=0, end=100)
    whole = axis.place(names[-1]) - axis.place(names[0])
    for name, day in zip(names, sorted(days), strict=True):
        share = (day - min(days)) / (max(days) - min(days))
        assert axis.place(name) - axis.place(names[0]) == pytest.approx(share * whole, abs=1e-6)
        # Inside a path of a figure, and with a time of day.
        assert axis.place(f"{name}_00:00:00") == pytest.approx(axis.place(name))


def test_names_stand_in_steps_and_a_turned_axis_begins_above() -> None:
    axis = make_axis({"autorange": "reversed"}, ["b", "a", "b"], start=100, end=0)
    assert axis.place("b") < axis.place("a")
    assert [words for _, words in axis.ticks] == ["b", "a"]


@pytest.mark.parametrize(
    ("value", "colour"),
    [
        ("token:series-1", (0x30, 0x46, 0xB8)),
        ("#FFffFF", (255, 255, 255)),
        ("rgb(1, 2, 3)", (1, 2, 3)),
        ("rgba(1, 2, 3, 0.5)", (1, 2, 3)),
        ("rgba(1, 2, 3, 0)", None),
        ("transparent", None),
    ],
)
def test_colours(value: str, colour: tuple[int, int, int] | None) -> None:
    assert find_colour(value) == colour


@pytest.mark.parametrize("value", ["token:no-such", "reddish"])
def test_a_colour_that_is_none_is_an_error(value: str) -> None:
    with pytest.raises(LookupError):
        find_colour(value)


def test_paper_takes_the_light_theme() -> None:
    assert read_tokens()["surface"] == (255, 255, 255)
    assert read_tokens()["ink"] == (0x14, 0x17, 0x1D)
