"""Words that few may read are planted, and every address is read by everybody: pages, API, exports,
search; the letters that go out too. They show to whom they are for, and to nobody else."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.utils import timezone

from teams.appraisals.models import Appraisal, ReviewKind
from teams.appraisals.rules.transitions import State
from teams.appraisals.services.reminders import find_people_to_remind, send_reminder
from teams.conversations.models import Note, NoteKind
from teams.conversations.services import record_conversation, write_note
from tests.architecture.test_access_matrix import COLUMNS, ROWS, find_places
from tests.personas import Organisation
from tests.teams.appraisals.building import get_review, put, write_part

PRIVATE, SHARED, ON_RECORD = "private-7f3a", "shared-7f3a", "onrecord-7f3a"
OWN_DRAFT, LEADERS_DRAFT = "owndraft-7f3a", "leadersdraft-7f3a"
# Who reads each: the notes are Carmen's on Elif, the drafts are those of Elif's appraisal.
READERS: dict[str, set[str]] = {
    PRIVATE: {"team_leader"},
    SHARED: {"team_leader", "member"},
    ON_RECORD: {"team_leader", "member", "group_leader", "hr_partner"},
    OWN_DRAFT: {"member"},
    LEADERS_DRAFT: {"team_leader"},
}
# Once both are in, before it is shared.
READERS_IN_CALIBRATION = {
    OWN_DRAFT: {"member", "team_leader", "group_leader", "hr_partner"},
    LEADERS_DRAFT: {"team_leader", "group_leader", "hr_partner"},
}


def plant(organisation: Organisation) -> dict[str, object]:
    """Write the words down, each in its place; return what the table's braces stand for."""
    places = find_places(organisation)
    carmen = organisation.people["Carmen"]
    talk = record_conversation(
        leader=carmen,
        person=organisation.people["Elif"],
        held_on=timezone.localdate() - timedelta(days=1),
        by=carmen.user,
    )
    notes = {
        kind: write_note(conversation=talk, author=carmen, kind=kind, words=words, by=carmen.user)
        for kind, words in [
            (NoteKind.PRIVATE, PRIVATE),
            (NoteKind.SHARED, SHARED),
            (NoteKind.ON_RECORD, ON_RECORD),
        ]
    }
    appraisal = Appraisal.objects.get(pk=places["appraisal"])
    write_part(get_review(appraisal, ReviewKind.SELF), words=OWN_DRAFT, rating=None)
    write_part(get_review(appraisal), words=LEADERS_DRAFT, rating=4)
    return places | {
        "talk": talk.pk,
        "private_note": notes[NoteKind.PRIVATE].pk,
        "shared_note": notes[NoteKind.SHARED].pk,
        "record_note": notes[NoteKind.ON_RECORD].pk,
    }


def read_everything(organisation: Organisation, places: dict[str, object]) -> dict[str, set[str]]:
    """Read every address of the table as everybody; return who came upon which words, and where."""
    addresses = [row.path.format_map(places) for row in ROWS if row.method == "GET"]
    addresses += [f"/find/?q={word}" for word in READERS] + ["/?needs=all&all=1&news=4w"]
    found: dict[str, set[str]] = {word: set() for word in READERS}
    for persona in COLUMNS:
        client = Client() if persona == "anonymous" else organisation.client(persona)
        for address in addresses:
            with transaction.atomic():
                response = client.get(address)
                body = b"".join(response) if response.streaming else response.content
                transaction.set_rollback(True)
            # What somebody typed themselves comes back to them in the search's own field.
            text = body.decode(errors="replace").replace(address.rpartition("q=")[2] or "\0", "")
            for word in READERS:
                if word in text:
                    found[word].add(persona)
    return found


@pytest.mark.django_db
def test_words_show_to_whom_they_are_for_and_to_nobody_else(organisation: Organisation) -> None:
    places = plant(organisation)
    assert read_everything(organisation, places) == READERS
    appraisal = Appraisal.objects.get(pk=places["appraisal"])
    put(appraisal, State.CALIBRATION)
    found = read_everything(organisation, places)
    assert {word: found[word] for word in READERS_IN_CALIBRATION} == READERS_IN_CALIBRATION
    assert Note.objects.filter(words=PRIVATE).exists()


@pytest.mark.django_db
def test_no_letter_carries_them(organisation: Organisation) -> None:
    places = plant(organisation)
    assert places
    day = timezone.localdate() + timedelta(days=6)
    for person_id in find_people_to_remind(day):
        send_reminder(person_id=person_id, day=day)
    assert mail.outbox
    for letter in mail.outbox:
        text = letter.subject + str(letter.body) + repr(getattr(letter, "alternatives", ""))
        assert not [word for word in READERS if word in text], letter.subject
