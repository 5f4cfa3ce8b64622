"""Who reads what of an appraisal, in each state, on each page."""

import re

import pytest
from django.utils import timezone

from teams.appraisals.models import Appraisal, CalibrationSession, Part, RatingChange, ReviewKind
from teams.appraisals.rules.transitions import READ_BY_PERSON, State
from teams.audit.models import AuditEvent
from teams.structure.services import appoint_leader, transfer_person
from tests.personas import PERSONAS, Organisation
from tests.teams.appraisals.building import (
    build_cycle,
    find_appraisal,
    get_review,
    put,
    write_part,
)

SELF, LEADER, REASON = "My own words", "What Carmen wrote", "Why it was changed"
# Who opens Elif's appraisal at all; a draft is nobody's but HR's and the leaders'.
OPENS = {"member", "team_leader", "group_leader", "hr_partner"}
PAST_REVIEW = {
    State.CALIBRATION,
    State.SIGN_OFF,
    State.SHARED,
    State.ACKNOWLEDGED,
    State.DISPUTED,
    State.RESOLVED,
}


@pytest.fixture
def elif_(organisation: Organisation) -> Appraisal:
    appraisal = find_appraisal(build_cycle(organisation), organisation, "Elif")
    write_part(get_review(appraisal, ReviewKind.SELF), words=SELF, rating=None)
    write_part(get_review(appraisal), words=LEADER, rating=4)
    return appraisal


def read(organisation: Organisation, persona: str, appraisal: Appraisal) -> str | None:
    response = organisation.client(persona).get(f"/appraisals/{appraisal.pk}/")
    if response.status_code != 200:
        assert response.status_code == 404, (persona, response.status_code)
        return None
    return response.content.decode()


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
def test_each_reads_what_is_theirs_to_read(organisation, elif_, state: State):
    put(elif_, state)
    if state in PAST_REVIEW:
        RatingChange.objects.create(
            session=elif_.session, appraisal=elif_, before=4, after=3, words=REASON
        )
    is_self_in = state not in {State.DRAFT, State.SELF_REVIEW}
    is_leader_in = state in PAST_REVIEW
    for persona in PERSONAS:
        page = read(organisation, persona, elif_)
        opens = OPENS - ({"member"} if state is State.DRAFT else set())
        assert (page is not None) == (persona in opens), (persona, state)
        if page is None:
            continue
        reads_self = is_self_in or persona == "member"
        if persona == "team_leader":
            # Hers first: what Elif wrote is hers to read once her own review is in.
            reads_self = is_leader_in
        reads_leader = {
            "member": state in READ_BY_PERSON,
            "team_leader": True,
            "group_leader": is_leader_in,
            "hr_partner": is_leader_in,
        }[persona]
        if state is State.DRAFT and persona == "team_leader":
            reads_self = False
        assert (SELF in page) == reads_self, (persona, state)
        assert (LEADER in page) == reads_leader, (persona, state)
        reads_rating = state in PAST_REVIEW and (persona != "member" or state in READ_BY_PERSON)
        assert (REASON in page) == reads_rating, (persona, state)


def test_every_read_by_somebody_else_is_logged_once_a_day(organisation, elif_):
    for persona in ("member", "team_leader", "group_leader", "group_leader", "hr_partner"):
        read(organisation, persona, elif_)
    readers = AuditEvent.objects.filter(act="appraisal.read", subject_id=str(elif_.pk))
    assert sorted(readers.values_list("actor__email", flat=True)) == [
        f"{name}@example.org" for name in ("carmen", "judith", "nadia")
    ]


def test_who_led_before_keeps_what_they_wrote_and_reads_no_more(organisation, elif_):
    """Elif moves to Video DE while the cycle is open; Carmen still reviews her."""
    transfer_person(
        person=organisation.people["Elif"],
        unit=organisation.units["ads-en"],
        on=timezone.localdate(),
        by=None,
    )
    assert read(organisation, "team_leader", elif_) is not None
    assert read(organisation, "Ines", elif_) is not None, "who leads her now"
    put(elif_, State.SHARED)
    cycle = elif_.cycle
    cycle.state = "closed"
    cycle.save()
    assert read(organisation, "team_leader", elif_) is not None, "she wrote it"
    assert read(organisation, "group_leader", elif_) is None, "no longer below her"


