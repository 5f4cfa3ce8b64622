"""What appraisals have to say elsewhere: what waits, how far a unit is, what was shared when."""

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db.models import Count
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from opsportal.lib.addresses import address_of
from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.appraisals.models import Appraisal, CycleState, Transition
from teams.appraisals.policies import STATE_NAMES
from teams.appraisals.rules.transitions import READ_BY_PERSON, SETTLED, Action, State
from teams.appraisals.selectors.cycles import Tally, others_appraisals, tally, visible_cycles
from teams.appraisals.selectors.deadlines import with_due
from teams.appraisals.selectors.open_steps import (
    Deed,
    OpenSession,
    OpenStep,
    list_disputes,
    list_open_sessions,
    list_own_steps,
)
from teams.appraisals.selectors.scopes import visible_appraisals
from teams.appraisals.waiting import (
    address_of_appraisal,
    address_of_session,
    say_due,
    status_of,
)
from teams.measures.rules import Found, Moment, Need, Strip, score_match
from teams.structure.models import Person
from teams.structure.rules import Node

NAMES_SHOWN = 3
TOLD = (Action.SHARE.value, Action.ACKNOWLEDGE.value)


def list_needs(viewer: Viewer) -> list[Need]:
    """List what waits for somebody. One query for a member, three for a leader, two more for HR."""
    steps = list_own_steps(viewer)
    needs = [_need_own(viewer, step) for step in steps if step.deed in (Deed.WRITE, Deed.ANSWER)]
    for deed in (Deed.REVIEW, Deed.SHARE):
        if found := [step for step in steps if step.deed is deed]:
            needs.append(_need_of_people(viewer, deed, found))
    for session in list_open_sessions(viewer):
        needs += _need_session(viewer, session)
    needs += [_need_dispute(viewer, step) for step in list_disputes(viewer)]
    return needs + _list_late_cycles(viewer)


def list_strips(viewer: Viewer, unit: Node) -> list[Strip]:
    """Say how far the open cycles are in a unit and below, to who follows them. One query."""
    rights = (Permission.READ_APPRAISALS, Permission.OPEN_APPRAISALS)
    if not any(viewer.may(right, unit.id) for right in rights):
        return []
    below = viewer.tree.below(unit.id)
    found = others_appraisals(viewer).filter(cycle__state=CycleState.OPEN, unit__in=below)
    whole, cycles = Tally(), set()
    for counted in tally(found, viewer, by=["cycle_id"]):
        whole.add(counted)
        cycles.add(counted.fields[0])
    if not whole.total:
        return []
    facts = [
        gettext("*%(n)s* of *%(total)s* submitted") % {"n": whole.written, "total": whole.total}
    ]
    if whole.shared:
        facts.append(gettext("*%(n)s* shared") % {"n": whole.shared})
    if whole.late:
        facts.append(gettext("*%(n)s* overdue") % {"n": whole.late})
    href = address_of("teams:appraisal-list")
    if len(cycles) == 1:
        href = address_of("teams:cycle-detail", int(str(cycles.pop())))
    return [Strip(gettext("Appraisals"), "clipboard-text", tuple(facts), gettext("Progress"), href)]


def list_person_strips(viewer: Viewer, person: Person) -> list[Strip]:
    """Say where somebody's latest appraisal stands, to who may open it. One query."""
    latest = (
        with_due(visible_appraisals(viewer))
        .filter(person=person)
        .exclude(state=State.WITHDRAWN.value)
        .select_related("cycle")
        .order_by("-period", "-pk")
        .first()
    )
    if latest is None:
        return []
    state = State(latest.state)
    facts = [
        latest.cycle.name.replace("*", ""),
        gettext("*%(state)s* since %(day)s")
        % {
            "state": STATE_NAMES[state],
            "day": date_format(timezone.localdate(latest.state_since), "j M"),
        },
    ]
    due = latest.due
    if state not in SETTLED and due is not None:
        facts.append(say_due(due, viewer.today))
    return [
        Strip(
            gettext("Appraisal"),
            "clipboard-text",
            tuple(facts),
            gettext("Open it"),
            address_of_appraisal(latest),
        )
    ]


