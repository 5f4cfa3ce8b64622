from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from metrics.dashboards.charts import (
    Series,
    SeriesChart,
    draw_series,
    draw_trend,
    make_axis,
    series_axis,
)
from metrics.dashboards.rules.figures import (
    Aim,
    Measure,
    describe_interval,
    fit_unit,
    in_unit,
    line_of_target,
    write_count,
    write_interval,
    write_number,
    write_target,
)
from metrics.dashboards.rules.filters import TRAITS
from metrics.dashboards.rules.trends import build_trend, describe_trend, title_trend
from metrics.dashboards.selectors.figures import as_measure, as_reading
from metrics.explore.rules.answers import (
    describe_lines,
    name_row,
    title_parts,
    title_whole,
)
from metrics.explore.rules.questions import ROWS_OF_A_PAGE, Question
from metrics.explore.selectors import Answer, Exploration, Part
from metrics.explore.tables.addresses import (
    explore_address,
    export_address,
    points_address,
    rows_address,
)
from metrics.explore.tables.forms import shape_form
from metrics.targets.selectors import JudgedValue
from metrics.targets.tables import write_allowance
from opsportal.lib.drawing import Scale, make_scale


def shape_page(exploration: Exploration) -> dict[str, Any]:
    """Shape an exploration as its template takes it."""
    page: dict[str, Any] = {
        "title": "Explore",
        "notes": exploration.notes,
        "form": shape_form(exploration) if exploration.choices else None,
    }
    answer, question = exploration.answer, exploration.question
    if answer is None or question is None:
        return page | {"has_unit_data": exploration.span is not None}
    assert exploration.definition is not None
    measure = fit_unit(as_measure(answer.total.definition), *_list_typical(answer))
    return page | {
        "about": _shape_about(exploration, measure, answer),
        "chart": _shape_chart(exploration, measure, answer, question),
        "table": _shape_table(exploration, measure, answer, question),
        "csv_url": export_address(question),
        "parameters": question.address(),
        "has_unit_data": True,
        "has_data": answer.has_data,
    }


def _list_typical(answer: Answer) -> list[float | None]:
    return [answer.total.value, *(value.value for value in answer.list_values())]


def name_whole(exploration: Exploration) -> str:
    """Name whose figures they are: a person, or a unit as a whole, in one queue or all."""
    assert exploration.unit is not None
    name = exploration.person.name if exploration.person else exploration.unit.name
    total = exploration.answer.total if exploration.answer else None
    if total and total.queue:
        return f"{name}, {total.queue.name}"
    traits = exploration.question.traits if exploration.question else {}
    said = [f"{TRAITS[trait].lower()} {label}" for trait, label in name_traits(exploration, traits)]
    return ", ".join([name, *said])


def name_traits(exploration: Exploration, traits: Mapping[str, str]) -> list[tuple[str, str]]:
    """Name the traits that the queues are to have, as people read them."""
    work = exploration.choices.work if exploration.choices else []
    labels = {
        (trait, said.value): said.label for queue in work for trait, said in queue.traits.items()
    }
    return [(trait, labels.get((trait, value), value)) for trait, value in traits.items()]


def _shape_about(exploration: Exploration, measure: Measure, answer: Answer) -> dict[str, Any]:
    return {
        "name": name_whole(exploration),
        "period": answer.span.label(),
        "kpi": measure.name,
        "kpi_url": reverse("metrics:kpi-detail", args=[measure.slug]),
        "formula": answer.total.definition.formula,
        "version": answer.total.version,
        "interval": describe_interval(measure),
        "why_provisional": answer.total.why_provisional,
    }


def _shape_chart(
    exploration: Exploration, measure: Measure, answer: Answer, question: Question
) -> dict[str, Any] | None:
    """Draw several periods: one line with its usual range, or a line for each part."""
    if answer.is_one_period or not answer.has_data:
        return None
    shape: dict[str, Any] = {
        "id": "explored",
        "csv_url": export_address(question),
        "table_url": "#figures",
    }
    if answer.parts:
        shape |= _shape_lines(exploration, measure, answer)
    else:
        shape |= _shape_trend(exploration, measure, answer)
    # A point leads to the rows behind it (static/js/charts.js): those of one queue, or of all.
    if not question.traits and question.breakdown not in TRAITS:
        shape["figure"]["layout"]["meta"] = {"rows": points_address(question, answer.grain)}
    return shape


