"""Several lines over the same periods: the whole, at most five parts in colour, the others grey."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from metrics.dashboards.charts.trends import (
    MARGIN,
    MOST_TICKS,
    PHONE_MARGIN,
    Axis,
    Label,
    spread_labels,
    write_ticks,
)
from metrics.dashboards.rules.figures import Measure, write_number
from metrics.dashboards.rules.trends import name_start
from opsportal.lib.drawing import make_scale
from opsportal.lib.periods import Grain, Period

MOST_COLOURED = 5
MOST_GREY = 40
# What a chart may weigh, and what one line and one of its points weigh in it at most.
BYTES = 16_000
BYTES_OF_A_LINE = 330
BYTES_OF_A_POINT = 11
LABEL_LENGTH = 18
SHORT_LENGTH = 12  # on a phone
# Points are marked as long as the marks can be told apart.
MOST_MARKED = 60
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross")
# Days between points as the axis counts them. Months and quarters are not equally long, so their
# points stand on a day from which the steps stay inside each of them.
STEP_DAYS = {Grain.DAY: 1.0, Grain.WEEK: 7.0, Grain.MONTH: 30.4375, Grain.QUARTER: 91.3125}
FIRST_DAY = {Grain.DAY: 0, Grain.WEEK: 0, Grain.MONTH: 14, Grain.QUARTER: 45}
HOVER = {
    Grain.DAY: "%{x|%-d %b %Y}",
    Grain.WEEK: "week of %{x|%-d %b %Y}",
    Grain.MONTH: "%{x|%b %Y}",
    Grain.QUARTER: "quarter of %{x|%b %Y}",
}


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its name, and its value in each period, None where there is none.

    `rows` is what it adds to the address of the rows behind one of its points.
    """

    name: str
    values: Sequence[float | None]
    rows: str = ""


@dataclass(frozen=True, slots=True)
class SeriesChart:
    """Lines over periods of a grain; the last `open_periods` of them may still change.

    `parts` are in the order in which they deserve colour.
    """

    measure: Measure
    grain: Grain
    periods: Sequence[Period]
    whole: Series
    parts: Sequence[Series]
    open_periods: int = 0

    @property
    def coloured(self) -> Sequence[Series]:
        return self.parts[: min(MOST_COLOURED, self._room)]

    @property
    def grey(self) -> Sequence[Series]:
        start = len(self.coloured)
        return self.parts[start : start + min(MOST_GREY, self._room - start)]

    @property
    def left_out(self) -> int:
        """Count the parts that only the table shows."""
        return len(self.parts) - len(self.coloured) - len(self.grey)

    @property
    def _room(self) -> int:
        """Count the parts that a chart can hold beside the whole."""
        line = BYTES_OF_A_LINE + BYTES_OF_A_POINT * len(self.periods)
        return max(BYTES // line - 1, 1)


def draw_series(chart: SeriesChart) -> dict[str, Any]:
    """Draw the lines, each named at its end; what is open lies on a grey strip."""
    axis = series_axis(chart)
    return {
        "data": [
            *(_line(chart, one, "token:chart-muted", width=1.0) for one in chart.grey),
            _line(chart, chart.whole, "token:ink-2", width=1.25, dash="4px,3px"),
            *(
                _line(chart, one, f"token:series-{place}", width=2.0, symbol=SYMBOLS[place - 1])
                for place, one in enumerate(chart.coloured, start=1)
            ),
        ],
        "layout": {
            "margin": {**MARGIN, "r": 176},
            "xaxis": {"type": "date", "range": _x_range(chart), **_date_ticks(chart, MOST_TICKS)},
            "yaxis": {
                "range": [axis.low, axis.high],
                "tickvals": list(axis.ticks),
                "ticktext": write_ticks(chart.measure, axis.ticks),
                "zeroline": axis.low <= 0 <= axis.high,
            },
            "shapes": _draw_open(chart),
            "annotations": spread_labels(_list_labels(chart), axis),
        },
        "phone": {
            "margin": {**PHONE_MARGIN, "r": 96},
            "xaxis": _date_ticks(chart, 3),
            "annotations": spread_labels(_list_labels(chart, short=True), axis),
        },
    }


def series_axis(chart: SeriesChart) -> Axis:
    """Choose an axis that holds every line; zero where it is near enough."""
    lines = [chart.whole, *chart.coloured, *chart.grey]
    held = [value for line in lines for value in line.values if value is not None]
    floor = 0.0 if held and min(held) >= 0 else None
    if held and floor == 0.0 and min(held) <= 0.3 * max(held):
        held.append(0.0)
    scale = make_scale(held, most_ticks=5)
    step = scale.ticks[1] - scale.ticks[0] if len(scale.ticks) > 1 else scale.high - scale.low
    low = math.floor(round(scale.low / step, 6)) * step
    if floor is not None:
        low = max(low, floor)
    high = scale.high
    if chart.measure.is_proportion:
        high = min(high, float(chart.measure.scale))
    digits = max(0, 2 - math.floor(math.log10(step)))
    count = math.floor((high - low) / step + 1e-9) + 1
    return Axis(low, high, tuple(round(low + i * step, digits) for i in range(count)))


def _line(
    chart: SeriesChart,
    series: Series,
    colour: str,
    *,
    width: float,
    dash: str = "",
    symbol: str = "",
) -> dict[str, Any]:
    marked = symbol and len(chart.periods) <= MOST_MARKED
    line: dict[str, Any] = {"color": colour, "width": width}
    drawn: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines+markers" if marked else "lines",
        "name": series.name,
        "x0": _stand(chart, 0).isoformat(),
        "dx": STEP_DAYS[chart.grain] * 86_400_000,
        "y": [_shorten(chart.measure, value) for value in series.values],
        "line": line | ({"dash": dash} if dash else {}),
        "hovertemplate": f"%{{fullData.name}}, {HOVER[chart.grain]}: %{{y}}<extra></extra>",
    }
    if series.rows:
        drawn["meta"] = series.rows
    if marked:
        drawn["marker"] = {"symbol": symbol, "size": 6, "color": colour}
    return drawn


