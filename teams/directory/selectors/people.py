from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import Http404

from teams.access.roles import Permission
from teams.access.selectors import visible_people
from teams.access.viewers import Viewer
from teams.structure.models import Assignment, Person

# How far 'lately' lies back and 'soon' lies ahead.
NEAR = timedelta(days=90)


class Moment(StrEnum):
    """Whom to list beside everyone of today."""

    JOINED = "joined"
    JOINING = "joining"
    LEAVING = "leaving"
    LEFT = "left"


def with_place(people: QuerySet[Person], *, on: date) -> QuerySet[Person]:
    """Annotate people with `unit_id`, `unit` (its slug) and `level` of a day; None where none."""
    place = Assignment.objects.filter(person=OuterRef("pk"), valid__contains=on)
    return people.annotate(
        unit_id=Subquery(place.values("unit_id")),
        unit=Subquery(place.values("unit__slug")),
        level=Subquery(place.values("level")),
    )


def with_last_place(people: QuerySet[Person]) -> QuerySet[Person]:
    """Annotate people who have left as `with_place` does, with the unit that they left."""
    place = Assignment.objects.filter(person=OuterRef("pk"), valid__endswith=OuterRef("left_on"))
    return people.annotate(
        unit_id=Subquery(place.values("unit_id")),
        unit=Subquery(place.values("unit__slug")),
        level=Subquery(place.values("level")),
    )


def find_reach_of_leavers(viewer: Viewer) -> frozenset[int]:
    """Find the units whose leavers the viewer reads about: with their figures, which stay."""
    return viewer.unit_ids(Permission.READ_PEOPLE) & viewer.unit_ids(Permission.READ_PERSON_KPIS)


def recent_leavers(viewer: Viewer, unit_ids: Collection[int] | None = None) -> QuerySet[Person]:
    """Scope people to those who left lately and whom the viewer read about in their last unit.

    Their figures stay open to whoever leads it; `unit_ids` keeps those who left these units.
    """
    today = viewer.today
    reach = find_reach_of_leavers(viewer)
    assignments = Assignment.objects.filter(person=OuterRef("pk"))
    last = assignments.filter(
        valid__endswith=OuterRef("left_on"),
        unit_id__in=reach if unit_ids is None else reach.intersection(unit_ids),
    )
    still_there = Q(valid__endswith__isnull=True) | Q(valid__endswith__gt=today)
    return Person.objects.filter(
        ~Exists(assignments.filter(still_there)),
        Exists(last),
        left_on__gt=today - NEAR,
        left_on__lte=today,
    )


def listed_people(viewer: Viewer) -> QuerySet[Person]:
    """Scope people to those whose names the viewer sees.

    Everyone who belongs to a unit today; who joins or has left, only where the viewer may read
    about people or change them. A hidden person is not found, as if there were none.
    """
    listed = Q(pk__in=visible_people(viewer).values("pk"))
    if viewer.may(Permission.SEE_NAMES):
        today = Assignment.objects.filter(person=OuterRef("pk"), valid__contains=viewer.today)
        listed |= Q(Exists(today))
    if viewer.may(Permission.CHANGE_STRUCTURE):
        listed |= Q(pk__in=changeable_people(viewer).values("pk"))
    return Person.objects.filter(listed)


def changeable_people(viewer: Viewer) -> QuerySet[Person]:
    """Scope people to those whose unit, today, ahead or else the last one, the viewer may change.

    Nobody changes where they belong themselves.
    """
    reach = viewer.unit_ids(Permission.CHANGE_STRUCTURE)
    still_there = Q(valid__endswith__isnull=True) | Q(valid__endswith__gt=viewer.today)
    assignments = Assignment.objects.filter(person=OuterRef("pk"))
    last = assignments.order_by("-valid").values("unit_id")[:1]
    people = Person.objects.annotate(last_unit_id=Subquery(last)).filter(
        Exists(assignments.filter(still_there, unit_id__in=reach)) | Q(last_unit_id__in=reach)
        if viewer.tree.root.id not in reach
        else Q()
    )
    return people if viewer.person is None else people.exclude(pk=viewer.person.pk)


def search_people(
    viewer: Viewer,
    *,
    text: str = "",
    unit_ids: Collection[int] | None = None,
    moment: Moment | None = None,
) -> QuerySet[Person]:
    """Search those of today by parts of their name; by number, those one may read about.

    `unit_ids` keeps those who belong to these units today, or will where they only join. Who
    joins, leaves or has left is told only about people whom the viewer may read about.
    """
    today = viewer.today
    if moment is Moment.LEFT:
        people = recent_leavers(viewer, unit_ids)
        return people.filter(_named(text, Q())).order_by("-left_on", "name", "pk")
    readable = visible_people(viewer).values("pk")
    here = Assignment.objects.filter(person=OuterRef("pk"), valid__contains=today)
    ahead = Assignment.objects.filter(person=OuterRef("pk"), valid__startswith__gt=today)
    places = ahead if moment is Moment.JOINING else here
    if unit_ids is not None:
        places = places.filter(unit_id__in=unit_ids)
    people = listed_people(viewer).filter(Exists(places))
    if moment is not None:
        people = people.filter(pk__in=readable)
    if moment is Moment.JOINED:
        people = people.filter(hired_on__gt=today - NEAR, hired_on__lte=today)
    elif moment is Moment.LEAVING:
        people = people.filter(left_on__gt=today, left_on__lte=today + NEAR)
    elif moment is Moment.JOINING:
        soon = ahead.filter(valid__startswith__lte=today + NEAR)
        people = people.filter(~Exists(here), Exists(soon))
    return people.filter(_named(text, Q(pk__in=readable))).order_by("name", "pk")


def _named(text: str, by_number: Q) -> Q:
    """Look for all words in the name; `by_number` are those whose number finds them, too."""
    name = Q()
    for word in text.split():
        name &= Q(name__icontains=word)
    return name | Q(by_number, employee_id__iexact=text) if text else name


def get_listed_person(viewer: Viewer, employee_id: str) -> Person:
    """Find a person by number whose name the viewer sees; anything else is not found."""
    return _get(listed_people(viewer), employee_id)


def get_changeable_person(viewer: Viewer, employee_id: str) -> Person:
    """Find a person by number whom the viewer may move; anything else is not found."""
    return _get(changeable_people(viewer), employee_id)


def _get(people: QuerySet[Person], employee_id: str) -> Person:
    # The database cannot even compare with a NUL.
    person = None if "\0" in employee_id else people.filter(employee_id=employee_id).first()
    if person is None:
        raise Http404("No such person, or none that you may open.")
    return person
