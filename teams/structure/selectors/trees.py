from datetime import date

from django.db.models import F, Q

from teams.structure.models import Unit
from teams.structure.rules import Node, Tree


def get_tree(on: date) -> Tree:
    """Read the units as they stood on a day, in one query."""
    rows = (
        Unit.objects.filter(Q(is_root=True) | Q(placements__valid__contains=on))
        .annotate(parent_on_day=F("placements__parent_id"))
        .values_list("id", "slug", "name", "kind", "parent_on_day")
    )
    return Tree(Node(*row) for row in rows)
