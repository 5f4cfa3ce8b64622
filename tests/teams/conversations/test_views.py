"""The pages: what they answer without a click, what they keep when something fails."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from teams.audit.models import AuditEvent
from teams.conversations.models import Action, AgendaItem, Conversation, NoteKind
from teams.conversations.services import (
    add_action,
    add_agenda_item,
    correct_note,
    plan_conversation,
)
from teams.structure.models import Person
from teams.structure.services import join_person, transfer_person
from tests.personas import Organisation
from tests.teams.conversations.talks import WORDS, ago, ahead, hold, speak, write

pytestmark = pytest.mark.django_db

LIST = "/one-to-ones/"
WITH_ELIF = "/one-to-ones/with/E-ELIF/"
WITH_CARMEN = "/one-to-ones/with/E-CARMEN/"
RECORD = "/one-to-ones/record/E-ELIF/"


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return " ".join(answer.content.decode().split())


def send(client: Client, path: str, deed: str, **typed: object) -> str:
    given = {f"{deed}-{name}": value for name, value in typed.items()}
    answer = client.post(path, {"deed": deed, **given}, follow=True)
    assert answer.status_code == 200, answer.content
    return " ".join(answer.content.decode().split())


def plan(
    organisation: Organisation, days: int, leader: str = "Carmen", person: str = "Elif"
) -> Any:
    return plan_conversation(
        leader=organisation.people[leader],
        person=organisation.people[person],
        planned_on=ahead(days),
        by=None,
    )


def rows(page: str) -> list[str]:
    """Return the words of each row of a page's tables."""
    bodies = re.findall(r"<tr>(.*?)</tr>", page)
    return [" ".join(re.sub(r"<[^>]+>", " ", body).split()) for body in bodies]


def test_the_list_says_who_waits_without_a_click(organisation: Organisation) -> None:
    hold(organisation, "Carmen", "Elif", ago(42))
    page = read(organisation.client("Carmen"), LIST)
    assert "2 people not spoken to for over 30 days" in page
    mateo, elif_ = (row for row in rows(page) if "Mateo" in row or "Elif" in row)
    assert "Mateo Example" in mateo
    assert "Never" in mateo
    assert "Overdue 12 days" in elif_
    assert "none planned" in elif_
    hold(organisation, "Carmen", "Mateo", ago(1))
    hold(organisation, "Carmen", "Elif")
    plan(organisation, 3)
    page = read(organisation.client("Carmen"), LIST)
    assert "Everybody was spoken to in the last 30 days" in page
    assert f"{ahead(3).day} " in next(row for row in rows(page) if "Elif" in row)


def test_the_list_says_who_has_something_to_speak_about(organisation: Organisation) -> None:
    send(organisation.client("Elif"), WITH_CARMEN, "agenda", words="Night shifts")
    page = read(organisation.client("Carmen"), LIST)
    assert "1 point on the agenda" in next(row for row in rows(page) if "Elif" in row)
    assert "Night shifts" not in page


def test_a_plan_that_went_by_asks_whether_it_was(organisation: Organisation) -> None:
    plan(organisation, -2)
    for path in (LIST, WITH_ELIF):
        assert "Was it held?" in read(organisation.client("Carmen"), path)


def test_a_member_sees_who_leads_them_and_what_they_are_to_do(organisation: Organisation) -> None:
    held = hold(organisation, "Carmen", "Elif", ago(9))
    for words, due in (("Read the guide", ago(3)), ("Call Greta", ahead(3))):
        add_action(
            conversation=held, owner=organisation.people["Elif"], words=words, due_on=due, by=None
        )
    page = read(organisation.client("Elif"), LIST)
    assert "Your people" not in page
    assert "leads you" in page
    assert page.index("Read the guide") < page.index("Call Greta")
    assert "Overdue 3 days" in page
    assert "Read the guide" not in read(organisation.client("Carmen"), LIST)


def test_whom_nobody_leads_is_told_what_will_be_here(organisation: Organisation) -> None:
    page = read(organisation.client("Ola"), LIST)
    assert "No one-to-ones yet" in page
    assert organisation.client("Quinn").get(LIST).status_code == 403


