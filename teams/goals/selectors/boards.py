"""Whose goals need attention: people in that order, and what is known of the goals of each."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, When

from teams.access.viewers import Viewer
from teams.goals.models import Confidence, Goal, GoalState, Milestone
from teams.goals.rules import SILENT_AFTER, Attention, sum_weights, weigh_progress
from teams.goals.selectors.scopes import readable_people, with_milestones
from teams.goals.words import describe_standing
from teams.structure.models import Assignment, Person


@dataclass(frozen=True, slots=True)
class PersonGoals:
    """The open goals of a person, with their weighted progress and the sum of their weights."""

    goals: list[Goal]
    progress: float | None
    weights: Decimal | None


def list_board(
    viewer: Viewer,
    *,
    person_ids: Collection[int] | None = None,
    unit_ids: Collection[int] | None = None,
) -> QuerySet[Person]:
    """List the people of today whose goals the viewer reads, the most pressing first.

    Annotated with `attention` (rules.Attention) and `unit_id`; oneself is not among them.
    """
    today = viewer.today
    here = Assignment.objects.filter(person=OuterRef("pk"), valid__contains=today)
    if unit_ids is not None:
        here = here.filter(unit__in=unit_ids)
    people = readable_people(viewer).filter(Exists(here))
    if person_ids is not None:
        people = people.filter(pk__in=person_ids)
    if viewer.person is not None:
        people = people.exclude(pk=viewer.person.pk)
    return people.annotate(
        unit_id=Subquery(here.values("unit_id")[:1]),
        attention=rank_attention(today),
    ).order_by("attention", "name", "pk")


def rank_attention(today: date) -> Case:
    """Rank what about a person's goals needs attention, as an expression over people."""
    goals = Goal.objects.filter(person=OuterRef("pk"), state=GoalState.OPEN)
    silent_since = today - SILENT_AFTER
    # Of a moment in the portal's time zone only its day counts.
    spoke = (
        Q(checked_in_at__date__gte=silent_since)
        | Q(period__startswith__gte=silent_since)
        | Q(created_at__date__gte=silent_since)
    )
    signs = {
        Attention.OFF_TRACK: Exists(goals.filter(confidence=Confidence.OFF_TRACK)),
        Attention.OVERDUE: Exists(goals.filter(is_overdue(today))),
        Attention.PROPOSED: Exists(goals.filter(agreed_on__isnull=True)),
        Attention.SILENT: Exists(goals.exclude(spoke)),
        Attention.NO_GOALS: ~Exists(goals),
        Attention.AT_RISK: Exists(goals.filter(confidence=Confidence.AT_RISK)),
    }
    return Case(
        *(When(sign, then=int(rank)) for rank, sign in signs.items()),
        default=int(Attention.NONE),
        output_field=IntegerField(),
    )


def is_overdue(today: date) -> Q:
    """Find goals whose last day is over, or of which a milestone was due before today."""
    late = Milestone.objects.filter(goal=OuterRef("pk"), done_on__isnull=True, due_on__lt=today)
    return Q(period__endswith__lte=today) | Q(Exists(late))


def read_people_goals(people: Iterable[Person], today: date) -> dict[int, PersonGoals]:
    """Read the open goals of people whom the viewer reads, in one query."""
    goals = (
        with_milestones(
            Goal.objects.filter(person__in=[one.pk for one in people], state=GoalState.OPEN), today
        )
        .select_related("reading", "person")
        .order_by("period", "pk")
    )
    found: dict[int, list[Goal]] = {}
    for goal in goals:
        assert goal.person_id is not None
        found.setdefault(goal.person_id, []).append(goal)
    return {person_id: sum_up(own, today) for person_id, own in found.items()}


def sum_up(goals: list[Goal], today: date) -> PersonGoals:
    """Put goals with their progress together; proposals do not weigh."""
    agreed = [goal for goal in goals if goal.agreed_on is not None]
    return PersonGoals(
        goals,
        weigh_progress((goal.weight, describe_standing(goal, today).share) for goal in agreed),
        sum_weights(goal.weight for goal in agreed),
    )
