import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from metrics.dashboards.rules.figures import (
    DASH,
    fit_unit,
    write_count,
    write_interval,
    write_value,
)
from metrics.dashboards.selectors.figures import as_measure
from metrics.explore.selectors import RowsPage
from metrics.feeds.models import Import
from metrics.kpis.rows import Behind, FactRow, Line, Place, list_made_of
from metrics.kpis.tables import write_arithmetic
from metrics.records.kinds import KINDS, Combine
from opsportal.lib.formats import format_number
from opsportal.lib.periods import MONTHS
from opsportal.lib.statistics.intervals import Exact
from teams.access.roles import Permission
from teams.access.viewers import Viewer

# Money is kept in millionths.
MICROS = "_micros"
IMPORTS_NAMED = 3
HOW = {
    Combine.FLOW: "added up",
    Combine.STOCK: "the last of each queue",
    Combine.MEAN: "mean of the days",
    Combine.MAXIMUM: "the largest",
}
_PLACE = re.compile(r"(\d{4}-\d{2}-\d{2})\.(\d{1,18})")


def read_place(text: str) -> Place | None:
    """Read where a page begins, as a link of the page before said it; None for anything else."""
    found = _PLACE.fullmatch(text)
    if found is None:
        return None
    try:
        return Place(date.fromisoformat(found[1]), int(found[2]))
    except ValueError:
        return None


def shape_rows(viewer: Viewer, page: RowsPage) -> dict[str, Any]:
    """Shape a page of rows as its template takes it."""
    behind = page.behind
    context: dict[str, Any] = {"title": "Rows behind a figure", "notes": page.notes}
    if behind is None:
        context["crumbs"] = [{"label": "Explore", "href": reverse("metrics:explore")}]
        return context
    assert page.unit is not None
    assert page.period is not None
    definition = behind.definition
    measure = fit_unit(as_measure(definition), behind.value.value)
    reads_feeds = viewer.may(Permission.READ_FEEDS)
    who = page.person.name if page.person else page.unit.name
    value = behind.value
    given = {
        "kpi": value.kpi,
        "unit": page.unit.slug,
        "person": page.person.slug if page.person else "",
        "queue": page.queue,
        "from": page.period.start.isoformat(),
        "to": page.period.end.isoformat(),
    }
    parameters = {name: text for name, text in given.items() if text}
    address = f"{reverse('metrics:explore-rows')}?{urlencode(parameters)}"
    after = f"{behind.after.day.isoformat()}.{behind.after.key}" if behind.after else ""
    back = f"{reverse('metrics:explore')}?{urlencode(parameters)}"
    return context | {
        "title": f"{definition.name} of {who}: the rows",
        "crumbs": [
            {"label": "Explore", "href": back},
            {"label": f"Rows behind {definition.name}"},
        ],
        "about": {
            "name": definition.name,
            "kpi_url": reverse("metrics:kpi-detail", args=[measure.slug]),
            "who": who,
            "queue": value.queue.name if value.queue else "",
            "period": page.period.label(),
            "value": write_value(measure, value.value),
            "interval": write_interval(measure, value.low, value.high),
            "n": write_count(value.n),
            "version": definition.number,
            "arithmetic": write_arithmetic(definition),
            "numerator": write_count(value.numerator),
            "denominator": write_count(value.denominator) if definition.denominator else "",
            "why_provisional": value.why_provisional,
        },
        "made_of": _say_made_of(behind),
        "columns": [
            {
                "label": _name_column(one.name),
                "meaning": one.meaning,
                "num": _is_number(behind, one.name),
            }
            for one in behind.columns
        ],
        "has_queue": definition.measure_set.has_queue,
        "subject_head": _head_of_subject(behind),
        "reads_feeds": reads_feeds,
        "has_sources": behind.kind is not None or reads_feeds,
        "rows": [_shape_fact(behind, fact, reads_feeds) for fact in behind.facts]
        or [_shape_line(behind, line) for line in behind.lines],
        "sums": _shape_sums(behind),
        "first": "" if page.is_first else address,
        "next": f"{address}&after={after}" if after else "",
        "csv_url": f"{reverse('metrics:explore-rows-csv')}?{urlencode(parameters)}",
    }


def _say_made_of(behind: Behind) -> str:
    """Say what one row is, and what is not among them."""
    if behind.kind is not None:
        return (
            f"One row is {behind.kind.one_row_is}. Rows that do not know what the KPI reads are "
            "not counted and not listed."
        )
    measures = behind.definition.measure_set
    # Of one kind alone, the set has its name.
    kinds = (
        ""
        if behind.definition.source in KINDS
        else join_words(kind.name.lower() for kind in list_made_of(behind.definition))
    )
    in_queue = " in one queue" if measures.has_queue else ""
    made_of = f", made of {kinds}" if kinds else ""
    return (
        f"One row is what one day came to{in_queue} ({measures.name.lower()}){made_of}: "
        "no names, and no rates of an hour."
    )


def join_words(words: Iterable[str]) -> str:
    """Join words as a sentence does: 'a, b and c'."""
    *first, last = list(words) or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _head_of_subject(behind: Behind) -> str:
    if behind.kind is None:
        return ""
    fields = {column.field for column in behind.kind.columns}
    if "person_id" in fields:
        return "Person"
    return "Unit" if "unit_id" in fields else ""


