"""Who reads which words: every page and every offer, as every persona, with notes of each kind."""

import pytest
from django.db.models import Q
from django.test import Client

from teams.access.models import AccessGrant
from teams.access.roles import Permission, Role
from teams.access.viewers import get_viewer
from teams.audit.models import AuditEvent
from teams.conversations.models import Conversation, Note, NoteKind, people_on_record
from teams.conversations.policies import find_counterparts, find_led_ids, may_lead
from teams.conversations.selectors import list_led
from teams.conversations.services import correct_note
from teams.measures.selectors import list_needs, list_person_strips, list_story, list_strips
from teams.structure.models import Leadership, Person
from teams.structure.selectors import find_leaders, list_people_led
from teams.structure.services import appoint_leader, transfer_person
from tests.personas import FOUNDED, OFFICE, UNITS, Organisation
from tests.teams.conversations.talks import WORDS, ago, hold, speak, write

pytestmark = pytest.mark.django_db

EVERYONE = [
    *(name for *_, leader, members in UNITS.values() for name in (leader, *members)),
    *OFFICE,
    "Quinn",
]
PRIVATE, SHARED, ON_RECORD = NoteKind


def readers(organisation: Organisation, note: Note) -> set[str]:
    """Return whose selector gives them the note."""
    return {
        name
        for name in EVERYONE
        if Note.objects.visible_to(organisation.viewer(name)).filter(pk=note.pk).exists()
    }


def depute(organisation: Organisation, name: str, unit: str) -> None:
    appoint_leader(
        person=organisation.people[name],
        unit=organisation.units[unit],
        on=ago(3),
        deputy=True,
        by=None,
    )


def list_pages(organisation: Organisation, notes: dict[NoteKind, Note]) -> list[str]:
    talk = notes[PRIVATE].conversation_id
    return [
        "/",
        "/one-to-ones/",
        f"/one-to-ones/{talk}/",
        *(f"/one-to-ones/{talk}/notes/{note.pk}/" for note in notes.values()),
        *(
            f"{start}{organisation.people[name].employee_id}/"
            for name in ("Elif", "Carmen")
            for start in ("/one-to-ones/with/", "/one-to-ones/record/", "/people/")
        ),
        "/people/",
        "/find/?q=owl",
        "/dashboards/video-es/",
        "/audit/",
        "/audit/?act=note",
        "/api/v1/one-to-ones/",
        "/api/v1/audit-events/",
    ]


def read_all(client: Client, pages: list[str]) -> str:
    """Return what all pages say that open."""
    answers = [client.get(page) for page in pages]
    return "\n".join(answer.content.decode() for answer in answers if answer.status_code == 200)


def test_each_kind_has_its_readers(organisation: Organisation) -> None:
    _, notes = speak(organisation)
    assert readers(organisation, notes[PRIVATE]) == {"Carmen"}
    assert readers(organisation, notes[SHARED]) == {"Carmen", "Elif"}
    # Nadia and Dana lead above, Judith is HR partner of Trust & Safety.
    assert readers(organisation, notes[ON_RECORD]) == {"Carmen", "Elif", "Nadia", "Dana", "Judith"}


def test_a_member_writes_for_the_same_readers(organisation: Organisation) -> None:
    held = hold(organisation, "Carmen", "Elif")
    notes = {kind: write(organisation, held, "Elif", kind) for kind in NoteKind}
    assert readers(organisation, notes[PRIVATE]) == {"Elif"}
    assert readers(organisation, notes[SHARED]) == {"Carmen", "Elif"}
    assert readers(organisation, notes[ON_RECORD]) == {"Carmen", "Elif", "Nadia", "Dana", "Judith"}


@pytest.mark.parametrize("author", ["Carmen", "Elif"])
def test_no_page_says_a_word_to_anybody_else(organisation: Organisation, author: str) -> None:
    held = hold(organisation, "Carmen", "Elif")
    notes = {kind: write(organisation, held, author, kind) for kind in NoteKind}
    # Corrected once: earlier words are words, too.
    for kind, note in notes.items():
        correct_note(
            note=note,
            words=f"Again: {WORDS[kind]}",
            version=1,
            by=organisation.user(author),
        )
    pages = list_pages(organisation, notes)
    heard: dict[NoteKind, set[str]] = {kind: set() for kind in NoteKind}
    for name in EVERYONE:
        said = read_all(organisation.client(name), pages)
        for kind, words in WORDS.items():
            if words in said:
                heard[kind].add(name)
    assert heard == {
        PRIVATE: {author},
        SHARED: {"Carmen", "Elif"},
        ON_RECORD: {"Carmen", "Elif", "Nadia", "Dana", "Judith"},
    }