def test_a_leader_reads_no_appraisal_of_their_own_before_it_is_shared(organisation):
    cycle = build_cycle(organisation)
    carmen = find_appraisal(cycle, organisation, "Carmen")
    write_part(get_review(carmen), words="What Nadia wrote", rating=2)
    put(carmen, State.CALIBRATION)
    page = read(organisation, "team_leader", carmen)
    assert page is not None
    assert "What Nadia wrote" not in page
    assert "2.0" not in page
    put(carmen, State.SHARED)
    assert "What Nadia wrote" in (read(organisation, "team_leader", carmen) or "")


def test_hr_is_no_hr_to_their_own(organisation):
    transfer_person(
        person=organisation.people["Judith"],
        unit=organisation.units["trust-safety"],
        on=timezone.localdate().replace(year=2025),
        by=None,
    )
    judith = find_appraisal(build_cycle(organisation, unit="trust-safety"), organisation, "Judith")
    put(judith, State.DISPUTED)
    page = organisation.client("hr_partner").get(f"/appraisals/{judith.pk}/")
    assert page.status_code == 200
    assert "/steps/" not in page.content.decode()
    answer = organisation.client("hr_partner").post(
        f"/appraisals/{judith.pk}/steps/resolve/", {"expected": "disputed", "words": "I win."}
    )
    assert answer.status_code == 409
    assert "nobody judges their own" in answer.content.decode()
    judith.refresh_from_db()
    assert judith.state == State.DISPUTED


def test_the_page_costs_the_same_whatever_was_written(
    organisation, elif_, django_assert_max_num_queries
):
    client = organisation.client("group_leader")
    put(elif_, State.SHARED)
    client.get(f"/appraisals/{elif_.pk}/")
    with django_assert_max_num_queries(20) as few:
        client.get(f"/appraisals/{elif_.pk}/")
    session = CalibrationSession.objects.get(pk=elif_.session_id)
    review = get_review(elif_)
    for section in elif_.cycle.template.sections.all()[1:]:
        Part.objects.create(
            review=review, section=section, words="More", rating=3, saved_at=timezone.now()
        )
    for number in range(20):
        RatingChange.objects.create(
            session=session, appraisal=elif_, before=3, after=4, words=f"Reason {number}"
        )
    with django_assert_max_num_queries(20) as many:
        client.get(f"/appraisals/{elif_.pk}/")
    assert len(many) == len(few)


def test_a_draft_is_saved_part_by_part_and_told_of_a_conflict(organisation, elif_):
    client = organisation.client("team_leader")
    page = client.get(f"/appraisals/{elif_.pk}/").content.decode()
    address = re.findall(r'data-part="([^"]+)"', page)[0]
    section = int(address.rstrip("/").rsplit("/", 1)[1])

    def send(words: str, version: int, rating: str = "4"):
        return client.post(
            address,
            {
                f"part-{section}-words": words,
                f"part-{section}-rating": rating,
                f"part-{section}-version": version,
            },
        )

    saved = send("Better words", 1, "5")
    assert saved.status_code == 200
    assert saved.json()["status"] == "saved"
    assert (saved.json()["version"], saved.json()["score"], saved.json()["weight"]) == (
        2,
        "5.0",
        40,
    )
    late = send("From another window", 1)
    assert late.status_code == 409
    assert late.json()["status"] == "conflict"
    assert "Better words" in late.json()["html"]
    assert "From another window" in late.json()["html"]
    long = send("x" * 50_000, 2)
    assert (long.status_code, long.json()["status"]) == (409, "refused")
    assert "more than are kept" in long.json()["message"]
    put(elif_, State.CALIBRATION)
    assert send("Too late", 2).json()["status"] == "refused"
    assert Part.objects.get(review=get_review(elif_), section=section).words == "Better words"
    assert organisation.client("group_leader").post(address, {}).status_code == 409
    assert organisation.client("sibling_leader").post(address, {}).status_code == 404