def list_story(viewer: Viewer, person: Person) -> list[Moment]:
    """Tell when appraisals were shared and acknowledged, to who may open them. One query.

    No words and no rating: both are on the appraisal's own page.
    """
    readable = visible_appraisals(viewer).filter(
        person=person, state__in=[state.value for state in READ_BY_PERSON]
    )
    # What was shared anew tells of the last time alone.
    steps = {
        (step.appraisal_id, step.action): step
        for step in Transition.objects.filter(
            appraisal__in=readable.values("pk"), action__in=TOLD
        ).select_related("appraisal__cycle")
    }
    titles = {
        Action.SHARE: gettext("Appraisal %(cycle)s was shared"),
        Action.ACKNOWLEDGE: gettext("Appraisal %(cycle)s was acknowledged"),
    }
    return [
        Moment(
            on=timezone.localdate(step.at),
            kind=gettext("Appraisal"),
            title=titles[Action(step.action)] % {"cycle": step.appraisal.cycle.name},
            href=address_of_appraisal(step.appraisal),
            icon="clipboard-text",
        )
        for step in steps.values()
    ]


def find_cycles(viewer: Viewer, query: str, most: int) -> list[Found]:
    """Find cycles by name that somebody follows. One query; none for who follows none."""
    if not viewer.may(Permission.READ_APPRAISALS):
        return []
    found = []
    for cycle in visible_cycles(viewer):
        score = score_match(query, cycle.name, cycle.unit.name)
        if score:
            found.append(
                Found(
                    kind=gettext("Cycle"),
                    name=cycle.name,
                    under=cycle.unit.name,
                    href=address_of("teams:cycle-detail", cycle.pk),
                    score=score,
                    icon="clipboard-text",
                )
            )
    return sorted(found, key=lambda one: -one.score)[:most]


def _need_own(viewer: Viewer, step: OpenStep) -> Need:
    cycle = {"cycle": step.appraisal.cycle.name}
    if step.deed is Deed.WRITE:
        what, why = gettext("Your own review for %(cycle)s") % cycle, ""
        deed = gettext("Write it")
    else:
        what = gettext("Your appraisal %(cycle)s is shared with you") % cycle
        why = gettext("Acknowledging says that you read it, not that you agree")
        deed = gettext("Read it")
    return Need(
        key=f"appraisal:{step.appraisal.pk}:{step.deed}",
        status=status_of(step.due, viewer.today),
        state=say_due(step.due, viewer.today),
        what=what,
        why=why,
        since=timezone.localdate(step.appraisal.state_since),
        due=step.due,
        deed=deed,
        href=address_of_appraisal(step.appraisal),
    )


def _need_of_people(viewer: Viewer, deed: Deed, steps: Sequence[OpenStep]) -> Need:
    """Make one line of the reviews that somebody owes, or of those that they are to share."""
    first = steps[0]
    words = {"name": first.appraisal.person.name, "n": len(steps)}
    if deed is Deed.REVIEW:
        what = ngettext("The review of %(name)s", "%(n)s reviews to write", len(steps))
    else:
        what = ngettext(
            "%(name)s's appraisal is signed off", "%(n)s appraisals are signed off", len(steps)
        )
    late = sum(step.is_overdue(viewer.today) for step in steps)
    why = first.appraisal.cycle.name
    if len(steps) > 1:
        why = _name_some([step.appraisal.person.name for step in steps])
        if late:
            why = gettext("%(n)s overdue: %(names)s") % {"n": late, "names": why}
    return Need(
        key=f"appraisals:{deed}",
        status=status_of(first.due, viewer.today),
        state=say_due(first.due, viewer.today),
        what=what % words,
        why=why,
        who=first.appraisal.person.name if len(steps) == 1 else "",
        since=timezone.localdate(first.appraisal.state_since),
        due=first.due,
        deed=gettext("Write it") if deed is Deed.REVIEW else gettext("Share it"),
        href=address_of_appraisal(first.appraisal)
        if len(steps) == 1
        else address_of("teams:appraisal-list"),
    )


