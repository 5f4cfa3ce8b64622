"""Several at once, on a real database: every step is taken once and no review is forgotten."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from teams.appraisals.errors import AppraisalError
from teams.appraisals.models import Appraisal, KeptText, Part, Review, ReviewKind
from teams.appraisals.rules.transitions import Action, State
from teams.appraisals.services.reviews import save_part
from teams.appraisals.services.steps import take_step
from teams.apps import plant_root
from tests.personas import build_organisation
from tests.teams.appraisals.building import (
    build_cycle,
    find_appraisal,
    get_review,
    put,
    write_part,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _root(transactional_db: None) -> None:
    """Let the root stand, where a test before this one emptied the database."""
    plant_root()


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Do all deeds at the same moment, each in its own connection; return what came of each."""
    ready = Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> object:
        try:
            ready.wait(timeout=30)
            return deed()
        except AppraisalError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def test_two_leaders_who_submit_at_once_both_count():
    organisation = build_organisation()
    elif_ = find_appraisal(build_cycle(organisation), organisation, "Elif")
    other = Review.objects.create(
        appraisal=elif_, kind=ReviewKind.LEADER, author=organisation.people["Lukas"], day_count=91
    )
    write_part(get_review(elif_), rating=4)
    write_part(other, rating=2)
    put(elif_, State.LEADER_REVIEW)
    users = [organisation.user("team_leader"), organisation.user("sibling_leader")]
    done = at_once(
        *(
            lambda user=user: take_step(appraisal=elif_, action=Action.SUBMIT_REVIEW, by=user)
            for user in users
        )
    )
    assert all(isinstance(one, Appraisal) for one in done), done
    elif_.refresh_from_db()
    assert elif_.state == State.CALIBRATION
    assert elif_.score is not None
    assert not elif_.reviews.filter(submitted_at__isnull=True).exists()
    ends = list(elif_.transitions.filter(action=Action.SUBMIT_REVIEW).values_list("end", flat=True))
    assert ends == [State.LEADER_REVIEW, State.CALIBRATION]


def test_one_who_presses_twice_submits_once():
    organisation = build_organisation()
    elif_ = find_appraisal(build_cycle(organisation), organisation, "Elif")
    write_part(get_review(elif_, ReviewKind.SELF))
    user = organisation.user("member")

    def submit() -> Appraisal:
        return take_step(
            appraisal=elif_, action=Action.SUBMIT_SELF, by=user, expected=State.SELF_REVIEW
        )

    done = at_once(submit, submit, submit)
    assert sum(isinstance(one, Appraisal) for one in done) == 1
    assert {one.code for one in done if isinstance(one, AppraisalError)} == {"moved_on"}
    assert elif_.transitions.filter(action=Action.SUBMIT_SELF).count() == 1


def test_of_two_windows_that_save_the_same_part_at_once_both_texts_are_there():
    organisation = build_organisation()
    elif_ = find_appraisal(build_cycle(organisation), organisation, "Elif")
    review, section = get_review(elif_), elif_.cycle.template.sections.get(position=1)
    user = organisation.user("team_leader")
    at_once(
        *(
            lambda words=words: save_part(
                review=review, section=section, words=words, rating=None, version=0, by=user
            )
            for words in ("one", "two", "three")
        )
    )
    texts = [*Part.objects.values_list("words", flat=True)]
    texts += KeptText.objects.values_list("words", flat=True)
    assert sorted(texts) == ["one", "three", "two"]
