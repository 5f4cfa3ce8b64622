"""Planning a cycle, opening it, letting people in and out, and closing it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext
from psycopg2.extras import DateRange

from teams.access.viewers import get_viewer
from teams.accounts.models import User
from teams.appraisals.errors import AppraisalError
from teams.appraisals.models import (
    Appraisal,
    CalibrationSession,
    Cycle,
    CycleState,
    Review,
    ReviewKind,
    Section,
    Template,
    Transition,
)
from teams.appraisals.policies import check_scope_of_cycle
from teams.appraisals.rules.transitions import SETTLED, Action, State
from teams.appraisals.selectors.participants import (
    LeftOut,
    Participant,
    find_participants,
)
from teams.appraisals.services.reviews import hand_over_review
from teams.appraisals.services.steps import lock_appraisal, move
from teams.audit.services import record_event
from teams.structure.models import Person
from teams.structure.rules import Tree
from teams.structure.selectors import find_leaders

WHOLE = 100


class Planned(NamedTuple):
    """A section of a template as it is planned: what it is called, asks and weighs."""

    name: str
    words: str
    weight: int


@dataclass(frozen=True)
class Opened:
    """Who takes part from now on, and who would by the rule and cannot."""

    appraisals: list[Appraisal] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


@transaction.atomic
def create_template(*, name: str, sections: Sequence[Planned], by: User) -> Template:
    """Write a template down; raise AppraisalError where its weights do not add up to 100."""
    template = _save_template(Template(name=_name(name), created_by=by))
    _write_sections(template, sections)
    record_event("template.created", by=by, subject=template, sections=len(sections))
    return template


@transaction.atomic
def change_template(
    *, template: Template, name: str, sections: Sequence[Planned], by: User
) -> Template:
    """Write a template anew; refused once appraisals are written in it."""
    template = Template.objects.select_for_update().get(pk=template.pk)
    if template.cycles.exclude(state=CycleState.DRAFT).exists():
        raise AppraisalError(
            "template_in_use",
            gettext(
                "Appraisals are written in this template, so that it no longer changes. Plan a new "
                "one for the next cycle."
            ),
        )
    template.name = _name(name)
    _save_template(template)
    template.sections.all().delete()
    _write_sections(template, sections)
    record_event("template.changed", by=by, subject=template, sections=len(sections))
    return template


def _save_template(template: Template) -> Template:
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as error:
        raise _explain(error) from error
    return template


def _write_sections(template: Template, sections: Sequence[Planned]) -> None:
    if not sections or any(not section.name.strip() for section in sections):
        raise AppraisalError("section_without_name", gettext("Each part needs a name."))
    total = sum(section.weight for section in sections)
    if total != WHOLE or any(section.weight < 0 for section in sections):
        raise AppraisalError(
            "weights_do_not_sum",
            gettext("The weights add up to %(total)s; they must add up to 100.") % {"total": total},
        )
    Section.objects.bulk_create(
        Section(
            template=template,
            position=position,
            name=section.name.strip(),
            words=section.words.strip(),
            weight=section.weight,
        )
        for position, section in enumerate(sections, 1)
    )


def _name(name: str) -> str:
    if not name.strip():
        raise AppraisalError("name_missing", gettext("It needs a name."))
    return name.strip()


@transaction.atomic
def plan_cycle(*, by: User, cycle: Cycle | None = None, **fields: Any) -> Cycle:
    """Plan a cycle, or change one that is planned; `fields` are those of the model.

    Raises AppraisalError for a unit out of scope, dates out of order, a name that is taken, and
    for a change of what an opened cycle means: of that one only the dates and the name change.
    """
    is_new = cycle is None
    cycle = (
        Cycle(created_by=by)
        if cycle is None
        else Cycle.objects.select_for_update().get(pk=cycle.pk)
    )
    if cycle.state == CycleState.CLOSED:
        raise AppraisalError("cycle_closed", gettext("This cycle is closed; nothing changes."))
    viewer = get_viewer(by)
    if not is_new:
        check_scope_of_cycle(viewer, cycle)
    for name, value in fields.items():
        setattr(cycle, name, value)
    check_scope_of_cycle(viewer, cycle)
    try:
        with transaction.atomic():
            cycle.save()
    except IntegrityError as error:
        raise _explain(error) from error
    record_event("cycle.planned" if is_new else "cycle.changed", by=by, subject=cycle)
    return cycle


def _explain(error: IntegrityError) -> AppraisalError:
    sentences = {
        "cycle_dates_in_order": gettext("The dates must follow each other, in this order."),
        "cycle_has_days": gettext("The period needs a first and a last day, in this order."),
        "cycle_meaning_frozen": gettext(
            "Appraisals are under way: the period, the unit, the template, what is measured and "
            "who takes part no longer change. The dates still do."
        ),
        "teams_cycle_name_key": gettext("Another cycle has this name."),
        "teams_template_name_key": gettext("Another template has this name."),
    }
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    if constraint not in sentences:
        raise error
    return AppraisalError(constraint, sentences[constraint])


@transaction.atomic
def open_cycle(*, cycle: Cycle, by: User) -> Opened:
    """Open a cycle: everybody whom its rule names gets an appraisal and may write from now on.

    Who cannot take part is named in the answer with why. Raises AppraisalError where it is open
    already, out of scope, without a whole template, or nobody would take part.
    """
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    viewer = get_viewer(by)
    check_scope_of_cycle(viewer, cycle)
    if cycle.state != CycleState.DRAFT:
        raise AppraisalError("cycle_open", gettext("This cycle is open already."))
    total = sum(cycle.template.sections.values_list("weight", flat=True))
    if total != WHOLE:
        raise AppraisalError(
            "weights_do_not_sum",
            gettext("The weights of its template add up to %(total)s, not to 100.")
            % {"total": total},
        )
    found = find_participants(cycle, viewer.today)
    if not found.participants:
        raise AppraisalError(
            "nobody_takes_part",
            gettext("Nobody takes part by this rule. Look at the unit, the levels and the dates."),
        )
    cycle.state, cycle.opened_at = CycleState.OPEN.value, timezone.now()
    cycle.save()
    appraisals = _let_in(cycle, found.participants, found.tree, by=by)
    record_event(
        "cycle.opened",
        by=by,
        subject=cycle,
        appraisals=len(appraisals),
        left_out=len(found.left_out),
    )
    return Opened(appraisals, found.left_out)


@transaction.atomic
def add_participants(*, cycle: Cycle, people: Iterable[Person], by: User) -> Opened:
    """Let people in who joined an open cycle's unit late; nothing for those who are in."""
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    viewer = get_viewer(by)
    check_scope_of_cycle(viewer, cycle)
    if cycle.state != CycleState.OPEN:
        raise AppraisalError("cycle_not_open", gettext("Only an open cycle takes people in."))
    found = find_participants(cycle, viewer.today, only={person.pk for person in people})
    appraisals = _let_in(cycle, found.participants, found.tree, by=by)
    if appraisals:
        record_event(
            "cycle.joined",
            by=by,
            subject=cycle,
            people=[participant.person.employee_id for participant in found.participants],
        )
    return Opened(appraisals, found.left_out)


