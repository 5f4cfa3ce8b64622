from typing import TYPE_CHECKING

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from teams.access.roles import Permission
from teams.access.selectors import is_not_above
from teams.access.viewers import Viewer
from teams.structure.models import Assignment, Person

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager


def people_on_record(viewer: Viewer) -> QuerySet[Person]:
    """Scope people to those whose record somebody reads by office: their leader chain, and HR.

    They belong to a unit where the right holds today. Nobody stands above themselves, and who
    leads or deputises for a unit stands above nobody that leads it or a unit around it.
    """
    reach = viewer.unit_ids(Permission.READ_ON_RECORD)
    if not reach:
        return Person.objects.none()
    belong = Assignment.objects.filter(valid__contains=viewer.today, unit__in=reach)
    people = Person.objects.filter(
        is_not_above(viewer, Permission.READ_ON_RECORD), pk__in=belong.values("person")
    )
    return people if viewer.person is None else people.exclude(pk=viewer.person.pk)


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, viewer: Viewer) -> "ConversationQuerySet":
        """Scope to the conversations of which the viewer is one of the two."""
        if viewer.person is None or not viewer.is_within_token(Permission.READ_ON_RECORD):
            return self.none()
        return self.filter(Q(leader=viewer.person) | Q(person=viewer.person))

    def open(self) -> "ConversationQuerySet":
        """Keep those that are planned: neither held nor cancelled."""
        return self.filter(held_on=None, is_cancelled=False)

    def past(self) -> "ConversationQuerySet":
        """Keep those that are settled: held or cancelled."""
        return self.filter(Q(held_on__isnull=False) | Q(is_cancelled=True))

    def held(self) -> "ConversationQuerySet":
        return self.filter(held_on__isnull=False)


@pghistory.track()
class Conversation(models.Model):
    """One row per one-to-one that a leader and a person planned, held or cancelled.

    `leader` is who leads it: whom the person answers to, or a deputy.
    """

    leader = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    planned_on = models.DateField()
    planned_time = models.TimeField(null=True)
    held_on = models.DateField(null=True)
    is_cancelled = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    notes: "RelatedManager[Note]"
    actions: "RelatedManager[Action]"

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(leader=F("person")), name="conversation_takes_two"),
            models.CheckConstraint(
                condition=Q(held_on__isnull=True) | Q(is_cancelled=False),
                name="conversation_held_or_cancelled",
            ),
            models.UniqueConstraint(
                fields=["leader", "person", "held_on"], name="conversation_held_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["leader", "person", "planned_on"],
                condition=Q(held_on__isnull=True, is_cancelled=False),
                name="conversation_planned_once_a_day",
            ),
        ]
        indexes = [models.Index(fields=["person", "held_on"], name="conversation_last_held")]
        triggers = [pgtrigger.ReadOnly(name="keeps_its_two", fields=["leader", "person"])]

    def __str__(self) -> str:
        return gettext("One-to-one of %(leader)s and %(person)s, %(day)s") % {
            "leader": self.leader,
            "person": self.person,
            "day": date_format(self.held_on or self.planned_on, "j M Y"),
        }

    @property
    def is_open(self) -> bool:
        return self.held_on is None and not self.is_cancelled

    @property
    def state(self) -> str:
        if self.is_cancelled:
            return "cancelled"
        return "planned" if self.held_on is None else "held"

    def is_of(self, person: Person | None) -> bool:
        """Tell whether somebody is one of the two."""
        return person is not None and person.pk in (self.leader_id, self.person_id)


def _one_of_two(column: str) -> pgtrigger.Trigger:
    """Refuse a row whose `column` names somebody who is not one of the conversation's two."""
    return pgtrigger.Trigger(
        name=f"{column}_is_one_of_two",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=f"""
            IF NOT EXISTS (
                SELECT FROM teams_conversation
                WHERE id = NEW.conversation_id AND NEW.{column}_id IN (leader_id, person_id)
            ) THEN
                RAISE EXCEPTION 'Only the two of a conversation stand in it'
                    USING ERRCODE = 'check_violation', CONSTRAINT = '{column}_is_one_of_two';
            END IF;
            RETURN NEW;
        """,
    )


