"""What is done about one-to-ones, who may do it, and what the database refuses whoever asks."""

from collections.abc import Callable
from typing import Any

import pghistory
import pytest
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from teams.audit.models import AuditEvent
from teams.conversations.errors import ConversationError, StaleNoteError
from teams.conversations.models import Action, AgendaItem, Conversation, Note, NoteKind
from teams.conversations.selectors import count_held, list_earlier
from teams.conversations.services import (
    add_action,
    add_agenda_item,
    cancel_conversation,
    correct_note,
    discuss_agenda_item,
    drop_agenda_item,
    finish_action,
    hold_conversation,
    log_reads,
    move_conversation,
    plan_conversation,
    record_conversation,
    write_note,
)
from teams.structure.services import appoint_leader, transfer_person
from tests.personas import Organisation
from tests.teams.conversations.talks import WORDS, ago, ahead, hold, speak, write

pytestmark = pytest.mark.django_db


def refused(code: str, deed: Callable[..., Any], **given: Any) -> None:
    with pytest.raises(ConversationError) as caught, transaction.atomic():
        deed(**given)
    assert caught.value.code == code
    assert caught.value.message.endswith(".")


def plan(organisation: Organisation, by: str, leader: str, person: str, days: int = 1) -> Any:
    return plan_conversation(
        leader=organisation.people[leader],
        person=organisation.people[person],
        planned_on=ahead(days),
        by=organisation.user(by),
    )


def acts() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("act", flat=True))


def test_whom_somebody_answers_to_plans_and_holds(organisation: Organisation) -> None:
    planned = plan(organisation, "Carmen", "Carmen", "Elif")
    assert planned.state == "planned"
    moved = move_conversation(
        conversation=planned, planned_on=ahead(0), version=1, by=organisation.user("Carmen")
    )
    held = hold_conversation(conversation=moved, held_on=ahead(0), by=organisation.user("Carmen"))
    assert (held.state, held.held_on, held.version) == ("held", ahead(0), 3)
    assert acts() == ["conversation.planned", "conversation.moved", "conversation.held"]
    assert AuditEvent.objects.first().subject_label.startswith(  # type: ignore[union-attr]
        "One-to-one of Carmen Example and Elif Example"
    )


@pytest.mark.parametrize(
    ("by", "leader", "person"),
    [
        ("Lukas", "Lukas", "Elif"),  # a sibling
        ("Nadia", "Nadia", "Elif"),  # above, but not whom she answers to
        ("Elif", "Elif", "Carmen"),  # the other way round
        ("Elif", "Carmen", "Elif"),  # in somebody else's name
        ("Judith", "Judith", "Elif"),
        ("Felix", "Felix", "Elif"),
        ("Mateo", "Mateo", "Elif"),
    ],
)
def test_nobody_else_does(organisation: Organisation, by: str, leader: str, person: str) -> None:
    refused("not_the_leader", plan, organisation=organisation, by=by, leader=leader, person=person)
    refused(
        "not_the_leader",
        record_conversation,
        leader=organisation.people[leader],
        person=organisation.people[person],
        held_on=ago(1),
        by=organisation.user(by),
    )
    assert not Conversation.objects.exists()


def test_who_is_nobody_here_plans_nothing(organisation: Organisation) -> None:
    refused("nobody", plan, organisation=organisation, by="Quinn", leader="Carmen", person="Elif")


def test_a_deputy_plans_in_their_own_name_and_not_with_whom_they_stand_in_for(
    organisation: Organisation,
) -> None:
    appoint_leader(
        person=organisation.people["Mateo"],
        unit=organisation.units["video-es"],
        on=ago(3),
        deputy=True,
        by=None,
    )
    assert plan(organisation, "Mateo", "Mateo", "Elif").leader.name == "Mateo Example"
    refused(
        "not_the_leader",
        plan,
        organisation=organisation,
        by="Mateo",
        leader="Mateo",
        person="Carmen",
    )


def test_when_the_leader_changes_the_former_one_may_only_cancel(
    organisation: Organisation,
) -> None:
    planned = plan(organisation, "Carmen", "Carmen", "Elif", days=9)
    transfer_person(
        person=organisation.people["Elif"], unit=organisation.units["video-de"], on=ago(0), by=None
    )
    carmen = organisation.user("Carmen")
    refused("not_the_leader", hold_conversation, conversation=planned, held_on=ago(0), by=carmen)
    refused(
        "not_the_leader", cancel_conversation, conversation=planned, by=organisation.user("Elif")
    )
    assert cancel_conversation(conversation=planned, by=carmen).state == "cancelled"
    assert plan(organisation, "Lukas", "Lukas", "Elif").state == "planned"


