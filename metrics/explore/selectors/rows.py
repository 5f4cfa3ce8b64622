from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.http import Http404

from metrics.dashboards.rules.questions import Span
from metrics.explore.rules.questions import cut, read_grain, read_range
from metrics.explore.selectors.subjects import find_person, find_unit
from metrics.kpis.extents import get_extent
from metrics.kpis.rows import Behind, Cell, Place, find_behind, read_behind
from metrics.kpis.values import Subject
from opsportal.lib.periods import Grain, Period, period_of
from teams.access.viewers import Viewer
from teams.structure.rules import Node

ROWS_OF_A_PAGE = 50
# A figure is named by its own days, which may begin before the data or end after them.
BEYOND = timedelta(days=366)


@dataclass(frozen=True)
class RowsPage:
    """A page of the rows behind a figure; without `behind`, `notes` say why there is none.

    `cell` is what the pages that follow are read by.
    """

    behind: Behind | None = None
    cell: Cell | None = None
    unit: Node | None = None
    person: Subject | None = None
    queue: str = ""
    period: Period | None = None
    is_first: bool = True
    limit: int = ROWS_OF_A_PAGE
    notes: list[str] = field(default_factory=list)


def read_rows_page(
    viewer: Viewer, given: Mapping[str, str], *, after: Place | None, limit: int = ROWS_OF_A_PAGE
) -> RowsPage:
    """Read the rows behind the figure that an address names: KPI, unit or person, queue, days.

    Nothing in it raises; what is unknown and what may not be read are answered alike.
    """
    notes: list[str] = []
    person = find_person(viewer, given.get("person", "").strip(), notes)
    unit = find_unit(viewer, given.get("unit", "").strip(), person, notes)
    if unit is None or notes:
        return RowsPage(notes=notes or ["No unit's figures are yours to read."])
    kpi, queue = given.get("kpi", "").strip(), given.get("queue", "").strip()
    extent = get_extent(unit.id)
    if extent is None:
        return RowsPage(unit=unit, person=person, notes=[f"There are no data of {unit.name} yet."])
    period = _read_period(given, Span(extent.first, extent.last, extent.days), notes)
    try:
        cell, value = find_behind(
            viewer,
            kpi,
            unit=unit.id,
            period=period,
            queue=queue,
            person=person.id if person else None,
        )
    except Http404:
        what = f"'{cut(kpi)}'" if kpi else "no KPI"
        of_queue = f" in the queue '{cut(queue)}'" if queue else ""
        sentence = f"There are no rows behind {what} of {unit.name}{of_queue} that you may read."
        return RowsPage(unit=unit, person=person, notes=[*notes, sentence])
    behind = read_behind(viewer, cell, value, after=after, limit=limit)
    return RowsPage(behind, cell, unit, person, queue, period, after is None, limit, notes)


def read_rows_on(viewer: Viewer, page: RowsPage) -> Iterator[RowsPage]:
    """Give a page, then all that follow it, each read when it is asked for.

    All are of the figure of the first, whatever arrives meanwhile. However many rows there are, one
    page of them is held at a time, and no transaction. Where a page that was to follow is there no
    more, the one before it is the last, and still says that it goes on.
    """
    while page.behind is not None and page.cell is not None:
        yield page
        behind = page.behind
        if behind.after is None:
            return
        behind = read_behind(viewer, page.cell, behind.value, after=behind.after, limit=page.limit)
        if not behind.facts and not behind.lines:
            return
        page = replace(page, behind=behind, is_first=False)


def _read_period(given: Mapping[str, str], span: Span, notes: list[str]) -> Period:
    """Read the days of a figure; with a grain, those of its period that holds the first day."""
    grain = read_grain(given, notes)
    start = given.get("from", "").strip()
    if grain is not None and grain is not Grain.ALL:
        try:
            return period_of(date.fromisoformat(start), grain)
        except ValueError:
            notes.append(f"'{cut(start)}' is not a date such as 2026-11-22.")
    try:
        period = Period(date.fromisoformat(start), date.fromisoformat(given.get("to", "").strip()))
    except ValueError:
        _, period, sentences = read_range(given, span)
        notes += sentences
        return period
    return _keep_near(period, span.whole)


def _keep_near(period: Period, whole: Period) -> Period:
    """Cut off what lies far from the data; a week or quarter that only begins there stays whole."""
    start = max(period.start, whole.start - BEYOND)
    end = min(period.end, whole.end + BEYOND)
    return Period(start, end) if start < end else whole
