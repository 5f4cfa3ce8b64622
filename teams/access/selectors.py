from datetime import date, datetime, time

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast
from django.http import Http404
from django.utils import timezone

from teams.access.models import AccessGrant
from teams.access.roles import WRITTEN_ABOUT_PEOPLE, Permission
from teams.access.viewers import Viewer
from teams.accounts.models import User
from teams.audit.models import AuditEvent
from teams.structure.models import Assignment, Leadership, Person
from teams.structure.rules import Node
from teams.structure.selectors import list_people_led


def visible_people(
    viewer: Viewer, permission: Permission = Permission.READ_PEOPLE
) -> QuerySet[Person]:
    """Scope people to oneself and those assigned today, or in future, where the right holds."""
    if not viewer.is_within_token(permission):
        return Person.objects.none()
    still_there = Q(assignments__valid__endswith__isnull=True) | Q(
        assignments__valid__endswith__gt=viewer.today
    )
    allowed = Q(assignments__unit_id__in=viewer.unit_ids(permission)) & still_there
    if permission in WRITTEN_ABOUT_PEOPLE:
        allowed &= is_not_above(viewer, permission)
    if viewer.person is not None:
        allowed |= Q(pk=viewer.person.pk)
    return Person.objects.filter(pk__in=Person.objects.filter(allowed).values("pk"))


def is_not_above(viewer: Viewer, permission: Permission, person: str = "pk") -> Q:
    """Write the condition that somebody does not stand above the viewer, by the field `person`.

    Above stands who leads a unit that the viewer leads or deputises for, or a unit around it: a
    deputy does not read what is written about the leader. A role reaches them all the same.
    """
    around = {node.id for unit_id in viewer.led_unit_ids for node in viewer.tree.above(unit_id)}
    if not around:
        return Q()
    above = Leadership.objects.filter(
        unit__in=around, is_deputy=False, valid__contains=viewer.today
    )
    condition = ~Q(**{f"{person}__in": above.values("person")})
    if office := viewer.office_unit_ids(permission):
        belong = Assignment.objects.filter(unit__in=office, valid__contains=viewer.today)
        condition |= Q(**{f"{person}__in": belong.values("person")})
    return condition


def list_own_people(viewer: Viewer) -> list[int]:
    """List the people who answer to the viewer today, read once for all who ask in a request."""
    if viewer.person is None or not viewer.led_unit_ids:
        return []
    if "own people" not in viewer.shared:
        viewer.shared["own people"] = list_people_led(viewer.person.pk, viewer.today)
    found: list[int] = viewer.shared["own people"]  # type: ignore[assignment]
    return found


def get_visible_unit(
    viewer: Viewer, slug: str, permission: Permission = Permission.READ_UNIT_KPIS
) -> Node:
    """Find a unit by slug where the right holds; anything else is not found."""
    node = viewer.tree.by_slug(slug)
    if node is None or not viewer.may(permission, node.id):
        raise Http404("No such unit, or none that you may open.")
    return node


def find_own_unit(viewer: Viewer) -> Node | None:
    """Find whose dashboard to begin with: the highest unit led, or in a role's scope, one's own."""
    readable = viewer.unit_ids(Permission.READ_UNIT_KPIS)
    scopes = [unit_id for _, unit_id in viewer.grants if unit_id is not None]
    for ids in (viewer.led_unit_ids, scopes):
        if found := [unit_id for unit_id in ids if unit_id in readable]:
            return viewer.tree.nodes[min(found, key=lambda id_: (viewer.tree.depth(id_), id_))]
    if viewer.grants or viewer.own_unit_id not in readable:
        return next((node for node in viewer.tree.walk() if node.id in readable), None)
    return viewer.tree.nodes[viewer.own_unit_id] if viewer.own_unit_id else None


def visible_users(viewer: Viewer) -> QuerySet[User]:
    """Scope sign-ins to those whom the viewer may invite; all of them for an administrator."""
    if viewer.may(Permission.WRITE_GRANTS):
        return User.objects.all()
    if not viewer.may(Permission.INVITE_PEOPLE):
        return User.objects.none()
    people = visible_people(viewer, Permission.INVITE_PEOPLE)
    return User.objects.filter(person__in=people)


def list_uninvited(viewer: Viewer, text: str = "") -> QuerySet[User]:
    """List whom the viewer may invite and who has no password yet, by name.

    `text` is a part of their name or address; `invited_at` is when they were last invited.
    """
    invitations = AuditEvent.objects.filter(
        act="user.invited",
        subject_type="user",
        subject_id=Cast(OuterRef("pk"), CharField()),
    )
    return (
        visible_users(viewer)
        .filter(Q(person__name__icontains=text) | Q(email__icontains=text))
        .filter(is_active=True, password__startswith=UNUSABLE_PASSWORD_PREFIX)
        .exclude(person__left_on__lte=viewer.today)
        .annotate(invited_at=Subquery(invitations.order_by("-id").values("at")[:1]))
        .select_related("person")
        .order_by("person__name", "email")
    )


def visible_grants(viewer: Viewer) -> QuerySet[AccessGrant]:
    """Scope grants to all of them for whoever gives them, and to none for others."""
    if not viewer.may(Permission.WRITE_GRANTS):
        return AccessGrant.objects.none()
    return AccessGrant.objects.select_related("user__person", "granted_by__person").order_by(
        "role", "user__person__name", "user__email"
    )


def search_events(
    viewer: Viewer,
    *,
    act: str = "",
    person: str = "",
    start: date | None = None,
    end: date | None = None,
) -> QuerySet[AuditEvent]:
    """Search the audit log: acts that begin with `act`, from `start` until before `end`.

    `person` is an employee number or an e-mail address, or a part of a name: of who acted, or of
    whom the act was about. Days are those of the portal's time zone.
    """
    if not viewer.may(Permission.READ_AUDIT):
        return AuditEvent.objects.none()
    events = AuditEvent.objects.select_related("actor__person").filter(act__startswith=act)
    if start is not None:
        events = events.filter(at__gte=_midnight(start))
    if end is not None:
        events = events.filter(at__lt=_midnight(end))
    if person:
        events = events.filter(_concerns(person))
    return events


def _concerns(person: str) -> Q:
    people = Person.objects.filter(
        Q(employee_id=person) | Q(name__icontains=person) | Q(user__email__iexact=person)
    )
    users = User.objects.filter(Q(person__in=people) | Q(email__iexact=person))
    as_text = Cast("pk", CharField())
    return (
        Q(actor__in=users)
        | Q(subject_type="user", subject_id__in=users.values(key=as_text))
        | Q(subject_type="person", subject_id__in=people.values(key=as_text))
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
