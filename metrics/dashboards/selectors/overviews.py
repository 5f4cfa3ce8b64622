"""What someone leads, at a glance: one unit's headlines, and how the units or people below do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from metrics.dashboards.rules.alerts import Turn, find_turn, needs_someone
from metrics.dashboards.rules.figures import Measure, Reading
from metrics.dashboards.rules.movements import Movement, MovingPart, split_movement
from metrics.dashboards.rules.questions import Question, find_trend, read_question
from metrics.dashboards.rules.tiles import HEADLINES, Tile
from metrics.dashboards.rules.trends import Trend, build_trend
from metrics.dashboards.selectors.dashboards import list_bare, read_catalogue
from metrics.dashboards.selectors.figures import as_measure, as_reading
from metrics.dashboards.selectors.headers import Header, read_header
from metrics.dashboards.selectors.judging import Judge, Standing
from metrics.dashboards.selectors.peers import name_units
from metrics.kpis.extents import get_extent
from metrics.kpis.measures import Of
from metrics.kpis.models import KpiVersion
from metrics.kpis.selectors import KpiReader
from metrics.kpis.values import Breakdown, KpiValue
from opsportal.lib.periods import Period, list_periods
from teams.access.roles import Permission
from teams.access.selectors import find_own_unit
from teams.access.viewers import Viewer
from teams.structure.rules import Node

# Some of the first KPIs may have no data; these stand in.
SPARE = 2
# More parts than these are compared on the dashboard, not at a glance.
MOST_PARTS = 40
SHARED = "dashboards.overview"


@dataclass(frozen=True)
class Figure:
    """One KPI of a unit or person below, in the period and in the one it is compared with."""

    now: Reading
    before: Reading | None
    standing: Standing


@dataclass(frozen=True)
class Part:
    """A unit, or a person (then `unit` is theirs), with its figures by KPI."""

    key: str
    name: str
    unit: Node
    figures: dict[str, Figure]


@dataclass(frozen=True)
class Glance:
    """The parts that are shown of all there are; `kind` is 'units' or 'people'."""

    kind: str
    one: str
    many: str
    parts: list[Part]
    size: int


@dataclass(frozen=True)
class Miss:
    """A figure that is missed and lies outside its usual range, and of which unit."""

    unit: Node
    tile: Tile


@dataclass(frozen=True)
class Overview:
    """A unit's header, and where it has data, its headline figures and what is below."""

    header: Header
    question: Question | None
    tiles: list[Tile]
    definitions: dict[str, KpiVersion]
    glance: Glance | None
    reader: KpiReader
    weeks: list[Period]

    @property
    def unit(self) -> Node:
        return self.header.unit


def get_overview(viewer: Viewer) -> Overview | None:
    """Read the unit that someone's day begins with, once for all who ask in a request.

    None for someone in no unit. The number of queries does not depend on how much there is.
    """
    if SHARED not in viewer.shared:
        unit = find_own_unit(viewer)
        viewer.shared[SHARED] = None if unit is None else _read_overview(viewer, unit)
    found = viewer.shared[SHARED]
    assert found is None or isinstance(found, Overview)
    return found


def list_misses(viewer: Viewer) -> list[Miss]:
    """List what is missed and outside its usual range, in units led and directly below.

    Of the unit itself only what no unit below it accounts for. One more reading at most.
    """
    overview = get_overview(viewer)
    if overview is None or overview.unit.id not in viewer.led_unit_ids:
        return []
    below = _list_misses_below(overview)
    told = {miss.tile.measure.slug for miss in below}
    return [
        *(
            Miss(overview.unit, tile)
            for tile in overview.tiles
            if tile.measure.slug not in told and needs_someone(tile.status, tile.trend)
        ),
        *below,
    ]


