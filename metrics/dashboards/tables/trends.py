from typing import Any

from metrics.dashboards.charts import draw_trend, make_axis
from metrics.dashboards.rules.figures import (
    line_of_target,
    write_count,
    write_interval,
    write_number,
)
from metrics.dashboards.rules.trends import (
    Trend,
    describe_trend,
    name_start,
    title_trend,
)
from metrics.dashboards.selectors import Dashboard
from metrics.dashboards.tables.addresses import Owner, address, csv_address, explore_address

HEADS = [
    "kpi",
    "version",
    "period_start",
    "period_end",
    "value",
    "low",
    "high",
    "numerator",
    "denominator",
    "n",
    "target",
    "lower_limit",
    "upper_limit",
    "signal",
    "provisional",
]


def shape_trend(body: Dashboard, owner: Owner) -> dict[str, Any]:
    """Shape the chart card: the drawing, or the same figures as a table."""
    trend, question = body.trend, body.question
    axis = make_axis(trend)
    return {
        "id": "trend",
        "title": title_trend(trend),
        "sub": describe_trend(trend, axis.low),
        "figure": draw_trend(trend) if trend.has_data and not question.as_table else None,
        "table": _shape_table(trend) if question.as_table else None,
        "table_url": address(question, owner, table="1") + "#trend",
        "chart_url": address(question, owner, table=None) + "#trend",
        "csv_url": csv_address("trend", question, owner, table=None, all=None),
        "explore_url": explore_address(question, owner),
        "is_empty": not trend.has_data,
    }


def _shape_table(trend: Trend) -> dict[str, Any]:
    measure = trend.measure
    unit = f", {measure.unit}" if measure.unit else ""
    now = trend.points[-1].period.start
    return {
        "heads": [
            {"label": trend.grain.capitalize(), "num": False},
            {"label": f"{measure.name}{unit}", "num": True},
            {"label": "95 % interval", "num": True},
            {"label": f"n {measure.n_label}", "num": True},
            {"label": "Against its usual range", "num": True},
        ],
        "rows": [
            [
                name_start(point.period, trend.grain, now),
                "–" if point.reading.value is None else write_number(measure, point.reading.value),
                write_interval(measure, point.reading.low, point.reading.high) or "–",
                write_count(point.reading.n),
                _judge_in_words(trend, index),
            ]
            for index, point in reversed(list(enumerate(trend.points)))
        ],
    }


def _judge_in_words(trend: Trend, index: int) -> str:
    point = trend.points[index]
    if point.reading.value is None:
        return "no data"
    if point.is_open:
        return "provisional"
    if point.signal:
        return "outside"
    return "–" if trend.limits is None else "within"


def trend_rows(trend: Trend) -> list[list[object]]:
    """List the points as an export has them, the names of the columns first."""
    rows: list[list[object]] = [list(HEADS)]
    limits = {
        stretch.start + place: limit
        for stretch in trend.stretches
        for place, limit in enumerate(stretch.limits)
    }
    for index, point in enumerate(trend.points):
        reading, limit = point.reading, limits.get(index)
        rows.append(
            [
                trend.measure.slug,
                reading.version,
                point.period.start.isoformat(),
                point.period.end.isoformat(),
                reading.value,
                reading.low,
                reading.high,
                reading.numerator,
                reading.denominator,
                reading.n,
                line_of_target(trend.measure, trend.aims[index]),
                limit.lower if limit else None,
                limit.upper if limit else None,
                " ".join(sorted(point.signal or ())),
                "yes" if point.is_open else "no",
            ]
        )
    return rows
