from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Value
from django.utils import timezone

from teams.access.models import AccessGrant
from teams.access.roles import (
    GROUP_LEADER_PERMISSIONS,
    LEADER_PERMISSIONS,
    MEMBER_PERMISSIONS,
    ROLE_PERMISSIONS,
    Permission,
    Role,
)
from teams.structure.models import Assignment, Leadership, Person
from teams.structure.rules import Tree
from teams.structure.selectors import get_tree

if TYPE_CHECKING:
    from teams.accounts.models import User


@dataclass(frozen=True)
class Viewer:
    """Who is looking, and how far their rights reach today.

    `limited_to` holds the scopes of an API token, None where there is no limit. `shared` keeps,
    under names of their rooms, what was read for this viewer and serves again in the same request.
    """

    user: "User"
    today: date
    person: Person | None
    tree: Tree
    own_unit_id: int | None = None
    led_unit_ids: frozenset[int] = frozenset()
    grants: tuple[tuple[Role, int | None], ...] = ()
    limited_to: frozenset[Permission] | None = None
    shared: dict[str, object] = field(default_factory=dict, repr=False, compare=False)
    _reach: dict[Permission, frozenset[int]] = field(default_factory=dict, repr=False)

    @cached_property
    def roles(self) -> frozenset[Role]:
        return frozenset(role for role, _ in self.grants)

    @cached_property
    def leads_leaders(self) -> bool:
        """Tell a group leader: some unit they lead has units below."""
        return any(self.tree.children(unit_id) for unit_id in self.led_unit_ids)

    @property
    def name(self) -> str:
        return self.person.name if self.person else self.user.email

    def is_within_token(self, permission: Permission) -> bool:
        """Tell whether the API token lets a permission through; a browser session always does."""
        return self.limited_to is None or permission in self.limited_to

    def unit_ids(self, permission: Permission) -> frozenset[int]:
        """Return the ids of the units where a permission holds today."""
        if permission not in self._reach:
            self._reach[permission] = (
                self._find_reach(permission) if self.is_within_token(permission) else frozenset()
            )
        return self._reach[permission]

    def may(self, permission: Permission, unit_id: int | None = None) -> bool:
        """Tell whether a permission holds in a unit; without one, whether it holds anywhere."""
        reach = self.unit_ids(permission)
        return bool(reach) if unit_id is None else unit_id in reach

    @cached_property
    def comparable_unit_ids(self) -> frozenset[int]:
        """Units whose figures may stand beside those one leads: what one reads, and siblings."""
        if not self.is_within_token(Permission.READ_UNIT_KPIS):
            return frozenset()
        return self.unit_ids(Permission.READ_UNIT_KPIS) | {
            node.id for unit_id in self.led_unit_ids for node in self.tree.siblings(unit_id)
        }

    def office_unit_ids(self, permission: Permission) -> frozenset[int]:
        """Return the ids of the units where a role gives a permission, leading aside."""
        reach: set[int] = set()
        if self.is_within_token(permission):
            for role, scope in self.grants:
                if permission in ROLE_PERMISSIONS[role]:
                    reach |= self.tree.below(self.tree.root.id if scope is None else scope)
        return frozenset(reach)

    def _find_reach(self, permission: Permission) -> frozenset[int]:
        everywhere = self.tree.below(self.tree.root.id)
        if permission is Permission.SEE_NAMES:
            return everywhere if self.person or self.grants else frozenset()
        reach: set[int] = set()
        if permission in MEMBER_PERMISSIONS and self.own_unit_id is not None:
            reach |= {self.own_unit_id} & self.tree.nodes.keys()
        if permission in LEADER_PERMISSIONS:
            for unit_id in self.led_unit_ids:
                reach |= self.tree.below(unit_id)
        if permission in GROUP_LEADER_PERMISSIONS and self.leads_leaders:
            reach |= everywhere
        return frozenset(reach | self.office_unit_ids(permission))


def get_viewer(
    user: "User", *, limited_to: Iterable[Permission] | None = None, on: date | None = None
) -> Viewer:
    """Read who a user is among the people and what they may do.

    Two queries, the tree and what ties the user to units, where the sign-in backend has read
    the person along with the user; else one more. Deputies lead on the days given for them.
    """
    today = on or timezone.localdate()
    person: Person | None = getattr(user, "person", None)
    tree = get_tree(today)
    ties = _read_ties(user, person, today)
    return Viewer(
        user=user,
        today=today,
        person=person,
        tree=tree,
        own_unit_id=next((unit_id for tie, unit_id, _ in ties if tie == "sits in"), None),
        led_unit_ids=frozenset(
            unit_id for tie, unit_id, _ in ties if tie == "leads" and unit_id in tree.nodes
        ),
        grants=tuple((Role(role), unit_id) for tie, unit_id, role in ties if tie == "holds"),
        limited_to=None if limited_to is None else frozenset(limited_to),
    )


def _read_ties(
    user: "User", person: Person | None, today: date
) -> list[tuple[str, int | None, str]]:
    """Return (tie, unit id, role) for what a user holds, where they sit and what they lead."""
    holds = AccessGrant.objects.filter(user=user).values_list(Value("holds"), "unit_id", "role")
    if person is None:
        return list(holds)
    sits_in = Assignment.objects.filter(person=person, valid__contains=today)
    leads = Leadership.objects.filter(person=person, valid__contains=today)
    return list(
        holds.union(
            sits_in.values_list(Value("sits in"), "unit_id", Value("")),
            leads.values_list(Value("leads"), "unit_id", Value("")),
            all=True,
        )
    )
