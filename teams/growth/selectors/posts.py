"""Leadership posts: who holds them, who stands behind them, and how they were filled."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower

from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.growth.models import Successor
from teams.growth.policies import succession_unit_ids
from teams.growth.rules import (
    Coverage,
    Fills,
    Standing,
    count_fills,
    cover_posts,
    is_from_within,
)
from teams.structure.models import Assignment, Leadership, Person
from teams.structure.rules import Node
from teams.structure.rules.timelines import BEGINNING, FOREVER

YEAR = timedelta(days=365)
CANDIDATES = 50


@dataclass(frozen=True)
class Post:
    """A unit that somebody leads or led, with who leads it today and who stands behind."""

    unit: Node
    leader: Person | None
    successors: list[Successor]

    @property
    def is_ready(self) -> bool:
        return any(one.standing == Standing.READY_NOW for one in self.successors)


def visible_successors(viewer: Viewer) -> QuerySet[Successor]:
    """Scope successors to those of posts below what one leads or keeps; never where one stands."""
    rows = Successor.objects.filter(unit__in=succession_unit_ids(viewer, Permission.READ_GROWTH))
    return rows if viewer.person is None else rows.exclude(person=viewer.person)


def list_posts(viewer: Viewer, unit_ids: Collection[int]) -> list[Post]:
    """List the posts among some units whose successors one reads, as the tree has them.

    A unit that nobody ever led has no post. In three queries.
    """
    today = viewer.today
    reach = succession_unit_ids(viewer, Permission.READ_GROWTH).intersection(unit_ids)
    if not reach:
        return []
    led = Leadership.objects.filter(unit__in=reach, is_deputy=False, valid__startswith__lte=today)
    leaders = {
        row.unit_id: row.person
        for row in led.filter(valid__contains=today).select_related("person")
    }
    posts = leaders.keys() | set(led.order_by().values_list("unit_id", flat=True).distinct())
    behind: dict[int, list[Successor]] = {}
    for row in list_standing(viewer, posts):
        leader = leaders.get(row.unit_id)
        # Whoever was noted and leads by now has what it was about.
        if leader is None or leader.pk != row.person_id:
            behind.setdefault(row.unit_id, []).append(row)
    return [
        Post(node, leaders.get(node.id), behind.get(node.id, []))
        for node in viewer.tree.walk()
        if node.id in posts
    ]


def list_standing(viewer: Viewer, unit_ids: Collection[int]) -> list[Successor]:
    """List who stands behind posts and still belongs to the organisation; one query."""
    here = Assignment.objects.filter(person=OuterRef("person"), valid__contains=viewer.today)
    rows = visible_successors(viewer).filter(Exists(here), unit__in=unit_ids, ended_on__isnull=True)
    found = list(rows.select_related("person", "noted_by__person").order_by("person__name", "pk"))
    order = list(Standing)
    return sorted(found, key=lambda row: order.index(Standing(row.standing)))


def list_ended(viewer: Viewer, unit_id: int) -> list[Successor]:
    """List who stood behind a post and no longer does, the last first; one query."""
    rows = visible_successors(viewer).filter(unit=unit_id, ended_on__isnull=False)
    return list(rows.select_related("person").order_by("-ended_on", "-pk"))


def measure_coverage(posts: Collection[Post]) -> Coverage:
    """Tell which posts have nobody behind them."""
    return cover_posts(
        [post.unit.id for post in posts],
        [(post.unit.id, Standing(one.standing)) for post in posts for one in post.successors],
    )


def count_recent_fills(viewer: Viewer, unit_ids: Collection[int]) -> Fills:
    """Count the posts taken up within a year among some units, deputies aside. Two queries.

    Whoever led the same unit the day before has not taken it up anew.
    """
    reach = succession_unit_ids(viewer, Permission.READ_GROWTH).intersection(unit_ids)
    before = Leadership.objects.filter(
        person=OuterRef("person"),
        unit=OuterRef("unit"),
        is_deputy=False,
        valid__endswith=Lower(OuterRef("valid")),
    )
    began = list(
        Leadership.objects.filter(
            ~Exists(before),
            unit__in=reach,
            is_deputy=False,
            valid__startswith__range=(viewer.today - YEAR, viewer.today),
        )
        .annotate(first_day=Lower("valid"))
        .values_list("person_id", "first_day", "person__hired_on")
    )
    stays: dict[int, list[tuple[date, date]]] = {}
    people = {person_id for person_id, *_ in began}
    for person_id, valid in Assignment.objects.filter(person__in=people).values_list(
        "person_id", "valid"
    ):
        span = (valid.lower or BEGINNING, valid.upper or FOREVER)
        stays.setdefault(person_id, []).append(span)
    return count_fills(
        is_from_within(day, stays.get(person_id, []), hired_on)
        for person_id, day, hired_on in began
    )


def list_candidates(viewer: Viewer, unit: Node) -> list[Person]:
    """List who might come into question: in the unit or leading directly below. One query.

    Not who leads it; anybody else of the organisation may be noted as well.
    """
    today = viewer.today
    leads = Leadership.objects.filter(person=OuterRef("pk"), is_deputy=False, valid__contains=today)
    below = [node.id for node in viewer.tree.children(unit.id)]
    here = Assignment.objects.filter(person=OuterRef("pk"), valid__contains=today)
    people = Person.objects.filter(
        ~Exists(leads.filter(unit=unit.id)),
        Exists(leads.filter(unit__in=below)) | Exists(here.filter(unit=unit.id)),
        Exists(here),
    )
    if viewer.person is not None:
        people = people.exclude(pk=viewer.person.pk)
    return list(people.order_by("name", "pk")[:CANDIDATES])