def test_from_a_plan_to_notes(organisation: Organisation) -> None:
    carmen, elif_ = organisation.client("Carmen"), organisation.client("Elif")
    assert "It is planned." in send(
        carmen, WITH_ELIF, "plan", planned_on=ahead(0), planned_time="14:30"
    )
    assert "It is on the agenda." in send(elif_, WITH_CARMEN, "agenda", words="Night shifts")
    talk = Conversation.objects.get()
    address = f"/one-to-ones/{talk.pk}/"
    assert "14:30" in read(elif_, address)
    item = AgendaItem.objects.get()
    assert "It is ticked off." in send(carmen, address, "discuss", item=item.pk)
    assert "It is written down as held." in send(carmen, address, "hold", held_on=ahead(0))
    said = send(
        carmen,
        address,
        "action",
        words="Ask HR about nights",
        owner=organisation.people["Carmen"].pk,
        due_on=ahead(7),
    )
    assert "It is agreed." in said
    assert "Night shifts" in said
    for kind in NoteKind:
        assert "The note is kept." in send(carmen, address, "note", kind=kind, words=WORDS[kind])
    page = read(elif_, address)
    assert WORDS[NoteKind.PRIVATE] not in page
    assert WORDS[NoteKind.SHARED] in page
    assert "It is done." in send(elif_, WITH_CARMEN, "finish", item=Action.objects.get().pk)
    assert "Nothing is open." in read(carmen, WITH_ELIF)


def test_each_place_says_who_reads_it(organisation: Organisation) -> None:
    held, _ = speak(organisation)
    page = read(organisation.client("Carmen"), f"/one-to-ones/{held.pk}/")
    private, shared, on_record = (page.index(f'id="place-{kind}"') for kind in NoteKind)
    assert private < page.index("You alone. Not Elif Example, not HR") < shared
    assert shared < page.index("You and Elif Example. Either of you may change them.") < on_record
    assert on_record < page.index("whose reading is logged")
    for kind, start in zip(NoteKind, (private, shared, on_record), strict=True):
        assert page.index(WORDS[kind]) > start
    # The fewest readers are chosen beforehand, and HR's page says that it logs.
    assert re.search(r'value="private"[^>]*checked', page)
    assert "That you read this is logged." in read(organisation.client("Judith"), RECORD)
    assert "That you read this is logged." not in read(organisation.client("Elif"), RECORD)


def test_nothing_typed_is_lost_where_something_fails(organisation: Organisation) -> None:
    held = hold(organisation, "Carmen", "Elif")
    carmen, address = organisation.client("Carmen"), f"/one-to-ones/{held.pk}/"
    page = send(carmen, address, "action", words="Ask about nights", owner="", due_on="soon")
    assert "Ask about nights" in page
    assert "is not a date such as" in page
    page = send(carmen, WITH_ELIF, "record", held_on=held.held_on)
    assert "is written down for that day already" in page
    long = "word " * 5_000
    page = send(carmen, address, "note", kind="shared", words=long)
    assert "Nothing of it was saved" in page
    assert long.strip() in page
    markup = send(carmen, address, "note", kind="shared", words="<b>bold</b>\x00 & plain")
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; plain" in markup
    assert "<b>bold" not in markup


def test_who_was_slower_sees_both_texts(organisation: Organisation) -> None:
    held, notes = speak(organisation)
    note = notes[NoteKind.SHARED]
    address = f"/one-to-ones/{held.pk}/notes/{note.pk}/"
    carmen = organisation.client("Carmen")
    assert WORDS[NoteKind.SHARED] in read(carmen, address)
    correct_note(note=note, words="On Mondays then.", version=1, by=organisation.user("Elif"))
    answer = carmen.post(address, {"words": "On Fridays then.", "version": 1})
    page = " ".join(answer.content.decode().split())
    assert "Elif Example changed this text at" in page
    assert page.count("On Fridays then.") == 2  # beside theirs, and to go on with
    assert "On Mondays then." in page
    note.refresh_from_db()
    assert note.words == "On Mondays then."
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    answer = carmen.post(
        address, {"words": "Mondays or Fridays.", "version": version[1]}, follow=True
    )
    assert "Mondays or Fridays." in answer.content.decode()
    assert "The note is kept." in answer.content.decode()


