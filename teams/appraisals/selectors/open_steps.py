"""What waits for whom: each step that is open, for the one who takes it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.appraisals.models import Appraisal, CalibrationSession, CycleState, Review, ReviewKind
from teams.appraisals.rules.transitions import State
from teams.appraisals.selectors.deadlines import due_day, with_due
from teams.structure.models import Leadership
from teams.structure.rules import Tree

WRITING = (State.SELF_REVIEW.value, State.LEADER_REVIEW.value)


class Deed(StrEnum):
    """What somebody has to do in an appraisal; `LATER` is for a leader who may only begin yet."""

    WRITE = "write"
    ANSWER = "answer"
    REVIEW = "review"
    SHARE = "share"
    CALIBRATE = "calibrate"
    SIGN = "sign"
    RESOLVE = "resolve"
    LATER = "later"


@dataclass(frozen=True)
class OpenStep:
    """A step that waits for somebody: in which appraisal, what it is, its last day."""

    appraisal: Appraisal
    deed: Deed
    due: date | None

    def is_overdue(self, today: date) -> bool:
        return self.due is not None and self.due < today and self.deed is not Deed.LATER


@dataclass(frozen=True)
class OpenSession:
    """A group to compare or to sign off: how many wait, apart from those that one rated.

    `ready` are in calibration, `writing` before it, `to_sign` compared and not signed off.
    """

    session: CalibrationSession
    total: int
    writing: int
    ready: int
    to_sign: int

    @property
    def is_to_close(self) -> bool:
        return self.session.closed_at is None and self.ready > 0


def list_own_steps(viewer: Viewer) -> list[OpenStep]:
    """List what one has to write, answer or share, what is overdue longest first. One query.

    What a deputy may write for a leader counts; what waits for others does not, but for the
    reviews that one may begin already.
    """
    reviews = open_reviews(reviews_of(viewer)).select_related(
        "appraisal__cycle", "appraisal__person", "appraisal__unit"
    )
    return sort_steps(
        [OpenStep(review.appraisal, _name_deed(review), review.due) for review in reviews]
    )


def open_reviews(reviews: QuerySet[Review]) -> QuerySet[Any]:
    """Filter reviews to those whose author has a step to take, and annotate its last day `due`."""
    open_ones = Q(submitted_at__isnull=True, waived_at__isnull=True)
    own, led = Q(kind=ReviewKind.SELF), Q(kind=ReviewKind.LEADER)
    shared = Q(appraisal__state=State.SHARED.value, appraisal__cycle__state=CycleState.OPEN.value)
    return reviews.filter(
        (own & (Q(appraisal__state=State.SELF_REVIEW.value) | shared))
        | (led & open_ones & Q(appraisal__state__in=WRITING))
        | (led & open_ones & Q(is_closing=True, appraisal__state=State.REOPENED.value))
        | Q(
            is_closing=True,
            appraisal__state=State.SIGN_OFF.value,
            appraisal__signed_at__isnull=False,
        )
    ).annotate(due=due_day("appraisal"))


def sort_steps(steps: list[OpenStep]) -> list[OpenStep]:
    """Order steps by their last day; what may only be begun comes last."""
    return sorted(
        steps,
        key=lambda step: (
            step.deed is Deed.LATER,
            step.due or date.max,
            step.appraisal.person.name,
            step.appraisal.pk,
        ),
    )


def _name_deed(review: Review) -> Deed:
    match State(review.appraisal.state):
        case State.SHARED:
            return Deed.ANSWER
        case State.SIGN_OFF:
            return Deed.SHARE
        case State.SELF_REVIEW:
            return Deed.WRITE if review.kind == ReviewKind.SELF else Deed.LATER
    return Deed.REVIEW


def reviews_of(viewer: Viewer) -> QuerySet[Review]:
    """Scope reviews to those that somebody writes: their own, and as a deputy their leader's.

    Nobody deputises in an appraisal of their own, or in one where they speak for themselves.
    """
    person = viewer.person
    if person is None:
        return Review.objects.none()
    written = Q(author=person)
    if viewer.led_unit_ids:
        today = viewer.today
        deputised = Leadership.objects.filter(person=person, is_deputy=True, valid__contains=today)
        leaders = Leadership.objects.filter(
            unit__in=deputised.values("unit"), is_deputy=False, valid__contains=today
        )
        own = Review.objects.filter(appraisal=OuterRef("appraisal"), author=person)
        written |= Q(kind=ReviewKind.LEADER, author__in=leaders.values("person")) & Q(~Exists(own))
    return Review.objects.filter(written)


def list_open_sessions(viewer: Viewer) -> list[OpenSession]:
    """List the groups that wait for somebody to compare or sign them off. Two queries at most.

    A group waits for who leads it. Where nobody does, or who does rated some of it, it waits for
    the next leader above, and at the root for HR.
    """
    tree, reach = viewer.tree, viewer.unit_ids(Permission.OPEN_APPRAISALS)
    led = {id_ for unit_id in viewer.led_unit_ids for id_ in tree.below(unit_id)}
    if not led and not reach:
        return []
    # At the root HR takes the place of a leader.
    mine = Q(unit__in=led) | Q(unit=tree.root.id, cycle__unit__in=reach)
    authored = reviews_of(viewer).filter(kind=ReviewKind.LEADER).values("appraisal")
    others = ~Q(appraisals__in=authored)
    if viewer.person is not None:
        others &= ~Q(appraisals__person=viewer.person)
    authors = Review.objects.filter(
        appraisal__session=OuterRef("pk"), kind=ReviewKind.LEADER
    ).order_by()
    sessions = list(
        CalibrationSession.objects.filter(mine)
        .annotate(
            authors=ArraySubquery(authors.values("author").distinct()),
            total=Count("appraisals", filter=others & ~_in(State.WITHDRAWN)),
            writing=Count("appraisals", filter=others & _in(*WRITING)),
            ready=Count("appraisals", filter=others & _in(State.CALIBRATION)),
            to_sign=Count(
                "appraisals",
                filter=others & _in(State.SIGN_OFF) & Q(appraisals__signed_at__isnull=True),
            ),
        )
        .filter(Q(cycle__state=CycleState.OPEN) | Q(to_sign__gt=0), total__gt=0)
        .select_related("cycle", "unit")
        .order_by("cycle__calibrate_by", "unit__name")
    )
    if not sessions:
        return []
    leaders = _read_leaders(tree, {session.unit_id for session in sessions}, viewer.today)
    return [
        OpenSession(session, session.total, session.writing, session.ready, session.to_sign)
        for session in sessions
        if _waits_for(viewer, session, leaders)
    ]


def _in(*states: str) -> Q:
    return Q(appraisals__state__in=[str(state) for state in states])


def _read_leaders(tree: Tree, unit_ids: set[int], today: date) -> dict[int, int]:
    """Map the units at and above some to who leads them on a day, deputies aside."""
    above = {node.id for unit_id in unit_ids for node in tree.above(unit_id)}
    leads = Leadership.objects.filter(unit__in=above, is_deputy=False, valid__contains=today)
    return dict(leads.values_list("unit_id", "person_id"))


def _waits_for(viewer: Viewer, session: CalibrationSession, leaders: dict[int, int]) -> bool:
    authors = set(session.authors)  # type: ignore[attr-defined]
    for node in reversed(viewer.tree.above(session.unit_id)):
        if node.id in viewer.led_unit_ids:
            return True
        leader = leaders.get(node.id)
        if leader is not None and leader not in authors:
            return False
    return session.unit_id == viewer.tree.root.id and viewer.may(
        Permission.OPEN_APPRAISALS, session.cycle.unit_id
    )


def list_disputes(viewer: Viewer) -> list[OpenStep]:
    """List the disputes that somebody may answer, the oldest first. One query."""
    reach = viewer.unit_ids(Permission.OPEN_APPRAISALS)
    if not reach:
        return []
    found = with_due(Appraisal.objects.filter(state=State.DISPUTED.value)).filter(
        Q(unit__in=reach) | Q(cycle__unit__in=reach)
    )
    person = viewer.person
    if person is not None:
        written = reviews_of(viewer).values("appraisal")
        found = found.exclude(pk__in=written)
    found = found.select_related("cycle", "person", "unit")
    return sort_steps([OpenStep(one, Deed.RESOLVE, one.due) for one in found])


def list_session_steps(viewer: Viewer, sessions: list[OpenSession]) -> list[OpenStep]:
    """List the appraisals that wait in some groups to be compared or signed off. One query."""
    waiting = [one.session.pk for one in sessions if one.is_to_close or one.to_sign]
    if not waiting:
        return []
    found = (
        with_due(Appraisal.objects.filter(session__in=waiting))
        .filter(
            Q(state=State.CALIBRATION.value, session__closed_at__isnull=True)
            | Q(state=State.SIGN_OFF.value, signed_at__isnull=True)
        )
        .exclude(pk__in=reviews_of(viewer).values("appraisal"))
        .select_related("cycle", "person", "unit", "session__unit")
    )
    return sort_steps(
        [
            OpenStep(
                one,
                Deed.CALIBRATE if one.state == State.CALIBRATION else Deed.SIGN,
                one.due,
            )
            for one in found
        ]
    )