def _need_session(viewer: Viewer, one: OpenSession) -> Iterable[Need]:
    session, cycle = one.session, one.session.cycle
    words = {"unit": session.unit.name, "ready": one.ready, "total": one.total, "n": one.to_sign}
    if one.is_to_close:
        yield Need(
            key=f"calibration:{session.pk}",
            status=status_of(cycle.calibrate_by, viewer.today),
            state=say_due(cycle.calibrate_by, viewer.today),
            what=gettext("Calibration of %(unit)s: %(ready)s of %(total)s are ready") % words,
            why=cycle.name,
            due=cycle.calibrate_by,
            deed=gettext("Compare"),
            href=address_of_session(session),
        )
    if one.to_sign:
        yield Need(
            key=f"sign-off:{session.pk}",
            status=status_of(cycle.sign_by, viewer.today),
            state=say_due(cycle.sign_by, viewer.today),
            what=ngettext(
                "%(n)s appraisal of %(unit)s to sign off",
                "%(n)s appraisals of %(unit)s to sign off",
                one.to_sign,
            )
            % words,
            why=cycle.name,
            due=cycle.sign_by,
            deed=gettext("Sign off"),
            href=address_of_session(session),
        )


def _need_dispute(viewer: Viewer, step: OpenStep) -> Need:
    person, is_late = step.appraisal.person.name, step.is_overdue(viewer.today)
    return Need(
        key=f"dispute:{step.appraisal.pk}",
        status="overdue" if is_late else "disputed",
        state=say_due(step.due, viewer.today) if is_late else gettext("Disputed"),
        what=gettext("%(name)s disputes their appraisal") % {"name": person},
        why=step.appraisal.cycle.name,
        who=person,
        since=timezone.localdate(step.appraisal.state_since),
        due=step.due,
        deed=gettext("Answer"),
        href=address_of_appraisal(step.appraisal),
    )


def _list_late_cycles(viewer: Viewer) -> list[Need]:
    """Make one line for each open cycle of HR's in which something is overdue. One query."""
    reach = viewer.unit_ids(Permission.OPEN_APPRAISALS)
    if not reach:
        return []
    rows = (
        with_due(Appraisal.objects.filter(cycle__unit__in=reach, cycle__state=CycleState.OPEN))
        .filter(due__lt=viewer.today)
        .exclude(state=State.DISPUTED.value)
        .order_by("due")
        .values_list("cycle_id", "cycle__name", "state", "due")
        .annotate(n=Count("pk"))
    )
    found: dict[int, Need] = {}
    counts: dict[int, Counter[State]] = {}
    for cycle_id, name, state, due, n in rows:
        counts.setdefault(cycle_id, Counter())[State(state)] += n
        late = counts[cycle_id]
        found[cycle_id] = Need(
            key=f"cycle:{cycle_id}",
            status="overdue",
            state=say_due(found[cycle_id].due if cycle_id in found else due, viewer.today),
            what=ngettext(
                "%(n)s appraisal of %(cycle)s is overdue",
                "%(n)s appraisals of %(cycle)s are overdue",
                late.total(),
            )
            % {"n": late.total(), "cycle": name},
            why=", ".join(f"{late[one]} {STATE_NAMES[one]}" for one in State if late[one]),
            due=found[cycle_id].due if cycle_id in found else due,
            deed=gettext("See who"),
            href=f"{address_of('teams:cycle-detail', cycle_id)}?overdue=1#people",
        )
    return list(found.values())


def _name_some(names: Sequence[str]) -> str:
    shown, more = ", ".join(names[:NAMES_SHOWN]), len(names) - NAMES_SHOWN
    if more > 0:
        return gettext("%(names)s and %(more)s more") % {"names": shown, "more": more}
    return shown
