"""Who sees a session, what stands in it, what changes a rating and what closing does."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from teams.access.viewers import get_viewer
from teams.appraisals.errors import AppraisalError
from teams.appraisals.models import Appraisal, CalibrationSession, RatingChange, Transition
from teams.appraisals.rules.transitions import State
from teams.appraisals.selectors.calibration import get_session_page, visible_sessions
from teams.appraisals.services.calibration import change_rating, close_session
from teams.audit.models import AuditEvent
from teams.structure.models import Leadership
from tests.personas import PERSONAS, Organisation
from tests.teams.appraisals.building import build_cycle, find_appraisal, put
from tests.teams.appraisals.calibrating import build_session, measure, rate, rate_all


@pytest.fixture
def session(organisation: Organisation) -> CalibrationSession:
    return build_session(organisation)


def deputise(organisation: Organisation, name: str, unit: str) -> None:
    today = timezone.localdate()
    Leadership.objects.create(
        person=organisation.people[name],
        unit=organisation.units[unit],
        is_deputy=True,
        valid=(today, today + timedelta(days=7)),
    )


def change(
    organisation: Organisation,
    appraisal: Appraisal,
    after: str = "3.5",
    *,
    by: str = "group_leader",
    words: str = "The hardest queue.",
    before: str | None = "4.0",
) -> RatingChange:
    return change_rating(
        appraisal=appraisal,
        after=Decimal(after),
        words=words,
        by=organisation.user(by),
        expected_before=None if before is None else Decimal(before),
    )


def refuse(*args, **kwargs) -> AppraisalError:
    with pytest.raises(AppraisalError) as refused:
        change(*args, **kwargs)
    assert not RatingChange.objects.exists()
    return refused.value


# Who sees it


def test_who_leads_the_group_or_above_and_hr_see_a_session(organisation, session):
    seen = {
        persona
        for persona in (*PERSONAS, "Dana", "Otto", "Pavel")
        if session in visible_sessions(organisation.viewer(persona))
    }
    assert seen == {"group_leader", "hr_partner", "Dana"}


def test_a_deputy_sees_it_for_their_days(organisation, session):
    deputise(organisation, "Otto", "video-safety")
    assert session in visible_sessions(organisation.viewer("Otto"))
    later = get_viewer(organisation.user("Otto"), on=timezone.localdate() + timedelta(days=8))
    assert session not in visible_sessions(later)


def test_nobody_finds_their_own_rating_in_a_session(organisation, session):
    """Elif leads Video Safety for a week; what she is rated shows in no row and no mean."""
    appraisals = list(session.appraisals.all())
    rate_all(appraisals)
    elif_ = find_appraisal(session.cycle, organisation, "Elif")
    rate(elif_, 5)
    change(organisation, elif_, "1.0", before="5.0")
    deputise(organisation, "Elif", "video-safety")
    mine = get_session_page(organisation.viewer("Elif"), session)
    others = get_session_page(organisation.viewer("Dana"), session)
    assert elif_.pk in others.by_appraisal
    assert len(others.participants) == len(mine.participants) + 1
    assert elif_.pk not in mine.by_appraisal
    assert mine.changes == []
    without = [float(one.score) for one in session.appraisals.exclude(pk=elif_.pk)]
    assert mine.mean_now == pytest.approx(sum(without) / len(without))
    assert mine.relation != others.relation, "the line does not rest on it either"
    assert sum(one.n for one in mine.leniencies) == len(without)


# What stands in it


def test_each_rating_stands_against_what_the_line_expects(organisation, session):
    rate_all(session.appraisals.all())
    page = get_session_page(organisation.viewer("group_leader"), session)
    assert len(page.participants) == 12
    assert page.relation is not None
    for one in page.participants:
        assert one.evidence is not None
        assert one.expected is not None
        assert one.expected == pytest.approx(page.relation.expect(one.evidence.score))
        assert one.difference == pytest.approx(float(one.now) - one.expected)
        assert one.leader is not None
    assert {one.leader.name for one in page.participants} == {"Carmen Example", "Lukas Example"}
    assert [leader.name for leader in page.led_by] == ["Nadia Example"]


def test_a_lenient_leader_is_found_and_the_line_stays_where_it_is(organisation, session):
    carmen = organisation.people["Carmen"]
    rate_all(session.appraisals.all(), lenient=carmen.pk)
    page = get_session_page(organisation.viewer("group_leader"), session)
    first = page.leniencies[0]
    assert (first.leader, first.n, first.is_beyond_chance) == (carmen.pk, 6, True)
    assert first.value == pytest.approx(1.0, abs=0.15)
    one = page.cases[0].participant if page.cases else page.participants[0]
    change_rating(
        appraisal=one.appraisal,
        after=Decimal("1.0"),
        words="Cited cases were a colleague's.",
        by=organisation.user("group_leader"),
        expected_before=one.now,
    )
    again = get_session_page(organisation.viewer("group_leader"), session)
    assert again.relation == page.relation
    assert again.leniencies == page.leniencies
    changed = again.by_appraisal[one.appraisal.pk]
    assert (changed.before, changed.now) == (one.before, Decimal("1"))
    assert again.mean_before == pytest.approx(page.mean_before)
    assert again.mean_now == pytest.approx(page.mean_now - (float(one.now) - 1) / 12)


def test_cases_bring_the_figures_that_speak_against_them(organisation, session):
    rate_all(session.appraisals.all())
    elif_ = find_appraisal(session.cycle, organisation, "Elif")
    rate(elif_, 5)
    page = get_session_page(organisation.viewer("group_leader"), session)
    case = page.cases[0]
    assert case.participant.appraisal == elif_
    assert [item.key for item in case.telling] == ["accuracy"]


def test_who_is_not_compared_is_counted_with_why(organisation, session):
    elif_, mateo, jonas, greta = (
        find_appraisal(session.cycle, organisation, name)
        for name in ("Elif", "Mateo", "Jonas", "Greta")
    )
    rate(elif_, 4, value=95)
    put(mateo, State.LEADER_REVIEW)
    put(jonas, State.WITHDRAWN)
    put(greta, State.SIGN_OFF, score=None)
    page = get_session_page(organisation.viewer("group_leader"), session)
    groups = {group.state: len(group.people) for group in page.waiting}
    assert groups == {State.SELF_REVIEW: 8, State.LEADER_REVIEW: 1, State.WITHDRAWN: 1}
    assert len(page.not_ready) == 9
    assert set(page.by_appraisal) == {elif_.pk, greta.pk}
    assert (page.relation, page.cases) == (None, [])
    assert page.by_appraisal[elif_.pk].evidence is None, "nobody else has the KPI"
    assert page.mean_now == 4.0


def test_peers_are_those_of_the_cycle_and_not_of_the_group_alone(organisation):
    cycle = build_cycle(organisation, unit="trust-safety")
    for place, name in enumerate(("Elif", "Mateo", "Jonas", "Greta", "Wilma", "Ines")):
        measure(find_appraisal(cycle, organisation, name), accuracy=90 + place)
    elif_ = rate(find_appraisal(cycle, organisation, "Greta"), 4)
    page = get_session_page(
        organisation.viewer("group_leader"),
        CalibrationSession.objects.get(pk=elif_.session_id),
    )
    evidence = page.by_appraisal[elif_.pk].evidence
    assert evidence is not None
    assert evidence.score == pytest.approx(60.0), "three of five others lie below"


def test_a_session_is_read_in_as_many_queries_whatever_its_size(
    organisation, session, django_assert_max_num_queries
):
    viewer = organisation.viewer("group_leader")
    appraisals = list(session.appraisals.all())

    def rate_and_change(some: list[Appraisal]) -> None:
        for one in rate_all(some):
            rate(one, 2)
            change_rating(
                appraisal=one,
                after=Decimal(5),
                words="So it is.",
                by=organisation.user("group_leader"),
                expected_before=Decimal(2),
            )

    rate_all(appraisals[:5])
    rate_and_change(appraisals[5:6])
    with django_assert_max_num_queries(15) as few:
        assert get_session_page(viewer, session).cases
    rate_and_change(appraisals[6:])
    with django_assert_max_num_queries(15) as many:
        page = get_session_page(viewer, session)
    assert (len(page.participants), len(page.changes)) == (12, 7)
    assert len(many) == len(few)


# Changing


def test_a_change_keeps_what_was_before_why_and_by_whom(organisation, session):
    elif_ = rate(find_appraisal(session.cycle, organisation, "Elif"), 4)
    first = change(organisation, elif_, "3.5", words=" The hardest\x00 queue. ")
    assert (first.before, first.after, first.words) == (4, Decimal("3.5"), "The hardest queue.")
    second = change(organisation, elif_, "3.7", before="3.5", by="Dana")
    assert (second.before, second.after) == (Decimal("3.5"), Decimal("3.7"))
    elif_.refresh_from_db()
    assert elif_.score == 4, "what the leader gave stays"
    event = AuditEvent.objects.filter(act="appraisal.rating_changed").order_by("id")[0]
    assert event.detail == {"before": "4.0000", "after": "3.5000"}, "numbers, and no text"
    assert event.actor == organisation.user("group_leader")


@pytest.mark.parametrize("by", ["member", "team_leader", "sibling_leader", "hr_partner", "Otto"])
def test_only_who_leads_the_group_or_above_changes_a_rating(organisation, session, by: str):
    elif_ = rate(find_appraisal(session.cycle, organisation, "Elif"), 4)
    code = {"member": "own_rating", "team_leader": "own_review"}.get(by, "wrong_person")
    assert refuse(organisation, elif_, by=by).code == code


def test_who_gave_a_rating_does_not_change_it_though_they_lead_the_group(organisation, session):
    elif_ = rate(find_appraisal(session.cycle, organisation, "Elif"), 4)
    deputise(organisation, "Carmen", "video-safety")
    assert "You gave this rating" in refuse(organisation, elif_, by="Carmen").message
    jonas = rate(find_appraisal(session.cycle, organisation, "Jonas"), 4)
    assert change(organisation, jonas, by="Carmen").after == Decimal("3.5")


def test_who_stands_in_for_the_one_who_gave_it_does_not_change_it_either(organisation, session):
    elif_ = rate(find_appraisal(session.cycle, organisation, "Elif"), 4)
    deputise(organisation, "Nadia", "video-es")
    assert refuse(organisation, elif_).code == "own_review"
    assert change(organisation, elif_, by="Dana").after == Decimal("3.5")


def test_nobody_changes_their_own_though_they_lead_the_group_today(organisation, session):
    elif_ = rate(find_appraisal(session.cycle, organisation, "Elif"), 4)
    deputise(organisation, "Elif", "video-safety")
    assert refuse(organisation, elif_, by="Elif").code == "own_rating"


@pytest.mark.parametrize("state", [state for state in State if state is not State.CALIBRATION])
def test_a_rating_changes_in_calibration_alone(organisation, session, state: State):
    elif_ = put(find_appraisal(session.cycle, organisation, "Elif"), state, score=4)
    assert refuse(organisation, elif_).code == "wrong_state"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"words": " \n\t"}, "reason_missing"),
        ({"words": "x" * 30_000}, "text_too_long"),
        ({"after": "0.9"}, "off_scale"),
        ({"after": "5.1"}, "off_scale"),
        ({"after": "NaN"}, "off_scale"),
        ({"after": "4.0"}, "same_rating"),
        ({"before": "3.0"}, "changed_meanwhile"),
        ({"before": None}, "changed_meanwhile"),
    ],
)
def test_a_change_that_cannot_be_changes_nothing(organisation, session, given: dict, code: str):
    elif_ = rate(find_appraisal(session.cycle, organisation, "Elif"), 4)
    assert refuse(organisation, elif_, **given).code == code
    assert not AuditEvent.objects.filter(act="appraisal.rating_changed").exists()


def test_two_who_change_the_same_rating_are_told(organisation, session):
    elif_ = rate(find_appraisal(session.cycle, organisation, "Elif"), 4)
    change(organisation, elif_, "3.2", by="Dana")
    with pytest.raises(AppraisalError, match=r"Dana Example changed it to 3\.2 on .*not saved"):
        change(organisation, elif_, "3.5")
    assert RatingChange.objects.count() == 1


# Closing


def test_closing_moves_all_on_and_locks_their_ratings(organisation, session):
    rated = rate_all(session.appraisals.all())
    moved = close_session(session=session, by=organisation.user("group_leader"))
    assert {one.pk for one in moved} == {one.pk for one in rated}
    states = set(session.appraisals.values_list("state", flat=True))
    assert states == {State.SIGN_OFF}
    steps = Transition.objects.filter(action="close_calibration")
    assert steps.count() == len(rated)
    assert {step.by for step in steps} == {organisation.user("group_leader")}
    session.refresh_from_db()
    assert session.closed_by == organisation.user("group_leader")
    event = AuditEvent.objects.get(act="calibration.closed")
    assert (event.detail["closed"], event.detail["left_out"]) == (12, 0)
    assert refuse(organisation, rated[0]).code == "session_closed"
    with pytest.raises(IntegrityError, match="closed"), transaction.atomic():
        RatingChange.objects.create(
            session=session, appraisal=rated[0], before=4, after=3, words="Behind its back"
        )
    with pytest.raises(AppraisalError) as again:
        close_session(session=session, by=organisation.user("group_leader"))
    assert again.value.code == "session_closed"


def test_who_is_still_written_about_is_waited_for_or_left_out(organisation, session):
    elif_ = find_appraisal(session.cycle, organisation, "Elif")
    rate_all(session.appraisals.exclude(pk=elif_.pk))
    put(elif_, State.LEADER_REVIEW)
    with pytest.raises(AppraisalError, match=r"1 appraisals are still .*: Elif Example") as refused:
        close_session(session=session, by=organisation.user("group_leader"))
    assert refused.value.code == "still_written"
    assert session.appraisals.filter(state=State.CALIBRATION).count() == 11
    moved = close_session(session=session, by=organisation.user("group_leader"), leave_out=True)
    assert elif_ not in moved
    elif_.refresh_from_db()
    assert elif_.state == State.LEADER_REVIEW


@pytest.mark.parametrize("by", ["member", "team_leader", "hr_partner", "Otto", "administrator"])
def test_only_who_leads_the_group_or_above_closes_it(organisation, session, by: str):
    rate_all(session.appraisals.all())
    with pytest.raises(AppraisalError) as refused:
        close_session(session=session, by=organisation.user(by))
    assert refused.value.code == "wrong_person"
    session.refresh_from_db()
    assert session.closed_at is None


def test_a_deputy_who_rated_some_of_them_leaves_closing_to_who_leads_above(organisation, session):
    rate_all(session.appraisals.all())
    deputise(organisation, "Carmen", "video-safety")
    with pytest.raises(AppraisalError, match=r"a rating they gave: .*Elif Example") as refused:
        close_session(session=session, by=organisation.user("Carmen"))
    assert refused.value.code == "not_yours"
    assert set(session.appraisals.values_list("state", flat=True)) == {State.CALIBRATION}
    assert not Transition.objects.filter(action="close_calibration").exists()
    assert close_session(session=session, by=organisation.user("Dana"))
