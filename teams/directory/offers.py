"""What the directory has to say elsewhere: who comes, goes and leads, and what nobody leads."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower, Upper
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from opsportal.lib.addresses import address_of
from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.directory.selectors import Moment
from teams.measures.rules import Need, News, Strip
from teams.structure.models import Assignment, Leadership, Unit
from teams.structure.rules import Node

# Who joins or leaves so soon is to be prepared for now.
SOON = timedelta(days=14)
NAMES_SHOWN = 3
# Of the people who belong to some units now or did this month: how many there are, and who came
# from elsewhere and went elsewhere since its first day. Only of the latter is it asked where they
# were the day before.
_PEOPLE_BELOW = """
    WITH stay AS (
        SELECT person_id, valid FROM teams_assignment
        WHERE unit_id IN (SELECT unnest(%(units)s::bigint[]))
            AND valid && daterange(%(first)s::date - 1, %(today)s, '[]')
    )
    SELECT
        (SELECT count(*) FROM stay WHERE valid @> %(today)s::date),
        (SELECT count(*) FROM stay WHERE lower(valid) BETWEEN %(first)s AND %(today)s
            AND NOT EXISTS (
                SELECT FROM stay before
                WHERE before.person_id = stay.person_id AND upper(before.valid) = lower(stay.valid)
            )),
        (SELECT count(*) FROM stay WHERE upper(valid) BETWEEN %(first)s AND %(today)s
            AND NOT EXISTS (
                SELECT FROM stay after
                WHERE after.person_id = stay.person_id AND lower(after.valid) = upper(stay.valid)
            ))
"""


class Step(NamedTuple):
    """Someone who comes to a unit, leaves it or begins to lead it, on a day."""

    day: date
    name: str
    unit_id: int


def list_needs(viewer: Viewer) -> list[Need]:
    """List units without a leader and who joins or leaves soon. Three queries at most."""
    reach = viewer.unit_ids(Permission.READ_PEOPLE)
    tomorrow, until = viewer.today + timedelta(days=1), viewer.today + SOON
    needs = _list_leaderless(viewer)
    if reach:
        joining = [step for step, before in _read_starts(reach, tomorrow, until) if before is None]
        needs += _need_steps(viewer, Moment.JOINING, joining)
        # The day on which an assignment ends is the first one that they are away.
        needs += _need_steps(viewer, Moment.LEAVING, _read_ends(reach, tomorrow, until))
    return needs


def list_news(viewer: Viewer, since: datetime) -> list[News]:
    """List who joined, moved, left or began to lead where the viewer may read of people.

    Told by the day from which it holds, after the day of a moment. Three queries at most.
    """
    reach = viewer.unit_ids(Permission.READ_PEOPLE)
    first = timezone.localdate(since) + timedelta(days=1)
    if not reach or first > viewer.today:
        return []
    days = (first, viewer.today)
    came = _read_starts(reach, *days)
    steps = {
        "joined": [step for step, before in came if before is None],
        "moved": [step for step, before in came if before is not None],
        "left": _read_ends(reach, *days),
        "leads": _read_leads(reach, *days),
    }
    return [_news_of_steps(viewer, what, found) for what, found in steps.items() if found]


def list_strips(viewer: Viewer, unit: Node) -> list[Strip]:
    """Say how many are in a unit and below, and who came and went this month. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _PEOPLE_BELOW,
            {
                "units": list(viewer.tree.below(unit.id)),
                "today": viewer.today,
                "first": viewer.today.replace(day=1),
            },
        )
        people, came, went = cursor.fetchone()
    month = date_format(viewer.today, "F")
    facts = [
        ngettext("*%(n)s* person", "*%(n)s* people", people) % {"n": people},
        gettext("*%(n)s* came in %(month)s") % {"n": came, "month": month},
        gettext("*%(n)s* went") % {"n": went},
    ]
    deed, href = "", ""
    if viewer.may(Permission.SEE_NAMES):
        deed = gettext("People of %(unit)s") % {"unit": unit.name}
        href = _list_address(unit)
    return [Strip(gettext("People"), "users", tuple(facts), deed, href)]


def _list_address(unit: Node | None, moment: Moment | None = None) -> str:
    asked = {
        "unit": unit.slug if unit and unit.parent_id is not None else "",
        "when": moment.value if moment else "",
    }
    query = urlencode({name: value for name, value in asked.items() if value})
    return (
        f"{address_of('teams:person-list')}?{query}" if query else address_of("teams:person-list")
    )


def _list_leaderless(viewer: Viewer) -> list[Need]:
    """Make one line of the units with people that nobody leads, for who leads or keeps them."""
    tree = viewer.tree
    reach = viewer.unit_ids(Permission.CHANGE_STRUCTURE) | viewer.unit_ids(Permission.READ_PEOPLE)
    reach -= {tree.root.id}
    if not reach:
        return []
    today = viewer.today
    leads = Leadership.objects.filter(unit=OuterRef("pk"), valid__contains=today)
    people = Assignment.objects.filter(unit=OuterRef("pk"), valid__contains=today)
    rows = (
        Unit.objects.filter(Exists(people), ~Exists(leads), pk__in=reach)
        .annotate(
            since=Max(
                Upper("leaderships__valid"), filter=Q(leaderships__valid__endswith__lte=today)
            )
        )
        .order_by("name")
        .values_list("name", "since")
    )
    found = list(rows)
    if not found:
        return []
    names = [name for name, _ in found]
    what = ngettext("%(names)s has no leader", "%(n)s units have no leader", len(names))
    return [
        Need(
            key="leaderless",
            status="missing",
            state=gettext("No leader"),
            what=what % {"names": names[0], "n": len(names)},
            why=gettext("Nobody answers for it or its people")
            if len(names) == 1
            else _name_some(names),
            since=max((since for _, since in found if since), default=None),
            deed=gettext("Org chart"),
            href=address_of("teams:org-chart"),
        )
    ]