def test_a_superuser_reads_no_words_in_the_admin(organisation: Organisation) -> None:
    speak(organisation)
    user = organisation.user("Felix")
    user.is_staff = user.is_superuser = True
    user.save()
    client = organisation.client("Felix")
    index = client.get("/admin/").content.decode()
    assert "structure" in index.lower() or "unit" in index.lower()
    for name in ("note", "noteevent", "agendaitem", "conversation", "action"):
        assert client.get(f"/admin/teams/{name}/").status_code == 404
    assert readers(organisation, Note.objects.get(kind=ON_RECORD)).isdisjoint({"Felix"})


def test_no_offer_says_a_word_and_days_go_to_those_who_may_read(
    organisation: Organisation,
) -> None:
    speak(organisation)
    elif_ = organisation.people["Elif"]
    strips, stories = set(), set()
    for name in EVERYONE:
        viewer = organisation.viewer(name)
        unit = viewer.tree.by_slug("video-es")
        assert unit is not None
        of_person = [
            strip for strip in list_person_strips(viewer, elif_) if strip.subject == "One-to-ones"
        ]
        story = [one for one in list_story(viewer, elif_) if one.kind == "One-to-one"]
        said = repr((list_needs(viewer), list_strips(viewer, unit), of_person, story))
        assert not [words for words in WORDS.values() if words in said], name
        strips |= {name for _ in of_person}
        stories |= {name for _ in story}
        for one in (*of_person, *story):
            assert organisation.client(name).get(one.href).status_code == 200, (name, one.href)
    assert strips == stories == {"Carmen", "Elif", "Nadia", "Dana", "Judith"}


def test_a_former_leader_keeps_their_own_and_reads_nothing_of_others(
    organisation: Organisation,
) -> None:
    people, units = organisation.people, organisation.units
    _, before = speak(organisation)
    other = hold(organisation, "Nadia", "Elif", ago(50))
    older = write(organisation, other, "Nadia", ON_RECORD, "Older words.")
    assert "Carmen" in readers(organisation, older)
    transfer_person(person=people["Elif"], unit=units["search-quality"], on=ago(0), by=None)
    after = write(organisation, hold(organisation, "Mei", "Elif"), "Mei", ON_RECORD, "New words.")
    # Whoever led then reads what they were one of the two of; Mei and Pavel lead above now.
    chain = {"Elif", "Mei", "Pavel"}
    assert readers(organisation, after) == chain
    assert readers(organisation, older) == chain | {"Nadia"}
    assert readers(organisation, before[ON_RECORD]) == chain | {"Carmen"}
    assert readers(organisation, before[SHARED]) == {"Carmen", "Elif"}
    assert readers(organisation, before[PRIVATE]) == {"Carmen"}
    carmen = organisation.client("Carmen")
    assert carmen.get("/one-to-ones/record/E-ELIF/").status_code == 404
    page = carmen.get(f"/one-to-ones/{before[PRIVATE].conversation_id}/").content.decode()
    assert all(words in page for words in WORDS.values())
    assert "New words." not in page
    pair = carmen.get("/one-to-ones/with/E-ELIF/").content.decode()
    assert "somebody else leads now" in pair
    # The new leader sees nothing of the pair before, and begins one of their own.
    mei = organisation.client("Mei")
    assert mei.get(f"/one-to-ones/{before[PRIVATE].conversation_id}/").status_code == 404
    assert "You two have held none" not in mei.get("/one-to-ones/with/E-ELIF/").content.decode()


def test_who_comes_soon_is_not_read_about_before(organisation: Organisation) -> None:
    _, notes = speak(organisation)
    transfer_person(
        person=organisation.people["Elif"], unit=organisation.units["video-de"], on=ago(-7), by=None
    )
    assert "Lukas" not in readers(organisation, notes[ON_RECORD])


def test_deputies_read_of_the_people_and_not_of_whom_they_stand_in_for(
    organisation: Organisation,
) -> None:
    depute(organisation, "Mateo", "video-es")
    _, about_elif = speak(organisation)
    _, about_carmen = speak(organisation, "Nadia", "Carmen")
    assert "Mateo" in readers(organisation, about_elif[ON_RECORD])
    assert "Mateo" not in readers(organisation, about_carmen[ON_RECORD])
    depute(organisation, "Lukas", "video-safety")
    _, about_nadia = speak(organisation, "Dana", "Nadia")
    assert "Lukas" in readers(organisation, about_carmen[ON_RECORD])
    assert "Lukas" not in readers(organisation, about_nadia[ON_RECORD])


