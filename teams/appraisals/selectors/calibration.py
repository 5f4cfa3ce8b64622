"""A calibration session as somebody who compares its ratings sees it, their own never in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from statistics import fmean

from django.db.models import Q, QuerySet
from django.http import Http404

from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.appraisals.models import (
    Appraisal,
    CalibrationSession,
    EvidenceItem,
    EvidenceKind,
    RatingChange,
    Review,
)
from teams.appraisals.rules.calibration import (
    Evidence,
    Figure,
    Leniency,
    Rated,
    Relation,
    choose_telling,
    fit_relation,
    list_cases,
    measure_leniency,
    score_evidence,
)
from teams.appraisals.rules.transitions import State
from teams.appraisals.selectors.ratings import with_rating
from teams.structure.models import Leadership, Person

# Before their leaders' reviews are in, there is nothing to compare.
BEFORE_CALIBRATION = (State.DRAFT, State.SELF_REVIEW, State.LEADER_REVIEW)


def visible_sessions(viewer: Viewer) -> QuerySet[CalibrationSession]:
    """Scope sessions to those of units that one leads or stands above today, and to HR in scope.

    The leaders whose ratings are compared do not see them, unless they lead the group too.
    """
    if not viewer.is_within_token(Permission.READ_APPRAISALS):
        return CalibrationSession.objects.none()
    led = [id_ for unit_id in viewer.led_unit_ids for id_ in viewer.tree.below(unit_id)]
    scope = viewer.unit_ids(Permission.OPEN_APPRAISALS)
    return CalibrationSession.objects.filter(
        Q(unit__in=led) | Q(unit__in=scope) | Q(cycle__unit__in=scope)
    ).select_related("cycle", "unit", "closed_by__person")


def get_session(viewer: Viewer, pk: int) -> CalibrationSession:
    """Read a session that the viewer may open; raise Http404 for any other."""
    session = visible_sessions(viewer).filter(pk=pk).first()
    if session is None:
        raise Http404("No such session, or none that you may open.")
    return session


def may_calibrate(viewer: Viewer, session: CalibrationSession) -> bool:
    """Tell whether somebody may change ratings in a session and close it, rather than read it.

    Those who lead its unit or above do. Above the root nobody leads: there HR takes their place.
    """
    tree = viewer.tree
    if any(session.unit_id in tree.below(unit_id) for unit_id in viewer.led_unit_ids):
        return True
    return session.unit_id == tree.root.id and any(
        viewer.may(Permission.OPEN_APPRAISALS, unit_id)
        for unit_id in (session.unit_id, session.cycle.unit_id)
    )


@dataclass(frozen=True)
class Participant:
    """Somebody whose rating is compared: as it was given, as it stands, what is expected of it.

    `expected` is read from the session's line; None without evidence, or without a line.
    """

    appraisal: Appraisal
    leader: Person | None
    before: Decimal | None
    now: Decimal | None
    evidence: Evidence | None
    expected: float | None

    @property
    def difference(self) -> float | None:
        if self.now is None or self.expected is None:
            return None
        return float(self.now) - self.expected

    @property
    def state(self) -> State:
        return State(self.appraisal.state)


@dataclass(frozen=True)
class Discussed:
    """A case to discuss, and the figures that speak most against its rating."""

    participant: Participant
    telling: list[EvidenceItem]


@dataclass(frozen=True)
class Waiting:
    """Appraisals that are not compared, all for the same reason: their state, or no rating."""

    state: State
    people: list[Person]


@dataclass(frozen=True)
class SessionPage:
    """A session with all that its page shows.

    The line and the leniencies are of the ratings as leaders gave them: what is changed in the
    session does not move what it is held against. `changes` are of this session alone.
    """

    session: CalibrationSession
    led_by: list[Person]
    participants: list[Participant]
    waiting: list[Waiting]
    relation: Relation | None
    leniencies: list[Leniency]
    leaders: dict[int, Person]
    cases: list[Discussed]
    changes: list[RatingChange]
    may_calibrate: bool

    @property
    def is_closed(self) -> bool:
        return self.session.closed_at is not None

    @cached_property
    def by_appraisal(self) -> dict[int, Participant]:
        return {one.appraisal.pk: one for one in self.participants}

    @property
    def mean_before(self) -> float | None:
        return _mean(one.before for one in self.participants)

    @property
    def mean_now(self) -> float | None:
        return _mean(one.now for one in self.participants)

    @property
    def to_close(self) -> list[Participant]:
        """Those who move on when the session is closed."""
        return [one for one in self.participants if one.state is State.CALIBRATION]

    @property
    def not_ready(self) -> list[Person]:
        """Those who would be left out if the session were closed now."""
        return [
            person
            for group in self.waiting
            if group.state in BEFORE_CALIBRATION
            for person in group.people
        ]


def get_session_page(viewer: Viewer, session: CalibrationSession) -> SessionPage:
    """Read a session in a fixed number of queries, whatever the number of people.

    Nothing of it rests on the viewer's own rating, neither a row nor a mean: nobody reads their own
    before it is shared with them.
    """
    appraisals = _read_appraisals(viewer, session)
    compared = [one for one in appraisals if one.state not in (*BEFORE_CALIBRATION, "withdrawn")]
    leaders = _read_closing_leaders(compared)
    scores = score_evidence(_read_figures(session))
    rated = [
        Rated(one.pk, leaders[one.pk].pk, scores[one.pk].score, float(one.score))
        for one in compared
        if one.pk in scores and one.pk in leaders and one.score is not None
    ]
    relation = fit_relation([(one.score, one.rating) for one in rated])
    participants = [
        Participant(
            appraisal=one,
            leader=leaders.get(one.pk),
            before=one.score,
            now=one.rating,  # type: ignore[attr-defined]
            evidence=scores.get(one.pk),
            expected=relation.expect(scores[one.pk].score)
            if relation is not None and one.pk in scores
            else None,
        )
        for one in compared
    ]
    return SessionPage(
        session=session,
        led_by=_read_leaders_of_unit(viewer, session),
        participants=participants,
        waiting=_group_waiting(appraisals),
        relation=relation,
        leniencies=measure_leniency(rated),
        leaders={leader.pk: leader for leader in leaders.values()},
        cases=_read_cases(participants),
        changes=_read_changes(session, [one.pk for one in appraisals]),
        may_calibrate=may_calibrate(viewer, session),
    )


def list_evidence(appraisal: Appraisal) -> list[EvidenceItem]:
    """List what was measured of a person, as it is frozen, in the order of its numbers."""
    return list(appraisal.evidence.filter(kind=EvidenceKind.KPI))


def _read_appraisals(viewer: Viewer, session: CalibrationSession) -> list[Appraisal]:
    found = with_rating(session.appraisals.all()).select_related("person", "unit")
    if viewer.person is not None:
        found = found.exclude(person=viewer.person)
    return list(found)


def _read_closing_leaders(appraisals: Iterable[Appraisal]) -> dict[int, Person]:
    reviews = Review.objects.filter(appraisal__in=[one.pk for one in appraisals], is_closing=True)
    return {review.appraisal_id: review.author for review in reviews.select_related("author")}


def _read_figures(session: CalibrationSession) -> list[Figure]:
    """Read what was measured of everybody in the cycle: they are each other's peers."""
    rows = (
        EvidenceItem.objects.filter(
            appraisal__cycle=session.cycle_id, kind=EvidenceKind.KPI, value__isnull=False
        )
        .exclude(appraisal__state=State.WITHDRAWN.value)
        .order_by()
        .values_list(
            "appraisal_id",
            "appraisal__level",
            "key",
            "value",
            "adjusted",
            "n",
            "minimum_n",
            "direction",
        )
    )
    return [Figure(*row) for row in rows]