def _shape_trend(exploration: Exploration, measure: Measure, answer: Answer) -> dict[str, Any]:
    """Draw what was asked and, as on dashboards, what came before: that tells what is usual."""
    assert exploration.span is not None
    values = [*answer.before, *answer.whole]
    trend = build_trend(
        measure,
        answer.grain,
        [value.period for value in values],
        [as_reading(value) for value in values],
        data_end=exploration.span.whole.end,
        aims=[_aim(value) for value in values],
        chosen=answer.span,
    )
    return {
        "title": f"{name_whole(exploration)}: {title_trend(trend)}",
        "sub": describe_trend(trend, make_axis(trend).low),
        "figure": draw_trend(trend),
    }


def _shape_lines(exploration: Exploration, measure: Measure, answer: Answer) -> dict[str, Any]:
    ordered = sorted(answer.parts, key=lambda part: (-(part.total.n or 0), part.name))
    assert exploration.span is not None
    assert exploration.question is not None
    end = exploration.span.whole.end
    # What is drawn is in the unit that is written, for whoever points at it.
    chart = SeriesChart(
        replace(measure, per=1),
        answer.grain,
        answer.periods,
        Series(name_whole(exploration), [in_unit(measure, value.value) for value in answer.whole]),
        [
            Series(
                part.name,
                [in_unit(measure, value.value) if value else None for value in part.values],
                rows=urlencode({exploration.question.breakdown: part.key}),
            )
            for part in ordered
            if part.total.n is not None
        ],
        open_periods=_count_open(answer, end),
    )
    axis = series_axis(chart)
    return {
        "title": _title(exploration, measure, answer),
        "sub": describe_lines(
            measure,
            answer.grain,
            coloured=len(chart.coloured),
            grey=len(chart.grey),
            left_out=chart.left_out,
            many=exploration.many,
            axis_start=axis.low,
            is_open=chart.open_periods > 0,
        ),
        "figure": draw_series(chart),
    }


def _count_open(answer: Answer, data_end: Any) -> int:
    """Count the periods at the end that may still change, or that the data do not fill."""
    count = 0
    for value in reversed(answer.whole):
        if not value.provisional and value.period.end <= data_end:
            break
        count += 1
    return min(count, len(answer.whole))


def _title(exploration: Exploration, measure: Measure, answer: Answer) -> str:
    name = name_whole(exploration)
    if not answer.parts:
        return title_whole(measure, answer.span, name, answer.total.value)
    return title_parts(
        measure,
        answer.span,
        (name, answer.total.value),
        [(part.name, part.total.value) for part in answer.parts],
        exploration.one,
    )