def test_days_that_cannot_be_are_refused_with_a_sentence(organisation: Organisation) -> None:
    carmen, elif_ = organisation.people["Carmen"], organisation.people["Elif"]
    by = carmen.user
    planned = plan(organisation, "Carmen", "Carmen", "Elif")
    two = {"leader": carmen, "person": elif_, "by": by}
    refused("planned_already", plan_conversation, **two, planned_on=ahead(1))
    refused("day_is_past", plan_conversation, **two, planned_on=ago(1))
    refused("day_is_ahead", record_conversation, **two, held_on=ahead(2))
    refused("day_is_ahead", hold_conversation, conversation=planned, held_on=ahead(1), by=by)
    record_conversation(**two, held_on=ago(2))
    refused("held_already", record_conversation, **two, held_on=ago(2))
    refused("held_already", hold_conversation, conversation=planned, held_on=ago(2), by=by)
    cancel_conversation(conversation=planned, by=by)
    refused("not_open", cancel_conversation, conversation=planned, by=by)
    refused("not_open", hold_conversation, conversation=planned, held_on=ago(0), by=by)


def test_who_looked_at_another_day_does_not_move_it(organisation: Organisation) -> None:
    planned = plan(organisation, "Carmen", "Carmen", "Elif")
    by = organisation.user("Carmen")
    move_conversation(conversation=planned, planned_on=ahead(4), version=1, by=by)
    refused(
        "stale_conversation",
        move_conversation,
        conversation=planned,
        planned_on=ahead(5),
        version=1,
        by=by,
    )
    planned.refresh_from_db()
    assert planned.planned_on == ahead(4)


def test_what_was_planned_for_the_day_is_what_took_place(organisation: Organisation) -> None:
    planned = plan(organisation, "Carmen", "Carmen", "Elif", days=0)
    held = record_conversation(
        leader=planned.leader, person=planned.person, held_on=ago(0), by=organisation.user("Carmen")
    )
    assert held.pk == planned.pk


def test_the_agenda_waits_until_it_is_spoken_about(organisation: Organisation) -> None:
    carmen, elif_ = organisation.people["Carmen"], organisation.people["Elif"]
    two = {"leader": carmen, "person": elif_}
    hers = add_agenda_item(**two, words="Night shifts", added_by=elif_, by=elif_.user)
    his = add_agenda_item(**two, words="The pilot", added_by=carmen, by=carmen.user)
    first = hold(organisation, "Carmen", "Elif", ago(7))
    discuss_agenda_item(item=his, conversation=first, by=carmen.user)
    assert list(AgendaItem.objects.filter(discussed_in=None)) == [hers]
    drop_agenda_item(item=hers, by=carmen.user)
    refused("not_open", drop_agenda_item, item=hers, by=elif_.user)
    refused("not_open", discuss_agenda_item, item=his, conversation=first, by=elif_.user)
    assert "agenda.dropped" in acts()
    assert not AuditEvent.objects.filter(detail__icontains="shifts").exists()


def test_an_agenda_is_of_the_two_while_the_one_leads_the_other(organisation: Organisation) -> None:
    people = organisation.people
    two = {"leader": people["Carmen"], "person": people["Elif"], "words": "Leave"}
    for name in ("Lukas", "Nadia", "Judith", "Felix"):
        refused("not_yours", add_agenda_item, **two, added_by=people["Elif"], by=people[name].user)
    other = {**two, "leader": people["Lukas"]}
    refused(
        "not_the_leader",
        add_agenda_item,
        **other,
        added_by=people["Elif"],
        by=people["Elif"].user,
    )
    refused(
        "no_words", add_agenda_item, **{**two, "words": " \n"}, added_by=people["Elif"], by=None
    )
    item = add_agenda_item(**two, added_by=people["Elif"], by=people["Elif"].user)
    refused("not_yours", drop_agenda_item, item=item, by=people["Nadia"].user)
    elsewhere = hold(organisation, "Carmen", "Mateo")
    refused(
        "other_pair",
        discuss_agenda_item,
        item=item,
        conversation=elsewhere,
        by=people["Carmen"].user,
    )


