from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from metrics.dashboards.rules.filters import (
    TraitFilter,
    WorkQueue,
    list_trait_filters,
    narrow_question,
)
from metrics.dashboards.rules.mixes import Mix
from metrics.dashboards.rules.questions import Question, Span, find_trend, read_question
from metrics.dashboards.rules.tiles import Tile
from metrics.dashboards.rules.trends import Trend, build_trend
from metrics.dashboards.selectors.figures import as_measure, as_reading
from metrics.dashboards.selectors.headers import Header, read_header
from metrics.dashboards.selectors.judging import Judge, Standing
from metrics.dashboards.selectors.mixes import read_mix
from metrics.dashboards.selectors.movements import Movements, read_movements
from metrics.dashboards.selectors.peers import Card, Parts, Whole, make_card, read_parts
from metrics.dashboards.selectors.queues import read_queues, tell_apart
from metrics.dashboards.selectors.staff import narrow_people
from metrics.kpis.extents import Extent, get_extent
from metrics.kpis.models import KpiVersion
from metrics.kpis.selectors import KpiReader
from metrics.kpis.values import KpiValue
from opsportal.lib.periods import Grain, Period, list_periods
from teams.access.viewers import Viewer
from teams.measures.selectors import list_marks
from teams.structure.rules import Node


@dataclass(frozen=True)
class Dashboard:
    """What a unit's data answer to a question: tiles, the trend of one KPI, and comparisons.

    `definitions` holds, by KPI, the version that the tile's value was computed by;
    `without_data` names the KPIs of which the unit has no data at all. `queues` are those in
    which it has work in the period, `filters` what they differ by.
    """

    question: Question
    span: Span
    queues: list[WorkQueue]
    tiles: list[Tile]
    definitions: dict[str, KpiVersion]
    without_data: list[str]
    trend: Trend
    cards: list[Card]
    filters: list[TraitFilter] = field(default_factory=list)
    movements: Movements = field(default_factory=Movements)

    @property
    def chosen(self) -> Tile:
        return next(tile for tile in self.tiles if tile.measure.slug == self.question.kpi)


@dataclass(frozen=True)
class UnitDashboard:
    """The dashboard of a unit; without any data, its header alone."""

    header: Header
    body: Dashboard | None


def get_unit_dashboard(
    viewer: Viewer, unit: Node, given: Mapping[str, str], *, whole_cards: bool = False
) -> UnitDashboard:
    """Answer an address about a unit that the caller has found to be visible.

    The number of queries does not depend on how many units, people or days there are.
    `whole_cards` gives every row of the comparisons, as an export has it.
    """
    extent = get_extent(unit.id)
    catalogue = read_catalogue(extent, given.get("kpi", "").strip())
    reader = KpiReader(viewer, catalogue.known)
    header = read_header(viewer, unit, extent, len(reader.changed_days))
    if extent is None or not reader.kpis:
        return UnitDashboard(header, None)
    span = header.span
    all_queues = read_queues(reader)
    question = read_question(given, span, kpis=reader.kpis, queues=reader.queues)
    queues = tell_apart(unit, all_queues, catalogue.sources, question.period)
    question = narrow_question(question, given, queues.here, queues.elsewhere)
    body = _read_body(viewer, unit, question, span, reader, queues.here, whole_cards)
    return UnitDashboard(
        header,
        replace(
            body,
            filters=list_trait_filters(question, queues.here),
            without_data=body.without_data + catalogue.absent,
        ),
    )


class Catalogue(NamedTuple):
    """The KPIs of which a unit may have data, by slug, the names of all others, and its sets."""

    known: list[str]
    absent: list[str]
    sources: list[str]


def read_catalogue(extent: Extent | None, wanted: str) -> Catalogue:
    """Tell which KPIs are worth reading for a unit, the one that is asked for among them."""
    sources = extent.sets if extent else frozenset[str]()
    catalogue = Catalogue([], [], list(sources))
    newest = KpiVersion.objects.order_by("kpi__position", "kpi__slug", "-number")
    for slug, name, source in newest.distinct("kpi__position", "kpi__slug").values_list(
        "kpi__slug", "name", "source"
    ):
        if source in sources or slug == wanted:
            catalogue.known.append(slug)
        else:
            catalogue.absent.append(name)
    return catalogue