def _let_in(
    cycle: Cycle, participants: Sequence[Participant], tree: Tree, *, by: User
) -> list[Appraisal]:
    now = timezone.now()
    sessions = _find_sessions(cycle, participants, tree)
    appraisals = Appraisal.objects.bulk_create(
        Appraisal(
            cycle=cycle,
            person=one.person,
            unit_id=one.unit_id,
            level=one.level,
            job_title=one.job_title,
            period=DateRange(one.start, one.end),
            session=sessions[_session_unit(one, tree)],
            state=State.SELF_REVIEW.value,
            state_since=now,
        )
        for one in participants
    )
    gone = _list_gone(participants, timezone.localdate())
    reviews = []
    for appraisal, one in zip(appraisals, participants, strict=True):
        reviews.append(Review(appraisal=appraisal, kind=ReviewKind.SELF, author=one.person))
        for leader_id, stretches in one.leaders.items():
            closes = leader_id == one.closing.leader_id
            is_gone = leader_id in gone and not closes
            reviews.append(
                Review(
                    appraisal=appraisal,
                    kind=ReviewKind.LEADER,
                    author_id=leader_id,
                    days=DateRange(stretches[0].start, stretches[-1].end),
                    day_count=one.days_of(leader_id),
                    is_closing=closes,
                    waived_at=now if is_gone else None,
                    waived_words=gettext("Left before the cycle began.") if is_gone else "",
                )
            )
    Review.objects.bulk_create(reviews)
    Transition.objects.bulk_create(
        Transition(
            appraisal=appraisal,
            action=Action.OPEN.value,
            start=State.DRAFT.value,
            end=State.SELF_REVIEW.value,
            by=by,
        )
        for appraisal in appraisals
    )
    return appraisals