def _shorten(measure: Measure, value: float | None) -> float | int | None:
    """Keep a digit more than is printed: no pixel shows the others, and they weigh."""
    if value is None:
        return None
    short = round(value, measure.decimals + 1)
    return int(short) if short == int(short) else short


def _stand(chart: SeriesChart, index: float) -> date:
    """Find the day at which a period's point stands on the axis."""
    first = chart.periods[0].start + timedelta(days=FIRST_DAY[chart.grain])
    return first + timedelta(days=round(index * STEP_DAYS[chart.grain]))


def _list_labels(chart: SeriesChart, *, short: bool = False) -> list[Label]:
    """Name each line at its last value, the grey ones by pointing at them; short, without it."""
    lines = [(f"series-{place}", one, 600) for place, one in enumerate(chart.coloured, start=1)]
    labels = []
    for colour, series, weight in [("ink-2", chart.whole, 400), *lines]:
        last = next((value for value in reversed(series.values) if value is not None), None)
        if last is not None:
            words = _cut(series.name, SHORT_LENGTH)
            if not short:
                words = f"{_cut(series.name, LABEL_LENGTH)} {write_number(chart.measure, last)}"
            labels.append(Label(last, words, colour, weight=weight))
    return labels


def _cut(name: str, most: int) -> str:
    # Plotly reads markup in what it writes.
    plain = name.replace("<", "‹").replace(">", "›")
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def _draw_open(chart: SeriesChart) -> list[dict[str, Any]]:
    if not chart.open_periods:
        return []
    first = len(chart.periods) - chart.open_periods
    return [
        {
            "type": "rect",
            "xref": "x",
            "yref": "paper",
            "x0": _edge(chart, first - 0.5),
            "x1": _edge(chart, len(chart.periods) - 0.5),
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "fillcolor": "token:sunken",
            "line": {"width": 0},
        }
    ]


def _x_range(chart: SeriesChart) -> list[str]:
    return [_edge(chart, -0.5), _edge(chart, len(chart.periods) - 0.5)]


def _edge(chart: SeriesChart, index: float) -> str:
    first = datetime.combine(_stand(chart, 0), datetime.min.time())
    return (first + timedelta(days=index * STEP_DAYS[chart.grain])).isoformat()


def _date_ticks(chart: SeriesChart, most: int) -> dict[str, Any]:
    """Name at most so many periods, evenly, the last one always."""
    count = len(chart.periods)
    step = max(math.ceil(count / most), 1)
    chosen = list(range(count - 1, -1, -step))[::-1]
    now = chart.periods[-1].start
    return {
        "tickvals": [_stand(chart, i).isoformat() for i in chosen],
        "ticktext": [name_start(chart.periods[i], chart.grain, now) for i in chosen],
    }
