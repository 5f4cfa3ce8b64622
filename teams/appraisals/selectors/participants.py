"""Who takes part in a cycle by its rule, under which leaders, and who would and cannot."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Min, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext

from teams.appraisals.models import Appraisal, Cycle
from teams.appraisals.rules.transitions import State
from teams.structure.models import Assignment, Person
from teams.structure.rules import Tree
from teams.structure.selectors import Answering, get_tree, list_leaders

# Whoever led somebody for fewer days has little to say that the next leader does not know.
LEAST_DAYS = 14


@dataclass(frozen=True)
class Participant:
    """Somebody who takes part: where they are on the last day, from when on, under whom.

    `leaders` are whom they answered to, each with their stretches of days; the last one closes.
    """

    person: Person
    unit_id: int
    level: str
    job_title: str
    start: date
    end: date
    closing: Answering
    leaders: dict[int, list[Answering]]

    def days_of(self, leader_id: int) -> int:
        return sum(stretch.days for stretch in self.leaders[leader_id])


@dataclass(frozen=True)
class LeftOut:
    """Somebody whom the rule names and who cannot take part, and why."""

    person: Person
    why: str


@dataclass(frozen=True)
class Participants:
    participants: list[Participant]
    left_out: list[LeftOut]
    tree: Tree


def find_participants(
    cycle: Cycle, today: date, *, only: Collection[int] | None = None
) -> Participants:
    """Find who takes part in a cycle and is not in it yet; `only` these people, where given.

    A fixed number of queries, whatever the size of the organisation.
    """
    start, end = cycle.period.lower, cycle.period.upper
    last_day = min(end - timedelta(days=1), max(today, start))
    tree = get_tree(last_day)
    stays = _list_stays(cycle, tree, last_day, only)
    ids = [stay.person_id for stay in stays]
    first_days = dict(
        Assignment.objects.filter(person__in=ids)
        .values("person")
        .annotate(first=Min(Lower("valid")))
        .values_list("person", "first")
    )
    taken = _find_taken(cycle, ids)
    leaders = list_leaders(ids, start, last_day + timedelta(days=1))
    found: list[Participant] = []
    left_out: list[LeftOut] = []
    for stay in stays:
        person = stay.person
        stretches = leaders.get(person.pk, [])
        if person.pk in taken:
            if taken[person.pk]:
                words = gettext("has an appraisal of the same days in %(cycle)s")
                left_out.append(LeftOut(person, words % {"cycle": taken[person.pk]}))
            continue
        if not stretches or stretches[-1].end <= last_day:
            left_out.append(LeftOut(person, gettext("answers to nobody on the last day")))
            continue
        joined = person.hired_on or first_days.get(person.pk) or start
        found.append(
            Participant(
                person=person,
                unit_id=stay.unit_id,
                level=stay.level,
                job_title=stay.job_title,
                start=max(start, joined),
                end=end,
                closing=stretches[-1],
                leaders=_group_leaders(stretches),
            )
        )
    return Participants(found, left_out, tree)


def _list_stays(
    cycle: Cycle, tree: Tree, day: date, only: Collection[int] | None
) -> list[Assignment]:
    below = tree.below(cycle.unit_id) if cycle.unit_id in tree else frozenset[int]()
    stays = Assignment.objects.filter(unit__in=below, valid__contains=day)
    if cycle.levels:
        stays = stays.filter(level__in=cycle.levels)
    if cycle.employments:
        stays = stays.filter(person__employment__in=cycle.employments)
    if only is not None:
        stays = stays.filter(person__in=only)
    elif cycle.joined_before is not None:
        stays = stays.filter(
            Q(person__hired_on__isnull=True) | Q(person__hired_on__lt=cycle.joined_before)
        )
    stays = stays.filter(Q(person__left_on__isnull=True) | Q(person__left_on__gt=day))
    return list(stays.select_related("person").order_by("person__name", "person_id"))


def _find_taken(cycle: Cycle, ids: Iterable[int]) -> dict[int, str]:
    """Map who has an appraisal of these days already to its cycle, '' for this one."""
    rows = (
        Appraisal.objects.filter(person__in=list(ids))
        .filter(
            Q(cycle=cycle) | (Q(period__overlap=cycle.period) & ~Q(state=State.WITHDRAWN.value))
        )
        .values_list("person_id", "cycle_id", "cycle__name")
    )
    return {person: "" if cycle_id == cycle.pk else name for person, cycle_id, name in rows}


def _group_leaders(stretches: list[Answering]) -> dict[int, list[Answering]]:
    """Group stretches by leader, those aside who led for too few days, the last one never."""
    closing = stretches[-1].leader_id
    found: dict[int, list[Answering]] = {}
    for stretch in stretches:
        found.setdefault(stretch.leader_id, []).append(stretch)
    return {
        leader_id: of_leader
        for leader_id, of_leader in found.items()
        if leader_id == closing or sum(stretch.days for stretch in of_leader) >= LEAST_DAYS
    }
