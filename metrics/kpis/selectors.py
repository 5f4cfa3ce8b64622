from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from django.db.models import QuerySet
from django.http import Http404
from psycopg2.extras import DateRange

from metrics.kpis.extents import find_extents
from metrics.kpis.figures import Row, Scope, read_figures
from metrics.kpis.models import Kpi, KpiVersion, Recompute
from metrics.kpis.policies import may_read_values
from metrics.kpis.provisional import Reasons
from metrics.kpis.readings import (
    Membership,
    Source,
    find_queues,
    list_children,
    list_people_below,
    of_children,
    of_people,
    of_units,
)
from metrics.kpis.rules.figures import Figure
from metrics.kpis.values import Breakdown, KpiValue, Subject
from opsportal.lib.periods import Grain, Period, list_periods, period_of
from teams.access.viewers import Viewer
from teams.changes.models import OperatingDay
from teams.structure.models import Queue, Unit

# In a unit label: whatever currency the portal reports in.
CURRENCY_SIGN = "¤"


class Progress(NamedTuple):
    """How far a recompute has come; days that others changed meanwhile count as left too."""

    recompute: Recompute
    days_left: int
    days_failed: int

    @property
    def state(self) -> str:
        if self.days_left:
            return "running"
        return "failed" if self.days_failed else "done"


def get_progress(recompute: Recompute) -> Progress:
    """Count what of a recompute's days is left; a range without an end is open."""
    days = OperatingDay.objects.filter(changed_at__isnull=False)
    if recompute.first_day:
        days = days.filter(day__gte=recompute.first_day)
    if recompute.last_day:
        days = days.filter(day__lte=recompute.last_day)
    failed = days.filter(failed_at__isnull=False).count()
    return Progress(recompute, days.count() - failed, failed)


def list_kpis() -> QuerySet[Kpi]:
    """List the catalogue, each KPI with its versions."""
    return Kpi.objects.prefetch_related("versions")


def name_currency(versions: Iterable[KpiVersion]) -> None:
    """Put the reporting currency, which is the root unit's, where a unit label leaves it open."""
    of_money = [version for version in versions if CURRENCY_SIGN in version.unit_label]
    if of_money:
        currency = Unit.objects.values_list("currency", flat=True).get(is_root=True)
        for version in of_money:
            version.unit_label = version.unit_label.replace(CURRENCY_SIGN, currency or "money")


def get_values(
    kpis: Sequence[str],
    *,
    viewer: Viewer,
    unit: int,
    grain: Grain,
    start: date | None = None,
    end: date | None = None,
    queues: Collection[str] | None = None,
    breakdown: Breakdown | None = None,
    person: int | None = None,
) -> list[KpiValue]:
    """Give the values of KPIs; a page that asks more than once keeps a KpiReader instead."""
    return KpiReader(viewer, kpis).get_values(
        unit=unit,
        grain=grain,
        start=start,
        end=end,
        queues=queues,
        breakdown=breakdown,
        person=person,
    )


