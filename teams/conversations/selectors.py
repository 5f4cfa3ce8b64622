from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.db.models.functions import Coalesce, Lower
from django.http import Http404
from django.shortcuts import get_object_or_404

from teams.access.viewers import Viewer
from teams.conversations.models import (
    Action,
    AgendaItem,
    Conversation,
    ConversationQuerySet,
    Note,
    NoteKind,
    people_on_record,
)
from teams.conversations.policies import find_counterparts, find_led_ids
from teams.conversations.rules import MOST_DAYS, Standing, stand
from teams.structure.models import Assignment, Person
from teams.structure.rules import Node


@dataclass(frozen=True, kw_only=True)
class Led:
    """Somebody whom the viewer is to speak with, and how they stand.

    `last` is the one that was held last, whoever led it; `planned` the viewer's next. `points` wait
    on their agenda; `asked_at` is when the person put the first of theirs there.
    """

    person: Person
    unit: Node | None
    standing: Standing
    last: Conversation | None
    planned: Conversation | None
    points: int
    asked_at: datetime | None

    @property
    def asks(self) -> bool:
        """Tell whether the person has something to speak about, and nothing is planned."""
        return self.asked_at is not None and self.planned is None


@dataclass(frozen=True, kw_only=True)
class Own:
    """Somebody who leads, or once led, the viewer's one-to-ones, or whom the viewer once led."""

    other: Person
    is_leader: bool
    is_current: bool
    last_on: date | None
    planned: Conversation | None


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two people, one of them the viewer; `stands`: the leader leads the person today."""

    leader: Person
    person: Person
    other: Person
    stands: bool


class LeaderHeld(NamedTuple):
    """How many one-to-ones a leader held with somebody."""

    leader_id: int
    name: str
    held: int


class HeldLine(NamedTuple):
    """How many one-to-ones somebody had in a period, of how many that were planned, and with whom.

    `planned` counts those planned for its days, cancelled ones aside; `held` those held on them.
    """

    held: int
    planned: int
    leaders: tuple[LeaderHeld, ...]


def list_led(viewer: Viewer) -> list[Led]:
    """List whom the viewer is to speak with, never spoken to first, then the longest ago.

    Six queries at most, none for whoever leads nobody; asked once in a request.
    """
    key = "conversations.list_led"
    if key not in viewer.shared:
        viewer.shared[key] = _list_led(viewer)
    found = viewer.shared[key]
    assert isinstance(found, list)
    return found


def _list_led(viewer: Viewer) -> list[Led]:
    led = find_led_ids(viewer)
    if not led:
        return []
    last: dict[int, Conversation] = {}
    planned: dict[int, Conversation] = {}
    for found in _read_last_and_planned(viewer, led):
        if found.held_on is not None:
            last[found.person_id] = found
        else:
            planned.setdefault(found.person_id, found)
    waiting = (
        AgendaItem.objects.filter(
            leader=viewer.person, person__in=led, discussed_in=None, is_dropped=False
        )
        .order_by()
        .values_list("person_id")
        .annotate(points=Count("pk"), asked_at=Min("added_at", filter=Q(added_by=F("person"))))
    )
    points = {person_id: (n, asked_at) for person_id, n, asked_at in waiting}
    rows = [
        Led(
            person=stay.person,
            unit=viewer.tree.nodes.get(stay.unit_id),
            standing=stand(last[id_].held_on if id_ in last else None, stay.since, viewer.today),
            last=last.get(id_),
            planned=planned.get(id_),
            points=points.get(id_, (0, None))[0],
            asked_at=points.get(id_, (0, None))[1],
        )
        for id_, stay in _find_stays(led, viewer.today).items()
    ]
    return sorted(rows, key=lambda row: (*row.standing.place, row.person.name))


def _read_last_and_planned(viewer: Viewer, led: Collection[int]) -> "QuerySet[Conversation]":
    """Read what was held last with each, whoever led it, and what the viewer has planned."""
    with_them = Conversation.objects.filter(person__in=led)
    last = (
        with_them.held().order_by("person_id", "-held_on", "-pk").distinct("person_id").values("pk")
    )
    mine = with_them.open().filter(leader=viewer.person).values("pk")
    return (
        Conversation.objects.filter(Q(pk__in=last) | Q(pk__in=mine))
        .select_related("leader")
        .order_by("planned_on", "pk")
    )


class Stay(NamedTuple):
    """Where somebody belongs today, and since when they are here as far as that matters."""

    person: Person
    unit_id: int
    since: date


def _find_stays(ids: Collection[int], today: date) -> dict[int, Stay]:
    """Find where people belong today, and since when they are here, in one query.

    Stays count only as far back as makes somebody overdue: who was here then is no newcomer.
    """
    long_ago = today - timedelta(MOST_DAYS + 1)
    found: dict[int, Stay] = {}
    stays = (
        Assignment.objects.filter(person__in=ids, valid__overlap=(long_ago, today, "[]"))
        .annotate(start=Lower("valid"))
        .select_related("person")
        .order_by(F("start").asc(nulls_first=True))
    )
    for stay in stays:
        start = stay.start or long_ago
        before = found.get(stay.person_id)
        if start <= today:
            since = before.since if before else start
            found[stay.person_id] = Stay(stay.person, stay.unit_id, since)
    return found


def list_own(viewer: Viewer) -> list[Own]:
    """List with whom the viewer has one-to-ones beside those they lead today.

    First whom they answer to today and the deputies who spoke with them, then former leaders and
    people they once led. Five queries at most.
    """
    me = viewer.person
    if me is None:
        return []
    counterparts = find_counterparts(me.pk, viewer.today)
    led = find_led_ids(viewer)
    rows = (
        Conversation.objects.visible_to(viewer)
        .values("leader_id", "person_id")
        .annotate(last_on=Max("held_on"))
    )
    last = {
        (row["leader_id"], row["person_id"]): row["last_on"]
        for row in rows
        if row["leader_id"] != me.pk or row["person_id"] not in led
    }
    if counterparts:
        last.setdefault((counterparts[0], me.pk), None)
    people = Person.objects.in_bulk({id_ for pair in last for id_ in pair} - {me.pk})
    planned: dict[tuple[int, int], Conversation] = {}
    for found in Conversation.objects.visible_to(viewer).open().order_by("planned_on", "pk"):
        planned.setdefault((found.leader_id, found.person_id), found)
    found_pairs = [
        Own(
            other=people[leader_id if leader_id != me.pk else person_id],
            is_leader=leader_id == me.pk,
            is_current=person_id == me.pk and leader_id in counterparts,
            last_on=last_on,
            planned=planned.get((leader_id, person_id)),
        )
        for (leader_id, person_id), last_on in last.items()
    ]
    return sorted(
        found_pairs,
        key=lambda own: (
            not own.is_current,
            own.other.pk != (counterparts[0] if counterparts else 0),
            own.is_leader,
            own.other.name,
        ),
    )


def list_open_actions(viewer: Viewer) -> "QuerySet[Action]":
    """List what the viewer is to do, what is due first at the top."""
    if viewer.person is None:
        return Action.objects.none()
    return (
        Action.objects.filter(owner=viewer.person, done_on=None)
        .filter(conversation__in=Conversation.objects.visible_to(viewer))
        .select_related("conversation__leader", "conversation__person")
    )


def get_pair(viewer: Viewer, employee_id: str) -> Pair:
    """Find the viewer and somebody whom they lead, who leads them, or with whom they spoke before.

    Http404 for everybody else. Six queries at most.
    """
    me = viewer.person
    other = None if "\0" in employee_id else Person.objects.filter(employee_id=employee_id).first()
    if me is None or other is None or other == me:
        raise Http404("No such person, or none with whom you have one-to-ones.")
    if other.pk in find_led_ids(viewer):
        return Pair(leader=me, person=other, other=other, stands=True)
    if other.pk in find_counterparts(me.pk, viewer.today):
        return Pair(leader=other, person=me, other=other, stands=True)
    of_the_two = Q(leader=other) | Q(person=other)
    last = Conversation.objects.visible_to(viewer).filter(of_the_two).order_by("pk").last()
    if last is None:
        raise Http404("No such person, or none with whom you have one-to-ones.")
    leads = last.leader_id == me.pk
    return Pair(
        leader=me if leads else other, person=other if leads else me, other=other, stands=False
    )


def list_conversations(viewer: Viewer, pair: Pair) -> ConversationQuerySet:
    """List all one-to-ones of two people, whoever led, the latest first."""
    return (
        Conversation.objects.visible_to(viewer)
        .filter(Q(leader=pair.other) | Q(person=pair.other))
        .annotate(day=Coalesce("held_on", "planned_on"))
        .order_by("-day", "-pk")
    )


def list_agenda(leader_id: int, person_id: int) -> "QuerySet[AgendaItem]":
    """List what waits for the next one-to-one of two people; the caller is one of them."""
    return AgendaItem.objects.filter(
        leader=leader_id, person=person_id, discussed_in=None, is_dropped=False
    ).select_related("added_by")


def list_actions_of_pair(viewer: Viewer, pair: Pair) -> "QuerySet[Action]":
    """List what the two agreed to do and have not done, what is due first at the top."""
    conversations = list_conversations(viewer, pair).order_by()
    return Action.objects.filter(
        done_on=None, conversation__in=conversations.values("pk")
    ).select_related("owner", "conversation")


def get_conversation(viewer: Viewer, pk: int) -> Conversation:
    """Find a one-to-one of which the viewer is one of the two; anything else is not found."""
    found = Conversation.objects.visible_to(viewer).select_related("leader", "person")
    return get_object_or_404(found, pk=pk)


def list_notes(viewer: Viewer, conversation: Conversation) -> "QuerySet[Note]":
    """List the notes on a one-to-one that the viewer may read."""
    return (
        Note.objects.visible_to(viewer)
        .filter(conversation=conversation)
        .select_related("author", "changed_by", "conversation")
    )


def may_read_record(viewer: Viewer, person: Person) -> bool:
    """Tell whether what stands on record about somebody is the viewer's to read. One query."""
    if viewer.person is not None and viewer.person.pk == person.pk:
        return True
    return people_on_record(viewer).filter(pk=person.pk).exists()


