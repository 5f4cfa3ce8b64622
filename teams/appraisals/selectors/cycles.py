"""Cycles as far as somebody sees them: which there are, and how far each of them is."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.http import Http404

from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.appraisals.models import (
    Appraisal,
    CalibrationSession,
    Cycle,
    CycleState,
    Review,
    ReviewKind,
)
from teams.appraisals.rules.transitions import READ_BY_PERSON, SETTLED, State
from teams.appraisals.selectors.deadlines import due_day, with_due
from teams.appraisals.selectors.open_steps import WRITING
from teams.appraisals.selectors.participants import Participants, find_participants
from teams.appraisals.selectors.scopes import visible_appraisals
from teams.structure.models import Person
from teams.structure.selectors import find_leaders

SHOWN_CYCLES = 50


def is_hr_of(viewer: Viewer, cycle: Cycle) -> bool:
    """Tell whether a cycle is in the scope of an HR partner: they plan, open and close it."""
    return viewer.may(Permission.OPEN_APPRAISALS, cycle.unit_id)


def others_appraisals(viewer: Viewer) -> QuerySet[Appraisal]:
    """Scope appraisals to those whose state somebody follows: all of HR's cycles, else in reach.

    One's own are on one's list and in no figures of a leader.
    """
    in_reach = visible_appraisals(viewer)
    if viewer.person is not None:
        in_reach = in_reach.exclude(person=viewer.person)
    hr = viewer.unit_ids(Permission.OPEN_APPRAISALS)
    if not hr:
        return in_reach
    return Appraisal.objects.filter(Q(cycle__unit__in=hr) | Q(pk__in=in_reach.values("pk")))


def visible_cycles(viewer: Viewer) -> QuerySet[Cycle]:
    """Scope cycles to HR's, and to those in which people take part whom one follows.

    What is only planned is HR's alone.
    """
    if not viewer.may(Permission.READ_APPRAISALS):
        return Cycle.objects.none()
    followed = others_appraisals(viewer).filter(cycle=OuterRef("pk"))
    begun = ~Q(state=CycleState.DRAFT) & Exists(followed)
    return Cycle.objects.filter(
        Q(unit__in=viewer.unit_ids(Permission.OPEN_APPRAISALS)) | begun
    ).select_related("unit", "template")


def get_cycle(viewer: Viewer, pk: int) -> Cycle:
    """Find a cycle that the viewer follows; any other is not found."""
    cycle = visible_cycles(viewer).filter(pk=pk).first()
    if cycle is None:
        raise Http404("No such cycle, or none that you may open.")
    return cycle


@dataclass
class Tally:
    """How many appraisals are in each state, and how many of those are past their last day."""

    states: Counter[State] = field(default_factory=Counter)
    overdue: Counter[State] = field(default_factory=Counter)

    def add(self, counted: "Counted") -> None:
        self.states[State(counted.state)] += counted.number
        self.overdue[State(counted.state)] += counted.overdue

    @property
    def total(self) -> int:
        """How many take part: whoever is withdrawn no longer does."""
        return self.states.total() - self.states[State.WITHDRAWN]

    @property
    def written(self) -> int:
        """How many leaders' reviews are in, wherever they are since."""
        before = (State.DRAFT, *(State(state) for state in WRITING))
        return self.total - sum(self.states[state] for state in before)

    @property
    def shared(self) -> int:
        return sum(self.states[state] for state in READ_BY_PERSON)

    @property
    def late(self) -> int:
        return self.overdue.total()


class Counted(NamedTuple):
    """How many appraisals that are alike in `fields` are in a state, and how many are overdue."""

    fields: tuple[Any, ...]
    state: str
    number: int
    overdue: int


def tally(appraisals: QuerySet[Appraisal], viewer: Viewer, *, by: Iterable[str]) -> list[Counted]:
    """Count appraisals by some fields and their state."""
    fields = list(by)
    rows = (
        with_due(appraisals)
        .order_by()
        .values_list(*fields, "state")
        .annotate(n=Count("pk"), late=Count("pk", filter=Q(due__lt=viewer.today)))
    )
    return [Counted(tuple(given), state, n, late) for *given, state, n, late in rows]


def list_cycles(viewer: Viewer) -> list[tuple[Cycle, Tally]]:
    """List cycles, those under way first, with how far they are. Two queries."""
    if not viewer.may(Permission.READ_APPRAISALS):
        return []
    cycles = sorted(
        visible_cycles(viewer)[:SHOWN_CYCLES],
        key=lambda cycle: [CycleState.OPEN, CycleState.DRAFT, CycleState.CLOSED].index(
            CycleState(cycle.state)
        ),
    )
    if not cycles:
        return []
    tallies = {cycle.pk: Tally() for cycle in cycles}
    followed = others_appraisals(viewer).filter(cycle__in=list(tallies))
    for counted in tally(followed, viewer, by=["cycle_id"]):
        tallies[counted.fields[0]].add(counted)
    return [(cycle, tallies[cycle.pk]) for cycle in cycles]


@dataclass(frozen=True)
class LeaderRow:
    """How many reviews somebody owes in a cycle, how many are in, and how many are late."""

    person_id: int
    name: str
    employee_id: str
    total: int
    submitted: int
    late: int


@dataclass(frozen=True)
class SessionRow:
    session: CalibrationSession
    total: int
    writing: int
    ready: int
    to_sign: int


@dataclass(frozen=True)
class Progress:
    """How far a cycle is, as far as one viewer follows it; `late_comers` are for HR alone."""

    whole: Tally
    units: list[tuple[str, str, Tally]]
    leaders: list[LeaderRow]
    sessions: list[SessionRow]
    leavers: list[Appraisal]
    owed: list[Review]
    leaderless: list[Person]
    late_comers: Participants | None