class KpiReader:
    """Gives the values of some KPIs to one viewer; what all its answers share is read once.

    The one way from totals to values: page, API and report go through it. Raises Http404 for an
    unknown KPI, unit, queue or person, and for what the viewer may not read.
    """

    def __init__(self, viewer: Viewer, kpis: Sequence[str]) -> None:
        self.viewer = viewer
        self.kpis = list(dict.fromkeys(kpis))
        self._reasons: Reasons | None = None

    @cached_property
    def versions(self) -> dict[str, list[KpiVersion]]:
        """Hold every version of each KPI, the oldest first."""
        found: dict[str, list[KpiVersion]] = {slug: [] for slug in self.kpis}
        for version in (
            KpiVersion.objects.filter(kpi__slug__in=self.kpis)
            .select_related("kpi")
            .order_by("number")
        ):
            found[version.kpi.slug].append(version)
        for slug, versions in found.items():
            if not versions:
                raise Http404(f"There is no KPI '{slug}'.")
        name_currency(version for versions in found.values() for version in versions)
        return found

    @cached_property
    def sources(self) -> set[str]:
        """Hold the measure sets that any version reads."""
        return {version.source for versions in self.versions.values() for version in versions}

    @cached_property
    def changed_days(self) -> list[date]:
        """Hold the days whose totals do not yet say what their facts say, in order."""
        return list(
            OperatingDay.objects.filter(changed_at__isnull=False)
            .order_by("day")
            .values_list("day", flat=True)
        )

    @cached_property
    def queues(self) -> dict[str, Subject]:
        """Hold every queue by its slug, in the order of their names."""
        rows = Queue.objects.order_by("name", "id").values_list("id", "slug", "name")
        return {slug: Subject(id_, slug, name) for id_, slug, name in rows}

    def narrow(self, kpi: str) -> "KpiReader":
        """Return a reader of one of these KPIs that shares what this one has read."""
        reader = KpiReader(self.viewer, [kpi])
        reader.versions = {kpi: self.versions[kpi]}
        reader.changed_days = self.changed_days
        reader.queues = self.queues
        reader._reasons = self._reasons
        return reader

    def reasons_between(self, start: date, end: date) -> Reasons:
        """Find why figures of these days may change, in what was read for an earlier answer too."""
        if self._reasons is None or not self._reasons.covers(start, end):
            self._reasons = Reasons(self.viewer, self.changed_days, start, end)
        return self._reasons

    def get_values(
        self,
        *,
        unit: int,
        grain: Grain,
        start: date | None = None,
        end: date | None = None,
        queues: Collection[str] | None = None,
        breakdown: Breakdown | None = None,
        person: int | None = None,
    ) -> list[KpiValue]:
        """Give values for the periods of `grain` that start in [start, end).

        A missing end of the range is that of the unit's data. See get_period_values for the rest.
        """
        self.refuse_strangers([unit], breakdown, person)
        return self.get_period_values(
            unit=unit,
            periods=self.choose_periods(unit=unit, grain=grain, start=start, end=end),
            queues=queues,
            breakdown=breakdown,
            person=person,
        )

    def choose_periods(
        self, *, unit: int, grain: Grain, start: date | None = None, end: date | None = None
    ) -> list[Period]:
        """List the periods of a range; a missing end is that of the unit's data, if it has any.

        Raises ValueError for a range that is reversed or holds too many periods.
        """
        if start is None or end is None:
            extents = find_extents(unit, self.sources).values()
            if not extents:
                return []
            first = min(first for first, _ in extents)
            last = max(last for _, last in extents)
            if start is None:
                # From the start of a period, so that the first days are not left out.
                start = first if grain is Grain.ALL else period_of(first, grain).start
            if end is None:
                end = last + timedelta(days=1)
                if start >= end:
                    return []
            elif start >= end:
                return []
        return list_periods(start, end, grain)

    def get_period_values(
        self,
        *,
        unit: int,
        periods: Sequence[Period],
        beside: Collection[int] = (),
        queues: Collection[str] | None = None,
        breakdown: Breakdown | None = None,
        person: int | None = None,
        bare: Collection[tuple[str, Period]] = (),
    ) -> list[KpiValue]:
        """Give the values of all the rows that list_rows lists."""
        return self.list_rows(
            unit=unit,
            periods=periods,
            beside=beside,
            queues=queues,
            breakdown=breakdown,
            person=person,
            bare=bare,
        ).read()

    def list_rows(
        self,
        *,
        unit: int,
        periods: Sequence[Period],
        beside: Collection[int] = (),
        queues: Collection[str] | None = None,
        breakdown: Breakdown | None = None,
        person: int | None = None,
        bare: Collection[tuple[str, Period]] = (),
    ) -> "KpiRows":
        """List what there is to read for any periods, overlapping ones too, without reading it.

        In the order kpi, period, subject. `beside` adds other units, each for itself; `queues`
        are slugs, None is all of them. Every subject has a row for every period in which it
        belonged to the unit, without data too; a queue, once it has data in any of the periods. A
        unit below counts only while it stood there, a person only while assigned to the unit or
        below it, so that the parts and the unit's own work are the whole. `bare` are KPIs and
        periods of which nobody looks at the interval: it may be missing.
        """
        self.refuse_strangers([unit, *beside], breakdown, person)
        if not periods:
            return KpiRows(self, unit, [], of_units([unit]), None, by_queue=False)
        start = min(period.start for period in periods)
        end = max(period.end for period in periods)
        members, source = self._find_members(
            [unit, *beside], start, end, breakdown=breakdown, person=person
        )
        wanted = None if queues is None else self._find_queues(queues)
        queue_ids = None if wanted is None else [queue.id for queue in wanted]
        shown: Sequence[Subject | None] = [wanted[0] if wanted and len(wanted) == 1 else None]
        by_queue = breakdown is Breakdown.QUEUE
        last_days = {period: period.last_day for period in periods}
        versions = {
            kpi: {period: self.version_on(kpi, day) for period, day in last_days.items()}
            for kpi in self.kpis
        }
        if by_queue and wanted is None:
            read = {version for of_kpi in versions.values() for version in of_kpi.values()}
            shown = self._name_queues(find_queues(read, start, end, source))
        elif by_queue and wanted is not None:
            shown = wanted
        subjects = {period: _list_present(members, period) for period in periods}
        rows = [
            Row(versions[kpi][period], period, subject, queue, (kpi, period) in bare)
            for kpi in self.kpis
            for period in periods
            for subject in subjects[period]
            for queue in shown
        ]
        return KpiRows(self, unit, rows, source, queue_ids, by_queue=by_queue)

    def version_on(self, kpi: str, day: date) -> KpiVersion:
        """Find the definition in force on a day."""
        return next(
            version
            for version in reversed(self.versions[kpi])
            if version.valid_from is None or version.valid_from <= day
        )

    def refuse_strangers(
        self, units: Iterable[int], breakdown: Breakdown | None, person: int | None
    ) -> None:
        for unit in units:
            if not may_read_values(
                self.viewer, unit, breakdown=breakdown, person_id=person, sources=self.sources
            ):
                raise Http404("No such figures, or none that you may read.")

    def _find_members(
        self,
        units: Sequence[int],
        start: date,
        end: date,
        *,
        breakdown: Breakdown | None,
        person: int | None,
    ) -> tuple[list[Membership], Source]:
        """Find who has rows, and when, and where their sums come from."""
        unit = units[0]
        if person is not None or breakdown is Breakdown.PERSON:
            people = list_people_below(unit, start, end, person)
            if person is not None and not people:
                raise Http404("No such person, or nobody who was in this unit then.")
            return people, of_people(unit, person)
        if breakdown is Breakdown.UNIT:
            return list_children(unit, start, end), of_children(unit)
        always = DateRange(start, end)
        return [Membership(self.name_unit(id_), always) for id_ in units], of_units(units)

    def _find_queues(self, slugs: Collection[str]) -> list[Subject]:
        unknown = set(slugs) - self.queues.keys()
        if unknown:
            raise Http404(f"There is no queue '{min(unknown)}'.")
        return [queue for slug, queue in self.queues.items() if slug in slugs]

    def _name_queues(self, queue_ids: Collection[int]) -> list[Subject]:
        return [queue for queue in self.queues.values() if queue.id in queue_ids]

    def name_unit(self, unit_id: int) -> Subject:
        node = self.viewer.tree.nodes[unit_id]
        return Subject(node.id, node.slug, node.name)