def _shape_fact(behind: Behind, fact: FactRow, reads_feeds: bool) -> dict[str, Any]:
    subject = behind.names.get(fact.subject_id) if fact.subject_id else None
    of_people = _head_of_subject(behind) == "Person"
    values = {**fact.counted, **fact.said}
    import_ = behind.imports.get(fact.import_id)
    return {
        "day": _write_day(fact.day),
        "subject": subject.name if subject else "a machine" if of_people else "",
        "href": reverse("teams:person-detail", args=[subject.slug])
        if subject and of_people
        else "",
        "queue": behind.queues.get(fact.queue_id or 0, DASH),
        "cells": [
            {
                "text": _write_cell(one.name, values.get(one.name)),
                "num": _is_number(behind, one.name),
            }
            for one in behind.columns
        ],
        "imports": [_shape_import(import_, reads_feeds)] if import_ else [],
        "before": _say_before(behind, fact, reads_feeds),
    }


def _shape_line(behind: Behind, line: Line) -> dict[str, Any]:
    writers = behind.writers.get((line.day, line.queue_id), [])
    more = len(writers) - IMPORTS_NAMED
    return {
        "day": _write_day(line.day),
        "subject": "",
        "href": "",
        "queue": behind.queues.get(line.queue_id, DASH),
        "cells": [
            {"text": _write_cell(one.name, line.measures.get(one.name)), "num": True}
            for one in behind.columns
        ],
        "imports": [
            _shape_import(behind.imports[one], True)
            for one in writers[:IMPORTS_NAMED]
            if one in behind.imports
        ],
        "more_imports": f"and {more} more" if more > 0 else "",
        "before": "",
    }


def _shape_import(import_: Import, reads_feeds: bool) -> dict[str, str]:
    """Name where a row came from; the import itself is for whoever reads feeds."""
    received = timezone.localtime(import_.received_at)
    return {
        "feed": import_.feed.name,
        "label": f"import {import_.pk}" if reads_feeds else "",
        "when": ""
        if reads_feeds
        else f"{received.day} {MONTHS[received.month - 1]} {received.year}",
        "href": reverse("metrics:import-detail", args=[import_.pk]) if reads_feeds else "",
    }


def _say_before(behind: Behind, fact: FactRow, reads_feeds: bool) -> str:
    """Say what a corrected row said before, of what is shown of it."""
    if fact.id not in behind.before or behind.kind is None:
        return ""
    import_id, values = behind.before[fact.id]
    parts = [
        f"{_name_column(name).lower()} {_write_cell(name, was)}"
        for name, now in fact.said.items()
        if (was := values.get(behind.kind.column(name).field)) != _as_json(now)
    ]
    source = behind.imports.get(import_id)
    of_source = f", by import {import_id}" if source and reads_feeds else ""
    said = ", ".join(parts) or "another day, person or queue"
    return f"Corrected; before: {said}{of_source}"


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _shape_sums(behind: Behind) -> dict[str, Any] | None:
    """Shape the foot: under each column what it comes to in the whole figure, all pages of it."""
    if not behind.sums:
        return None
    by_name = {one.name: one for one in behind.sums}
    return {
        "cells": [
            _write_cell(one.name, by_name[one.name].total) if one.name in by_name else ""
            for one in behind.columns
        ],
        "how": ", ".join(
            f"{_name_column(one.name).lower()}: {HOW[one.combine]}"
            for one in behind.sums
            if one.combine is not Combine.FLOW
        ),
    }


def _is_number(behind: Behind, name: str) -> bool:
    if behind.kind is None or name in {one.name for one in behind.sums}:
        return True
    return any(column.name == name for column in behind.kind.measures)


def _name_column(name: str) -> str:
    return name.removesuffix(MICROS).replace("_", " ").capitalize()


def _write_cell(name: str, value: Any) -> str:
    if value is None or value == "":
        return DASH
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, str | date):
        return str(value)
    return _write_amount(name, value)


def _write_amount(name: str, amount: Exact | float) -> str:
    if name.endswith(MICROS):
        return format_number(amount / 1_000_000, 2)
    return format_number(amount, 0 if amount == int(amount) else 2)


def _write_day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def name_columns(viewer: Viewer, behind: Behind) -> list[object]:
    """Name the columns of the rows as an export has them."""
    names = [one.name for one in behind.columns]
    if behind.kind is None:
        return ["day", "queue", *names]
    source = ["feed", "import"] if viewer.may(Permission.READ_FEEDS) else ["feed"]
    return ["day", "key", "name", "queue", *names, *source]


def row_rows(viewer: Viewer, behind: Behind) -> Iterable[list[object]]:
    """List the rows of a page as an export has them."""
    names = [one.name for one in behind.columns]
    reads_feeds = viewer.may(Permission.READ_FEEDS)
    if behind.kind is None:
        for line in behind.lines:
            queue = behind.queues.get(line.queue_id)
            yield [line.day.isoformat(), queue, *(line.measures.get(name) for name in names)]
        return
    for fact in behind.facts:
        subject = behind.names.get(fact.subject_id) if fact.subject_id else None
        values = {**fact.counted, **fact.said}
        import_ = behind.imports.get(fact.import_id)
        yield [
            fact.day.isoformat(),
            subject.slug if subject else None,
            subject.name if subject else None,
            behind.queues.get(fact.queue_id or 0),
            *(_as_json(values.get(name)) for name in names),
            import_.feed.slug if import_ else None,
            *([fact.import_id] if reads_feeds else []),
        ]