def test_without_javascript_the_form_saves_all_and_goes_on_to_submit(organisation, elif_):
    client = organisation.client("member")
    page = client.get(f"/appraisals/{elif_.pk}/").content.decode()
    fields = dict.fromkeys(re.findall(r'name="(part-\d+-words)"', page), "Written <b>here</b>")
    versions = dict(re.findall(r'name="(part-\d+-version)"\s+value="(\d+)"', page))
    answer = client.post(f"/appraisals/{elif_.pk}/", {**fields, **versions, "submit": "1"})
    assert answer.status_code == 302
    assert answer["Location"].endswith("/steps/submit_self/")
    step = client.get(answer["Location"]).content.decode()
    assert "It can no longer be changed" in step
    done = client.post(answer["Location"], {"expected": "self_review"})
    assert done.status_code == 302
    elif_.refresh_from_db()
    assert elif_.state == State.LEADER_REVIEW
    assert Part.objects.filter(review__kind="self", words="Written <b>here</b>").count() == 4
    again = client.post(answer["Location"], {"expected": "self_review"})
    assert again.status_code == 409
    assert "Nothing was changed" in again.content.decode()
    shown = client.get(f"/appraisals/{elif_.pk}/").content.decode()
    assert "Written &lt;b&gt;here&lt;/b&gt;" in shown


def test_a_form_with_a_text_that_is_too_long_comes_back_with_it(organisation, elif_):
    client = organisation.client("member")
    section = elif_.cycle.template.sections.get(position=2).pk
    answer = client.post(
        f"/appraisals/{elif_.pk}/",
        {f"part-{section}-words": "y" * 20_001, f"part-{section}-version": "0"},
    )
    assert answer.status_code == 400
    assert "y" * 20_001 in answer.content.decode()
    assert "1 more than are kept" in answer.content.decode()


def test_a_deputy_reads_nothing_that_is_written_about_the_leader(organisation):
    """Mateo deputises for Carmen: he reads and reviews her people, and not her."""
    cycle = build_cycle(organisation)
    appoint_leader(
        person=organisation.people["Mateo"],
        unit=organisation.units["video-es"],
        deputy=True,
        on=timezone.localdate(),
        by=None,
    )
    carmen = find_appraisal(cycle, organisation, "Carmen")
    assert read(organisation, "Mateo", find_appraisal(cycle, organisation, "Elif")) is not None
    assert read(organisation, "Mateo", carmen) is None
    for persona in ("group_leader", "hr_partner"):
        assert read(organisation, persona, carmen) is not None, persona
    for address, code in {
        "/growth/people/E-CARMEN/": 404,
        "/goals/people/E-CARMEN/": 404,
        "/growth/people/E-ELIF/": 200,
        "/goals/people/E-ELIF/": 200,
    }.items():
        assert organisation.client("Mateo").get(address).status_code == code, address
    assert "Carmen Example" not in organisation.client("Mateo").get("/growth/").content.decode()


def test_hr_hands_a_review_over_to_who_leads_above(organisation, elif_):
    review = get_review(elif_)
    address = f"/appraisals/{elif_.pk}/reviews/{review.pk}/hand-over/"
    client = organisation.client("hr_partner")
    assert address in client.get(f"/appraisals/{elif_.pk}/").content.decode()
    offered = client.get(address).content.decode()
    assert "Nadia Example" in offered
    nadia = organisation.people["Nadia"]
    for to in ("", organisation.people["Lukas"].pk, elif_.person_id):
        refused = client.post(address, {"to": to, "words": "Carmen is away."})
        assert refused.status_code == 200, "the form says what is wrong"
    assert client.post(address, {"to": nadia.pk, "words": "Carmen is away."}).status_code == 302
    assert get_review(elif_).author == nadia
    assert client.get(address).status_code == 404, "it is no longer waited for"
