"""Which appraisals somebody may open, what they are to each, and which reviews are theirs."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from teams.access.roles import Permission
from teams.access.selectors import is_not_above
from teams.access.viewers import Viewer
from teams.appraisals.models import Appraisal, CycleState, Review, ReviewKind
from teams.appraisals.policies import may_read
from teams.appraisals.rules.transitions import Actor, State
from teams.structure.models import Assignment, Leadership


def visible_appraisals(viewer: Viewer) -> QuerySet[Appraisal]:
    """Scope appraisals to one's own, those that one writes in, and those of people in reach.

    People are in reach where the right holds in their unit of today, or of one ahead; those who
    left, and all of a cycle that is not closed, by the unit that the appraisal is of. Nobody reads
    one of who stands above them, nor a draft of their own: it has not begun.
    """
    if not viewer.is_within_token(Permission.READ_APPRAISALS):
        return Appraisal.objects.none()
    reach = viewer.unit_ids(Permission.READ_APPRAISALS)
    there = Assignment.objects.filter(
        Q(valid__endswith__isnull=True) | Q(valid__endswith__gt=viewer.today)
    )
    allowed = Q(person__in=there.filter(unit__in=reach).values("person"))
    allowed |= Q(unit__in=reach) & (
        ~Q(cycle__state=CycleState.CLOSED) | ~Q(person__in=there.values("person"))
    )
    allowed &= is_not_above(viewer, Permission.READ_APPRAISALS, "person")
    person = viewer.person
    if person is None:
        return Appraisal.objects.filter(allowed)
    authored = Review.objects.filter(author=person, kind=ReviewKind.LEADER)
    allowed |= Q(pk__in=authored.values("appraisal"))
    own = Q(person=person)
    return Appraisal.objects.filter((allowed & ~own) | (own & ~Q(state=State.DRAFT.value)))


@dataclass(frozen=True)
class Standing:
    """What somebody is to one appraisal: as whom they act, and which of its reviews are theirs."""

    actors: frozenset[Actor]
    mine: list[Review] = field(default_factory=list)

    def reads(self, appraisal: Appraisal, review: Review) -> bool:
        return may_read(appraisal, review, self.actors, self.mine)


def find_standing(viewer: Viewer, appraisal: Appraisal, reviews: Iterable[Review]) -> Standing:
    """Find what somebody is to an appraisal; one query where they lead units, else none."""
    person, tree = viewer.person, viewer.tree
    reviews = list(reviews)
    if person is not None and appraisal.person_id == person.pk:
        own = [review for review in reviews if review.kind == ReviewKind.SELF]
        return Standing(frozenset({Actor.PERSON}), own)
    leaders = [review for review in reviews if review.kind == ReviewKind.LEADER]
    authors = {review.author_id for review in leaders}
    by_me = _find_authors(viewer, authors)
    mine = [review for review in leaders if review.author_id in by_me]
    actors: set[Actor] = set()
    if mine:
        actors.add(Actor.LEADER)
    is_hr = any(
        viewer.may(Permission.OPEN_APPRAISALS, unit_id)
        for unit_id in (appraisal.unit_id, appraisal.cycle.unit_id)
    )
    if is_hr and not mine:
        actors.add(Actor.HR)
    session = appraisal.session
    if session is not None and not mine:
        # Above the root nobody leads: there HR takes the place of who would.
        leads = any(session.unit_id in tree.below(unit_id) for unit_id in viewer.led_unit_ids)
        if leads or (is_hr and session.unit_id == tree.root.id):
            actors.add(Actor.CALIBRATOR)
    return Standing(frozenset(actors), mine)


def _find_authors(viewer: Viewer, authors: set[int]) -> set[int]:
    """Find which of some leaders the viewer is, or deputises for today."""
    person = viewer.person
    if person is None:
        return set()
    if person.pk in authors:
        return {person.pk}
    if not viewer.led_unit_ids:
        return set()
    deputised = Leadership.objects.filter(
        person=person, is_deputy=True, valid__contains=viewer.today
    ).values("unit")
    return set(
        Leadership.objects.filter(
            unit__in=deputised,
            person__in=authors,
            is_deputy=False,
            valid__contains=viewer.today,
        ).values_list("person_id", flat=True)
    )