def test_whoever_sits_in_a_team_and_leads_above_it_is_not_read_about_by_its_leader(
    organisation: Organisation,
) -> None:
    people, units = organisation.people, organisation.units
    transfer_person(person=people["Nadia"], unit=units["video-es"], on=ago(9), by=None)
    _, notes = speak(organisation, "Dana", "Nadia")
    assert readers(organisation, notes[ON_RECORD]) == {"Dana", "Nadia", "Judith"}


def test_an_hr_partner_reads_of_themselves_as_one_of_the_two_alone(
    organisation: Organisation,
) -> None:
    people, units = organisation.people, organisation.units
    transfer_person(person=people["Judith"], unit=units["video-es"], on=ago(9), by=None)
    _, notes = speak(organisation, "Carmen", "Judith")
    judith = organisation.viewer("Judith")
    assert people["Judith"] not in people_on_record(judith)
    assert set(Note.objects.visible_to(judith)) == {notes[SHARED], notes[ON_RECORD]}
    organisation.client("Judith").get("/one-to-ones/record/E-JUDITH/")
    assert not AuditEvent.objects.filter(act="note.read").exists()


def test_an_hr_partner_reads_in_scope_alone(organisation: Organisation) -> None:
    _, notes = speak(organisation, "Mei", "Tariq")
    assert readers(organisation, notes[ON_RECORD]) == {"Mei", "Tariq", "Pavel"}
    AccessGrant.objects.create(user=organisation.user("Ola"), role=Role.HR_PARTNER)
    assert readers(organisation, notes[ON_RECORD]) == {"Mei", "Tariq", "Pavel", "Ola"}


def test_a_token_reads_within_its_scopes(organisation: Organisation) -> None:
    speak(organisation)
    for name in ("Carmen", "Judith"):
        user = organisation.user(name)
        assert Note.objects.visible_to(get_viewer(user)).exists()
        limited = get_viewer(user, limited_to=[Permission.READ_PEOPLE])
        assert not Note.objects.visible_to(limited).exists()
        assert not Conversation.objects.visible_to(limited).exists()
        assert not list_person_strips(limited, organisation.people["Elif"])
        enough = get_viewer(user, limited_to=[Permission.READ_ON_RECORD])
        assert Note.objects.visible_to(enough).exists()


def test_who_is_to_be_spoken_with_is_who_answers_to_one(organisation: Organisation) -> None:
    """Held against the structure's own answer for whoever leads; deputies lead the same people."""
    Leadership.objects.filter(unit=organisation.units["video-de"]).delete()
    today = organisation.viewer("Nadia").today
    for name in EVERYONE[:-1]:
        viewer = organisation.viewer(name)
        person = organisation.people[name]
        assert find_led_ids(viewer) == set(list_people_led(person.pk, today)), name
    depute(organisation, "Mateo", "video-safety")
    nadias = find_led_ids(organisation.viewer("Nadia"))
    assert nadias == {organisation.people[n].pk for n in ("Carmen", "Lukas", "Jonas", "Greta")}
    assert find_led_ids(organisation.viewer("Mateo")) == nadias
    for person in Person.objects.exclude(Q(name__startswith="Mateo") | Q(name__startswith="Nadia")):
        answers = find_leaders([person.pk], today).get(person.pk)
        leaders = find_counterparts(person.pk, today)
        assert leaders[:1] == ([answers.leader_id] if answers else [])
        mateo = organisation.people["Mateo"].pk
        assert may_lead(mateo, person.pk, today) == (person.pk in nadias)


def test_never_comes_first_then_the_longest_ago(organisation: Organisation) -> None:
    hold(organisation, "Nadia", "Carmen", ago(45))
    assert [row.person.name for row in list_led(organisation.viewer("Nadia"))] == [
        "Lukas Example",
        "Carmen Example",
    ]
    hold(organisation, "Nadia", "Lukas", ago(60))
    (lukas, carmen) = list_led(organisation.viewer("Nadia"))
    assert (lukas.person.name, lukas.standing.days_over) == ("Lukas Example", 30)
    assert carmen.standing.days_over == 15
    # A former leader's talk counts: what matters is that somebody spoke with them.
    transfer_person(
        person=organisation.people["Elif"], unit=organisation.units["video-de"], on=ago(2), by=None
    )
    hold(organisation, "Carmen", "Elif", ago(5))
    by_name = {row.person.name: row for row in list_led(organisation.viewer("Lukas"))}
    assert not by_name["Elif Example"].standing.is_overdue
    # Of those who were never spoken to, a newcomer is not late.
    assert ago(31) > FOUNDED
    assert by_name["Jonas Example"].standing.is_overdue