def _shape_table(
    exploration: Exploration, measure: Measure, answer: Answer, question: Question
) -> dict[str, Any]:
    """Shape a page of the figures: periods the newest first, in each its parts and the whole."""
    scale = _find_scale(measure, answer) if answer.is_one_period and answer.parts else None
    target = line_of_target(measure, _aim(answer.total)) if scale else None
    rows = [
        _shape_row(measure, answer, question, value, part, scale, target)
        for index in range(len(answer.periods) - 1, -1, -1)
        for value, part in _list_of_period(answer, index)
    ]
    pages = max(-(-len(rows) // ROWS_OF_A_PAGE), 1)
    page = min(question.page, pages)
    start = (page - 1) * ROWS_OF_A_PAGE
    shown = rows[start : start + ROWS_OF_A_PAGE]
    unit = f", {measure.unit}" if measure.unit else ""
    name = name_whole(exploration)
    return {
        "title": _title(exploration, measure, answer),
        "part_head": exploration.one.capitalize() if answer.parts else "",
        "whole_name": name,
        "period_head": "" if answer.parts else answer.grain.capitalize(),
        "value_head": f"{measure.name}{unit}",
        "n_head": f"n {measure.n_label}",
        "groups": _group_rows(answer, shown),
        "scale": scale,
        "target": in_unit(measure, target),
        "target_label": "" if target is None else f"target {write_number(measure, target)}",
        "total": None
        if answer.is_one_period
        else _shape_row(measure, answer, question, answer.total, None, None, None),
        "total_name": f"{name}, {answer.span.label()}",
        "has_provisional": any(row["provisional"] for row in shown),
        "shown": f"Rows {start + 1:,} – {start + len(shown):,} of {len(rows):,}"
        if pages > 1
        else "",
        "previous": explore_address(question, page=str(page - 1)) + "#figures" if page > 1 else "",
        "next": explore_address(question, page=str(page + 1)) + "#figures" if page < pages else "",
    }


def _group_rows(answer: Answer, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put the rows of one period together under its name; what has no parts is one group."""
    if answer.is_one_period or not answer.parts:
        return [{"head": "", "rows": rows}]
    return [
        {"head": head, "rows": list(found)}
        for head, found in groupby(rows, key=lambda row: row["period"])
    ]


def _list_of_period(answer: Answer, index: int) -> list[tuple[JudgedValue, Part | None]]:
    """List the values of one period, each with its part; the whole last, without one."""
    parts = sorted(
        answer.parts,
        key=lambda part: (
            (part.values[index] is None or part.values[index].value is None),  # type: ignore[union-attr]
            part.name.casefold(),
        ),
    )
    found: list[tuple[JudgedValue, Part | None]] = [
        (value, part) for part in parts if (value := part.values[index]) is not None
    ]
    return [*found, (answer.whole[index], None)]


def _shape_row(
    measure: Measure,
    answer: Answer,
    question: Question,
    value: JudgedValue,
    part: Part | None,
    scale: Scale | None,
    target: float | None,
) -> dict[str, Any]:
    aim = _aim(value)
    return {
        "period": name_row(value.period, answer.grain, answer.periods[-1]),
        "part": part.name if part else "",
        "is_whole": part is None and bool(answer.parts),
        "value": "–" if value.value is None else write_number(measure, value.value),
        "number": in_unit(measure, value.value),
        "low": in_unit(measure, value.low),
        "high": in_unit(measure, value.high),
        "interval": write_interval(measure, value.low, value.high) or "–",
        "n": write_count(value.n),
        "few": value.attainment.status == "few",
        "status": value.attainment.status,
        "target": write_target(measure, aim).removeprefix("target "),
        "allowance": write_allowance(value.allowance),
        "provisional": "; ".join(value.why_provisional),
        "version": value.version,
        "rows_url": _find_rows(value, part, question) if value.n is not None else "",
        "whole": in_unit(measure, answer.total.value) if scale else None,
    }


def _find_rows(value: JudgedValue, part: Part | None, question: Question) -> str:
    """Find the rows behind a value; of several queues, the figures of each of these come first."""
    if part is not None and question.breakdown in TRAITS:
        if not part.key:
            return ""
        dates = {"from": value.period.start.isoformat(), "to": value.period.end.isoformat()}
        also = {question.breakdown: part.key, "breakdown": "queue", "period": None, "grain": "all"}
        return explore_address(question, **{**also, **dates})
    if question.traits and value.queue is None:
        return explore_address(question, breakdown="queue") if part is None else ""
    return rows_address(value, question.queue)


def _find_scale(measure: Measure, answer: Answer) -> Scale:
    """Find one scale for all intervals of a period, in the unit that is written."""
    values = [answer.total, *(part.total for part in answer.parts)]
    ends = [end for value in values for end in (value.value, value.low, value.high)]
    ends += [float(end) for end in answer.total.target or () if end is not None]
    return make_scale([in_unit(measure, end) for end in ends])


def _aim(value: JudgedValue) -> Aim | None:
    return Aim(*value.target) if value.target else None
