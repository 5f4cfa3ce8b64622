from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from teams.audit.models import AuditEvent
from teams.competencies.errors import CompetencyError
from teams.competencies.models import Competency, Expectation, Level
from teams.competencies.selectors import (
    find_expectations,
    list_competencies,
    list_levels,
    list_missing_levels,
    next_level,
)
from teams.competencies.services import (
    add_competency,
    change_competency,
    change_level,
    describe_level,
    write_expectation,
)
from tests.personas import Organisation
from tests.teams.growth.ladder import Ladder, build_ladder

pytestmark = pytest.mark.django_db


@pytest.fixture
def ladder(db: None) -> Ladder:
    return build_ladder()


def refuse(expected: str, do: Callable[..., Any], /, **given: Any) -> CompetencyError:
    with pytest.raises(CompetencyError) as refused:
        do(**given)
    assert refused.value.code == expected
    return refused.value


def test_levels_stand_in_their_order(ladder: Ladder) -> None:
    assert [level.code for level in list_levels()] == ["L2", "L3", "L4"]
    following = [next_level(code) for code in ("L2", "L3", "L4", "L9", "")]
    assert [level and level.code for level in following] == ["L3", "L4", None, None, None]


def test_a_code_and_a_place_are_taken_once(ladder: Ladder) -> None:
    refuse("code_is_taken", describe_level, code="L3", name="Again", position=9, by=None)
    error = refuse("position_is_taken", describe_level, code="L5", name="Five", position=2, by=None)
    assert "Place 2 is that of L3" in error.message
    with pytest.raises(IntegrityError), transaction.atomic():
        Level.objects.create(code="L6", name="Six", position=2)


def test_a_code_that_people_hold_stays(organisation: Organisation, ladder: Ladder) -> None:
    three, four = ladder.levels["L3"], ladder.levels["L4"]
    refuse("code_is_held", change_level, level=three, code="S3", name="S", position=2, by=None)
    change_level(level=three, code="L3", name="Senior", position=7, by=None)
    change_level(level=four, code="X4", name="Expert", position=9, by=None)
    assert [str(level) for level in list_levels()] == ["L2, Reviewer", "L3, Senior", "X4, Expert"]


def test_levels_that_nobody_described_are_missing(organisation: Organisation) -> None:
    today = organisation.viewer("member").today
    people = len(organisation.people)
    assert list_missing_levels(today) == [("L3", people)]
    describe_level(code="L3", name="Senior", position=3, by=None)
    assert list_missing_levels(today) == []


def test_an_expectation_is_found_by_level(ladder: Ladder) -> None:
    ids = {slug: one.pk for slug, one in ladder.competencies.items()}
    assert find_expectations("L3") == {
        ids["judgement"]: "Judgement of L3.",
        ids["mentoring"]: "Mentoring of L3.",
    }
    assert find_expectations("L9") == {}
    change_competency(
        competency=ladder.competencies["mentoring"],
        name="Mentoring",
        words="",
        position=2,
        retired=True,
        by=None,
    )
    assert set(find_expectations("L3")) == {ids["judgement"]}
    assert [one.slug for one in list_competencies()] == ["judgement"]
    assert Expectation.objects.filter(competency__slug="mentoring").count() == 3


def test_who_writes_upon_an_older_text_is_told(organisation: Organisation, ladder: Ladder) -> None:
    given = {"level": ladder.levels["L3"], "competency": ladder.competencies["judgement"]}
    judith = organisation.user("hr_partner")
    written = write_expectation(**given, words="Decides hard cases.", version=1, by=judith)
    assert written.version == 2
    for version in (0, 1, 7):
        error = refuse(
            "changed_meanwhile", write_expectation, **given, words="Mine.", version=version, by=None
        )
        assert (error.theirs, error.version) == ("Decides hard cases.", 2)
    assert find_expectations("L3")[given["competency"].pk] == "Decides hard cases."
    event = AuditEvent.objects.filter(act="expectation.written", actor=judith).get()
    assert event.detail == {"level": "L3", "competency": "judgement", "version": 2}


def test_no_words_expect_nothing_and_the_count_goes_on(ladder: Ladder) -> None:
    given = {"level": ladder.levels["L3"], "competency": ladder.competencies["judgement"]}
    write_expectation(**given, words="", version=1, by=None)
    assert given["competency"].pk not in find_expectations("L3")
    assert write_expectation(**given, words="Anew.", version=2, by=None).version == 3
    # The same words again are no change.
    assert write_expectation(**given, words="Anew.", version=3, by=None).version == 3


def test_a_competency_has_an_address_of_its_own(db: None) -> None:
    for name, slug in [("New", "new-2"), ("判断", "competency"), ("你好", "competency-2")]:
        assert add_competency(name=name, words="", position=1, by=None).slug == slug
    refuse("name_is_taken", add_competency, name="New", words="", position=1, by=None)
    assert Competency.objects.count() == 3