def appraisals_of(viewer: Viewer, cycle: Cycle) -> QuerySet[Appraisal]:
    """Scope the appraisals of a cycle to those whose state somebody follows."""
    if is_hr_of(viewer, cycle):
        return cycle.appraisals.all()
    return others_appraisals(viewer).filter(cycle=cycle)


def get_progress(viewer: Viewer, cycle: Cycle) -> Progress:
    """Read how far a cycle is; the number of queries does not follow its size."""
    appraisals = appraisals_of(viewer, cycle)
    whole, units = Tally(), dict[str, tuple[str, Tally]]()
    for counted in tally(appraisals, viewer, by=["unit__slug", "unit__name"]):
        slug, name = counted.fields
        whole.add(counted)
        units.setdefault(slug, (name, Tally()))[1].add(counted)
    is_open = cycle.state == CycleState.OPEN
    return Progress(
        whole=whole,
        units=sorted(((slug, *row) for slug, row in units.items()), key=lambda row: row[1:2]),
        leaders=_list_leaders(viewer, appraisals),
        sessions=_list_sessions(appraisals),
        leavers=list(
            appraisals.filter(
                state=State.WITHDRAWN.value, person__left_on__lte=viewer.today
            ).select_related("person")
        ),
        owed=list(_owed_by_leavers(viewer, appraisals)) if is_open else [],
        leaderless=_list_leaderless(viewer, appraisals) if is_open else [],
        late_comers=find_participants(cycle, viewer.today)
        if is_open and is_hr_of(viewer, cycle)
        else None,
    )


def _list_leaders(viewer: Viewer, appraisals: QuerySet[Appraisal]) -> list[LeaderRow]:
    waiting = Q(submitted_at__isnull=True, appraisal__state=State.LEADER_REVIEW.value) | Q(
        submitted_at__isnull=True, appraisal__state=State.REOPENED.value
    )
    rows = (
        Review.objects.filter(
            appraisal__in=appraisals.exclude(state=State.WITHDRAWN.value).values("pk"),
            kind=ReviewKind.LEADER,
            waived_at__isnull=True,
        )
        .annotate(due=due_day("appraisal"))
        .order_by()
        .values_list("author_id", "author__name", "author__employee_id")
        .annotate(
            n=Count("pk"),
            submitted=Count("pk", filter=Q(submitted_at__isnull=False)),
            late=Count("pk", filter=waiting & Q(due__lt=viewer.today)),
        )
    )
    return sorted(
        (LeaderRow(*row) for row in rows),
        key=lambda row: (-row.late, row.submitted - row.total, row.name),
    )


def _list_sessions(appraisals: QuerySet[Appraisal]) -> list[SessionRow]:
    def count(*states: str, **further: object) -> Count:
        which = Q(appraisals__state__in=[str(state) for state in states])
        return Count("appraisals", filter=which & Q(**further))

    going = [state for state in State if state is not State.WITHDRAWN]
    sessions = (
        CalibrationSession.objects.filter(appraisals__in=appraisals.values("pk"))
        .annotate(
            total=count(*going),
            writing=count(*WRITING),
            ready=count(State.CALIBRATION),
            to_sign=count(State.SIGN_OFF, appraisals__signed_at__isnull=True),
        )
        .select_related("unit")
        .order_by("unit__name")
    )
    return [SessionRow(one, one.total, one.writing, one.ready, one.to_sign) for one in sessions]


def _owed_by_leavers(viewer: Viewer, appraisals: QuerySet[Appraisal]) -> QuerySet[Review]:
    settled = [state.value for state in SETTLED]
    return (
        Review.objects.filter(
            appraisal__in=appraisals.exclude(state__in=settled).values("pk"),
            kind=ReviewKind.LEADER,
            submitted_at__isnull=True,
            waived_at__isnull=True,
            author__left_on__lte=viewer.today,
        )
        .select_related("author", "appraisal__person")
        .order_by("author__name", "appraisal__person__name")
    )


def _list_leaderless(viewer: Viewer, appraisals: QuerySet[Appraisal]) -> list[Person]:
    """List who is to be reviewed still and answers to nobody today. Two queries."""
    waiting = appraisals.filter(state__in=[*WRITING, State.REOPENED.value])
    here = Q(left_on__isnull=True) | Q(left_on__gt=viewer.today)
    people = list(
        Person.objects.filter(here, pk__in=waiting.values("person")).order_by("name", "pk")
    )
    leaders = find_leaders([person.pk for person in people], viewer.today) if people else {}
    return [person for person in people if person.pk not in leaders]


def search_appraisals(
    viewer: Viewer,
    cycle: Cycle,
    *,
    state: str = "",
    unit: str = "",
    leader: str = "",
    overdue: bool = False,
) -> QuerySet[Any]:
    """List the appraisals of a cycle with `due` and `leader`, whoever is overdue longest first."""
    found = with_due(appraisals_of(viewer, cycle))
    if state:
        found = found.filter(state=state)
    if unit:
        found = found.filter(unit__slug=unit)
    if leader:
        written = Review.objects.filter(
            appraisal=OuterRef("pk"),
            kind=ReviewKind.LEADER,
            author__employee_id=leader,
            waived_at__isnull=True,
        )
        found = found.filter(Exists(written))
    if overdue:
        found = found.filter(due__lt=viewer.today)
    closing = Review.objects.filter(appraisal=OuterRef("pk"), is_closing=True)
    return (
        found.annotate(leader=Subquery(closing.values("author__name")[:1]))
        .select_related("person", "unit")
        .order_by(F("due").asc(nulls_last=True), "person__name", "pk")
    )
