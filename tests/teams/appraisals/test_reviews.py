"""Writing together without losing a word; and a machine that tries every order."""

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from opsportal.lib.texts import MOST_CHARACTERS
from teams.appraisals.errors import AppraisalError
from teams.appraisals.models import Appraisal, KeptText, Part, Review, ReviewKind, Section
from teams.appraisals.rules.transitions import PAIRS, READ_BY_PERSON, Action, State
from teams.appraisals.selectors.pages import get_page
from teams.appraisals.services.reviews import hand_over_review, save_part
from teams.appraisals.services.steps import take_step
from teams.structure.services import appoint_leader
from tests.personas import Organisation, build_organisation
from tests.teams.appraisals.building import build_cycle, find_appraisal, get_review, put


@pytest.fixture
def elif_(organisation: Organisation) -> Appraisal:
    return find_appraisal(build_cycle(organisation), organisation, "Elif")


@pytest.fixture
def section(elif_: Appraisal) -> Section:
    return elif_.cycle.template.sections.get(position=1)


def save(organisation: Organisation, review: Review, section: Section, persona: str, **given: Any):
    return save_part(
        **{
            "review": review,
            "section": section,
            "words": "",
            "rating": None,
            "version": 0,
            "by": organisation.user(persona),
            **given,
        }
    )


def test_a_part_grows_a_version_with_every_save(organisation, elif_, section):
    review = get_review(elif_)
    first = save(organisation, review, section, "team_leader", words="One")
    again = save(organisation, review, section, "team_leader", words="One", version=0)
    second = save(organisation, review, section, "team_leader", words="Two", rating=4, version=1)
    assert (first.part.version, again.part.version, second.part.version) == (1, 1, 2)
    assert second.kept is None
    part = Part.objects.get(review=review)
    assert (part.words, part.rating) == ("Two", 4)
    assert not KeptText.objects.exists()


def test_of_two_who_save_at_once_neither_loses_words(organisation, elif_, section):
    """Lukas deputises for Carmen; both have the page open."""
    appoint_leader(
        person=organisation.people["Lukas"],
        unit=organisation.units["video-es"],
        deputy=True,
        on=timezone.localdate(),
        by=None,
    )
    review = get_review(elif_)
    save(organisation, review, section, "team_leader", words="Carmen wrote")
    late = save(organisation, review, section, "sibling_leader", words="Lukas wrote", version=0)
    assert late.kept is not None
    assert (late.part.words, late.kept.words) == ("Carmen wrote", "Lukas wrote")
    joined = save(organisation, review, section, "sibling_leader", words="Both", version=1)
    assert joined.kept is None
    assert set(KeptText.objects.values_list("words", flat=True)) == {"Lukas wrote", "Carmen wrote"}


@pytest.mark.parametrize(
    "persona", ["member", "sibling_leader", "group_leader", "hr_partner", "administrator"]
)
def test_nobody_else_writes_a_leaders_review(organisation, elif_, section, persona):
    with pytest.raises(AppraisalError) as refused:
        save(organisation, get_review(elif_), section, persona, words="Mine")
    assert refused.value.code == "wrong_person"
    assert not Part.objects.exists()


def test_what_is_in_is_no_longer_written(organisation, elif_, section):
    save(organisation, get_review(elif_), section, "team_leader", words="Good", rating=3)
    put(elif_, State.CALIBRATION)
    with pytest.raises(AppraisalError, match="What you typed stays") as refused:
        save(organisation, get_review(elif_), section, "team_leader", words="Later", version=1)
    assert refused.value.code == "not_open"


def test_odd_texts_are_kept_as_text_and_too_long_ones_refused(organisation, elif_, section):
    review = get_review(elif_)
    odd = "<script>alert(1)</script>\x00\x07\r\nשלום\t*bold*"
    saved = save(organisation, review, section, "team_leader", words=odd)
    assert saved.part.words == "<script>alert(1)</script>\nשלום\t*bold*"
    with pytest.raises(AppraisalError, match="has 50000 characters, 30000 more than are kept"):
        save(organisation, review, section, "team_leader", words="x" * 50_000, version=1)
    assert MOST_CHARACTERS == 20_000
    assert Part.objects.get(review=review).words == saved.part.words


@pytest.mark.parametrize("rating", [0, 6, -1])
def test_ratings_are_on_the_scale(organisation, elif_, section, rating):
    with pytest.raises(AppraisalError) as refused:
        save(organisation, get_review(elif_), section, "team_leader", rating=rating)
    assert refused.value.code == "no_such_rating"


