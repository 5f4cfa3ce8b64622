"""One person's growth: level, competencies, plan and readiness, for those who may read it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.http import Http404

from teams.access.viewers import Viewer
from teams.competencies.models import Competency, Level
from teams.competencies.selectors import (
    find_expectations_of,
    list_competencies,
    list_levels,
    next_level,
)
from teams.growth.models import Assessment, DevelopmentAction, Readiness
from teams.growth.policies import assessable_people, plannable_people, readable_people
from teams.growth.rules import find_level_start, is_above
from teams.growth.selectors.people import find_stays
from teams.structure.models import Person
from teams.structure.rules import Node

READ_BEFORE = 20


@dataclass(frozen=True)
class CompetencyLine:
    """A competency as it concerns somebody: what is expected now and next, and how they stand."""

    competency: Competency
    expected: str
    expected_next: str
    assessment: Assessment | None


@dataclass(frozen=True, kw_only=True)
class GrowthFile:
    """A person's growth as one viewer reads it.

    `held` is the level as HR described it, None where it is not described or there is none, `code`
    what stands on the assignment. `readiness` are the last judgements, the newest first; it counts
    while its level is above the one that is held.
    """

    person: Person
    unit: Node | None
    code: str
    since: date | None
    held: Level | None
    following: Level | None
    above: list[Level]
    lines: list[CompetencyLine]
    actions: list[DevelopmentAction]
    readiness: list[Readiness]
    counts: bool
    may_plan: bool
    may_assess: bool
    is_own: bool

    @property
    def newest(self) -> Readiness | None:
        """The judgement that counts."""
        return self.readiness[0] if self.readiness and self.counts else None


def get_readable_person(viewer: Viewer, employee_id: str) -> Person:
    """Find somebody whose growth one reads; anyone else is not found."""
    return _get(readable_people(viewer), employee_id)


def get_plannable_person(viewer: Viewer, employee_id: str) -> Person:
    """Find somebody whose plan one writes; anyone else is not found."""
    return _get(plannable_people(viewer), employee_id)


def get_assessable_person(viewer: Viewer, employee_id: str) -> Person:
    """Find somebody whom one assesses; anyone else, oneself included, is not found."""
    return _get(assessable_people(viewer), employee_id)


def _get(people: QuerySet[Person], employee_id: str) -> Person:
    # The database cannot even compare with a NUL.
    person = None if "\0" in employee_id else people.filter(employee_id=employee_id).first()
    if person is None:
        raise Http404("No such person, or none whose growth is yours to open.")
    return person


def get_file(viewer: Viewer, person: Person) -> GrowthFile:
    """Read the growth of a person whose file the viewer may read. Nine queries at most."""
    today = viewer.today
    stays = find_stays([person.pk]).get(person.pk, [])
    stay = next((one for one in stays if one.start <= today < one.end), None)
    code = stay.level if stay else ""
    levels = list_levels()
    positions = {level.code: level.position for level in levels}
    held = next((level for level in levels if level.code == code), None)
    following = next_level(code, levels)
    is_own = viewer.person is not None and viewer.person.pk == person.pk
    may_plan = plannable_people(viewer).filter(pk=person.pk).exists()
    readiness = list(
        Readiness.objects.filter(person=person)
        .select_related("level", "by__person")
        .order_by("-on", "-pk")[:READ_BEFORE]
    )
    return GrowthFile(
        person=person,
        unit=viewer.tree.nodes.get(stay.unit_id) if stay else None,
        code=code,
        since=find_level_start(stays, today),
        held=held,
        following=following,
        above=[level for level in levels if held and level.position > held.position],
        lines=_list_lines(person, code, following.code if following else ""),
        actions=list_actions(person),
        readiness=readiness,
        counts=bool(readiness)
        and (held is None or is_above(readiness[0].level.code, code, positions)),
        may_plan=may_plan,
        may_assess=may_plan and not is_own,
        is_own=is_own,
    )


def list_actions(person: Person) -> list[DevelopmentAction]:
    """List a plan, what is due first before what is due later; one query."""
    return list(
        DevelopmentAction.objects.filter(person=person)
        .select_related("competency", "created_by__person")
        .order_by("due_on", "pk")
    )


def find_newest_assessments(person: Person) -> dict[int, Assessment]:
    """Find the assessment that counts of each competency, in one query."""
    rows = (
        Assessment.objects.filter(person=person)
        .select_related("level", "by__person")
        .order_by("competency_id", "-on", "-pk")
        .distinct("competency_id")
    )
    return {row.competency_id: row for row in rows}


def _list_lines(person: Person, code: str, following: str) -> list[CompetencyLine]:
    expected = find_expectations_of([code, following])
    newest = find_newest_assessments(person)
    return [
        CompetencyLine(
            one,
            expected[code].get(one.pk, ""),
            expected[following].get(one.pk, ""),
            newest.get(one.pk),
        )
        for one in list_competencies()
    ]
