"""From a figure to what stands behind it, as far as someone's rights reach."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.http import Http404

from metrics.feeds.models import Import
from metrics.kpis.extents import find_extents
from metrics.kpis.measures import Of
from metrics.kpis.models import KpiVersion
from metrics.kpis.policies import may_read_rows
from metrics.kpis.provisional import list_kinds
from metrics.kpis.readings import Source, of_people, of_units, read_sums
from metrics.kpis.rows.facts import FactRow, list_facts, shown_columns
from metrics.kpis.rows.lines import Line, find_writers, list_lines
from metrics.kpis.rows.scopes import Cell, Place
from metrics.kpis.rules.sums import add_sums, combine_measures
from metrics.kpis.selectors import KpiReader
from metrics.kpis.values import KpiValue, Subject
from metrics.records.kinds import KINDS, Combine, Kind
from metrics.records.selectors import list_prior_versions
from opsportal.lib.periods import Period
from opsportal.lib.statistics.intervals import Exact
from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.structure.models import Person, Queue, Unit

# A leader sees that someone was away, not that it was to recover from harmful content.
ONES_OWN = frozenset({"wellness_seconds"})


@dataclass(frozen=True)
class Column:
    """One column of the rows: its name, and what it means."""

    name: str
    meaning: str


@dataclass(frozen=True)
class MeasureSum:
    """What a measure comes to in the whole figure, and by which way of adding up."""

    name: str
    meaning: str
    combine: Combine
    total: Exact


@dataclass(frozen=True)
class Behind:
    """A figure, and one page of what stands behind it, the newest day first.

    Either `facts` of `kind`, or where there is none that someone may read, `lines` of days.
    `names` holds subjects by id, `queues` queues by id, `imports` by id; `before` what facts said
    before they were corrected, and the import that had said it; `writers` the imports behind a
    line, for whoever reads feeds. `after` begins the next page; None: there is none.
    """

    value: KpiValue
    kind: Kind | None
    columns: list[Column]
    sums: list[MeasureSum]
    facts: list[FactRow] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    names: dict[int, Subject] = field(default_factory=dict)
    queues: dict[int, str] = field(default_factory=dict)
    imports: dict[int, Import] = field(default_factory=dict)
    before: dict[int, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    writers: dict[tuple[date, int], list[int]] = field(default_factory=dict)
    after: Place | None = None

    @property
    def definition(self) -> KpiVersion:
        return self.value.definition


def find_behind(
    viewer: Viewer,
    kpi: str,
    *,
    unit: int,
    period: Period,
    queue: str = "",
    person: int | None = None,
) -> tuple[Cell, KpiValue]:
    """Find a figure whose rows someone may read in some form.

    Raises Http404 for an unknown KPI, unit, queue or person, and for what they may not read: of a
    sibling unit the figure alone may stand beside one's own.
    """
    reader = KpiReader(viewer, [kpi])
    (value,) = reader.get_period_values(
        unit=unit, periods=[period], queues=[queue] if queue else None, person=person
    )
    if person is None and not viewer.may(Permission.READ_UNIT_KPIS, unit):
        raise Http404("No such rows, or none that you may read.")
    cell = Cell(
        version=value.definition,
        unit_id=unit,
        is_root=unit == viewer.tree.root.id,
        person_id=person,
        queue_id=reader.queues[queue].id if queue else None,
        period=period,
    )
    return cell, value


def read_behind(
    viewer: Viewer, cell: Cell, value: KpiValue, *, after: Place | None = None, limit: int
) -> Behind:
    """Read a page of what stands behind a figure, in as many queries however many rows there are.

    Days on which nothing can stand are passed over without being looked at.
    """
    kind = _find_kind(viewer, cell)
    within = _clip(cell)
    sums = [] if within is None else _add_up(within)
    columns = _list_columns(viewer, cell, kind)
    if within is None:
        return Behind(value, kind, columns, sums)
    if kind is None:
        lines = list_lines(within, _source_of(cell), after=after, limit=limit + 1)
        return _with_lines(viewer, within, Behind(value, None, columns, sums), lines, limit)
    facts = list_facts(within, kind, after=after, limit=limit + 1)
    return _with_facts(Behind(value, kind, columns, sums), kind, facts, limit)


def _find_kind(viewer: Viewer, cell: Cell) -> Kind | None:
    """Find the kind of facts to list; None where there is none by itself, or no right to it."""
    source = cell.version.source
    kind = KINDS.get(source)
    may = may_read_rows(
        viewer,
        cell.unit_id,
        source=source,
        of_people=cell.version.measure_set.of is Of.PERSON,
        person_id=cell.person_id,
    )
    return kind if kind is not None and may else None


def _clip(cell: Cell) -> Cell | None:
    """Leave out the days before and after the unit's data; None where nothing is left.

    Of a person nothing is known that is known of units alone.
    """
    if cell.person_id is not None and cell.version.measure_set.of is not Of.PERSON:
        return None
    extent = find_extents(cell.unit_id, [cell.version.source]).get(cell.version.source)
    if extent is None:
        return None
    start = max(cell.period.start, extent[0])
    end = min(cell.period.end, extent[1] + timedelta(days=1))
    if start >= end:
        return None
    return replace(cell, period=Period(start, end))


def _source_of(cell: Cell) -> Source:
    if cell.person_id is not None:
        return of_people(cell.unit_id, cell.person_id)
    return of_units([cell.unit_id])


def _add_up(cell: Cell) -> list[MeasureSum]:
    """Add up what the definition reads, as the figure itself does."""
    formulas = cell.version.formulas
    found = add_sums(
        formulas,
        (
            reading.sums
            for reading in read_sums(
                [cell.version],
                [cell.period.start, cell.period.end],
                _source_of(cell),
                queue_ids=None if cell.queue_id is None else [cell.queue_id],
            )
        ),
    )
    if found is None:
        return []
    totals = combine_measures(formulas, found)
    measures = cell.version.measure_set
    return [
        MeasureSum(name, measures.measure(name).meaning, formulas.combines(name), totals[name])
        for name in cell.names
    ]


def _list_columns(viewer: Viewer, cell: Cell, kind: Kind | None) -> list[Column]:
    """List what a row shows: of facts their own columns, then what they are counted as."""
    measures = cell.version.measure_set
    counted = [Column(name, measures.measure(name).meaning) for name in cell.names]
    own = viewer.person is not None and viewer.person.pk == cell.person_id
    if kind is None:
        of_people = cell.person_id is not None and not own
        return [one for one in counted if not (of_people and one.name in ONES_OWN)]
    said = [Column(name, kind.column(name).meaning) for name in shown_columns(kind)]
    names = {column.name for column in said}
    return [*said, *(one for one in counted if one.name not in names)]


def _with_lines(
    viewer: Viewer, cell: Cell, behind: Behind, found: list[Line], limit: int
) -> Behind:
    lines = found[:limit]
    writers: dict[tuple[date, int], list[int]] = {}
    if viewer.may(Permission.READ_FEEDS):
        kinds = [KINDS[slug] for slug in sorted(list_kinds(cell.version.source))]
        writers = dict(find_writers(cell, kinds, lines))
    last = lines[-1] if lines else None
    return replace(
        behind,
        lines=lines,
        queues=_name_queues(line.queue_id for line in lines),
        writers=writers,
        imports=_find_imports(one for found in writers.values() for one in found),
        after=Place(last.day, last.queue_id) if last and len(found) > limit else None,
    )


def _with_facts(behind: Behind, kind: Kind, found: list[FactRow], limit: int) -> Behind:
    facts = found[:limit]
    before = list_prior_versions(kind, {fact.id: fact.import_id for fact in facts})
    import_ids = {fact.import_id for fact in facts} | {
        import_id for import_id, _ in before.values()
    }
    last = facts[-1] if facts else None
    return replace(
        behind,
        facts=facts,
        names=_name_subjects(kind, {fact.subject_id for fact in facts}),
        queues=_name_queues(fact.queue_id for fact in facts),
        imports=_find_imports(import_ids),
        before=before,
        after=Place(last.day, last.id) if last and len(found) > limit else None,
    )


def _name_subjects(kind: Kind, ids: Iterable[int | None]) -> dict[int, Subject]:
    fields = {column.field for column in kind.columns}
    wanted = {one for one in ids if one is not None}
    if "person_id" in fields:
        people = Person.objects.filter(pk__in=wanted).values_list("pk", "employee_id", "name")
        return {row[0]: Subject(*row) for row in people}
    units = Unit.objects.filter(pk__in=wanted).values_list("pk", "slug", "name")
    return {row[0]: Subject(*row) for row in units}


def _name_queues(ids: Iterable[int | None]) -> dict[int, str]:
    return dict(Queue.objects.filter(pk__in={one for one in ids if one}).values_list("pk", "name"))


def _find_imports(ids: Iterable[int]) -> dict[int, Import]:
    return Import.objects.select_related("feed").in_bulk(set(ids))


def list_made_of(version: KpiVersion) -> Sequence[Kind]:
    """List the kinds of facts that a definition's lines are made of, by name."""
    return sorted((KINDS[slug] for slug in list_kinds(version.source)), key=lambda kind: kind.name)
