from dataclasses import dataclass

from django.db.models import Q
from django.http import Http404

from metrics.explore.models import SavedView
from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.structure.rules import Node

# More than these a list does not show; whoever has so many finds them by name.
MOST_VIEWS = 200


@dataclass(frozen=True)
class ViewLine:
    """A saved view as a reader finds it: theirs, or another's who shared it."""

    view: SavedView
    is_own: bool
    owner_name: str
    shared_with: Node | None


def list_views(viewer: Viewer) -> list[ViewLine]:
    """List one's own views and those shared with units whose figures one may read, by name."""
    readable = viewer.unit_ids(Permission.READ_UNIT_KPIS)
    found = (
        SavedView.objects.filter(Q(owner=viewer.user) | Q(shared_with__in=readable))
        .select_related("owner__person")
        .order_by("name", "pk")[:MOST_VIEWS]
    )
    return [
        ViewLine(
            view,
            view.owner_id == viewer.user.pk,
            view.owner.person.name if getattr(view.owner, "person", None) else view.owner.email,
            viewer.tree.nodes.get(view.shared_with_id) if view.shared_with_id else None,
        )
        for view in found
    ]


def get_view(viewer: Viewer, pk: int, *, own: bool = False) -> SavedView:
    """Find a view that one may open, or with `own` one's own; raise Http404 for any other."""
    wanted = Q(owner=viewer.user)
    if not own:
        wanted |= Q(shared_with__in=viewer.unit_ids(Permission.READ_UNIT_KPIS))
    view = SavedView.objects.filter(wanted, pk=pk).first()
    if view is None:
        raise Http404("There is no such view, or none that you may open.")
    return view


def list_units_to_share_with(viewer: Viewer) -> list[Node]:
    """List the units whose figures one may read, in the order of the tree."""
    readable = viewer.unit_ids(Permission.READ_UNIT_KPIS)
    return [node for node in viewer.tree.walk() if node.id in readable]
