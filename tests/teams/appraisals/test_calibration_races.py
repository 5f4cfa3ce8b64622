"""Several in one session at once: one change holds, and none comes after it is closed."""

from decimal import Decimal

import pytest

from teams.appraisals.errors import AppraisalError
from teams.appraisals.models import RatingChange
from teams.appraisals.rules.transitions import State
from teams.appraisals.services.calibration import change_rating, close_session
from teams.apps import plant_root
from tests.personas import Organisation, build_organisation
from tests.teams.appraisals.building import find_appraisal
from tests.teams.appraisals.calibrating import build_session, rate
from tests.teams.appraisals.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def organisation(transactional_db: None) -> Organisation:
    """The organisation, committed; the root anew where a test in a browser emptied the tables."""
    plant_root()
    return build_organisation()


def change(organisation: Organisation, appraisal, after: str, by: str) -> RatingChange:
    return change_rating(
        appraisal=appraisal,
        after=Decimal(after),
        words="So it is.",
        by=organisation.user(by),
        expected_before=Decimal(4),
    )


def test_of_two_who_change_a_rating_at_once_one_is_told_of_the_other(organisation):
    session = build_session(organisation, more=0)
    elif_ = rate(find_appraisal(session.cycle, organisation, "Elif"), 4)
    done = at_once(
        lambda: change(organisation, elif_, "3.5", "group_leader"),
        lambda: change(organisation, elif_, "3.6", "Dana"),
    )
    refused = [one for one in done if isinstance(one, AppraisalError)]
    assert [one.code for one in refused] == ["changed_meanwhile"]
    assert RatingChange.objects.count() == 1


def test_a_rating_changes_before_its_session_closes_or_not_at_all(organisation):
    session = build_session(organisation, more=0)
    elif_ = rate(find_appraisal(session.cycle, organisation, "Elif"), 4)
    done = at_once(
        lambda: change(organisation, elif_, "3.5", "Dana"),
        lambda: close_session(
            session=session, by=organisation.user("group_leader"), leave_out=True
        ),
    )
    session.refresh_from_db()
    elif_.refresh_from_db()
    assert session.closed_at is not None
    assert elif_.state == State.SIGN_OFF
    changes = list(RatingChange.objects.all())
    if isinstance(done[0], AppraisalError):
        assert (done[0].code, changes) == ("session_closed", [])
    else:
        assert changes[0].at < session.closed_at
