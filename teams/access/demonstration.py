"""One person per role to look around as, found in the organisation that the demonstration built."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from teams.access.models import AccessGrant
from teams.access.roles import Role
from teams.accounts.demonstration import DemoPerson
from teams.structure.models import Leadership, Person
from teams.structure.rules import Node, Tree
from teams.structure.selectors import get_tree


def find_demo_people() -> list[DemoPerson]:
    """Pick a group leader, one of their team leaders, a member, then one person per granted role.

    The same ones every time: the group with most teams, then what comes first in the roster.
    """
    return [*_pick_line(), *_pick_granted()]


def _pick_line() -> Iterator[DemoPerson]:
    tree = get_tree(timezone.localdate())
    leaders = _read_leaders()
    groups = [
        node
        for node in tree.walk()
        if node.id in leaders and _is_group(tree, node) and _led_teams(tree, node, leaders)
    ]
    if not groups:
        return
    group = max(groups, key=lambda node: len(tree.children(node.id)))
    size = len(tree.children(group.id))
    yield _describe(
        leaders[group.id],
        gettext("Group leader"),
        ngettext(
            "%(unit)s: where it stands against its targets, %(size)d team within it",
            "%(unit)s: where it stands against its targets, %(size)d teams compared",
            size,
        )
        % {"unit": group.name, "size": size},
    )
    team = min(_led_teams(tree, group, leaders), key=lambda node: leaders[node.id].employee_id)
    yield _describe(
        leaders[team.id],
        gettext("Team leader"),
        gettext("%(unit)s: its people and figures, its sibling teams for comparison")
        % {"unit": team.name},
    )
    member = _list_members(team).first()
    if member is not None:
        yield _describe(
            member,
            gettext("Member"),
            gettext("Own figures and those of %(unit)s; names of everyone else")
            % {"unit": team.name},
        )


def _pick_granted() -> Iterator[DemoPerson]:
    about = {
        Role.TRAINER: gettext("Every unit's figures; no one's file"),
        Role.QUALITY_AUDITOR: gettext("Every unit's figures, quality beside speed"),
        Role.ANALYST: gettext("Feeds and imports, refused rows, what each figure means"),
        Role.HR_PARTNER: gettext("People and figures of the units in scope, invitations"),
        Role.COMPLIANCE: gettext("Every unit's figures, and the log of who did what"),
        Role.ADMIN: gettext("Access, sign-ins, feeds; sees no one's file"),
    }
    for role, words in about.items():
        grants = AccessGrant.objects.filter(role=role, user__person__left_on__isnull=True)
        grant = grants.exclude(user__person=None).select_related("user__person").order_by("pk")[:1]
        for found in grant:
            yield _describe(found.user.person, role.label, words)


def _describe(person: Person, role: str, about: str) -> DemoPerson:
    assert person.user is not None
    return DemoPerson(person.name, role, about, person.user.email)


def _is_group(tree: Tree, node: Node) -> bool:
    teams = tree.children(node.id)
    return bool(teams) and not any(tree.children(team.id) for team in teams)


def _led_teams(tree: Tree, group: Node, leaders: dict[int, Person]) -> list[Node]:
    return [
        team
        for team in tree.children(group.id)
        if team.id in leaders and leaders[team.id] != leaders[group.id]
    ]


def _read_leaders() -> dict[int, Person]:
    """Return who leads each unit today, by unit id: leaders who can sign in, no deputies."""
    leaderships = Leadership.objects.filter(
        valid__contains=timezone.localdate(),
        is_deputy=False,
        person__user__isnull=False,
        person__left_on__isnull=True,
    )
    return {
        leadership.unit_id: leadership.person
        for leadership in leaderships.select_related("person__user")
    }


def _list_members(team: Node) -> QuerySet[Person]:
    today = timezone.localdate()
    return (
        Person.objects.filter(
            assignments__unit_id=team.id,
            assignments__valid__contains=today,
            user__isnull=False,
            user__grants__isnull=True,
            left_on__isnull=True,
        )
        .exclude(leaderships__valid__contains=today)
        .select_related("user")
        .order_by("employee_id")
    )
