"""What one-to-ones have to say elsewhere: who waits, what is due, and days, never words."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext, ngettext

from opsportal.lib.addresses import address_of
from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.conversations.models import Conversation, Note, NoteKind, people_on_record
from teams.conversations.policies import find_led_ids
from teams.conversations.rules import MOST_DAYS
from teams.conversations.selectors import (
    find_last_held,
    list_led,
    list_open_actions,
    may_read_record,
)
from teams.conversations.tables import say_overdue
from teams.measures.rules import Moment, Need, Strip
from teams.structure.models import Assignment, Person
from teams.structure.rules import Node

NAMES_SHOWN = 3
# One-to-ones so many days ahead are to be prepared for.
DAYS_AHEAD = 2
# More of somebody's story than anybody reads.
MOST_MOMENTS = 50


def list_needs(viewer: Viewer) -> list[Need]:
    """List who waits for a one-to-one, what one is to do oneself, and what is planned soon.

    Eight queries at most, two for whoever leads nothing.
    """
    if viewer.person is None:
        return []
    soon = list(
        Conversation.objects.visible_to(viewer)
        .open()
        .filter(planned_on__lte=viewer.today + timedelta(DAYS_AHEAD))
        .select_related("leader", "person")
        .order_by("planned_on", "planned_time", "pk")
    )
    mine = [found for found in soon if found.leader_id == viewer.person.pk]
    return [
        *_need_talks(viewer),
        *_need_plans(viewer),
        *_need_actions(viewer),
        *_need_answers([found for found in mine if found.planned_on < viewer.today]),
        *_need_planned(viewer, [found for found in soon if found.planned_on >= viewer.today]),
    ]


def list_strips(viewer: Viewer, unit: Node) -> list[Strip]:
    """Say how many of a unit were spoken to lately, to who leads there and HR. One query."""
    if not viewer.may(Permission.READ_ON_RECORD, unit.id):
        return []
    here = Assignment.objects.filter(
        unit__in=viewer.tree.below(unit.id), valid__contains=viewer.today
    )
    lately = Conversation.objects.filter(
        person=OuterRef("pk"), held_on__gte=viewer.today - timedelta(MOST_DAYS)
    )
    counts = (
        people_on_record(viewer)
        .filter(pk__in=here.values("person"))
        .aggregate(people=Count("pk"), spoken=Count("pk", filter=Exists(lately)))
    )
    if not counts["people"]:
        return []
    fact = gettext("*%(spoken)s* of *%(people)s* spoken to in the last %(days)s days")
    leads = bool(viewer.led_unit_ids)
    return [
        Strip(
            gettext("One-to-ones"),
            "messages",
            (fact % {**counts, "days": MOST_DAYS},),
            gettext("One-to-ones") if leads else "",
            address_of("teams:conversation-list") if leads else "",
        )
    ]


def list_person_strips(viewer: Viewer, person: Person) -> list[Strip]:
    """Say when somebody was last spoken to: to them, who spoke with them, their chain and HR.

    Six queries at most.
    """
    if not viewer.is_within_token(Permission.READ_ON_RECORD):
        return []
    is_oneself = viewer.person is not None and viewer.person.pk == person.pk
    if is_oneself or may_read_record(viewer, person):
        last_on = find_last_held([person.pk]).get(person.pk)
        if is_oneself:
            href = address_of("teams:conversation-list")
        elif person.pk in find_led_ids(viewer):
            href = address_of("teams:conversation-pair", person.employee_id)
        else:
            href = address_of("teams:conversation-record", person.employee_id)
            return [_strip_of_person(last_on, href, gettext("On record"))]
        return [_strip_of_person(last_on, href)]
    last_on = (
        Conversation.objects.visible_to(viewer)
        .held()
        .filter(Q(leader=person) | Q(person=person))
        .order_by("-held_on")
        .values_list("held_on", flat=True)
        .first()
    )
    if last_on is None:
        return []
    return [_strip_of_person(last_on, address_of("teams:conversation-pair", person.employee_id))]


def list_story(viewer: Viewer, person: Person) -> list[Moment]:
    """List on which days something was put on record about somebody, without a word of it.

    To those alone who may read it. One query.
    """
    notes = Note.objects.visible_to(viewer).filter(
        kind=NoteKind.ON_RECORD, conversation__person=person
    )
    talks = Conversation.objects.filter(pk__in=notes.values("conversation"))
    return [
        Moment(
            on=talk.held_on or talk.planned_on,
            kind=gettext("One-to-one"),
            title=gettext("Notes on record"),
            href=address_of("teams:conversation-detail", talk.pk)
            if talk.is_of(viewer.person)
            else address_of("teams:conversation-record", person.employee_id),
            icon="messages",
        )
        for talk in talks.order_by("-held_on", "-pk")[:MOST_MOMENTS]
    ]


def _strip_of_person(last_on: date | None, href: str, deed: str = "") -> Strip:
    fact = (
        gettext("last spoken to on *%(day)s*") % {"day": date_format(last_on, "j M Y")}
        if last_on
        else gettext("not spoken to yet")
    )
    return Strip(gettext("One-to-ones"), "messages", (fact,), deed or gettext("One-to-ones"), href)


def _need_talks(viewer: Viewer) -> list[Need]:
    """Make one line of whom the viewer has not spoken to for long."""
    waiting = [row for row in list_led(viewer) if row.standing.is_overdue]
    if not waiting:
        return []
    first = waiting[0].standing
    words = {"name": waiting[0].person.name, "n": len(waiting), "days": MOST_DAYS}
    what = ngettext(
        "%(name)s was not spoken to for over %(days)s days",
        "%(n)s people were not spoken to for over %(days)s days",
        len(waiting),
    )
    return [
        Need(
            key="conversations.talks",
            status="overdue",
            state=gettext("Overdue") if first.last_on is None else say_overdue(first.days_over),
            what=what % words,
            why=_name_some([row.person.name for row in waiting]) if len(waiting) > 1 else "",
            since=None if first.last_on is None else first.due_on,
            deed=gettext("See who"),
            href=address_of("teams:conversation-list"),
        )
    ]


def _need_plans(viewer: Viewer) -> list[Need]:
    """Make one line of who put something on the agenda while no one-to-one is planned."""
    asking = [row for row in list_led(viewer) if row.asks]
    if not asking:
        return []
    what = ngettext(
        "%(name)s has something to speak about with you",
        "%(n)s people have something to speak about with you",
        len(asking),
    )
    one = len(asking) == 1
    return [
        Need(
            key="conversations.plans",
            status="due",
            state=gettext("None planned"),
            what=what % {"name": asking[0].person.name, "n": len(asking)},
            why="" if one else _name_some([row.person.name for row in asking]),
            since=min(timezone.localdate(row.asked_at) for row in asking if row.asked_at),
            deed=gettext("Plan it"),
            href=address_of("teams:conversation-pair", asking[0].person.employee_id)
            if one
            else address_of("teams:conversation-list"),
        )
    ]


def _need_actions(viewer: Viewer) -> list[Need]:
    """Make one line of what the viewer promised in one-to-ones and has not done."""
    actions = list(list_open_actions(viewer).filter(due_on__lt=viewer.today))
    if not actions:
        return []
    oldest = actions[0]
    what = ngettext(
        "One action of your one-to-ones is not done",
        "%(n)s actions of your one-to-ones are not done",
        len(actions),
    )
    return [
        Need(
            key="conversations.actions",
            status="overdue",
            state=say_overdue((viewer.today - oldest.due_on).days),
            what=what % {"n": len(actions)},
            since=oldest.due_on,
            deed=gettext("See which"),
            href=address_of("teams:conversation-list"),
        )
    ]


def _need_answers(past: Sequence[Conversation]) -> list[Need]:
    """Make one line of the viewer's planned one-to-ones of which nobody said whether they were."""
    if not past:
        return []
    first = past[0]
    words = {
        "name": first.person.name,
        "n": len(past),
        "day": date_format(first.planned_on, "j F"),
    }
    what = ngettext(
        "The one-to-one with %(name)s of %(day)s is not written down as held",
        "%(n)s planned one-to-ones are not written down as held",
        len(past),
    )
    return [
        Need(
            key="conversations.answers",
            status="missing",
            state=gettext("Was it held?"),
            what=what % words,
            since=first.planned_on,
            deed=gettext("Say so"),
            href=_go_to(past),
        )
    ]


