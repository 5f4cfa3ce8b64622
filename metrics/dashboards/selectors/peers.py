from collections.abc import Sequence
from dataclasses import dataclass

from metrics.dashboards.rules.comparisons import Comparison, Part, add_readings, compare_parts
from metrics.dashboards.rules.figures import Measure, Reading, line_of_target
from metrics.dashboards.rules.mixes import Mix
from metrics.dashboards.rules.questions import Question
from metrics.dashboards.rules.staff import StaffFilter
from metrics.dashboards.selectors.figures import as_reading
from metrics.dashboards.selectors.judging import NO_TARGET, Judge, Standing
from metrics.kpis.measures import Of
from metrics.kpis.models import KpiVersion
from metrics.kpis.policies import may_read_parts, may_read_people
from metrics.kpis.selectors import KpiReader
from metrics.kpis.values import Breakdown, KpiValue
from opsportal.lib.periods import Period
from teams.access.viewers import Viewer
from teams.structure.rules import Node


@dataclass(frozen=True)
class Parts:
    """Values of the parts to compare, as read: units below, people, or siblings ('peers').

    `own` is the slug of the unit that the dashboard is about, where it is among them.
    """

    kind: str
    one: str
    many: str
    values: list[KpiValue]
    own: str = ""


@dataclass(frozen=True)
class Whole:
    """What the parts are compared with."""

    name: str
    now: Reading
    before: Reading | None
    standing: Standing


@dataclass(frozen=True)
class Card:
    """A table of parts compared with a whole; parts are known by slug or employee number.

    `readings` holds all of them, those too that a long comparison does not show. `staff` says how
    a table of people is filtered, `mix` how far apart units lie by their queues alone.
    """

    kind: str
    one: str
    many: str
    own: str
    comparison: Comparison
    readings: list[Part]
    whole: Whole
    standings: dict[str, Standing]
    unit_ids: dict[str, int]
    staff: StaffFilter | None = None
    mix: Mix | None = None


def read_parts(
    viewer: Viewer, unit: Node, question: Question, reader: KpiReader, definition: KpiVersion
) -> list[Parts]:
    """Read what stands below a unit; of a unit with nothing below, its people and siblings.

    Nothing of it where the viewer may read the unit as a whole only.
    """
    children = viewer.tree.children(unit.id)
    if children and not may_read_parts(viewer, unit.id):
        return []
    if children:
        values = _read(reader, question, unit, breakdown=Breakdown.UNIT)
        return [Parts("units", *name_units(children), values)]
    found = []
    if may_compare_people(viewer, unit.id, definition):
        values = _read(reader, question, unit, breakdown=Breakdown.PERSON)
        found.append(Parts("people", "person", "people", values))
    siblings = viewer.tree.siblings(unit.id)
    if unit.id in viewer.led_unit_ids and siblings:
        values = _read(reader, question, unit, beside=siblings)
        found.append(Parts("peers", *name_units([unit, *siblings]), values, own=unit.slug))
    return found


def may_compare_people(viewer: Viewer, unit_id: int, definition: KpiVersion) -> bool:
    """Tell whether someone may read a KPI of a unit's people one by one, by their names."""
    return definition.measure_set.of is Of.PERSON and may_read_people(
        viewer, unit_id, [definition.source]
    )


def name_units(nodes: Sequence[Node]) -> tuple[str, str]:
    """Name units by their kind where they share it, as in 'team' and 'teams'."""
    kinds = {node.kind for node in nodes}
    one = kinds.pop() if len(kinds) == 1 else "unit"
    return one, f"{one}s"


def make_card(
    parts: Parts,
    question: Question,
    measure: Measure,
    whole: Whole,
    judge: Judge,
    *,
    show_all: bool,
) -> Card:
    """Compare parts with the unit's own value; siblings, with all of them together."""
    now = _by_key(parts.values, question.period)
    before = {} if question.against is None else _by_key(parts.values, question.against)
    readings = {key: as_reading(value) for key, value in now.items()}
    past = {key: as_reading(value) for key, value in before.items()}
    if parts.kind == "peers":
        # The value of the unit above may not be the reader's to see; the sum of these is.
        whole = Whole(
            f"These {parts.many} together",
            add_readings(measure, readings.values()),
            add_readings(measure, past.values()) if past else None,
            NO_TARGET,
        )
    compared = [
        Part(key, _subject_name(now[key]), reading, past.get(key))
        for key, reading in readings.items()
    ]
    return Card(
        kind=parts.kind,
        one=parts.one,
        many=parts.many,
        own=parts.own,
        comparison=compare_parts(
            measure,
            compared,
            whole.now,
            target=line_of_target(measure, whole.standing.aim),
            show_all=show_all,
        ),
        readings=compared,
        whole=whole,
        standings={key: judge.standing(value) for key, value in now.items()},
        unit_ids={key: value.unit.id for key, value in now.items()},
    )


def _read(
    reader: KpiReader,
    question: Question,
    unit: Node,
    *,
    breakdown: Breakdown | None = None,
    beside: Sequence[Node] = (),
) -> list[KpiValue]:
    return reader.get_period_values(
        unit=unit.id,
        periods=[question.period, *([question.against] if question.against else [])],
        beside=[node.id for node in beside],
        queues=question.queues,
        breakdown=breakdown,
    )


def _by_key(values: Sequence[KpiValue], period: Period) -> dict[str, KpiValue]:
    return {
        value.person.slug if value.person else value.unit.slug: value
        for value in values
        if value.period == period
    }


def _subject_name(value: KpiValue) -> str:
    return value.person.name if value.person else value.unit.name