def list_turns(overview: Overview, since: date) -> list[Turn]:
    """List the headline figures that left their usual range since a day, or came back."""
    question = overview.question
    if question is None:
        return []
    span = overview.header.span
    turns = (find_turn(tile.trend, span, question.period, since) for tile in overview.tiles)
    return [turn for turn in turns if turn is not None]


def split_by_parts(overview: Overview, tile: Tile) -> Movement | None:
    """Split the change of a headline figure by the units below, where these are read."""
    glance = overview.glance
    if glance is None or glance.kind != "units" or glance.size > len(glance.parts):
        return None
    slug = tile.measure.slug
    if tile.before is None or not tile.measure.is_quotient:
        return None
    parts = [
        MovingPart(part.key, part.name, figure.now, figure.before)
        for part in glance.parts
        if (figure := part.figures.get(slug))
    ]
    return split_movement(
        tile.measure,
        glance.one,
        glance.many,
        parts,
        now=tile.now,
        before=tile.before,
        rest=overview.unit.name,
    )


def _read_overview(viewer: Viewer, unit: Node) -> Overview:
    extent = get_extent(unit.id)
    known = read_catalogue(extent, "").known[: HEADLINES + SPARE]
    reader = KpiReader(viewer, known)
    header = read_header(viewer, unit, extent, len(reader.changed_days))
    if extent is None or not known:
        return Overview(header, None, [], {}, None, reader, [])
    question = read_question({}, header.span, kpis=known, queues=())
    range_ = find_trend(question.period, question.signal_grain, header.span)
    weeks = list_periods(range_.start, range_.end, question.signal_grain)
    head = [question.period, *([question.against] if question.against else [])]
    own = reader.get_period_values(
        unit=unit.id,
        periods=list(dict.fromkeys([*head, *weeks])),
        bare=list_bare(known, set(weeks) - set(head)),
    )
    by_key = {(value.kpi, value.period): value for value in own}
    definitions = {kpi: by_key[kpi, question.period].definition for kpi in known}
    parts = _find_parts(viewer, header)
    below = _read_parts(viewer, reader, question, header, parts, definitions)
    heads = [value for value in own if value.period in head]
    judge = Judge([*heads, *(value for value in below if value.period == question.period)])
    overview = Overview(header, question, [], definitions, None, reader, weeks)
    tiles = [_make_tile(overview, by_key, kpi, judge) for kpi in known]
    return Overview(
        header,
        question,
        [tile for tile in tiles if tile.has_data][:HEADLINES],
        definitions,
        _make_glance(viewer, question, header, parts, below, judge),
        reader,
        weeks,
    )


def _find_parts(viewer: Viewer, header: Header) -> list[Node]:
    """Find the units below that may be read, and those that one leads elsewhere beside it."""
    tree = viewer.tree
    inside = tree.below(header.unit.id)
    elsewhere = [tree.nodes[id_] for id_ in viewer.led_unit_ids if id_ not in inside]
    found = [*header.below, *sorted(elsewhere, key=lambda node: node.name.casefold())]
    return [node for node in found if viewer.may(Permission.READ_UNIT_KPIS, node.id)]


def _read_parts(
    viewer: Viewer,
    reader: KpiReader,
    question: Question,
    header: Header,
    parts: Sequence[Node],
    definitions: Mapping[str, KpiVersion],
) -> list[KpiValue]:
    """Read the units below by all headline KPIs; of a unit without any, its people by theirs."""
    if parts:
        shown = [node.id for node in parts[:MOST_PARTS]]
        return reader.get_period_values(
            unit=shown[0],
            beside=shown[1:],
            periods=[question.period, *([question.against] if question.against else [])],
        )
    unit = header.unit
    if unit.id not in viewer.led_unit_ids or header.headcount > MOST_PARTS:
        return []
    of_people = [kpi for kpi, one in definitions.items() if one.measure_set.of is Of.PERSON]
    if not of_people or header.below:
        return []
    return narrow_reader(reader, of_people).get_period_values(
        unit=unit.id, periods=[question.period], breakdown=Breakdown.PERSON
    )