def _need_steps(viewer: Viewer, moment: Moment, steps: Sequence[Step]) -> list[Need]:
    """Make one line of who joins or leaves soon."""
    if not steps:
        return []
    tree, first = viewer.tree, steps[0]
    is_joining = moment is Moment.JOINING
    words = {
        "name": first.name,
        "unit": tree.nodes[first.unit_id].name,
        "n": len(steps),
        "day": date_format(first.day, "D j M"),
    }
    if is_joining:
        what = ngettext("%(name)s joins %(unit)s", "%(n)s people join by %(until)s", len(steps))
        state = gettext("From %(day)s") % words
    else:
        what = ngettext("%(name)s leaves %(unit)s", "%(n)s people leave by %(until)s", len(steps))
        state = gettext("Away %(day)s") % words
    one_day = gettext("First day %(day)s") if is_joining else gettext("Away from %(day)s on")
    return [
        Need(
            key=moment.value,
            status="due",
            state=state,
            what=what % {**words, "until": date_format(steps[-1].day, "j F")},
            why=one_day % words if len(steps) == 1 else _name_steps(viewer, steps),
            due=first.day,
            deed=gettext("See who"),
            href=_list_address(None, moment),
        )
    ]


def _news_of_steps(viewer: Viewer, what: str, steps: Sequence[Step]) -> News:
    last = steps[-1]
    titles = {
        "joined": ngettext("%(name)s joined", "%(n)s people joined", len(steps)),
        "moved": ngettext("%(name)s moved", "%(n)s people moved", len(steps)),
        "left": ngettext("%(name)s left", "%(n)s people left", len(steps)),
        "leads": ngettext("%(name)s leads %(unit)s", "%(n)s units have other leaders", len(steps)),
    }
    words = {"name": last.name, "unit": viewer.tree.nodes[last.unit_id].name, "n": len(steps)}
    if len(steps) > 1:
        said = f"{_name_steps(viewer, steps)}."
    elif what == "leads":
        said = gettext("Since %(day)s.") % {"day": date_format(last.day, "j F")}
    else:
        said = f"{words['unit']}, {date_format(last.day, 'j F')}."
    return News(
        key=f"people-{what}",
        title=titles[what] % words,
        words=said,
        on=last.day,
        href=address_of("teams:org-chart")
        if what == "leads"
        else _list_address(None, Moment.JOINED if what == "joined" else None),
    )


def _name_steps(viewer: Viewer, steps: Iterable[Step]) -> str:
    return _name_some([f"{step.name} ({viewer.tree.nodes[step.unit_id].name})" for step in steps])


def _name_some(names: Sequence[str]) -> str:
    shown, more = ", ".join(names[:NAMES_SHOWN]), len(names) - NAMES_SHOWN
    if more > 0:
        return gettext("%(names)s and %(more)s more") % {"names": shown, "more": more}
    return shown


def _read_starts(reach: Collection[int], first: date, last: date) -> list[tuple[Step, int | None]]:
    """Read who comes to a unit from another one, or from none, between two days, by day."""
    rows = (
        Assignment.objects.filter(unit__in=reach, valid__startswith__range=(first, last))
        .annotate(
            day=Lower("valid"), unit_before=Subquery(_neighbours("fully_lt").values("unit_id")[:1])
        )
        .order_by("day", "person__name")
        .values_list("day", "person__name", "unit_id", "unit_before")
    )
    return [(Step(*step), before) for *step, before in rows if before != step[2]]


def _read_ends(reach: Collection[int], first: date, last: date) -> list[Step]:
    """Read who is away from the organisation from a day between two on, by day."""
    rows = (
        Assignment.objects.filter(
            ~Exists(_neighbours("fully_gt")), unit__in=reach, valid__endswith__range=(first, last)
        )
        .annotate(day=Upper("valid"))
        .order_by("day", "person__name")
        .values_list("day", "person__name", "unit_id")
    )
    return [Step(*row) for row in rows]


def _read_leads(reach: Collection[int], first: date, last: date) -> list[Step]:
    """Read who begins to lead a unit between two days, deputies aside, by day."""
    rows = (
        Leadership.objects.filter(
            unit__in=reach, is_deputy=False, valid__startswith__range=(first, last)
        )
        .annotate(day=Lower("valid"))
        .order_by("day", "person__name")
        .values_list("day", "person__name", "unit_id")
    )
    return [Step(*row) for row in rows]


def _neighbours(side: str) -> QuerySet[Assignment]:
    """Find the stays of the same person that touch an assignment, on one side of it."""
    return Assignment.objects.filter(
        **{"person": OuterRef("person"), "valid__adjacent_to": OuterRef("valid")},
        **{f"valid__{side}": OuterRef("valid")},
    )