@pghistory.track()
class AgendaItem(models.Model):
    """One row per thing that a leader or a person wants to speak about with the other.

    It waits for their next conversation, whichever that is, until it is discussed or dropped.
    """

    leader = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    words = models.TextField()
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    discussed_in = models.ForeignKey(
        Conversation, null=True, on_delete=models.PROTECT, related_name="discussed"
    )
    is_dropped = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(leader=F("person"))
                & (Q(added_by=F("leader")) | Q(added_by=F("person"))),
                name="agendaitem_of_the_two",
            ),
            models.CheckConstraint(
                condition=Q(discussed_in__isnull=True) | Q(is_dropped=False),
                name="agendaitem_discussed_or_dropped",
            ),
            models.CheckConstraint(condition=~Q(words=""), name="agendaitem_says_something"),
        ]

    def __str__(self) -> str:
        # Words stay between the two: this stands in the trail of acts.
        return gettext("Agenda of %(leader)s and %(person)s") % {
            "leader": self.leader,
            "person": self.person,
        }

    @property
    def is_open(self) -> bool:
        return self.discussed_in_id is None and not self.is_dropped


@pghistory.track()
class Action(models.Model):
    """One row per thing that one of the two is to do by a day, as agreed in a conversation."""

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="actions")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    words = models.TextField()
    due_on = models.DateField()
    done_on = models.DateField(null=True)

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="action_says_something")]
        indexes = [
            models.Index(
                fields=["owner", "due_on"], condition=Q(done_on=None), name="action_still_open"
            )
        ]
        triggers = [_one_of_two("owner")]

    def __str__(self) -> str:
        return gettext("Action of %(owner)s, due %(day)s") % {
            "owner": self.owner,
            "day": date_format(self.due_on, "j M Y"),
        }


class NoteKind(models.TextChoices):
    """Who reads a note; it is settled when the note is written."""

    PRIVATE = "private", _("Private")
    SHARED = "shared", _("Shared")
    ON_RECORD = "on_record", _("On record")


class NoteQuerySet(models.QuerySet["Note"]):
    def visible_to(self, viewer: Viewer) -> "NoteQuerySet":
        """Scope notes to those whose words the viewer may read. One query with the notes.

        Private ones to their author alone, shared ones to the two, those on record to the two,
        and to the person's leader chain and HR of today: see people_on_record.
        """
        if not viewer.is_within_token(Permission.READ_ON_RECORD):
            return self.none()
        on_record = Q(kind=NoteKind.ON_RECORD)
        allowed = on_record & Q(conversation__person__in=people_on_record(viewer))
        if viewer.person is not None:
            me = viewer.person
            of_the_two = Q(conversation__leader=me) | Q(conversation__person=me)
            allowed |= Q(author=me) | (on_record | Q(kind=NoteKind.SHARED)) & of_the_two
        return self.filter(allowed)


# A private note is its author's alone: not even the row history keeps a copy of it.
_NOT_PRIVATE = pgtrigger.Q(new__kind__in=[NoteKind.SHARED, NoteKind.ON_RECORD])


@pghistory.track(
    pghistory.InsertEvent(condition=_NOT_PRIVATE),
    pghistory.UpdateEvent(condition=_NOT_PRIVATE),
    append_only=True,
)
class Note(models.Model):
    """One row per note on a conversation: private, shared by the two, or on record.

    Kind and author never change, and what is on record is never deleted: the database refuses.
    A correction is a new version; the earlier words stay in the row history.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=NoteKind)
    words = models.TextField()
    version = models.PositiveIntegerField(default=1)
    written_at = models.DateTimeField(auto_now_add=True)
    changed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="note_says_something"),
            models.CheckConstraint(condition=Q(kind__in=NoteKind.values), name="note_has_a_reader"),
            models.CheckConstraint(
                condition=Q(changed_by=F("author")) | Q(kind=NoteKind.SHARED),
                name="note_changed_by_author",
            ),
        ]
        indexes = [models.Index(fields=["conversation", "kind"], name="note_of_a_kind")]
        triggers = [
            _one_of_two("author"),
            _one_of_two("changed_by"),
            pgtrigger.ReadOnly(name="keeps_its_readers", fields=["kind", "author", "conversation"]),
            pgtrigger.Protect(
                name="stays_on_record",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__kind=NoteKind.ON_RECORD),
            ),
        ]

    def __str__(self) -> str:
        # Words are for their readers alone: this stands in the trail of acts.
        about = {"kind": NoteKind(self.kind).label, "person": self.conversation.person}
        return gettext("%(kind)s: note on a one-to-one with %(person)s") % about