def narrow_reader(reader: KpiReader, kpis: Sequence[str]) -> KpiReader:
    """Return a reader of some of its KPIs that shares what it has read."""
    narrowed = KpiReader(reader.viewer, kpis)
    narrowed.versions = {kpi: reader.versions[kpi] for kpi in kpis}
    narrowed.changed_days = reader.changed_days
    return narrowed


def _make_glance(
    viewer: Viewer,
    question: Question,
    header: Header,
    parts: Sequence[Node],
    values: Sequence[KpiValue],
    judge: Judge,
) -> Glance | None:
    if not values:
        return None
    of_people = not parts
    figures: dict[str, dict[str, Figure]] = {}
    names: dict[str, tuple[str, Node]] = {}
    before = {
        (value.kpi, value.unit.slug): as_reading(value)
        for value in values
        if value.period == question.against
    }
    for value in values:
        if value.period != question.period:
            continue
        subject = value.person or value.unit
        names[subject.slug] = subject.name, viewer.tree.nodes[value.unit.id]
        figures.setdefault(subject.slug, {})[value.kpi] = Figure(
            as_reading(value), before.get((value.kpi, subject.slug)), judge.standing(value)
        )
    one, many = ("person", "people") if of_people else name_units(parts)
    return Glance(
        kind="people" if of_people else "units",
        one=one,
        many=many,
        parts=[Part(key, name, unit, figures[key]) for key, (name, unit) in names.items()],
        size=len(names) if of_people else len(parts),
    )


def _make_tile(
    overview: Overview, values: Mapping[tuple[str, Period], KpiValue], kpi: str, judge: Judge
) -> Tile:
    question = overview.question
    assert question is not None
    now = values[kpi, question.period]
    standing = judge.standing(now)
    return Tile(
        measure=as_measure(now.definition),
        now=as_reading(now),
        before=as_reading(values[kpi, question.against]) if question.against else None,
        aim=standing.aim,
        status=standing.status,
        trend=_make_trend(
            overview, as_measure(now.definition), [values[kpi, week] for week in overview.weeks]
        ),
    )


def _make_trend(overview: Overview, measure: Measure, by_week: Sequence[KpiValue]) -> Trend:
    question = overview.question
    assert question is not None
    return build_trend(
        measure,
        question.signal_grain,
        overview.weeks,
        [as_reading(value) for value in by_week],
        data_end=overview.header.span.whole.end,
        chosen=question.period,
    )


def _list_misses_below(overview: Overview) -> list[Miss]:
    """Read week by week what misses its target below, and keep what left its usual range."""
    glance = overview.glance
    if glance is None or glance.kind != "units":
        return []
    shown = [tile.measure.slug for tile in overview.tiles]
    missed = [
        (part, kpi)
        for part in glance.parts
        for kpi in shown
        if part.figures[kpi].standing.status == "missed"
    ]
    if not missed:
        return []
    units = list(dict.fromkeys(part.unit.id for part, _ in missed))
    reader = narrow_reader(overview.reader, [kpi for kpi in shown if kpi in {k for _, k in missed}])
    values = {
        (value.kpi, value.unit.id, value.period): value
        for value in reader.get_period_values(
            unit=units[0],
            beside=units[1:],
            periods=overview.weeks,
            bare=list_bare(reader.kpis, overview.weeks),
        )
    }
    misses = []
    for part, kpi in missed:
        figure = part.figures[kpi]
        measure = as_measure(overview.definitions[kpi])
        by_week = [values[kpi, part.unit.id, week] for week in overview.weeks]
        trend = _make_trend(overview, measure, by_week)
        if needs_someone(figure.standing.status, trend):
            tile = Tile(measure, figure.now, figure.before, figure.standing.aim, "missed", trend)
            misses.append(Miss(part.unit, tile))
    return misses
