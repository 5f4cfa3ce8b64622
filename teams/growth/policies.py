"""Whose growth one reads and writes; administrators nobody's but their own."""

from django.db.models import QuerySet

from teams.access.roles import Permission
from teams.access.selectors import visible_people
from teams.access.viewers import Viewer
from teams.structure.models import Person


def readable_people(viewer: Viewer) -> QuerySet[Person]:
    """Scope people to those whose file one reads: one's own, and where one reads growth."""
    return visible_people(viewer, Permission.READ_GROWTH)


def plannable_people(viewer: Viewer) -> QuerySet[Person]:
    """Scope people to those whose plan one writes: one's own, and those of whom one leads."""
    return visible_people(viewer, Permission.PLAN_GROWTH)


def assessable_people(viewer: Viewer) -> QuerySet[Person]:
    """Scope people to those whom one assesses and judges: never oneself."""
    people = plannable_people(viewer)
    return people if viewer.person is None else people.exclude(pk=viewer.person.pk)


def succession_unit_ids(viewer: Viewer, permission: Permission) -> frozenset[int]:
    """Return the units whose successors one reads (READ_GROWTH) or notes (PLAN_GROWTH).

    Never of a post that one holds or deputises for, unless one leads a unit above it as well.
    """
    tree = viewer.tree
    own = {
        unit_id
        for unit_id in viewer.led_unit_ids
        if not any(node.id in viewer.led_unit_ids for node in tree.above(unit_id)[:-1])
    }
    return viewer.unit_ids(permission) - own


def may_read_person(
    viewer: Viewer, person: Person, permission: Permission = Permission.READ_GROWTH
) -> bool:
    """Tell whether somebody's file, or what else a right opens, is open to the viewer.

    One query in a request for rights that reach equally far, none for oneself.
    """
    if viewer.person is not None and viewer.person.pk == person.pk:
        return viewer.is_within_token(permission)
    reach = viewer.unit_ids(permission)
    if not reach:
        return False
    known: dict[tuple[int, frozenset[int]], bool] = viewer.shared.setdefault("growth.readable", {})  # type: ignore[assignment]
    key = (person.pk, reach)
    if key not in known:
        known[key] = visible_people(viewer, permission).filter(pk=person.pk).exists()
    return known[key]
