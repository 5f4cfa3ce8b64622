"""What can be found of the directory: people by name or number, units by name or path."""

from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Length
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext

from opsportal.lib.letters import FoldedLetters, fold_letters
from teams.access.roles import Permission
from teams.access.selectors import visible_people
from teams.access.viewers import Viewer
from teams.directory.selectors import recent_leavers, with_place
from teams.measures.rules import Found, score_match
from teams.structure.models import Assignment, Person
from teams.structure.rules import Node

# One who is found by number is the one who was meant.
BY_NUMBER = 5


def find_people(viewer: Viewer, query: str, most: int) -> list[Found]:
    """Find those of today by parts of their name; by number, those one may read about.

    And whoever left lately, for those who read about them. One query, which ranks before it cuts
    off: 4 the same, 3 begins so, 2 a word does, 1 contains.
    """
    words = fold_letters(query).split()
    if not words or not viewer.may(Permission.SEE_NAMES):
        return []
    here = Assignment.objects.filter(person=OuterRef("pk"), valid__contains=viewer.today)
    whole = " ".join(words)
    is_named, begins = Q(), Q()
    for word in words:
        is_named &= Q(folded__contains=word)
        begins &= Q(folded__startswith=word) | Q(folded__contains=f" {word}")
    has_number = Q(employee_id__iexact=query, pk__in=visible_people(viewer).values("pk"))
    people = (
        Person.objects.annotate(folded=FoldedLetters("name"))
        .filter(is_named | has_number)
        .filter(Exists(here) | Q(pk__in=recent_leavers(viewer).values("pk")))
        .annotate(
            fit=Case(
                When(folded=whole, then=Value(4)),
                When(folded__startswith=whole, then=Value(3)),
                When(begins, then=Value(2)),
                When(is_named, then=Value(1)),
                default=Value(BY_NUMBER),
            )
        )
        .order_by("-fit", Length("name"), "name", "pk")
    )
    return [
        _show_person(viewer, query, person) for person in with_place(people, on=viewer.today)[:most]
    ]


def _show_person(viewer: Viewer, query: str, person: Person) -> Found:
    unit_id = person.unit_id  # type: ignore[attr-defined]
    page, under = "teams:person-detail", ""
    if unit_id in viewer.tree:
        under = _write_path(viewer, unit_id)
    elif unit_id is None and person.left_on is not None:
        page = "metrics:person-dashboard"
        under = gettext("no longer here from %(day)s") % {
            "day": date_format(person.left_on, "j M Y")
        }
    return Found(
        kind=gettext("Person"),
        name=person.name,
        under=under,
        href=reverse(page, args=[person.employee_id]),
        score=score_match(query, person.name) or BY_NUMBER,
        icon="user",
    )


def find_units(viewer: Viewer, query: str, most: int) -> list[Found]:
    """Find units by their name, or by words of their path; no query, the viewer holds the tree.

    One whose figures are closed to the viewer leads to its people.
    """
    if not viewer.may(Permission.SEE_NAMES):
        return []
    found = []
    for node in viewer.tree.walk():
        path = _write_path(viewer, node.parent_id) if node.parent_id is not None else ""
        if score := score_match(query, node.name, path):
            found.append(
                Found(
                    kind=gettext("Unit"),
                    name=node.name,
                    under=path,
                    href=_find_page(viewer, node),
                    score=score,
                    icon="users-group",
                )
            )
    return sorted(found, key=lambda one: (-one.score, one.under, one.name))[:most]


def _find_page(viewer: Viewer, node: Node) -> str:
    if viewer.may(Permission.READ_UNIT_KPIS, node.id):
        return reverse("metrics:unit-dashboard", args=[node.slug])
    return f"{reverse('teams:person-list')}?unit={node.slug}"


def _write_path(viewer: Viewer, unit_id: int) -> str:
    return viewer.tree.path(unit_id).replace("/", " / ")
