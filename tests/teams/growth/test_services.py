from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from teams.audit.models import AuditEvent
from teams.growth.errors import GrowthError
from teams.growth.models import Assessment, DevelopmentAction, Readiness, Successor
from teams.growth.rules import Judgement, Result, Standing
from teams.growth.services import (
    assess_person,
    change_action,
    drop_action,
    end_successor,
    finish_action,
    judge_readiness,
    note_successor,
    plan_action,
    reopen_action,
)
from teams.structure.services import leave_person
from tests.personas import Organisation
from tests.teams.growth.ladder import Ladder, build_ladder

pytestmark = pytest.mark.django_db


@pytest.fixture
def ladder(db: None) -> Ladder:
    return build_ladder()


@pytest.fixture
def today() -> date:
    return timezone.localdate()


def refuse(expected: str, do: Callable[..., Any], /, **given: Any) -> GrowthError:
    with pytest.raises(GrowthError) as refused:
        do(**given)
    assert refused.value.code == expected
    return refused.value


def test_an_assessment_is_one_per_competency_and_day(
    organisation: Organisation, ladder: Ladder, today: date
) -> None:
    judgement, mentoring = ladder.competencies.values()
    carmen, nadia = organisation.user("Carmen"), organisation.user("Nadia")
    given: dict[str, Any] = {"person": organisation.people["Elif"], "level": ladder.levels["L3"]}
    results = {judgement: (Result.MEETS, "Sound."), mentoring: (Result.BELOW, "")}
    assess_person(**given, results=results, on=today, by=carmen)
    # One corrects oneself; what another wrote stays, and nothing of the rest is kept.
    assess_person(**given, results={judgement: (Result.EXCEEDS, "!")}, on=today, by=carmen)
    refuse(
        "assessed_by_another",
        assess_person,
        **given,
        results={mentoring: (Result.MEETS, ""), judgement: (Result.BELOW, "")},
        on=today,
        by=nadia,
    )
    assert list(Assessment.objects.order_by("competency").values_list("result", "words")) == [
        ("exceeds", "!"),
        ("below", ""),
    ]
    event = AuditEvent.objects.filter(act="person.assessed").last()
    assert event is not None
    assert event.detail == {"level": "L3", "on": str(today), "competencies": 2}
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.create(**given, competency=judgement, result="meets", on=today, by=nadia)


def test_nobody_assesses_themselves_ahead_or_in_nothing(
    organisation: Organisation, ladder: Ladder, today: date
) -> None:
    given: dict[str, Any] = {"person": organisation.people["Carmen"], "level": ladder.levels["L3"]}
    results = {ladder.competencies["judgement"]: (Result.MEETS, "")}
    carmen, nadia = organisation.user("Carmen"), organisation.user("Nadia")
    refuse("oneself", assess_person, **given, results=results, on=today, by=carmen)
    ahead = today + timedelta(days=1)
    refuse("day_ahead", assess_person, **given, results=results, on=ahead, by=nadia)
    refuse("nothing_assessed", assess_person, **given, results={}, on=today, by=nadia)
    assert not Assessment.objects.exists()


@pytest.mark.parametrize(
    ("level", "refusal"), [("L4", ""), ("L3", "level_not_above"), ("L2", "level_not_above")]
)
def test_readiness_is_for_a_level_above(
    organisation: Organisation, ladder: Ladder, today: date, level: str, refusal: str
) -> None:
    given: dict[str, Any] = {
        "person": organisation.people["Elif"],
        "level": ladder.levels[level],
        "judgement": Judgement.READY_NOW,
        "words": "Every hard case for a year.",
        "on": today,
        "by": organisation.user("Carmen"),
    }
    if refusal:
        refuse(refusal, judge_readiness, **given)
        assert not Readiness.objects.exists()
    else:
        assert judge_readiness(**given).level.code == "L4"
        event = AuditEvent.objects.get(act="person.readiness_judged")
        assert "ready_now" not in f"{event.detail} {event.subject_label}"