def test_a_correction_on_record_shows_the_earlier_words(organisation: Organisation) -> None:
    _, notes = speak(organisation)
    correct_note(
        note=notes[NoteKind.ON_RECORD],
        words="She leads the pilot.",
        version=1,
        by=organisation.user("Carmen"),
    )
    for name in ("Elif", "Carmen", "Nadia", "Judith"):
        page = read(organisation.client(name), RECORD)
        assert "She leads the pilot." in page
        assert WORDS[NoteKind.ON_RECORD] in page
        assert (">Correct</a>" in page) == (name == "Carmen")


def test_reading_a_record_is_logged_once_a_day(organisation: Organisation) -> None:
    speak(organisation)
    for name in ("Judith", "Judith", "Nadia", "Elif", "Carmen", "Lukas"):
        organisation.client(name).get(RECORD)
    reads = AuditEvent.objects.filter(act="note.read")
    assert {read.actor for read in reads} == {
        organisation.user("Judith"),
        organisation.user("Nadia"),
    }
    assert reads.count() == 2
    # Only what was shown was read.
    organisation.client("Dana").get(f"{RECORD}?from=20")
    assert reads.count() == 2
    page = read(organisation.client("compliance"), "/audit/?act=note.read")
    assert "Note read" in page


@pytest.mark.parametrize(
    ("persona", "path", "deed", "code"),
    [
        ("Elif", WITH_CARMEN, "plan", 403),
        ("Elif", WITH_CARMEN, "record", 403),
        ("Carmen", WITH_ELIF, "dance", 400),
        ("Nadia", WITH_ELIF, "plan", 404),
        ("Elif", "talk", "hold", 403),
        ("Elif", "talk", "cancel", 403),
        ("Elif", "talk", "move", 403),
        ("Nadia", "talk", "note", 404),
        ("Judith", "talk", "finish", 404),
        ("Carmen", "talk", "hold", 200),  # without a day: the form says so
        ("Carmen", "talk", "discuss", 400),  # without saying which
    ],
)
def test_deeds_are_for_whom_they_are(
    organisation: Organisation, persona: str, path: str, deed: str, code: int
) -> None:
    planned = plan(organisation, 1)
    address = f"/one-to-ones/{planned.pk}/" if path == "talk" else path
    answer = organisation.client(persona).post(address, {"deed": deed})
    assert answer.status_code == code


def test_one_pair_ticks_off_nothing_of_another(organisation: Organisation) -> None:
    people = organisation.people
    item = add_agenda_item(
        leader=people["Carmen"],
        person=people["Mateo"],
        words="Leave",
        added_by=people["Mateo"],
        by=None,
    )
    action = add_action(
        conversation=hold(organisation, "Carmen", "Mateo"),
        owner=people["Mateo"],
        words="Rest",
        due_on=ahead(1),
        by=None,
    )
    carmen = organisation.client("Carmen")
    talk = f"/one-to-ones/{hold(organisation, 'Carmen', 'Elif').pk}/"
    for path in (talk, WITH_ELIF):
        for deed, pk in (("drop", item.pk), ("finish", action.pk)):
            answer = carmen.post(path, {"deed": deed, f"{deed}-item": pk})
            assert answer.status_code == 404
    assert AgendaItem.objects.get().is_open
    assert Action.objects.get().done_on is None


def test_a_refused_button_says_why(organisation: Organisation) -> None:
    planned = plan(organisation, 1)
    carmen, address = organisation.client("Carmen"), f"/one-to-ones/{planned.pk}/"
    assert "It is cancelled." in send(carmen, address, "cancel")
    assert carmen.post(address, {"deed": "cancel"}).status_code == 403
    assert "Cancelled" in read(organisation.client("Elif"), address)