def test_a_review_is_handed_over_and_the_draft_stays_its_authors(organisation, elif_, section):
    review = get_review(elif_)
    save(organisation, review, section, "team_leader", words="Carmen's draft", rating=5)
    other = hand_over_review(
        review=review,
        to=organisation.people["Lukas"],
        words="Carmen is away.",
        by=organisation.user("hr_partner"),
    )
    review.refresh_from_db()
    assert (other.author, other.is_closing) == (organisation.people["Lukas"], True)
    assert (review.is_closing, review.waived_words) == (False, "Carmen is away.")
    put(elif_, State.LEADER_REVIEW)
    save(organisation, other, section, "sibling_leader", words="Lukas", rating=2)
    after = take_step(
        appraisal=elif_, action=Action.SUBMIT_REVIEW, by=organisation.user("sibling_leader")
    )
    assert after.state == State.CALIBRATION
    assert after.score == 2, "a review that is not waited for does not count"
    assert Part.objects.get(review=review).words == "Carmen's draft"
    for to, persona in [("Lukas", "team_leader"), ("Elif", "hr_partner")]:
        with pytest.raises(AppraisalError):
            hand_over_review(
                review=get_review(elif_),
                to=organisation.people[to],
                words="",
                by=organisation.user(persona),
            )


class Writing(RuleBasedStateMachine):
    """Elif's appraisal under every order of steps and saves by whoever comes along.

    It never stands where no step leads, and every text that was ever taken can be found: as what
    stands, as what was kept, or it was written over by its own author who had seen it.
    """

    people = st.sampled_from(
        ["member", "team_leader", "sibling_leader", "group_leader", "hr_partner"]
    )

    def __init__(self) -> None:
        super().__init__()
        # Each run begins in the same empty database.
        self.block = transaction.atomic()
        self.block.__enter__()
        self.organisation = build_organisation()
        appoint_leader(
            person=self.organisation.people["Lukas"],
            unit=self.organisation.units["video-es"],
            deputy=True,
            on=timezone.localdate(),
            by=None,
        )
        self.appraisal = find_appraisal(build_cycle(self.organisation), self.organisation, "Elif")
        self.section = self.appraisal.cycle.template.sections.get(position=1)
        self.taken: dict[int, set[str]] = {}
        self.number = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def state(self) -> State:
        return State(Appraisal.objects.get(pk=self.appraisal.pk).state)

    @rule(who=people, action=st.sampled_from(list(Action)), sees=st.sampled_from([None, *State]))
    def step(self, who: str, action: Action, sees: State | None) -> None:
        before = self.state()
        try:
            take_step(
                appraisal=self.appraisal,
                action=action,
                by=self.organisation.user(who),
                words="Why.",
                expected=sees,
            )
        except AppraisalError:
            assert self.state() is before
        else:
            assert sees in {None, before}
            assert (before.value, self.state().value) in {*PAIRS, (before.value, before.value)}

    @rule(
        who=people,
        kind=st.sampled_from(list(ReviewKind)),
        behind=st.integers(0, 2),
        rating=st.sampled_from([None, 1, 5]),
    )
    def save(self, who: str, kind: ReviewKind, behind: int, rating: int | None) -> None:
        review = self.appraisal.reviews.filter(kind=kind).first()
        part = Part.objects.filter(review=review, section=self.section).first()
        seen = max((part.version if part else 0) - behind, 0)
        self.number += 1
        words = f"text {self.number}"
        user = self.organisation.user(who)
        try:
            saved = save_part(
                review=review,
                section=self.section,
                words=words,
                rating=rating,
                version=seen,
                by=user,
            )
        except AppraisalError:
            return
        texts = self.taken.setdefault(review.pk, set())
        if part and saved.kept is None and part.saved_by_id == user.pk:
            # Their own words, which they saw and changed; what others wrote upon them is kept.
            texts.discard(part.words)
        texts.add(words)

    @precondition(lambda self: self.taken)
    @invariant()
    def no_text_is_lost(self) -> None:
        for review_id, texts in self.taken.items():
            found = set(Part.objects.filter(review=review_id).values_list("words", flat=True))
            found |= set(
                KeptText.objects.filter(part__review=review_id).values_list("words", flat=True)
            )
            assert texts <= found

    @invariant()
    def nobody_reads_what_is_not_theirs_yet(self) -> None:
        state = self.state()
        if state is State.DRAFT:
            return
        page = get_page(self.organisation.viewer("member"), self.appraisal.pk)
        for sheet in page.sheets:
            if sheet.review.kind == ReviewKind.LEADER and state not in READ_BY_PERSON:
                assert not sheet.is_read
                assert not sheet.parts


def test_in_every_order_no_text_is_lost_and_no_state_is_reached_that_is_none(db):
    run_state_machine_as_test(Writing, settings=settings(max_examples=20, stateful_step_count=20))
