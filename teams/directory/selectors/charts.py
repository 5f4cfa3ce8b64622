from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Exists, OuterRef, Subquery

from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.directory.rules import Seat, calculate_headcounts, calculate_spans
from teams.structure.models import Assignment, Leadership
from teams.structure.rules import Node, Tree
from teams.structure.selectors import get_tree


@dataclass(frozen=True, slots=True)
class Post:
    """Who leads or deputises; `is_here` tells that they belong to a unit today."""

    person_id: int
    name: str
    employee_id: str
    is_deputy: bool
    is_here: bool
    seat_id: int | None


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit of the chart with all that stands below.

    Its figures are None where the day lies ahead and the viewer may not read what is planned;
    the span is None too where nobody leads.
    """

    node: Node
    leaders: list[Post]
    deputies: list[Post]
    people: int | None
    span: int | None
    is_planned: bool
    may_open: bool
    children: list["Branch"] = field(default_factory=list)


def get_chart(viewer: Viewer, on: date) -> Branch:
    """Read the org chart of a day: at most three queries, however many units there are."""
    tree = viewer.tree if on == viewer.today else get_tree(on)
    people = _count_people(on)
    posts = _read_posts(on, viewer.today)
    leaders = {
        unit_id: Seat(post.person_id, post.seat_id)
        for unit_id, held in posts.items()
        for post in held
        if not post.is_deputy
    }
    headcounts = calculate_headcounts(tree, people)
    spans = calculate_spans(tree, people, leaders)
    told = _find_told(viewer, tree, on)
    branches: dict[int, Branch] = {}
    for node in tree.walk():
        is_told = node.id in told
        held = posts[node.id] if is_told else []
        branches[node.id] = Branch(
            node=node,
            leaders=[post for post in held if not post.is_deputy],
            deputies=[post for post in held if post.is_deputy],
            people=headcounts[node.id] if is_told else None,
            span=spans.get(node.id) if is_told else None,
            is_planned=not is_told,
            may_open=viewer.may(Permission.READ_UNIT_KPIS, node.id),
        )
        if node.parent_id is not None:
            branches[node.parent_id].children.append(branches[node.id])
    return branches[tree.root.id]


def _find_told(viewer: Viewer, tree: Tree, on: date) -> Iterable[int]:
    """Find the units of which the viewer may know who is in them: of days ahead, in scope."""
    if on <= viewer.today:
        return tree.nodes.keys()
    reach = viewer.unit_ids(Permission.READ_PEOPLE) | viewer.unit_ids(Permission.CHANGE_STRUCTURE)
    told: set[int] = set()
    for node in tree.walk():
        # A unit that does not stand yet is known to whoever knows the one above.
        if node.id in reach or (node.id not in viewer.tree and node.parent_id in told):
            told.add(node.id)
    return told


def _count_people(on: date) -> dict[int, int]:
    """Count who belongs to each unit itself on a day."""
    counted = Assignment.objects.filter(valid__contains=on).values("unit_id")
    return dict(counted.annotate(people=Count("pk")).values_list("unit_id", "people"))


def _read_posts(on: date, today: date) -> dict[int, list[Post]]:
    """Read who leads and who deputises for each unit on a day, by name."""
    places = Assignment.objects.filter(person=OuterRef("person"))
    rows = (
        Leadership.objects.filter(valid__contains=on)
        .annotate(
            seat_id=Subquery(places.filter(valid__contains=on).values("unit_id")),
            is_here=Exists(places.filter(valid__contains=today)),
        )
        .order_by("person__name", "person_id")
        .values_list(
            "unit_id",
            "person_id",
            "person__name",
            "person__employee_id",
            "is_deputy",
            "is_here",
            "seat_id",
        )
    )
    posts: dict[int, list[Post]] = defaultdict(list)
    for unit_id, *post in rows:
        posts[unit_id].append(Post(*post))
    return posts
