"""What goals have to say elsewhere: those that need somebody, and what somebody reached."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from opsportal.lib.addresses import address_of
from teams.access.roles import Permission
from teams.access.selectors import list_own_people
from teams.access.viewers import Viewer
from teams.goals.models import Confidence, Goal, GoalState
from teams.goals.policies import readable_unit_ids
from teams.goals.rules import Attention
from teams.goals.selectors import list_board, readable_people, with_milestones
from teams.goals.selectors.boards import is_overdue, rank_attention
from teams.goals.tables import ATTENTION, name_owner
from teams.goals.words import last_day_of
from teams.measures.rules import Moment, Need, Strip
from teams.structure.models import Person
from teams.structure.rules import Node

TITLES_SHOWN = 3
MOMENTS_SHOWN = 40


def list_needs(viewer: Viewer) -> list[Need]:
    """List goals that need the viewer: their own, those of who answers to them and of their units.

    One query, three for who leads.
    """
    own_id = viewer.person.pk if viewer.person else None
    led = list_own_people(viewer) if viewer.may(Permission.SET_GOALS) else []
    if own_id is None:
        return []
    needing = Q(confidence=Confidence.OFF_TRACK) | is_overdue(viewer.today)
    of_others = Q(person__in=led) | Q(unit__in=viewer.led_unit_ids)
    rows = (
        with_milestones(
            Goal.objects.filter(
                Q(is_overdue(viewer.today), person=own_id)
                | of_others & (needing | Q(agreed_on__isnull=True)),
                state=GoalState.OPEN,
            ),
            viewer.today,
        )
        .select_related("person", "unit")
        .order_by("period", "pk")
    )
    goals = list(rows)
    mine = [goal for goal in goals if goal.person_id == own_id]
    others = [goal for goal in goals if goal.person_id != own_id]
    off_track = [goal for goal in others if goal.confidence == Confidence.OFF_TRACK]
    overdue = [goal for goal in others if _overdue_since(goal, viewer.today)]
    proposed = [goal for goal in others if goal.agreed_on is None]
    return [
        *_need_own(mine, viewer.today),
        *_need(
            "goals-off-track",
            "offtrack",
            off_track,
            ngettext(
                "‘%(title)s’ of %(name)s is off track",
                "%(n)s goals are off track",
                len(off_track),
            ),
            since=min((_day(goal.checked_in_at) for goal in off_track), default=None),
        ),
        *_need(
            "goals-overdue",
            "overdue",
            overdue,
            ngettext(
                "‘%(title)s’ of %(name)s is behind its days",
                "%(n)s goals are behind their days",
                len(overdue),
            ),
            since=_find_first(overdue, viewer.today),
        ),
        *_need(
            "goals-proposed",
            "due",
            proposed,
            ngettext(
                "%(name)s proposes ‘%(title)s’",
                "%(n)s proposed goals wait for you to agree",
                len(proposed),
            ),
            since=min((_day(goal.created_at) for goal in proposed), default=None),
        ),
    ]


def _need_own(goals: Sequence[Goal], today: date) -> list[Need]:
    what = ngettext(
        "Your goal ‘%(title)s’ is behind its days",
        "%(n)s of your goals are behind their days",
        len(goals),
    )
    return _need("my-goals-overdue", "overdue", goals, what, since=_find_first(goals, today))


def _need(
    key: str, status: str, goals: Sequence[Goal], what: str, *, since: date | None
) -> list[Need]:
    """Make one line of goals of one kind; none where there are none."""
    if not goals:
        return []
    first = goals[0]
    states = {
        "offtrack": gettext("Off track"),
        "overdue": gettext("Overdue"),
        "due": gettext("To agree on"),
    }
    one = len(goals) == 1
    return [
        Need(
            key=key,
            status=status,
            state=states[status],
            what=what % {"title": first.title, "name": name_owner(first), "n": len(goals)},
            why="" if one else _name_some(goals),
            who=name_owner(first) if one and first.person_id else "",
            since=since,
            deed=gettext("Open the goal") if one else gettext("See goals"),
            href=address_of("teams:goal-detail", first.pk)
            if one
            else address_of("teams:goal-list"),
        )
    ]


def _name_some(goals: Sequence[Goal]) -> str:
    shown = ", ".join(f"{goal.title} ({name_owner(goal)})" for goal in goals[:TITLES_SHOWN])
    if (more := len(goals) - TITLES_SHOWN) > 0:
        return gettext("%(names)s and %(more)s more") % {"names": shown, "more": more}
    return shown


def _overdue_since(goal: Goal, today: date) -> date | None:
    """Find since when a goal is behind: the first milestone that is over, or its last day."""
    since: date | None = goal.overdue_since  # type: ignore[attr-defined]
    if since is None and today >= goal.period.upper:
        return last_day_of(goal)
    return since


def _find_first(goals: Iterable[Goal], today: date) -> date | None:
    return min((day for goal in goals if (day := _overdue_since(goal, today))), default=None)


def list_strips(viewer: Viewer, unit: Node) -> list[Strip]:
    """Say who in a unit has no goals and whose are at risk; to others, how many the unit has.

    One query.
    """
    if unit.id not in readable_unit_ids(viewer):
        return []
    open_goals = Goal.objects.filter(state=GoalState.OPEN)
    if viewer.may(Permission.READ_GOALS, unit.id):
        of_people = open_goals.filter(person__isnull=False)
        at_risk = of_people.filter(confidence__in=[Confidence.AT_RISK, Confidence.OFF_TRACK])
        late = of_people.filter(is_overdue(viewer.today))
        counts = (
            list_board(viewer, unit_ids=viewer.tree.below(unit.id))
            .order_by()
            .aggregate(
                without=Count("pk", filter=~Q(pk__in=of_people.values("person"))),
                risk=Count("pk", filter=Q(pk__in=at_risk.values("person"))),
                late=Count("pk", filter=Q(pk__in=late.values("person"))),
            )
        )
        facts = [
            ngettext(
                "*%(n)s* person without goals", "*%(n)s* people without goals", counts["without"]
            )
            % {"n": counts["without"]},
            gettext("*%(n)s* at risk") % {"n": counts["risk"]},
            gettext("*%(n)s* overdue") % {"n": counts["late"]},
        ]
    else:
        number = open_goals.filter(unit=unit.id).count()
        facts = [ngettext("*%(n)s* open goal", "*%(n)s* open goals", number) % {"n": number}]
    return [
        Strip(
            gettext("Goals"),
            "target",
            tuple(facts),
            gettext("Goals of %(unit)s") % {"unit": unit.name},
            address_of("teams:unit-goals", unit.slug),
        )
    ]


def list_person_strips(viewer: Viewer, person: Person) -> list[Strip]:
    """Say how many goals somebody has and what about them needs attention. One query."""
    if not _may_ask(viewer, person):
        return []
    found: Any = (
        readable_people(viewer)
        .filter(pk=person.pk)
        .annotate(
            attention=rank_attention(viewer.today),
            n_goals=Count("goals", filter=Q(goals__state=GoalState.OPEN)),
        )
        .first()
    )
    if found is None:
        return []
    facts = [
        ngettext("*%(n)s* open goal", "*%(n)s* open goals", found.n_goals) % {"n": found.n_goals}
    ]
    if found.attention not in {Attention.NONE, Attention.NO_GOALS}:
        facts.append(f"*{ATTENTION[Attention(found.attention)][1]}*")
    return [
        Strip(
            gettext("Goals"),
            "target",
            tuple(facts),
            gettext("See goals"),
            address_of("teams:person-goals", person.employee_id),
        )
    ]


def list_story(viewer: Viewer, person: Person) -> list[Moment]:
    """List which goals somebody agreed on, reached and missed. One query."""
    if not _may_ask(viewer, person):
        return []
    goals = (
        Goal.objects.filter(person__in=readable_people(viewer).filter(pk=person.pk).values("pk"))
        .filter(Q(agreed_on__isnull=False) | Q(state__in=[GoalState.REACHED, GoalState.MISSED]))
        .order_by("-pk")[:MOMENTS_SHOWN]
    )
    return [moment for goal in goals for moment in _tell(goal)]


def _tell(goal: Goal) -> list[Moment]:
    """Tell of a goal, the newest first."""
    told = []
    kind, href = gettext("Goal"), address_of("teams:goal-detail", goal.pk)
    if goal.closed_at is not None and goal.state != GoalState.DROPPED:
        words = f"{goal.get_state_display()}."
        icon = "award" if goal.state == GoalState.REACHED else "flag"
        told.append(Moment(_day(goal.closed_at), kind, goal.title, words, href, icon=icon))
    if goal.agreed_on is not None:
        due = gettext("Agreed; due %(day)s.") % {"day": date_format(last_day_of(goal), "j M Y")}
        told.append(Moment(goal.agreed_on, kind, goal.title, due, href, icon="target"))
    return told


def _may_ask(viewer: Viewer, person: Person) -> bool:
    """Tell whether it is worth a query: one's own goals, or the right to read some."""
    is_own = viewer.person is not None and viewer.person.pk == person.pk
    return is_own or viewer.may(Permission.READ_GOALS)


def _day(moment: Any) -> date:
    return timezone.localdate(moment)
