from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery

from teams.structure.models import Assignment, Person


def with_place(people: QuerySet[Person], *, on: date) -> QuerySet[Person]:
    """Annotate people with `unit_id`, `unit` (its slug) and `level` of a day; None where none."""
    place = Assignment.objects.filter(person=OuterRef("pk"), valid__contains=on)
    return people.annotate(
        unit_id=Subquery(place.values("unit_id")),
        unit=Subquery(place.values("unit__slug")),
        level=Subquery(place.values("level")),
    )
