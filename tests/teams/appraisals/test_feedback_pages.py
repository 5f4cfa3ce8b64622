"""The pages of feedback: who reads which words, and that nothing names who wrote without a name."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from teams.appraisals.models import Appraisal, FeedbackRequest
from teams.appraisals.rules.transitions import READ_BY_PERSON, Action, State
from teams.appraisals.services.evidence import gather_evidence
from teams.appraisals.services.steps import take_step
from teams.audit.models import AuditEvent
from tests.personas import PERSONAS, Organisation
from tests.teams.appraisals.asking import FOUR, answer, ask, find_request
from tests.teams.appraisals.building import (
    build_cycle,
    find_appraisal,
    get_review,
    put,
    write_part,
)

NAMED, TOLD = "Named words", ["First unnamed", "Second unnamed", "Third unnamed"]
READERS = {"team_leader", "group_leader", "hr_partner"}


@pytest.fixture
def elif_(organisation: Organisation) -> Appraisal:
    """Elif, on whose work Tobias speaks by name, and of four three without theirs."""
    appraisal = find_appraisal(build_cycle(organisation), organisation, "Elif")
    ask(organisation, appraisal, ["Tobias"], is_anonymous=False)
    ask(organisation, appraisal)
    answer(organisation, appraisal, "Tobias", NAMED)
    for name, words in zip(FOUR[:3], TOLD, strict=True):
        answer(organisation, appraisal, name, words)
    return appraisal


def read(organisation: Organisation, persona: str, appraisal: Appraisal) -> str | None:
    response = organisation.client(persona).get(f"/appraisals/{appraisal.pk}/feedback/")
    if response.status_code != 200:
        assert response.status_code == 404, (persona, response.status_code)
        return None
    return response.content.decode()


@pytest.mark.parametrize("state", sorted(set(State) - {State.DRAFT}), ids=str)
def test_each_reads_what_is_theirs_to_read(organisation, elif_, state: State):
    put(elif_, state)
    for persona in [*PERSONAS, *FOUR]:
        reads = persona in READERS or (persona == "member" and state in READ_BY_PERSON)
        page = read(organisation, persona, elif_)
        assert (page is not None) == reads, persona
        if page is not None:
            assert all(words in page for words in [NAMED, *TOLD])
            assert "Tobias Example" in page
            # The person is not told who was asked, only how many.
            assert ("Greta Example" in page) == (persona != "member")


def test_the_person_is_not_told_who_gave_no_words(organisation, elif_):
    ask(organisation, elif_, ["Hana"], is_anonymous=False)
    assert "Hana Example" in (read(organisation, "team_leader", elif_) or "")
    put(elif_, State.SHARED)
    page = read(organisation, "member", elif_) or ""
    assert "Tobias Example" in page
    assert "Hana Example" not in page


def test_two_without_names_are_counted_and_not_read(organisation, elif_):
    from teams.appraisals.services.feedback import decline_feedback

    decline_feedback(
        request=find_request(organisation, elif_, "Greta"), by=organisation.user("Greta")
    )
    page = read(organisation, "team_leader", elif_) or ""
    assert "2 of 4 answered; their words are shown from 3 on" in page
    assert not any(words in page for words in TOLD)
    assert "Declined" not in page
    gather_evidence(appraisals=[elif_])
    assert not elif_.evidence.filter(key="without-names").exists()
    assert elif_.evidence.get(kind="feedback").words == NAMED
    detail = organisation.client("team_leader").get(f"/appraisals/{elif_.pk}/").content.decode()
    assert NAMED in detail
    assert not any(words in detail for words in TOLD)


def test_the_page_is_the_same_whoever_of_them_wrote_what(organisation, elif_):
    """Swap the authors of all words: not a letter of any page changes."""

    def read_all() -> list[str]:
        gather_evidence(appraisals=[elif_])
        pages = []
        for persona in sorted(READERS):
            client = organisation.client(persona)
            for address in ("", "feedback/"):
                page = client.get(f"/appraisals/{elif_.pk}/{address}").content.decode()
                # Tokens are drawn anew for every page; the clock goes on.
                pages.append(re.sub(r"[A-Za-z0-9]{64}|\d\d:\d\d", "", page))
        return pages

    before = read_all()
    requests = FeedbackRequest.objects.filter(appraisal=elif_, is_anonymous=True)
    rotated = dict(zip(FOUR, ["", *TOLD], strict=True))
    for name, words in rotated.items():
        requests.filter(peer=organisation.people[name]).update(
            words=words, answered_at=timezone.now() - timedelta(hours=len(words)) if words else None
        )
    assert read_all() == before


def test_neither_log_nor_api_nor_evidence_tells_who_wrote(organisation, elif_):
    gather_evidence(appraisals=[elif_])
    item = elif_.evidence.get(key="without-names")
    told = AuditEvent.objects.filter(act="feedback.answered_without_name")
    assert told.count() == 3
    for event in told:
        assert event.actor is None
        assert event.detail == {}
        assert (event.subject_type, event.subject_id) == ("appraisal", str(elif_.pk))
    by_name = [str(vars(event)) for event in AuditEvent.objects.exclude(act="feedback.requested")]
    peers = [organisation.people[name] for name in FOUR]
    for peer in peers:
        assert not AuditEvent.objects.filter(actor=peer.user).exists()
        assert peer.employee_id not in " ".join(by_name)
        assert peer.name not in " ".join([item.name, item.key, item.words, item.href, item.shown])
    for words in TOLD:
        assert words not in " ".join(by_name)
    client = organisation.client("compliance")
    assert client.get("/audit/?q=feedback").status_code == 200
    answers = client.get("/api/v1/audit-events/").content.decode()
    assert "feedback.answered_without_name" in answers
    assert not any(words in answers for words in TOLD)
    page = read(organisation, "group_leader", elif_) or ""
    numbers = FeedbackRequest.objects.filter(appraisal=elif_).values_list("pk", flat=True)
    assert not any(f"/feedback/{pk}/" in page for pk in numbers)


def test_a_peer_opens_their_own_request_and_nobody_elses(organisation, elif_):
    for name in FOUR:
        address = f"/appraisals/feedback/{find_request(organisation, elif_, name).pk}/"
        for persona in [*PERSONAS, *FOUR]:
            status = organisation.client(persona).get(address).status_code
            assert status == (200 if persona == name else 404), (name, persona)
            assert organisation.client(persona).post(address, {"words": "x"}).status_code == (
                302 if persona == name else 404
            )


def test_a_peer_writes_changes_and_declines_on_their_page(organisation, elif_):
    client = organisation.client("Wilma")
    address = f"/appraisals/feedback/{find_request(organisation, elif_, 'Wilma').pk}/"
    page = client.get(address).content.decode()
    assert "Your name is not shown" in page
    assert client.post(address, {"words": ""}).status_code == 409
    long = client.post(address, {"words": "y" * 20_001})
    assert long.status_code == 200
    assert "y" * 20_001 in long.content.decode()
    done = client.post(address, {"words": "Mine <i>"}, follow=True).content.decode()
    assert "Your words are kept" in done
    assert "You may still change it" in done
    assert "Mine &lt;i&gt;" in client.get(address).content.decode()
    declined = client.post(address, {"words": "Mine", "decline": "1"}, follow=True)
    assert "You declined" in declined.content.decode()
    assert find_request(organisation, elif_, "Wilma").words == ""
    client.post(address, {"words": "Again"})
    put(elif_, State.LEADER_REVIEW)
    write_part(get_review(elif_))
    take_step(appraisal=elif_, action=Action.SUBMIT_REVIEW, by=organisation.user("team_leader"))
    late = client.post(address, {"words": "Too late"})
    assert late.status_code == 409
    assert "Too late" in late.content.decode()
    shown = client.get(address).content.decode()
    assert "Again" in shown
    assert "<textarea" not in shown
    assert find_request(organisation, elif_, "Wilma").words == "Again"


def test_the_leader_asks_on_the_page(organisation):
    appraisal = find_appraisal(build_cycle(organisation), organisation, "Elif")
    client = organisation.client("team_leader")
    address = f"/appraisals/{appraisal.pk}/feedback/"
    page = client.get(address).content.decode()
    assert "Nobody is asked for feedback" in page
    assert "Mateo Example" in page
    mateo = organisation.people["Mateo"].pk
    day = timezone.localdate().isoformat()
    few = client.post(
        address,
        {"near": [mateo], "others": "jonas example", "is_anonymous": "on", "due_on": day},
    )
    assert few.status_code == 409
    assert "choose 1 more" in few.content.decode()
    assert "jonas example" in few.content.decode()
    unknown = client.post(address, {"others": "Zebra\nExample", "due_on": day}).content.decode()
    assert "Nobody of today is called ‘Zebra’" in unknown
    many = client.post(address, {"others": "Example", "due_on": day}).content.decode()
    assert "More than one fits" in many
    done = client.post(
        address,
        {
            "near": [mateo],
            "others": " Jonas \nE-GRETA\nE-GRETA\n",
            "is_anonymous": "on",
            "due_on": day,
        },
        follow=True,
    ).content.decode()
    assert "3 colleagues are asked." in done
    assert "None of 3 answered yet" in done
    assert set(appraisal.feedback_requests.values_list("peer__name", flat=True)) == {
        "Mateo Example",
        "Jonas Example",
        "Greta Example",
    }


@pytest.mark.parametrize(
    ("persona", "status"),
    [("group_leader", 403), ("sibling_leader", 404), ("member", 404), ("hr_partner", 302)],
)
def test_who_asks_on_the_page(organisation, elif_, persona: str, status: int):
    answered = organisation.client(persona).post(
        f"/appraisals/{elif_.pk}/feedback/",
        {"others": "E-OLA", "due_on": timezone.localdate().isoformat()},
    )
    assert answered.status_code == status
    assert elif_.feedback_requests.filter(peer__name="Ola Example").exists() == (status == 302)


def test_reading_feedback_on_somebody_is_a_read_of_their_appraisal(organisation, elif_):
    read(organisation, "group_leader", elif_)
    event = AuditEvent.objects.get(act="appraisal.read")
    assert event.actor == organisation.user("group_leader")


def test_the_pages_cost_the_same_however_many_are_asked(
    organisation, elif_, django_assert_num_queries
):
    leader, mateo = organisation.client("team_leader"), organisation.client("Mateo")
    pages = [
        (leader, f"/appraisals/{elif_.pk}/feedback/", 10),
        (mateo, "/appraisals/feedback/", 6),
        (mateo, f"/appraisals/feedback/{find_request(organisation, elif_, 'Mateo').pk}/", 5),
    ]

    def open_all() -> None:
        for client, address, queries in pages:
            client.get(address)
            with django_assert_num_queries(queries):
                client.get(address)

    open_all()
    ask(organisation, elif_, ["Hana", "Ola", "Amara", "Felix"], is_anonymous=False)
    for name in ("Hana", "Ola"):
        answer(organisation, elif_, name)
    for name in ("Jonas", "Greta"):
        other = find_appraisal(elif_.cycle, organisation, name)
        ask(organisation, other, ["Mateo"], is_anonymous=False, by="sibling_leader")
    open_all()