def _session_unit(participant: Participant, tree: Tree) -> int:
    """Find the group in which a rating is compared: what stands above the unit that rates."""
    parent_id = tree.nodes[participant.closing.unit_id].parent_id
    return participant.closing.unit_id if parent_id is None else parent_id


def _find_sessions(
    cycle: Cycle, participants: Iterable[Participant], tree: Tree
) -> dict[int, CalibrationSession]:
    units = {_session_unit(one, tree) for one in participants}
    found = {session.unit_id: session for session in cycle.sessions.filter(unit__in=units)}
    for unit_id in units - found.keys():
        found[unit_id] = CalibrationSession.objects.create(cycle=cycle, unit_id=unit_id)
    return found


def _list_gone(participants: Iterable[Participant], today: date) -> set[int]:
    leaders = {leader_id for one in participants for leader_id in one.leaders}
    gone = Person.objects.filter(pk__in=leaders, left_on__lte=today)
    return set(gone.values_list("pk", flat=True))


@transaction.atomic
def close_cycle(*, cycle: Cycle, by: User) -> Cycle:
    """Close a cycle whose appraisals are all shared at least; raise AppraisalError else.

    Who has not answered yet has seen theirs: silence is no agreement and no hindrance.
    """
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    check_scope_of_cycle(get_viewer(by), cycle)
    if cycle.state != CycleState.OPEN:
        raise AppraisalError("cycle_not_open", gettext("This cycle is not open."))
    settled = [state.value for state in SETTLED | {State.SHARED}]
    open_ones = cycle.appraisals.exclude(state__in=settled).count()
    if open_ones:
        raise AppraisalError(
            "appraisals_open",
            gettext(
                "%(n)s appraisals are not shared yet or disputed. Finish or withdraw them before."
            )
            % {"n": open_ones},
        )
    cycle.state, cycle.closed_at = CycleState.CLOSED.value, timezone.now()
    cycle.save()
    record_event("cycle.closed", by=by, subject=cycle)
    return cycle


def settle_people(today: date) -> int:
    """Follow people who left: withdraw their appraisals, hand over the reviews they owe.

    Run nightly; run twice it finds nothing more. Returns how many appraisals it touched.
    """
    open_ones = Appraisal.objects.filter(cycle__state=CycleState.OPEN)
    touched = 0
    writing = [State.SELF_REVIEW.value, State.LEADER_REVIEW.value]
    for pk in open_ones.filter(person__left_on__lte=today, state__in=writing).values_list(
        "pk", flat=True
    ):
        with transaction.atomic():
            appraisal = lock_appraisal(pk)
            if appraisal.state in writing:
                move(
                    appraisal,
                    Action.WITHDRAW,
                    State.WITHDRAWN,
                    words=gettext("Left on %(day)s.") % {"day": appraisal.person.left_on},
                    by=None,
                )
                touched += 1
    owed = Review.objects.filter(
        appraisal__in=open_ones.exclude(state__in=[state.value for state in SETTLED]),
        kind=ReviewKind.LEADER,
        author__left_on__lte=today,
        submitted_at__isnull=True,
        waived_at__isnull=True,
    ).select_related("appraisal", "author")
    for review in owed:
        leader = find_leaders([review.appraisal.person_id], today).get(review.appraisal.person_id)
        if leader is not None and leader.leader_id != review.author_id:
            hand_over_review(
                review=review,
                to=Person.objects.get(pk=leader.leader_id),
                words=gettext("%(name)s left on %(day)s.")
                % {"name": review.author, "day": review.author.left_on},
                by=None,
            )
            touched += 1
    return touched
