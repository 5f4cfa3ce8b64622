from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.http import Http404

from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.structure.models import Unit, UnitPlacement


@dataclass(frozen=True, slots=True)
class Place:
    """A unit that the viewer may change; `stands_from` where it does not stand yet."""

    id: int
    slug: str
    path: str
    stands_from: date | None = None


class ChangeableUnits:
    """The units that a viewer may change: those in their reach today, and what is to stand there.

    A unit that begins later is under no scope today; it belongs to that of its first parent.
    """

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.has_everything = viewer.may(Permission.CHANGE_STRUCTURE, viewer.tree.root.id)

    @cached_property
    def places(self) -> dict[int, Place]:
        """The units by id, by path, those of later days last; one query."""
        tree = self.viewer.tree
        reach = self.viewer.unit_ids(Permission.CHANGE_STRUCTURE)
        places = {
            node.id: Place(node.id, node.slug, tree.path(node.id) or node.name)
            for node in tree.walk()
            if node.id in reach
        }
        if not places:
            return places
        later = UnitPlacement.objects.filter(valid__startswith__gt=self.viewer.today)
        rows = later.exclude(unit_id__in=tree.nodes).order_by("valid", "pk")
        for unit_id, slug, name, parent_id, valid in rows.values_list(
            "unit_id", "unit__slug", "unit__name", "parent_id", "valid"
        ):
            parent = places.get(parent_id)
            if parent is not None and unit_id not in places:
                path = name if parent_id == tree.root.id else f"{parent.path}/{name}"
                places[unit_id] = Place(unit_id, slug, path, valid.lower)
        return places

    def __contains__(self, unit_id: object) -> bool:
        """Tell whether a unit is among them; who may change the whole may change closed ones."""
        return self.has_everything or unit_id in self.places

    def get(self, slug: str) -> Unit:
        """Find one of the units by slug; anything else is not found."""
        for place in self.places.values():
            if place.slug == slug:
                return Unit.objects.get(pk=place.id)
        raise Http404("No such unit, or none that you may change.")