def _read_cases(participants: list[Participant]) -> list[Discussed]:
    by_pk = {one.appraisal.pk: one for one in participants}
    cases = list_cases(
        {one.appraisal.pk: one.difference for one in participants if one.difference is not None}
    )
    telling: dict[int, list[str]] = {}
    for case in cases:
        evidence = by_pk[case.person].evidence
        if evidence is not None:
            telling[case.person] = choose_telling(evidence.percentiles, case.difference)
    items = {
        (item.appraisal_id, item.key): item
        for item in EvidenceItem.objects.filter(appraisal__in=telling, kind=EvidenceKind.KPI)
    }
    return [
        Discussed(
            by_pk[case.person],
            [items[case.person, key] for key in telling.get(case.person, [])],
        )
        for case in cases
    ]


def _read_changes(session: CalibrationSession, appraisals: list[int]) -> list[RatingChange]:
    changes = session.rating_changes.filter(appraisal__in=appraisals)
    return list(changes.select_related("appraisal__person", "by__person"))


def _read_leaders_of_unit(viewer: Viewer, session: CalibrationSession) -> list[Person]:
    found = Leadership.objects.filter(
        unit=session.unit_id, valid__contains=viewer.today, is_deputy=False
    )
    return [one.person for one in found.select_related("person").order_by("person__name")]


def _group_waiting(appraisals: Iterable[Appraisal]) -> list[Waiting]:
    groups: dict[State, list[Person]] = {}
    for one in appraisals:
        if one.state in (*BEFORE_CALIBRATION, State.WITHDRAWN):
            groups.setdefault(State(one.state), []).append(one.person)
    return [Waiting(state, groups[state]) for state in State if state in groups]


def _mean(ratings: Iterable[Decimal | None]) -> float | None:
    known = [float(rating) for rating in ratings if rating is not None]
    return fmean(known) if known else None
