from django.db.models import Q, QuerySet
from django.http import Http404

from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.structure.models import Person
from teams.structure.rules import Node


def visible_people(viewer: Viewer, permission: Permission = Permission.READ_PEOPLE) -> QuerySet[Person]:
    """Scope people to oneself and those assigned today, or in future, where the right holds."""
    allowed = Q(
        assignments__unit_id__in=viewer.unit_ids(permission),
        assignments__valid__endswith__isnull=True,
    ) | Q(
        assignments__unit_id__in=viewer.unit_ids(permission),
        assignments__valid__endswith__gt=viewer.today,
    )
    if viewer.person is not None:
        allowed |= Q(pk=viewer.person.pk)
    return Person.objects.filter(pk__in=Person.objects.filter(allowed).values("pk"))


def get_visible_unit(
    viewer: Viewer, slug: str, permission: Permission = Permission.READ_UNIT_KPIS
) -> Node:
    """Find a unit by slug where the right holds; anything else is not found."""
    node = viewer.tree.by_slug(slug)
    if node is None or not viewer.may(permission, node.id):
        raise Http404("No such unit, or none that you may open.")
    return node
