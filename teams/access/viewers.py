from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

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

    `limited_to` holds the scopes of an API token, None where there is no limit.
    """

    user: "User"
    today: date
    person: Person | None
    tree: Tree
    own_unit_id: int | None = None
    led_unit_ids: frozenset[int] = frozenset()
    grants: tuple[tuple[Role, int | None], ...] = ()
    limited_to: frozenset[Permission] | None = None
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

    def unit_ids(self, permission: Permission) -> frozenset[int]:
        """Return the ids of the units where a permission holds today."""
        if permission not in self._reach:
            self._reach[permission] = self._find_reach(permission)
        return self._reach[permission]

    def may(self, permission: Permission, unit_id: int | None = None) -> bool:
        """Tell whether a permission holds in a unit; without one, whether it holds anywhere."""
        if self.limited_to is not None and permission not in self.limited_to:
            return False
        if permission is Permission.SEE_NAMES and unit_id is None:
            return self.person is not None or bool(self.grants)
        reach = self.unit_ids(permission)
        return bool(reach) if unit_id is None else unit_id in reach

    @cached_property
    def comparable_unit_ids(self) -> frozenset[int]:
        """Units whose figures may stand beside those one leads: what one reads, and siblings."""
        siblings = {
            node.id for unit_id in self.led_unit_ids for node in self.tree.siblings(unit_id)
        }
        return self.unit_ids(Permission.READ_UNIT_KPIS) | (
            siblings if self.may(Permission.READ_UNIT_KPIS) else frozenset()
        )

    def _find_reach(self, permission: Permission) -> frozenset[int]:
        if self.limited_to is not None and permission not in self.limited_to:
            return frozenset()
        everywhere = self.tree.below(self.tree.root.id)
        if permission is Permission.SEE_NAMES and (self.person or self.grants):
            return everywhere
        reach: set[int] = set()
        if self.own_unit_id in self.tree and permission in MEMBER_PERMISSIONS:
            reach.add(self.own_unit_id)  # type: ignore[arg-type]
        if permission in LEADER_PERMISSIONS:
            for unit_id in self.led_unit_ids:
                reach |= self.tree.below(unit_id)
        if permission in GROUP_LEADER_PERMISSIONS and self.leads_leaders:
            reach |= everywhere
        for role, unit_id in self.grants:
            if permission in ROLE_PERMISSIONS[role]:
                reach |= self.tree.below(self.tree.root.id if unit_id is None else unit_id)
        return frozenset(reach)


def get_viewer(
    user: "User", *, limited_to: frozenset[Permission] | None = None, on: date | None = None
) -> Viewer:
    """Read who a user is among the people and what they may do, in five queries."""
    today = on or timezone.localdate()
    person = Person.objects.filter(user=user).first()
    own_unit_id = None
    led: list[int] = []
    if person is not None:
        own_unit_id = (
            Assignment.objects.filter(person=person, valid__contains=today)
            .values_list("unit_id", flat=True)
            .first()
        )
        led = list(
            Leadership.objects.filter(person=person, valid__contains=today).values_list(
                "unit_id", flat=True
            )
        )
    tree = get_tree(today)
    return Viewer(
        user=user,
        today=today,
        person=person,
        tree=tree,
        own_unit_id=own_unit_id,
        led_unit_ids=frozenset(led) & tree.nodes.keys(),
        grants=tuple(
            (Role(role), unit_id)
            for role, unit_id in AccessGrant.objects.filter(user=user).values_list(
                "role", "unit_id"
            )
        ),
        limited_to=limited_to,
    )