def test_two_who_moved_apart_keep_what_was_between_them(organisation: Organisation) -> None:
    held = hold(organisation, "Carmen", "Elif", ago(4))
    add_action(
        conversation=held,
        owner=organisation.people["Elif"],
        words="Read the guide",
        due_on=ahead(2),
        by=None,
    )
    transfer_person(
        person=organisation.people["Elif"], unit=organisation.units["video-de"], on=ago(0), by=None
    )
    assert "Read the guide" in read(organisation.client("Elif"), LIST)
    assert "Read the guide" in read(organisation.client("Carmen"), WITH_ELIF)
    assert "Read the guide" not in read(organisation.client("Lukas"), WITH_ELIF)
    page = read(organisation.client("Elif"), LIST)
    assert "Lukas Example" in page
    assert "led you then" in page
    assert "you led them then" in read(organisation.client("Carmen"), LIST)


def grow(organisation: Organisation, times: int) -> None:
    """Give two people a history, and Carmen a larger team."""
    people = organisation.people
    for number in range(times):
        held = hold(organisation, "Carmen", "Elif", ago(40 + 7 * number))
        for author in ("Carmen", "Elif"):
            note = write(organisation, held, author, NoteKind.ON_RECORD)
            write(organisation, held, author, NoteKind.SHARED)
            correct_note(note=note, words="Other words", version=1, by=organisation.user(author))
            add_action(
                conversation=held, owner=people[author], words="Do", due_on=ahead(1), by=None
            )
            add_agenda_item(
                leader=people["Carmen"],
                person=people["Elif"],
                words="Speak",
                added_by=people[author],
                by=None,
            )
        plan(organisation, 1 + number)
        somebody = Person.objects.create(employee_id=f"E-N{number}", name=f"Person {number}")
        join_person(person=somebody, unit=organisation.units["video-es"], on=ago(90), by=None)
        hold_with(organisation, somebody, number)


def hold_with(organisation: Organisation, somebody: Person, days: int) -> None:
    organisation.people[somebody.name] = somebody
    hold(organisation, "Carmen", somebody.name, ago(days))


@pytest.mark.parametrize("times", [1, 25])
def test_pages_cost_the_same_for_a_short_and_a_long_history(
    organisation: Organisation, django_assert_num_queries: Callable[[int], Any], times: int
) -> None:
    grow(organisation, times)
    talk = Conversation.objects.held().filter(person=organisation.people["Elif"]).first()
    assert talk is not None
    carmen, elif_, judith = (organisation.client(name) for name in ("Carmen", "Elif", "Judith"))
    for client, path, queries in (
        (carmen, LIST, 16),
        (elif_, LIST, 10),
        (carmen, WITH_ELIF, 12),
        (elif_, WITH_CARMEN, 11),
        (carmen, f"/one-to-ones/{talk.pk}/", 12),
        (elif_, f"/one-to-ones/{talk.pk}/", 12),
        (judith, RECORD, 11),
        (judith, RECORD, 8),  # what is logged already
        (elif_, RECORD, 7),
    ):
        with django_assert_num_queries(queries):
            assert client.get(path).status_code == 200


def test_long_lists_turn_pages(organisation: Organisation) -> None:
    for number in range(23):
        write(
            organisation,
            hold(organisation, "Carmen", "Elif", ago(number)),
            "Carmen",
            NoteKind.ON_RECORD,
            f"Words {number}.",
        )
    elif_ = organisation.client("Elif")
    page = read(elif_, RECORD)
    assert "Words 19." in page
    assert "Words 20." not in page
    assert "Words 22." in read(elif_, f"{RECORD}?from=20")
    for odd in ("?from=-1", "?from=a", "?from=99999999999"):
        assert "Words 0." in read(elif_, RECORD + odd)
    assert "No more" in read(elif_, f"{RECORD}?from=400")
    assert "?from=20" in read(elif_, WITH_CARMEN)
    assert "Words 3." not in read(elif_, WITH_CARMEN)