@dataclass(frozen=True)
class KpiRows:
    """Rows that a reader has found, whose values are read when asked for, some or all of them."""

    reader: KpiReader
    unit: int
    rows: Sequence[Row]
    source: Source
    queue_ids: Sequence[int] | None
    by_queue: bool

    def __len__(self) -> int:
        return len(self.rows)

    def read(self, start: int = 0, limit: int | None = None) -> list[KpiValue]:
        """Give the values of some rows, in order; the cost follows how many they are."""
        rows = self.rows[start : None if limit is None else start + limit]
        if not rows:
            return []
        source = self.source
        if len(rows) < len(self.rows):
            source = source.only(sorted({row.subject.id for row in rows}))
        viewer = self.reader.viewer
        reasons = self.reader.reasons_between(
            min(row.period.start for row in rows), max(row.period.end for row in rows)
        )
        scope = Scope(source, self.queue_ids, self.by_queue, viewer.tree.root.id)
        figures = read_figures(rows, scope)
        return [self._value(*pair, reasons) for pair in zip(rows, figures, strict=True)]

    def _value(self, row: Row, figure: Figure, reasons: Reasons) -> KpiValue:
        unit, person = row.subject, None
        if self.source.of_people:
            unit, person = self.reader.name_unit(self.unit), row.subject
        return KpiValue(
            definition=row.version,
            unit=unit,
            queue=row.queue,
            person=person,
            period=row.period,
            numerator=figure.numerator,
            denominator=figure.denominator,
            n=figure.n,
            value=figure.value,
            low=figure.low,
            high=figure.high,
            why_provisional=reasons.find(row.version.source, row.period, unit.id),
        )


def _list_present(members: Iterable[Membership], period: Period) -> list[Subject]:
    """List who belonged for at least one day of a period, each once."""
    return list(
        dict.fromkeys(
            member.subject
            for member in members
            if (member.valid.lower is None or member.valid.lower < period.end)
            and (member.valid.upper is None or member.valid.upper > period.start)
        )
    )