def test_actions_are_for_one_of_the_two_and_done_once(organisation: Organisation) -> None:
    people = organisation.people
    held = hold(organisation, "Carmen", "Elif")
    given = {"conversation": held, "words": "Read the guide", "due_on": ahead(7)}
    refused("not_of_the_two", add_action, **given, owner=people["Mateo"], by=people["Carmen"].user)
    refused("not_of_the_two", add_action, **given, owner=people["Elif"], by=people["Nadia"].user)
    refused(
        "day_is_past",
        add_action,
        **{**given, "due_on": ago(1)},
        owner=people["Elif"],
        by=people["Elif"].user,
    )
    action = add_action(**given, owner=people["Elif"], by=people["Elif"].user)
    refused("not_of_the_two", finish_action, action=action, by=people["Nadia"].user)
    finish_action(action=action, by=people["Carmen"].user)
    finish_action(action=action, by=people["Elif"].user)
    action.refresh_from_db()
    assert action.done_on == ago(0)
    assert acts().count("action.finished") == 1
    with pytest.raises(IntegrityError, match="two of a conversation"), transaction.atomic():
        Action.objects.create(
            conversation=held, owner=people["Mateo"], words="Help", due_on=ahead(1)
        )


def test_who_may_write_what(organisation: Organisation) -> None:
    people = organisation.people
    planned = plan(organisation, "Carmen", "Carmen", "Elif")
    held = hold(organisation, "Carmen", "Elif", ago(3))

    def kinds(conversation: Conversation, name: str) -> list[NoteKind]:
        written = []
        for kind in NoteKind:
            try:
                with transaction.atomic():
                    write_note(
                        conversation=conversation,
                        author=people[name],
                        kind=kind,
                        words="Words",
                        by=people[name].user,
                    )
            except ConversationError:
                continue
            written.append(kind)
        return written

    private, shared, on_record = NoteKind
    # What was not held yet stands on no record.
    assert kinds(planned, "Carmen") == kinds(planned, "Elif") == [private, shared]
    assert kinds(held, "Carmen") == kinds(held, "Elif") == [private, shared, on_record]
    for name in ("Nadia", "Mateo", "Judith", "Felix"):
        assert kinds(held, name) == []
    transfer_person(person=people["Elif"], unit=organisation.units["video-de"], on=ago(0), by=None)
    assert kinds(held, "Carmen") == [private]
    assert kinds(held, "Elif") == [private, shared, on_record]
    assert kinds(held, "Lukas") == []
    cancelled = cancel_conversation(conversation=planned, by=people["Carmen"].user)
    assert kinds(cancelled, "Carmen") == []


def test_nobody_writes_in_another_name(organisation: Organisation) -> None:
    refused(
        "may_not_write",
        write_note,
        conversation=hold(organisation, "Carmen", "Elif"),
        author=organisation.people["Elif"],
        kind=NoteKind.ON_RECORD,
        words="I was wrong.",
        by=organisation.user("Carmen"),
    )


def test_two_who_change_a_shared_note_lose_no_words(organisation: Organisation) -> None:
    _, notes = speak(organisation)
    note = notes[NoteKind.SHARED]
    correct_note(note=note, words="Theirs", version=1, by=organisation.user("Elif"))
    with pytest.raises(StaleNoteError) as caught:
        correct_note(note=note, words="Mine", version=1, by=organisation.user("Carmen"))
    error = caught.value
    assert (error.who, error.theirs, error.yours, error.version) == (
        "Elif Example",
        "Theirs",
        "Mine",
        2,
    )
    correct_note(note=note, words="Theirs and mine", version=2, by=organisation.user("Carmen"))
    note.refresh_from_db()
    assert (note.words, note.version) == ("Theirs and mine", 3)
    # Who sends what stands there already is told nothing and changes nothing.
    correct_note(note=note, words="Theirs and mine", version=1, by=organisation.user("Elif"))
    note.refresh_from_db()
    assert note.version == 3


def test_a_correction_on_record_keeps_the_earlier_words(organisation: Organisation) -> None:
    _, notes = speak(organisation)
    note = notes[NoteKind.ON_RECORD]
    for version, words in enumerate(("Second", "Third"), 1):
        correct_note(note=note, words=words, version=version, by=organisation.user("Carmen"))
    note.refresh_from_db()
    earlier = list_earlier([note])[note.pk]
    assert [one.words for one in earlier] == ["Second", WORDS[NoteKind.ON_RECORD]]
    for name in ("Elif", "Nadia", "Judith"):
        refused(
            "may_not_write",
            correct_note,
            note=note,
            words="Better",
            version=3,
            by=organisation.user(name),
        )
    assert [act for act in acts() if act.startswith("note")] == [
        "note.written",  # shared
        "note.written",  # on record
        "note.corrected",
        "note.corrected",
    ]


