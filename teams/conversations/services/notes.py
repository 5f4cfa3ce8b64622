"""Notes of three kinds, and who read what stands on record."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from teams.accounts.models import User
from teams.audit.services import record_event, record_reads
from teams.conversations.errors import ConversationError, StaleNoteError
from teams.conversations.models import Conversation, Note, NoteKind
from teams.conversations.policies import kinds_to_write, may_correct, may_lead
from teams.conversations.services.checks import clean_words, person_of
from teams.structure.models import Person


@transaction.atomic
def write_note(
    *,
    conversation: Conversation,
    author: Person,
    kind: NoteKind,
    words: str,
    by: User | None,
    at: datetime | None = None,
) -> Note:
    """Write a note of a kind; who reads it is settled by that. Raises ConversationError."""
    if by is not None:
        stands = may_lead(conversation.leader_id, conversation.person_id, timezone.localdate())
        if person_of(by) != author or kind not in kinds_to_write(
            conversation, author, stands=stands
        ):
            raise ConversationError(
                "may_not_write",
                gettext(
                    "A note like this is not yours to write here. On record goes what was spoken "
                    "about when it was held, by the two, while the one leads the other."
                ),
            )
    note = Note.objects.create(
        conversation=conversation,
        author=author,
        kind=kind,
        words=clean_words(words),
        changed_by=author,
        changed_at=at or timezone.now(),
    )
    _record_writing("note.written", note, by)
    return note


@transaction.atomic
def correct_note(*, note: Note, words: str, version: int, by: User) -> Note:
    """Replace a note's words; `version` is the one that was looked at.

    Raises StaleNoteError, which carries both texts, where somebody changed it since then, and
    ConversationError where it is not for `by` to change.
    """
    held = Note.objects.select_for_update(of=("self",)).select_related(
        "conversation__leader", "conversation__person", "changed_by"
    )
    note = held.get(pk=note.pk)
    writer = person_of(by)
    if not may_correct(note, writer):
        raise ConversationError(
            "may_not_write", gettext("This note is for its author alone to change.")
        )
    yours = clean_words(words)
    if yours == note.words:
        return note
    if note.version != version:
        raise StaleNoteError(
            gettext("The note was changed since you opened it. Both texts are kept."),
            who=note.changed_by.name,
            at=note.changed_at,
            theirs=note.words,
            yours=yours,
            version=note.version,
        )
    note.words, note.changed_by, note.changed_at = yours, writer, timezone.now()
    note.version += 1
    note.save()
    _record_writing("note.corrected", note, by, version=note.version)
    return note


def log_reads(*, notes: Sequence[Note], by: User) -> None:
    """Record that somebody reads notes on record of which they are not one of the two.

    One event for a note, a reader and a day, however often they look. Three queries for the notes
    of one person.
    """
    reader: Person | None = getattr(by, "person", None)
    foreign = [
        note
        for note in notes
        if note.kind == NoteKind.ON_RECORD and not note.conversation.is_of(reader)
    ]
    for person in {note.conversation.person for note in foreign}:
        record_reads(
            "note.read",
            by=by,
            subjects=[note for note in foreign if note.conversation.person == person],
            person=person.employee_id,
        )


def _record_writing(act: str, note: Note, by: User | None, **detail: object) -> None:
    if note.kind != NoteKind.PRIVATE:
        record_event(act, by=by, subject=note, **detail)
