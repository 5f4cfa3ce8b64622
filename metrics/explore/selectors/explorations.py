from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.http import Http404

from metrics.dashboards.rules.filters import TRAITS, WorkQueue
from metrics.dashboards.rules.questions import Span
from metrics.dashboards.selectors.queues import read_queues
from metrics.explore.rules.questions import (
    Question,
    cut,
    read_grain,
    read_page,
    read_range,
    refuse_breakdown,
    usual_grain,
)
from metrics.explore.rules.traits import (
    MANY,
    Narrowed,
    group_queues,
    list_differing,
    narrow_queues,
)
from metrics.explore.selectors.answers import Answer, read_answer
from metrics.explore.selectors.subjects import find_person, find_unit
from metrics.kpis.extents import get_extent
from metrics.kpis.measures import Of
from metrics.kpis.models import KpiVersion
from metrics.kpis.policies import may_read_parts, may_read_people
from metrics.kpis.selectors import KpiReader
from metrics.kpis.values import Subject
from teams.access.viewers import Viewer
from teams.structure.models import Assignment
from teams.structure.rules import Node

# More people than these are not chosen from a list.
MOST_PEOPLE = 200


@dataclass(frozen=True)
class Choices:
    """What can be asked of one unit: slugs with their names, in the order of reading.

    `kpis` are by family. `breakdowns` are those that the KPI and the reader's rights allow;
    `people` is None where there are more than a list holds. `work` says what queues are like.
    """

    kpis: dict[str, list[Subject]]
    units: list[tuple[Node, int]]
    queues: list[Subject]
    people: list[Subject] | None
    breakdowns: dict[str, str]
    work: list[WorkQueue] = field(default_factory=list)


@dataclass(frozen=True)
class Exploration:
    """An address and what it comes to, for one viewer.

    Without `answer`, `notes` say why there is none; `is_found` is false where the address names
    what is not there or may not be read.
    """

    choices: Choices | None = None
    question: Question | None = None
    definition: KpiVersion | None = None
    unit: Node | None = None
    person: Subject | None = None
    span: Span | None = None
    answer: Answer | None = None
    many: str = ""
    notes: list[str] = field(default_factory=list)
    is_found: bool = True

    @property
    def one(self) -> str:
        """Name one part."""
        if self.question and self.question.breakdown in TRAITS:
            return TRAITS[self.question.breakdown].lower()
        return "person" if self.many == "people" else self.many.removesuffix("s")


def explore(viewer: Viewer, given: Mapping[str, str]) -> Exploration:
    """Answer an address: any KPI, of a unit or person in scope, cut in any way.

    Nothing in it raises: what cannot be followed is said in a sentence. What is unknown and what
    may not be read are answered alike.
    """
    notes: list[str] = []
    person = find_person(viewer, given.get("person", "").strip(), notes)
    unit = find_unit(viewer, given.get("unit", "").strip(), person, notes)
    if unit is None:
        return Exploration(notes=notes or ["No unit's figures are yours to read."], is_found=False)
    # Of an address that names what is not there or not theirs, nothing else is followed.
    is_found, told = not notes, list(notes)
    catalogue = _read_catalogue()
    if not catalogue:
        return Exploration(unit=unit, notes=["No KPI is defined yet."])
    kpi = _find_kpi(catalogue, given.get("kpi", "").strip(), notes)
    reader = KpiReader(viewer, [kpi])
    definition = reader.versions[kpi][-1]
    choices = _list_choices(viewer, catalogue, reader, definition, unit, person)
    extent = get_extent(unit.id)
    if extent is None:
        return Exploration(
            choices, None, definition, unit, person, notes=told or notes, is_found=is_found
        )
    span = Span(extent.first, extent.last, extent.days)
    question = _read_question(viewer, given, span, reader, definition, unit, person, choices)
    words = {"unit": _name_many(viewer, unit), "queue": "queues", "person": "people", "": ""}
    many = words | MANY
    exploration = Exploration(
        choices,
        question,
        definition,
        unit,
        person,
        span,
        many=many[question.breakdown],
        notes=told or [*notes, *question.notes],
        is_found=is_found,
    )
    return _answer(exploration, reader) if is_found else exploration


def _answer(exploration: Exploration, reader: KpiReader) -> Exploration:
    question, unit, person = exploration.question, exploration.unit, exploration.person
    choices = exploration.choices
    assert question is not None
    assert unit is not None
    assert exploration.span is not None
    try:
        answer = read_answer(
            reader,
            question,
            exploration.span,
            unit.id,
            person.id if person else None,
            exploration.many,
            group_queues(choices.work, question.breakdown, question.queues)
            if choices and question.breakdown in TRAITS
            else (),
        )
    except Http404:
        who = f"{person.name}'s figures in {unit.name}" if person else f"figures of {unit.name}"
        sentence = f"There are no {who} in this period, or none that you may read."
        return replace(exploration, notes=[*exploration.notes, sentence], is_found=False)
    return replace(exploration, answer=answer, notes=[*exploration.notes, *answer.notes])


def _read_catalogue() -> list[tuple[str, str, str]]:
    """List every KPI as (slug, name, family), as its newest definition has them."""
    newest = KpiVersion.objects.order_by("kpi__position", "kpi__slug", "-number")
    return list(
        newest.distinct("kpi__position", "kpi__slug").values_list("kpi__slug", "name", "family")
    )


