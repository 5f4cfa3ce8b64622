"""A colleague who answers while the leader submits: in time and frozen, or refused and told."""

import pytest

from teams.appraisals.errors import AppraisalError
from teams.appraisals.models import EvidenceItem, FeedbackRequest
from teams.appraisals.rules.transitions import Action, State
from teams.appraisals.services.evidence import gather_evidence
from teams.appraisals.services.steps import take_step
from teams.apps import plant_root
from tests.personas import build_organisation
from tests.teams.appraisals.asking import answer, ask
from tests.teams.appraisals.building import (
    build_cycle,
    find_appraisal,
    get_review,
    put,
    write_part,
)
from tests.teams.appraisals.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("_", range(3))
def test_what_is_frozen_is_what_was_said_in_time(_: int) -> None:
    plant_root()
    organisation = build_organisation()
    elif_ = find_appraisal(build_cycle(organisation), organisation, "Elif")
    ask(organisation, elif_, ["Tobias", "Hana"], is_anonymous=False)
    write_part(get_review(elif_))
    put(elif_, State.LEADER_REVIEW)
    carmen = organisation.user("team_leader")
    *answered, submitted, gathered = at_once(
        lambda: answer(organisation, elif_, "Tobias"),
        lambda: answer(organisation, elif_, "Hana"),
        lambda: take_step(appraisal=elif_, action=Action.SUBMIT_REVIEW, by=carmen),
        lambda: gather_evidence(appraisals=[elif_]),
    )
    assert not isinstance(submitted, AppraisalError)
    assert gathered is None
    kept = {one.peer.employee_id for one in answered if isinstance(one, FeedbackRequest)}
    refused = [one for one in answered if isinstance(one, AppraisalError)]
    assert len(kept) + len(refused) == 2
    assert all(one.code == "not_open" for one in refused)
    frozen = EvidenceItem.objects.filter(appraisal=elif_)
    assert not frozen.filter(frozen_at=None).exists()
    assert set(frozen.filter(kind="feedback").values_list("key", flat=True)) == {
        f"by:{employee_id}" for employee_id in kept
    }