def _need_planned(viewer: Viewer, ahead: Sequence[Conversation]) -> list[Need]:
    """Make one line of the one-to-ones that are near."""
    if not ahead:
        return []
    first = ahead[0]
    other = first.person if first.leader == viewer.person else first.leader
    what = ngettext(
        "You have a one-to-one with %(name)s", "You have %(n)s one-to-ones soon", len(ahead)
    )
    day = date_format(first.planned_on, "D j M")
    if first.planned_time:
        day = f"{day}, {time_format(first.planned_time, 'H:i')}"
    names = [
        (found.person if found.leader == viewer.person else found.leader).name for found in ahead
    ]
    return [
        Need(
            key="conversations.planned",
            status="due",
            state=day,
            what=what % {"name": other.name, "n": len(ahead)},
            why=_name_some(names) if len(ahead) > 1 else "",
            due=first.planned_on,
            deed=gettext("Agenda"),
            href=_go_to(ahead),
        )
    ]


def _go_to(found: Sequence[Conversation]) -> str:
    if len(found) == 1:
        return address_of("teams:conversation-detail", found[0].pk)
    return address_of("teams:conversation-list")


def _name_some(names: Sequence[str]) -> str:
    shown, more = ", ".join(names[:NAMES_SHOWN]), len(names) - NAMES_SHOWN
    if more > 0:
        return gettext("%(names)s and %(more)s more") % {"names": shown, "more": more}
    return shown