def test_a_private_note_leaves_no_trace_anywhere_else(organisation: Organisation) -> None:
    held = hold(organisation, "Carmen", "Elif")
    before = AuditEvent.objects.count()
    note = write(organisation, held, "Carmen", NoteKind.PRIVATE)
    correct_note(note=note, words="The owl sleeps.", version=1, by=organisation.user("Carmen"))
    assert AuditEvent.objects.count() == before
    assert not Note.pgh_event_model.objects.exists()  # type: ignore[attr-defined]
    assert not pghistory.models.Events.objects.tracks(note).exists()


def test_labels_in_the_trail_of_acts_hold_no_words(organisation: Organisation) -> None:
    speak(organisation)
    labels = " ".join(AuditEvent.objects.values_list("subject_label", flat=True))
    assert "note on a one-to-one with Elif Example" in labels
    assert not [words for words in WORDS.values() if words in labels]


@pytest.mark.parametrize("kind", list(NoteKind))
def test_the_database_lets_nobody_change_who_reads_a_note(
    organisation: Organisation, kind: NoteKind
) -> None:
    _, notes = speak(organisation)
    for other in set(NoteKind) - {kind}:
        with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
            Note.objects.filter(pk=notes[kind].pk).update(kind=other)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        Note.objects.filter(pk=notes[kind].pk).update(author=organisation.people["Elif"])


def test_the_database_keeps_what_is_on_record(organisation: Organisation) -> None:
    held, notes = speak(organisation)
    with pytest.raises(InternalError, match="Cannot delete"), transaction.atomic():
        Note.objects.filter(pk=notes[NoteKind.ON_RECORD].pk).delete()
    with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
        Note.pgh_event_model.objects.update(words="")  # type: ignore[attr-defined]
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        Conversation.objects.filter(pk=held.pk).update(person=organisation.people["Mateo"])
    with pytest.raises(IntegrityError, match="two of a conversation"), transaction.atomic():
        write(organisation, held, "Nadia", NoteKind.PRIVATE)


@pytest.mark.parametrize(
    ("constraint", "given"),
    [
        ("conversation_takes_two", {"person": "Carmen"}),
        ("conversation_held_or_cancelled", {"held_on": ago(1), "is_cancelled": True}),
        ("conversation_held_once_a_day", {"held_on": ago(0)}),
        ("conversation_planned_once_a_day", {"planned_on": ahead(5)}),
    ],
)
def test_the_database_refuses_what_cannot_be(
    organisation: Organisation, constraint: str, given: dict[str, Any]
) -> None:
    hold(organisation, "Carmen", "Elif")
    plan(organisation, "Carmen", "Carmen", "Elif", days=5)
    row = {"leader": "Carmen", "person": "Elif", "planned_on": ahead(9), **given}
    row |= {name: organisation.people[row[name]] for name in ("leader", "person")}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Conversation.objects.create(**row)


def test_reading_on_record_is_logged_once_a_note_reader_and_day(
    organisation: Organisation,
) -> None:
    _, notes = speak(organisation)
    every = list(Note.objects.select_related("conversation__person", "conversation__leader"))
    for _ in range(2):
        for name in ("Judith", "Nadia", "Carmen", "Elif"):
            log_reads(notes=every, by=organisation.user(name))
    reads = AuditEvent.objects.filter(act="note.read").order_by("pk")
    assert [(read.actor, read.subject_id) for read in reads] == [
        (organisation.user(name), str(notes[NoteKind.ON_RECORD].pk)) for name in ("Judith", "Nadia")
    ]


def test_held_is_counted_by_whoever_led(organisation: Organisation) -> None:
    elif_ = organisation.people["Elif"]
    for days in (70, 40, 20):
        hold(organisation, "Carmen", "Elif", ago(days))
    hold(organisation, "Lukas", "Elif", ago(10))
    hold(organisation, "Carmen", "Mateo", ago(10))
    plan(organisation, "Carmen", "Carmen", "Elif", days=2)
    cancelled = plan(organisation, "Carmen", "Carmen", "Elif", days=3)
    cancel_conversation(conversation=cancelled, by=organisation.user("Carmen"))
    found = count_held(elif_.pk, ago(40), ahead(10))
    assert (found.held, found.planned) == (3, 4)
    assert [(one.name, one.held) for one in found.leaders] == [
        ("Carmen Example", 2),
        ("Lukas Example", 1),
    ]
    assert count_held(elif_.pk, ago(40), ago(20))[:2] == (1, 1)
    assert count_held(organisation.people["Mei"].pk, ago(400), timezone.localdate()).held == 0