def _find_kpi(catalogue: Sequence[tuple[str, str, str]], wish: str, notes: list[str]) -> str:
    slugs = [slug for slug, *_ in catalogue]
    if wish and wish not in slugs:
        notes.append(f"There is no KPI '{cut(wish)}'; {catalogue[0][1]} is shown.")
    return wish if wish in slugs else slugs[0]


def _read_question(
    viewer: Viewer,
    given: Mapping[str, str],
    span: Span,
    reader: KpiReader,
    definition: KpiVersion,
    unit: Node,
    person: Subject | None,
    choices: Choices,
) -> Question:
    preset, period, notes = read_range(given, span)
    wish = read_grain(given, notes)
    queue = given.get("queue", "").strip()
    if queue and queue not in reader.queues:
        notes.append(f"There is no queue '{cut(queue)}'; all queues are shown.")
        queue = ""
    measures = definition.measure_set
    if queue and not measures.has_queue:
        notes.append(f"{definition.name} is not known by queue; all queues are shown.")
        queue = ""
    narrowed = Narrowed(queue, {}, None, [])
    if measures.has_queue:
        narrowed = narrow_queues(given, queue, choices.work, span)
        notes += narrowed.notes
    elif any(given.get(name, "").strip() for name in TRAITS):
        notes.append(f"{definition.name} is not known by queue; all queues are shown.")
    breakdown = given.get("breakdown", "").strip()
    refused = refuse_breakdown(
        breakdown,
        by_person=measures.of is Of.PERSON,
        by_queue=measures.has_queue,
        name=definition.name,
        choices=("unit", "queue", "person", *TRAITS),
    )
    if breakdown and not refused and breakdown not in choices.breakdowns:
        refused = _explain_closed(breakdown, unit, person, viewer)
    if refused:
        notes.append(refused)
        breakdown = ""
    return Question(
        kpi=reader.kpis[0],
        unit=unit.slug,
        person=person.slug if person else "",
        queue=narrowed.queue,
        traits=narrowed.traits,
        queues=narrowed.slugs,
        breakdown=breakdown,
        grain=wish or usual_grain(period, span),
        chosen_grain=wish,
        preset=preset,
        period=period,
        page=read_page(given),
        notes=tuple(notes),
    )


def _explain_closed(breakdown: str, unit: Node, person: Subject | None, viewer: Viewer) -> str:
    if breakdown in TRAITS:
        return f"All queues have the same {TRAITS[breakdown].lower()}; the whole is shown."
    if person is not None:
        return "The figures of one person can be taken apart by queue only; the whole is shown."
    if breakdown == "unit" and not viewer.tree.children(unit.id):
        return f"Nothing stands below {unit.name}; the whole is shown."
    return f"You read {unit.name} as a whole, not by {breakdown}; the whole is shown."


def _list_choices(
    viewer: Viewer,
    catalogue: Sequence[tuple[str, str, str]],
    reader: KpiReader,
    definition: KpiVersion,
    unit: Node,
    person: Subject | None,
) -> Choices:
    families: dict[str, list[Subject]] = {}
    for number, (slug, name, family) in enumerate(catalogue):
        families.setdefault(family, []).append(Subject(number, slug, name))
    measures = definition.measure_set
    # It gives the reader their names, too.
    work = list(read_queues(reader).values()) if measures.has_queue else []
    by_person = measures.of is Of.PERSON and may_read_people(viewer, unit.id, [measures.slug])
    breakdowns: dict[str, str] = {}
    if person is None and viewer.tree.children(unit.id) and may_read_parts(viewer, unit.id):
        breakdowns["unit"] = _name_many(viewer, unit)[:-1]
    if measures.has_queue:
        breakdowns["queue"] = "queue"
    if person is None and by_person:
        breakdowns["person"] = "person"
    breakdowns |= list_differing(work)
    return Choices(
        kpis=families,
        units=_list_units(viewer, unit),
        queues=list(reader.queues.values()) if measures.has_queue else [],
        people=_list_people(viewer, unit, person, by_person=by_person),
        breakdowns=breakdowns,
        work=work,
    )


def _list_units(viewer: Viewer, unit: Node) -> list[tuple[Node, int]]:
    """List what one may read, each with how deep it stands below the highest of them."""
    readable = viewer.comparable_unit_ids | {unit.id}
    nodes = [node for node in viewer.tree.walk() if node.id in readable]
    least = min(viewer.tree.depth(node.id) for node in nodes)
    return [(node, viewer.tree.depth(node.id) - least) for node in nodes]


def _list_people(
    viewer: Viewer, unit: Node, person: Subject | None, *, by_person: bool
) -> list[Subject] | None:
    """List who sits in a unit or below it today, for whoever may read them; oneself always."""
    found: list[Subject] = []
    if by_person:
        sits = Assignment.objects.filter(
            unit__in=viewer.tree.below(unit.id), valid__contains=viewer.today
        )
        rows = sits.order_by("person__name", "person_id").values_list(
            "person_id", "person__employee_id", "person__name"
        )[: MOST_PEOPLE + 1]
        found = [Subject(*row) for row in rows]
        if len(found) > MOST_PEOPLE:
            return None
    known = {one.id for one in found}
    if viewer.person is not None and viewer.person.pk not in known:
        one = viewer.person
        found.append(Subject(one.pk, one.employee_id, one.name))
    if person is not None and person.id not in {one.id for one in found}:
        found.append(person)
    return found


def _name_many(viewer: Viewer, unit: Node) -> str:
    kinds = {node.kind for node in viewer.tree.children(unit.id)}
    return f"{kinds.pop()}s" if len(kinds) == 1 else "units"
