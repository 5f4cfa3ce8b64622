"""Who takes part, under whom, for which days; what is frozen once appraisals exist."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from psycopg2.extras import DateRange

from teams.appraisals.errors import AppraisalError
from teams.appraisals.models import (
    Appraisal,
    Cycle,
    Review,
    ReviewKind,
    Section,
    Template,
)
from teams.appraisals.rules.transitions import Action, State
from teams.appraisals.selectors.participants import find_participants
from teams.appraisals.services.cycles import (
    Planned,
    add_participants,
    change_template,
    close_cycle,
    create_template,
    open_cycle,
    plan_cycle,
    settle_people,
)
from teams.appraisals.services.reviews import save_part
from teams.appraisals.services.steps import take_step
from teams.structure.models import Person
from teams.structure.services import appoint_leader, join_person, leave_person, transfer_person
from tests.teams.appraisals.building import (
    SECTIONS,
    build_cycle,
    build_template,
    days_ago,
    find_appraisal,
    get_review,
    put,
)


def test_everybody_of_the_unit_takes_part_each_under_the_nearest_leader_above(organisation):
    cycle = build_cycle(organisation)
    found = {
        appraisal.person.name.split()[0]: (
            appraisal.unit.slug,
            get_review(appraisal).author.name.split()[0],
            appraisal.session.unit.slug,
        )
        for appraisal in cycle.appraisals.select_related("person", "unit", "session__unit")
    }
    assert found == {
        "Elif": ("video-es", "Carmen", "video-safety"),
        "Mateo": ("video-es", "Carmen", "video-safety"),
        "Jonas": ("video-de", "Lukas", "video-safety"),
        "Greta": ("video-de", "Lukas", "video-safety"),
        # Whoever leads the unit they sit in is appraised by the leader above.
        "Carmen": ("video-es", "Nadia", "trust-safety"),
        "Lukas": ("video-de", "Nadia", "trust-safety"),
        "Nadia": ("video-safety", "Dana", "organisation"),
    }
    assert {appraisal.state for appraisal in cycle.appraisals.all()} == {State.SELF_REVIEW}
    review = get_review(find_appraisal(cycle, organisation, "Elif"))
    assert (review.day_count, review.days.lower) == (182, cycle.period.lower)


def test_who_moved_in_mid_period_is_reviewed_by_each_leader_for_their_own_days(organisation):
    transfer_person(
        person=organisation.people["Elif"],
        unit=organisation.units["video-de"],
        on=days_ago(60),
        by=None,
    )
    cycle = build_cycle(organisation)
    elif_ = find_appraisal(cycle, organisation, "Elif")
    assert elif_.unit.slug == "video-de"
    leaders = {
        review.author.name.split()[0]: (review.day_count, review.is_closing)
        for review in elif_.reviews.filter(kind=ReviewKind.LEADER)
    }
    assert leaders == {"Carmen": (122, False), "Lukas": (60, True)}
    # Each rates; the score weighs them by their days: (4·122 + 1·60) ÷ 182.
    put(elif_, State.LEADER_REVIEW)
    section = cycle.template.sections.get(position=1)
    for persona, rating in [("team_leader", 4), ("sibling_leader", 1)]:
        review = elif_.reviews.get(author=organisation.viewer(persona).person)
        save_part(
            review=review,
            section=section,
            words="",
            rating=rating,
            version=0,
            by=organisation.user(persona),
        )
        after = take_step(
            appraisal=elif_, action=Action.SUBMIT_REVIEW, by=organisation.user(persona)
        )
        expected = State.LEADER_REVIEW if persona == "team_leader" else State.CALIBRATION
        assert after.state == expected
    assert float(after.score) == pytest.approx((4 * 122 + 1 * 60) / 182, abs=1e-4)
    assert after.score_weight == 40


def test_who_led_for_a_few_days_alone_is_not_asked(organisation):
    transfer_person(
        person=organisation.people["Elif"],
        unit=organisation.units["video-de"],
        on=days_ago(170),
        by=None,
    )
    elif_ = find_appraisal(build_cycle(organisation), organisation, "Elif")
    assert [review.author.name for review in elif_.reviews.filter(kind="leader")] == [
        "Lukas Example"
    ]


def test_a_late_joiner_is_let_in_with_the_days_they_were_here(organisation):
    cycle = build_cycle(organisation, joined_before=days_ago(90))
    nina = Person.objects.create(employee_id="E-NINA", name="Nina New", hired_on=days_ago(30))
    join_person(person=nina, unit=organisation.units["video-es"], on=days_ago(30), by=None)
    judith = organisation.user("hr_partner")
    assert find_participants(cycle, timezone.localdate()).participants == []
    opened = add_participants(cycle=cycle, people=[nina], by=judith)
    assert [appraisal.person for appraisal in opened.appraisals] == [nina]
    assert opened.appraisals[0].period.lower == days_ago(30)
    again = add_participants(cycle=cycle, people=[nina], by=judith)
    assert (again.appraisals, again.left_out) == ([], [])


def test_the_rule_keeps_levels_employments_and_those_who_left_apart(organisation):
    leave_person(person=organisation.people["Greta"], on=days_ago(5), by=None)
    Person.objects.filter(employee_id="E-JONAS").update(employment="vendor")
    cycle = build_cycle(organisation, opened=False, employments=["employee"])
    names = {one.person.name for one in find_participants(cycle, timezone.localdate()).participants}
    assert names == {f"{name} Example" for name in ("Elif", "Mateo", "Carmen", "Lukas", "Nadia")}
    plan_cycle(cycle=cycle, levels=["L9"], by=organisation.user("hr_partner"))
    with pytest.raises(AppraisalError) as refused:
        open_cycle(cycle=cycle, by=organisation.user("hr_partner"))
    assert refused.value.code == "nobody_takes_part"


def test_nobody_has_two_appraisals_of_the_same_days(organisation):
    first = build_cycle(organisation, unit="video-es")
    second = build_cycle(organisation, name="Again", template=first.template)
    assert second.appraisals.count() == 4, "those of Video DE, and Nadia"
    left_out = find_participants(second, timezone.localdate()).left_out
    assert {one.person.name: one.why for one in left_out} == {
        f"{name} Example": "has an appraisal of the same days in H1"
        for name in ("Carmen", "Elif", "Mateo")
    }
    elif_ = find_appraisal(first, organisation, "Elif")
    with pytest.raises(IntegrityError, match="appraisal_one_at_a_time"), transaction.atomic():
        Appraisal.objects.create(
            cycle=second,
            person=elif_.person,
            unit=elif_.unit,
            period=second.period,
            state_since=timezone.now(),
        )


def test_who_answers_to_nobody_is_left_out_and_named(organisation):
    cycle = build_cycle(organisation, unit="trust-safety", opened=False)
    found = find_participants(cycle, timezone.localdate())
    assert [(one.person.name, one.why) for one in found.left_out] == [
        ("Dana Example", "answers to nobody on the last day")
    ]


def test_weights_that_do_not_sum_are_refused(organisation):
    judith = organisation.user("hr_partner")
    with pytest.raises(AppraisalError, match="add up to 90; they must add up to 100"):
        create_template(
            name="Odd", sections=[Planned("A", "", 50), Planned("B", "", 40)], by=judith
        )
    with pytest.raises(AppraisalError):
        create_template(
            name="Odd", sections=[Planned("A", "", 150), Planned("B", "", -50)], by=judith
        )


def test_what_appraisals_mean_is_frozen_once_they_exist(organisation):
    cycle = build_cycle(organisation)
    judith = organisation.user("hr_partner")
    with pytest.raises(AppraisalError) as refused:
        change_template(template=cycle.template, name="Other", sections=SECTIONS, by=judith)
    assert refused.value.code == "template_in_use"
    with pytest.raises(IntegrityError, match="no longer changes"), transaction.atomic():
        Section.objects.filter(template=cycle.template).update(weight=10)
    for field, value in {
        "period": DateRange(days_ago(90), days_ago(1)),
        "unit": organisation.units["video-es"],
        "kpis": ["accuracy"],
        "levels": ["L3"],
    }.items():
        with pytest.raises(AppraisalError) as refused:
            plan_cycle(cycle=cycle, by=judith, **{field: value})
        assert refused.value.code == "cycle_meaning_frozen"
    later = cycle.answer_by + timedelta(days=7)
    assert plan_cycle(cycle=cycle, answer_by=later, by=judith).answer_by == later


@pytest.mark.parametrize("field", ["self_by", "review_by", "calibrate_by", "sign_by", "share_by"])
def test_dates_out_of_order_are_refused(organisation, field):
    cycle = build_cycle(organisation, opened=False)
    with pytest.raises(AppraisalError, match="follow each other"):
        plan_cycle(
            cycle=cycle,
            by=organisation.user("hr_partner"),
            **{field: cycle.answer_by + timedelta(days=1)},
        )


@pytest.mark.parametrize("persona", ["group_leader", "administrator", "analyst", "compliance"])
def test_only_hr_plans_and_opens(organisation, persona):
    cycle = build_cycle(organisation, opened=False)
    user = organisation.user(persona)
    for deed in (
        lambda: plan_cycle(cycle=cycle, name="Mine", by=user),
        lambda: open_cycle(cycle=cycle, by=user),
        lambda: close_cycle(cycle=cycle, by=user),
    ):
        with pytest.raises(AppraisalError) as refused:
            deed()
        assert refused.value.code == "out_of_scope"


def test_hr_opens_within_their_scope_alone(organisation):
    with pytest.raises(AppraisalError) as refused:
        build_cycle(organisation, unit="search-quality")
    assert refused.value.code == "out_of_scope"
    assert not Cycle.objects.exists()


def test_a_cycle_of_others_is_not_moved_into_ones_own_scope(organisation):
    cycle = build_cycle(organisation, opened=False)
    Cycle.objects.filter(pk=cycle.pk).update(unit=organisation.units["search-quality"])
    with pytest.raises(AppraisalError) as refused:
        plan_cycle(
            cycle=cycle,
            unit=organisation.units["video-es"],
            by=organisation.user("hr_partner"),
        )
    assert refused.value.code == "out_of_scope"


def test_a_name_that_is_taken_is_refused(organisation):
    judith = organisation.user("hr_partner")
    build_template(organisation)
    with pytest.raises(AppraisalError, match="Another template has this name"):
        create_template(name="Half year", sections=SECTIONS, by=judith)
    cycle = build_cycle(organisation, opened=False, template=Template.objects.get())
    with pytest.raises(AppraisalError, match="Another cycle has this name"):
        build_cycle(organisation, opened=False, template=cycle.template)


def test_a_cycle_closes_once_all_is_shared(organisation):
    cycle = build_cycle(organisation)
    judith = organisation.user("hr_partner")
    with pytest.raises(AppraisalError, match="7 appraisals are not shared yet or disputed"):
        close_cycle(cycle=cycle, by=judith)
    for appraisal in cycle.appraisals.all():
        put(appraisal, State.SHARED)
    assert close_cycle(cycle=cycle, by=judith).state == "closed"


def test_people_who_leave_are_withdrawn_and_leaders_who_leave_hand_over(organisation):
    cycle = build_cycle(organisation)
    today = timezone.localdate()
    leave_person(person=organisation.people["Mateo"], on=today, by=None)
    leave_person(person=organisation.people["Carmen"], on=today, by=None)
    assert settle_people(today) == 3, "two who left, and the review of Elif"
    assert find_appraisal(cycle, organisation, "Mateo").state == State.WITHDRAWN
    elif_ = find_appraisal(cycle, organisation, "Elif")
    assert get_review(elif_).author == organisation.people["Nadia"]
    assert Review.objects.get(
        appraisal=elif_, author=organisation.people["Carmen"]
    ).waived_words.startswith("Carmen Example left on")
    assert settle_people(today) == 0, "run again it finds nothing more"


def test_a_leader_who_is_followed_is_reviewed_by_both(organisation):
    appoint_leader(
        person=organisation.people["Mateo"],
        unit=organisation.units["video-es"],
        on=days_ago(40),
        replace=True,
        by=None,
    )
    elif_ = find_appraisal(build_cycle(organisation), organisation, "Elif")
    leaders = {
        review.author.name.split()[0]: (review.day_count, review.is_closing)
        for review in elif_.reviews.filter(kind=ReviewKind.LEADER)
    }
    assert leaders == {"Carmen": (142, False), "Mateo": (40, True)}
    assert build_template(organisation, "Unused").sections.count() == len(SECTIONS)