def test_readiness_needs_a_level_that_is_described(
    organisation: Organisation, ladder: Ladder, today: date
) -> None:
    given: dict[str, Any] = {
        "level": ladder.levels["L4"],
        "judgement": Judgement.NOT_YET,
        "words": "",
        "by": organisation.user("Nadia"),
    }
    elif_ = organisation.people["Elif"]
    elif_.assignments.update(level="L9")
    refuse("level_not_described", judge_readiness, person=elif_, **given, on=today)
    carmen = organisation.people["Carmen"]
    before = date(2020, 1, 1)
    refuse("level_not_described", judge_readiness, person=carmen, **given, on=before)
    refuse("day_ahead", judge_readiness, person=carmen, **given, on=today + timedelta(days=1))
    refuse("oneself", judge_readiness, person=organisation.people["Nadia"], **given, on=today)


def test_a_step_is_planned_changed_done_and_taken_up_again(
    organisation: Organisation, ladder: Ladder, today: date
) -> None:
    elif_ = organisation.user("Elif")
    action = plan_action(
        person=organisation.people["Elif"],
        words="Shadow the escalations desk.",
        due_on=today,
        competency=ladder.competencies["judgement"],
        by=elif_,
    )
    change = {"action": action, "due_on": today, "competency": None, "by": elif_}
    change_action(**change, words="Shadow it twice.", version=1)
    error = refuse("changed_meanwhile", change_action, **change, words="Mine.", version=1)
    assert (error.theirs, error.version) == ("Shadow it twice.", 2)
    refuse("no_words", change_action, **change, words="  ", version=2)
    refuse("is_open", reopen_action, action=action, by=elif_)
    finish_action(action=action, by=elif_)
    refuse("is_over", finish_action, action=action, by=elif_)
    refuse("is_over", drop_action, action=action, by=elif_)
    reopen_action(action=action, by=elif_)
    drop_action(action=action, by=elif_)
    action.refresh_from_db()
    assert (action.words, action.done_on, action.dropped_on) == ("Shadow it twice.", None, today)
    acts = AuditEvent.objects.filter(act__startswith="development_action.").order_by("id")
    assert [event.act.partition(".")[2] for event in acts] == [
        "planned", "changed", "done", "reopened", "dropped"
    ]  # fmt: skip
    assert not [event for event in acts if "Shadow" in f"{event.detail}{event.subject_label}"]
    with pytest.raises(IntegrityError), transaction.atomic():
        DevelopmentAction.objects.filter(pk=action.pk).update(done_on=today)


def test_a_successor_is_noted_once_and_judged_anew(organisation: Organisation, today: date) -> None:
    nadia, video = organisation.user("Nadia"), organisation.units["video-es"]
    given: dict[str, Any] = {"unit": video, "person": organisation.people["Mateo"], "by": nadia}
    first = note_successor(**given, standing=Standing.LATER, words="In two years.")
    again = note_successor(**given, standing=Standing.READY_NOW, words="Sooner.")
    assert first.pk == again.pk
    assert Successor.objects.get().standing == "ready_now"
    end_successor(successor=first, by=nadia)
    refuse("is_over", end_successor, successor=first, by=nadia)
    anew = note_successor(**given, standing=Standing.LATER, words="")
    assert anew.pk != first.pk
    assert Successor.objects.filter(ended_on=today).count() == 1
    events = AuditEvent.objects.filter(act__startswith="successor.").order_by("id")
    assert [event.act for event in events] == [
        "successor.noted", "successor.judged_anew", "successor.ended", "successor.noted"
    ]  # fmt: skip
    # Readers of the log learn of the post, not of who stands behind it.
    assert not [event for event in events if "Mateo" in f"{event.detail}{event.subject_label}"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Successor.objects.create(
            unit=video, person=given["person"], standing="later", noted_on=today
        )


def test_who_leads_or_has_left_is_no_successor(organisation: Organisation, today: date) -> None:
    given: dict[str, Any] = {
        "unit": organisation.units["video-es"],
        "standing": Standing.LATER,
        "words": "",
    }
    nadia, people = organisation.user("Nadia"), organisation.people
    refuse("leads_already", note_successor, **given, person=people["Carmen"], by=nadia)
    refuse("oneself", note_successor, **given, person=people["Nadia"], by=nadia)
    leave_person(person=people["Mateo"], on=today, reason="", by=None)
    refuse("belongs_nowhere", note_successor, **given, person=people["Mateo"], by=nadia)
    assert not Successor.objects.exists()
