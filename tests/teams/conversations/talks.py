"""One-to-ones of the organisation of tests/personas.py, written for tests."""

from datetime import date, timedelta

from django.utils import timezone

from teams.conversations.models import Conversation, Note, NoteKind
from teams.conversations.services import record_conversation, write_note
from tests.personas import Organisation

WORDS = {
    NoteKind.PRIVATE: "The owl sleeps badly.",
    NoteKind.SHARED: "We agreed on Tuesdays.",
    NoteKind.ON_RECORD: "She asked to lead the pilot.",
}


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def ahead(days: int) -> date:
    return ago(-days)


def hold(
    organisation: Organisation, leader: str, person: str, on: date | None = None
) -> Conversation:
    """Let two people have spoken, whoever leads whom today."""
    return record_conversation(
        leader=organisation.people[leader],
        person=organisation.people[person],
        held_on=on or timezone.localdate(),
        by=None,
    )


def write(
    organisation: Organisation,
    conversation: Conversation,
    author: str,
    kind: NoteKind,
    words: str = "",
) -> Note:
    return write_note(
        conversation=conversation,
        author=organisation.people[author],
        kind=kind,
        words=words or WORDS[kind],
        by=None,
    )


def speak(
    organisation: Organisation, leader: str = "Carmen", person: str = "Elif"
) -> tuple[Conversation, dict[NoteKind, Note]]:
    """Let two people have spoken today, with a note of each kind by who leads."""
    held = hold(organisation, leader, person)
    return held, {kind: write(organisation, held, leader, kind) for kind in NoteKind}