def get_person_on_record(viewer: Viewer, employee_id: str) -> Person:
    """Find oneself, or somebody whose record one may read; anything else is not found."""
    allowed = Q(pk__in=people_on_record(viewer).values("pk"))
    if viewer.person is not None:
        allowed |= Q(pk=viewer.person.pk)
    if "\0" in employee_id:
        raise Http404("No such person.")
    return get_object_or_404(Person.objects.filter(allowed), employee_id=employee_id)


def list_record(viewer: Viewer, person: Person) -> "QuerySet[Note]":
    """List what stands on record about somebody, the newest first, as far as one may read it."""
    return (
        Note.objects.visible_to(viewer)
        .filter(kind=NoteKind.ON_RECORD, conversation__person=person)
        .select_related("author", "changed_by", "conversation__leader", "conversation__person")
        .order_by("-conversation__held_on", "-pk")
    )


class Earlier(NamedTuple):
    """Words that a note had before they were corrected, and since when."""

    words: str
    version: int
    changed_at: datetime


def list_earlier(notes: Collection[Note]) -> dict[int, list[Earlier]]:
    """List the earlier words of notes on record that one was given to read. One query."""
    versions = {
        note.pk: note.version
        for note in notes
        if note.kind == NoteKind.ON_RECORD and note.version > 1
    }
    found: dict[int, list[Earlier]] = {}
    if not versions:
        return found
    history = Note.pgh_event_model.objects.filter(  # type: ignore[attr-defined]
        pgh_obj__in=versions, kind=NoteKind.ON_RECORD
    ).order_by("-version")
    for row in history:
        if row.version < versions[row.pgh_obj_id]:
            found.setdefault(row.pgh_obj_id, []).append(
                Earlier(row.words, row.version, row.changed_at)
            )
    return found


def find_last_held(person_ids: Collection[int]) -> dict[int, date]:
    """Find when people were last spoken to, by whoever led them; whom nobody did is missing.

    It knows no viewer: a date, and nothing of what was said. One query.
    """
    return dict(
        Conversation.objects.held()
        .filter(person__in=person_ids)
        .values_list("person_id")
        .annotate(last_on=Max("held_on"))
    )


def count_held(person_id: int, start: date, end: date) -> HeldLine:
    """Count somebody's one-to-ones on days [start, end), by whoever led them. Two queries.

    It knows no viewer: dates and counts, for whoever weighs a period and says who may read that.
    """
    of_them = Conversation.objects.filter(person=person_id)
    planned = of_them.filter(planned_on__gte=start, planned_on__lt=end, is_cancelled=False)
    held = (
        of_them.filter(held_on__gte=start, held_on__lt=end)
        .values("leader_id", "leader__name")
        .annotate(held=Count("pk"))
        .order_by("-held", "leader__name")
    )
    leaders = tuple(LeaderHeld(row["leader_id"], row["leader__name"], row["held"]) for row in held)
    return HeldLine(sum(one.held for one in leaders), planned.count(), leaders)