def _read_body(
    viewer: Viewer,
    unit: Node,
    question: Question,
    span: Span,
    reader: KpiReader,
    here: list[WorkQueue],
    whole_cards: bool,
) -> Dashboard:
    week_by_week = _list_periods(question, question.signal_grain, span)
    trend_periods = _list_periods(question, question.grain, span)
    head = [question.period, *([question.against] if question.against else [])]
    asked = list(dict.fromkeys([*head, *week_by_week, *trend_periods]))
    values = {
        (value.kpi, value.period): value
        for value in reader.get_period_values(
            unit=unit.id,
            periods=asked,
            queues=question.queues,
            bare=list_bare(set(reader.kpis) - {question.kpi}, set(asked) - set(head)),
        )
    }
    definitions = {kpi: values[kpi, question.period].definition for kpi in reader.kpis}
    of_chosen = reader.narrow(question.kpi)
    definition = definitions[question.kpi]
    parts = read_parts(viewer, unit, question, of_chosen, definition)
    # A tile is judged by its period alone; the chart draws what held in each of its periods.
    drawn = [values[question.kpi, period] for period in trend_periods]
    judge = Judge(
        [
            *(values[kpi, question.period] for kpi in reader.kpis),
            *drawn,
            *(v for found in parts for v in found.values if v.period == question.period),
        ]
    )
    declared = list_marks(viewer, unit)

    def trend_of(kpi: str, grain: Grain, periods: Sequence[Period]) -> Trend:
        return build_trend(
            as_measure(definitions[kpi]),
            grain,
            periods,
            [as_reading(values[kpi, period]) for period in periods],
            data_end=span.whole.end,
            chosen=question.period,
            declared=declared,
        )

    tiles = [
        _make_tile(
            values[kpi, question.period],
            values[kpi, question.against] if question.against else None,
            judge,
            trend_of(kpi, question.signal_grain, week_by_week),
        )
        for kpi in reader.kpis
    ]
    chosen = next(tile for tile in tiles if tile.measure.slug == question.kpi)
    mix = read_mix(viewer, question, of_chosen, chosen.measure, definition, parts, here)
    known = [tile for tile in tiles if tile.has_data or tile is chosen]
    trend = (
        chosen.trend
        if trend_periods == week_by_week and question.grain is question.signal_grain
        else trend_of(question.kpi, question.grain, trend_periods)
    )
    return Dashboard(
        question=question,
        span=span,
        queues=here,
        tiles=known,
        definitions=definitions,
        without_data=[tile.measure.name for tile in tiles if tile not in known],
        trend=replace(trend, aims=tuple(judge.standing(value).aim for value in drawn)),
        cards=_make_cards(parts, question, chosen, unit, judge, whole_cards, mix),
        movements=read_movements(
            unit,
            question,
            of_chosen,
            chosen.measure,
            parts,
            values[question.kpi, question.period],
            values[question.kpi, question.against] if question.against else None,
        ),
    )


def list_bare(kpis: Iterable[str], periods: Collection[Period]) -> set[tuple[str, Period]]:
    """List the values that only draw the line of a tile, which needs no interval."""
    return {(kpi, period) for kpi in kpis for period in periods}


def _list_periods(question: Question, grain: Grain, span: Span) -> list[Period]:
    trend = find_trend(question.period, grain, span)
    return list_periods(trend.start, trend.end, grain)


def _make_tile(now: KpiValue, before: KpiValue | None, judge: Judge, trend: Trend) -> Tile:
    standing = judge.standing(now)
    return Tile(
        measure=as_measure(now.definition),
        now=as_reading(now),
        before=as_reading(before) if before else None,
        aim=standing.aim,
        status=standing.status,
        trend=trend,
    )


def _make_cards(
    parts: Sequence[Parts],
    question: Question,
    chosen: Tile,
    unit: Node,
    judge: Judge,
    whole_cards: bool,
    mix: Mix | None,
) -> list[Card]:
    whole = Whole(unit.name, chosen.now, chosen.before, Standing(chosen.status, chosen.aim))
    show_all = whole_cards or question.show_all
    cards = []
    for found in parts:
        staff = None
        if found.kind == "people":
            found, staff = narrow_people(found, question)
        card = make_card(found, question, chosen.measure, whole, judge, show_all=show_all)
        cards.append(replace(card, staff=staff, mix=mix if found.kind == "units" else None))
    return cards
