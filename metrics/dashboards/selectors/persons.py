"""The dashboard of a person: their own figures, beside their unit's, as far as the viewer reads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import Http404

from metrics.dashboards.rules.figures import Measure, Reading
from metrics.dashboards.rules.filters import list_trait_filters, narrow_question
from metrics.dashboards.rules.persons import Beside, Move, hold_beside, list_moves
from metrics.dashboards.rules.questions import Question, Span, find_trend, read_question
from metrics.dashboards.rules.tiles import Tile
from metrics.dashboards.rules.trends import Trend, build_trend
from metrics.dashboards.selectors.dashboards import Dashboard
from metrics.dashboards.selectors.figures import as_measure, as_reading
from metrics.dashboards.selectors.judging import Judge, Standing
from metrics.dashboards.selectors.peers import Card, Parts, Whole, make_card, may_compare_people
from metrics.dashboards.selectors.person_headers import PersonHeader, read_person_header
from metrics.dashboards.selectors.queues import Queues, read_queues
from metrics.kpis.models import KpiVersion
from metrics.kpis.persons import Reach, find_person_extents, find_reach
from metrics.kpis.readings import find_queues, of_people
from metrics.kpis.selectors import KpiReader
from metrics.kpis.values import Breakdown, KpiValue
from opsportal.lib.periods import Grain, Period, list_periods
from teams.access.viewers import Viewer
from teams.structure.models import Person

# What is not there: no data, in which no target was missed.
_NOTHING = Standing("nodata", None)


@dataclass(frozen=True)
class PersonBody:
    """What a person's data answer to a question.

    `dashboard` is as that of a unit, its cards aside; `queues` hold the chosen KPI in each queue
    beside the unit's value there, `total` in all of them. `standing` places the person among the
    people of the unit, for whoever may read them all.
    """

    dashboard: Dashboard
    moves: list[Move]
    queues: list[Beside]
    total: Beside
    total_standing: Standing
    standing: Card | None


@dataclass(frozen=True)
class PersonDashboard:
    """The dashboard of a person; without any data, its header alone."""

    header: PersonHeader
    body: PersonBody | None


def get_person_dashboard(
    viewer: Viewer, employee_id: str, given: Mapping[str, str], *, whole_cards: bool = False
) -> PersonDashboard:
    """Answer an address about a person; raise Http404 for whom the viewer may not read.

    The number of queries does not depend on how many people, queues or days there are.
    """
    # The database cannot even compare with a NUL.
    people = Person.objects.filter(employee_id=employee_id.replace("\0", ""))
    person = people.first()
    reach = None if person is None else find_reach(viewer, person.pk)
    if person is None or reach is None:
        raise Http404("No such person, or none whose figures you may read.")
    extents = find_person_extents(reach, person.pk)
    reader = KpiReader(viewer, _list_kpis(extents))
    header = read_person_header(viewer, person, reach, extents, len(reader.changed_days))
    if header.extent is None or not reader.kpis:
        return PersonDashboard(header, None)
    span = Span(header.extent.first, header.extent.last, header.extent.days)
    all_queues = read_queues(reader)
    question = read_question(given, span, kpis=reader.kpis, queues=reader.queues)
    here = _find_queues_of(reader, reach, person.pk, question.period)
    queues = Queues(
        [queue for id_, queue in all_queues.items() if id_ in here],
        {queue.slug: queue.name for id_, queue in all_queues.items() if id_ not in here},
    )
    question = narrow_question(question, given, queues.here, queues.elsewhere)
    body = _Reading(viewer, header, question, span, reader).read(whole_cards=whole_cards)
    dashboard = replace(
        body.dashboard, queues=queues.here, filters=list_trait_filters(question, queues.here)
    )
    return PersonDashboard(header, replace(body, dashboard=dashboard))


def _list_kpis(sets: Iterable[str]) -> list[str]:
    """List the KPIs that are made of some sets by their newest definition, in their order."""
    newest = KpiVersion.objects.order_by("kpi__position", "kpi__slug", "-number")
    found = newest.distinct("kpi__position", "kpi__slug").values_list("kpi__slug", "source")
    wanted = set(sets)
    return [slug for slug, source in found if source in wanted]


def _find_queues_of(reader: KpiReader, reach: Reach, person_id: int, period: Period) -> set[int]:
    """Find the queues in which a person has anything in a period, in one query."""
    versions = [reader.version_on(kpi, period.last_day) for kpi in reader.kpis]
    return find_queues(versions, period.start, period.end, of_people(reach.unit_id, person_id))


class _Reading:
    """One reading of a person's values for one question."""

    def __init__(
        self,
        viewer: Viewer,
        header: PersonHeader,
        question: Question,
        span: Span,
        reader: KpiReader,
    ) -> None:
        self.viewer = viewer
        self.header = header
        self.question = question
        self.span = span
        self.reader = reader
        self.of_chosen = reader.narrow(question.kpi)
        self.definitions = {
            kpi: reader.version_on(kpi, question.period.last_day) for kpi in reader.kpis
        }
        self.head = [question.period, *([question.against] if question.against else [])]

    def read(self, *, whole_cards: bool) -> PersonBody:
        question, header = self.question, self.header
        by_signal = self._list_periods(question.signal_grain)
        by_grain = self._list_periods(question.grain)
        periods = list(dict.fromkeys([*self.head, *by_signal, *by_grain]))
        own = _by_period(self._read_own(self.reader, periods))
        of_unit = _by_period(self._read_unit())
        parts = self._read_people()
        # A tile is judged by its period alone; the chart draws what held in each of its periods.
        judge = Judge(
            [
                *(value for value in own.values() if value.period == question.period),
                *(own[question.kpi, one] for one in by_grain if (question.kpi, one) in own),
                *(value for value in of_unit.values() if value.period == question.period),
                *(v for v in (parts.values if parts else []) if v.period == question.period),
            ]
        )
        tiles = [
            self._make_tile(kpi, own, judge, self._trend(kpi, own, by_signal))
            for kpi in self.reader.kpis
        ]
        chosen = next(tile for tile in tiles if tile.measure.slug == question.kpi)
        shown = [tile for tile in tiles if tile.has_data or tile is chosen]
        drawn = [own.get((question.kpi, period)) for period in by_grain]
        trend = replace(
            self._trend(question.kpi, own, by_grain, grain=question.grain),
            aims=tuple(judge.standing(value).aim if value else None for value in drawn),
        )
        unit_now = of_unit.get((question.kpi, question.period))
        return PersonBody(
            dashboard=Dashboard(
                question=question,
                span=self.span,
                queues=[],
                tiles=shown,
                definitions=self.definitions,
                without_data=[],
                trend=trend,
                cards=[],
            ),
            moves=list_moves(header.places, Period(by_grain[0].start, by_grain[-1].end)),
            queues=self._hold_queues(chosen.measure),
            total=hold_beside(
                chosen.measure,
                "",
                "All queues" if question.queues is None else "These queues",
                chosen.now,
                as_reading(unit_now) if unit_now else None,
            ),
            total_standing=Standing(chosen.status, chosen.aim, chosen.allowance),
            standing=self._place(parts, chosen.measure, of_unit, judge, whole_cards)
            if parts
            else None,
        )

    def _list_periods(self, grain: Grain) -> list[Period]:
        trend = find_trend(self.question.period, grain, self.span)
        return list_periods(trend.start, trend.end, grain)

    def _read_own(self, reader: KpiReader, periods: Sequence[Period]) -> list[KpiValue]:
        """Read the person in the periods of which they were here for a day at least."""
        reach = self.header.reach
        present = [period for period in periods if reach.covers(period)]
        if not present:
            return []
        return reader.get_period_values(
            unit=reach.unit_id,
            periods=present,
            queues=self.question.queues,
            person=self.header.person.pk,
        )

    def _read_unit(self) -> list[KpiValue]:
        """Read the chosen KPI of the person's unit as a whole, where the viewer may."""
        unit = self.header.unit
        if unit is None or unit.id not in self.viewer.comparable_unit_ids:
            return []
        return self.of_chosen.get_period_values(
            unit=unit.id, periods=self.head, queues=self.question.queues
        )

    def _read_people(self) -> Parts | None:
        """Read the people of the person's unit, for whoever may read each of them."""
        unit = self.header.unit
        definition = self.definitions[self.question.kpi]
        if unit is None or self.viewer.tree.children(unit.id):
            return None
        if not may_compare_people(self.viewer, unit.id, definition):
            return None
        values = self.of_chosen.get_period_values(
            unit=unit.id,
            periods=self.head,
            queues=self.question.queues,
            breakdown=Breakdown.PERSON,
        )
        return Parts("people", "person", "people", values, own=self.header.person.employee_id)

    def _hold_queues(self, measure: Measure) -> list[Beside]:
        """Hold each queue that the person worked in beside the unit's value in it."""
        period, unit = self.question.period, self.header.unit
        has_queues = self.definitions[self.question.kpi].measure_set.has_queue
        if not has_queues or not self.header.reach.covers(period):
            return []
        asked = {
            "periods": [period],
            "queues": self.question.queues,
            "breakdown": Breakdown.QUEUE,
        }
        own = self.of_chosen.get_period_values(
            unit=self.header.reach.unit_id,
            person=self.header.person.pk,
            **asked,  # type: ignore[arg-type]
        )
        of_unit: dict[str, Reading] = {}
        if unit is not None and unit.id in self.viewer.comparable_unit_ids:
            of_unit = {
                value.queue.slug: as_reading(value)
                for value in self.of_chosen.get_period_values(unit=unit.id, **asked)  # type: ignore[arg-type]
                if value.queue
            }
        return [
            hold_beside(
                measure,
                value.queue.slug,
                value.queue.name,
                as_reading(value),
                of_unit.get(value.queue.slug),
            )
            for value in own
            if value.queue and value.n is not None
        ]

    def _place(
        self,
        parts: Parts,
        measure: Measure,
        of_unit: Mapping[tuple[str, Period], KpiValue],
        judge: Judge,
        whole_cards: bool,
    ) -> Card | None:
        question, unit = self.question, self.header.unit
        now = of_unit.get((question.kpi, question.period))
        before = of_unit.get((question.kpi, question.against)) if question.against else None
        if unit is None or now is None:
            return None
        whole = Whole(
            unit.name, as_reading(now), as_reading(before) if before else None, judge.standing(now)
        )
        return make_card(
            parts, question, measure, whole, judge, show_all=whole_cards or question.show_all
        )

    def _trend(
        self,
        kpi: str,
        own: Mapping[tuple[str, Period], KpiValue],
        periods: Sequence[Period],
        *,
        grain: Grain | None = None,
    ) -> Trend:
        values = [own.get((kpi, period)) for period in periods]
        return build_trend(
            as_measure(self.definitions[kpi]),
            grain or self.question.signal_grain,
            periods,
            [
                self._reading(kpi, period, value)
                for period, value in zip(periods, values, strict=True)
            ],
            data_end=self.span.whole.end,
            chosen=self.question.period,
        )

    def _make_tile(
        self,
        kpi: str,
        own: Mapping[tuple[str, Period], KpiValue],
        judge: Judge,
        trend: Trend,
    ) -> Tile:
        question = self.question
        now = own.get((kpi, question.period))
        before = own.get((kpi, question.against)) if question.against else None
        standing = judge.standing(now) if now else _NOTHING
        return Tile(
            measure=as_measure(self.definitions[kpi]),
            now=self._reading(kpi, question.period, now),
            before=as_reading(before) if before else None,
            aim=standing.aim,
            status=standing.status,
            trend=trend,
            allowance=standing.allowance,
        )

    def _reading(self, kpi: str, period: Period, value: KpiValue | None) -> Reading:
        """Take a value; of a period in which the person was not here, nothing is known."""
        if value is not None:
            return as_reading(value)
        number = self.reader.version_on(kpi, period.last_day).number
        return Reading(None, None, None, None, None, None, provisional=False, version=number)


def _by_period(values: Iterable[KpiValue]) -> dict[tuple[str, Period], KpiValue]:
    return {(value.kpi, value.period): value for value in values}
