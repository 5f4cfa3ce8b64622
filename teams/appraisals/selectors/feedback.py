"""Who is asked for feedback, and which words of it somebody may read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import models
from django.db.models import Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.http import Http404

from teams.access.viewers import Viewer
from teams.appraisals.models import (
    Appraisal,
    CycleState,
    EvidenceItem,
    FeedbackRequest,
    Review,
    ReviewKind,
)
from teams.appraisals.rules.feedback import is_shown_without_names, order_blindly
from teams.appraisals.rules.transitions import READ_BY_PERSON, Actor, State
from teams.appraisals.selectors.scopes import Standing, find_standing, visible_appraisals
from teams.structure.models import Assignment, Person

# In these states feedback is asked for and given, as long as the evidence is not frozen.
ASKED_IN = frozenset({State.SELF_REVIEW, State.LEADER_REVIEW})
SHOWN_SETTLED = 20
SHOWN_NEAR = 40


@dataclass(frozen=True)
class Asked:
    """Somebody who is asked by name, and what became of it."""

    peer: Person
    due_on: date
    words: str
    is_answered: bool
    is_declined: bool


@dataclass(frozen=True)
class Feedback:
    """What colleagues say of somebody's work, as it may be read.

    Of what is said without names it holds how many were asked and answered, and the words once so
    many answered that nobody can be told apart: in an order that says nothing.
    """

    named: list[Asked] = field(default_factory=list)
    unnamed_asked: int = 0
    unnamed_answered: int = 0
    unnamed_words: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class FeedbackPage:
    """The feedback on one appraisal with all that its page shows.

    `asked_unnamed` are the people asked to answer without their names, in the order of the
    alphabet; none for the person whom it is about.
    """

    appraisal: Appraisal
    standing: Standing
    feedback: Feedback
    asked_unnamed: list[Person]
    reviewers: list[Review]
    is_open: bool
    may_ask: bool

    @property
    def asked(self) -> int:
        return len(self.feedback.named) + self.feedback.unnamed_asked

    @property
    def is_person(self) -> bool:
        return Actor.PERSON in self.standing.actors


def is_open(appraisal: Appraisal) -> bool:
    """Tell whether feedback on an appraisal is still asked for and given. One query at most."""
    return (
        State(appraisal.state) in ASKED_IN
        and appraisal.cycle.state == CycleState.OPEN
        and not appraisal.evidence.filter(frozen_at__isnull=False).exists()
    )


def may_ask(standing: Standing) -> bool:
    """Tell whether somebody asks for feedback: HR in scope, or who leads the person at the end."""
    return Actor.HR in standing.actors or any(review.is_closing for review in standing.mine)


def collect_feedback(requests: Iterable[FeedbackRequest], *, salt: str) -> Feedback:
    """Gather what may be read of requests by whoever may read any: names and words never meet."""
    requests = list(requests)
    unnamed = [one for one in requests if one.is_anonymous]
    words = [one.words for one in unnamed if one.answered_at is not None]
    return Feedback(
        named=[
            Asked(
                peer=one.peer,
                due_on=one.due_on,
                words=one.words if one.answered_at is not None else "",
                is_answered=one.answered_at is not None,
                is_declined=one.declined_at is not None,
            )
            for one in sorted(requests, key=lambda one: (one.peer.name, one.peer_id))
            if not one.is_anonymous
        ],
        unnamed_asked=len(unnamed),
        unnamed_answered=len(words),
        unnamed_words=order_blindly(words, salt=salt) if is_shown_without_names(len(words)) else [],
    )


def get_feedback_page(viewer: Viewer, pk: int) -> FeedbackPage:
    """Read the feedback on an appraisal; raise Http404 where the viewer may not read it.

    The number of queries does not depend on how many were asked.
    """
    appraisal = (
        visible_appraisals(viewer)
        .select_related("cycle", "person", "unit", "session")
        .filter(pk=pk)
        .first()
    )
    if appraisal is None:
        raise Http404("No such appraisal, or none that you may open.")
    reviews = list(appraisal.reviews.select_related("author"))
    standing = find_standing(viewer, appraisal, reviews)
    is_person = Actor.PERSON in standing.actors
    if is_person and State(appraisal.state) not in READ_BY_PERSON:
        raise Http404("Feedback on you is yours to read once your appraisal is shared.")
    requests = list(appraisal.feedback_requests.select_related("peer"))
    unnamed = [] if is_person else [one.peer for one in requests if one.is_anonymous]
    still_open = is_open(appraisal)
    return FeedbackPage(
        appraisal=appraisal,
        standing=standing,
        feedback=collect_feedback(requests, salt=str(appraisal.pk)),
        asked_unnamed=sorted(unnamed, key=lambda peer: (peer.name, peer.pk)),
        reviewers=[review for review in reviews if review.kind == ReviewKind.LEADER],
        is_open=still_open,
        may_ask=still_open and may_ask(standing),
    )


def list_near(appraisal: Appraisal, today: date) -> list[Person]:
    """List colleagues of somebody's unit of today who may be asked and are not. One query."""
    here = Assignment.objects.filter(person=appraisal.person_id, valid__contains=today)
    beside = Assignment.objects.filter(unit__in=here.values("unit"), valid__contains=today)
    leaders = Review.objects.filter(appraisal=appraisal, kind=ReviewKind.LEADER)
    return list(
        Person.objects.filter(pk__in=beside.values("person"))
        .exclude(pk=appraisal.person_id)
        .exclude(pk__in=leaders.values("author"))
        .exclude(pk__in=appraisal.feedback_requests.values("peer"))
        .order_by("name", "pk")[:SHOWN_NEAR]
    )


def asked_of(viewer: Viewer) -> QuerySet[FeedbackRequest]:
    """Scope requests to those that somebody answers themselves; nobody else opens one.

    `can_answer` tells whether words can still be given or changed.
    """
    if viewer.person is None:
        return FeedbackRequest.objects.none()
    return (
        FeedbackRequest.objects.filter(peer=viewer.person)
        .select_related("appraisal__cycle", "appraisal__person", "appraisal__unit")
        .select_related("asked_by__person")
        .annotate(can_answer=ExpressionWrapper(_can_answer(), output_field=models.BooleanField()))
    )


def list_waiting(viewer: Viewer) -> list[FeedbackRequest]:
    """List the requests that wait for somebody's words, the one due first first. One query."""
    waiting = Q(answered_at__isnull=True, declined_at__isnull=True)
    return list(asked_of(viewer).filter(waiting, _can_answer()).order_by("due_on", "pk"))


def list_settled(viewer: Viewer) -> list[FeedbackRequest]:
    """List what somebody answered, declined or can answer no more, the latest first. One query."""
    is_settled = Q(answered_at__isnull=False) | Q(declined_at__isnull=False)
    settled = asked_of(viewer).filter(is_settled | ~_can_answer())
    return list(settled.order_by("-asked_at", "-pk")[:SHOWN_SETTLED])


def _can_answer() -> Q:
    """Write is_open as a condition on requests."""
    frozen = EvidenceItem.objects.filter(appraisal=OuterRef("appraisal"), frozen_at__isnull=False)
    return Q(
        ~Exists(frozen),
        appraisal__state__in=[state.value for state in ASKED_IN],
        appraisal__cycle__state=CycleState.OPEN.value,
    )
