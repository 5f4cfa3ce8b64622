"""Targets that analysts propose and someone else sets."""

from datetime import date
from decimal import Decimal

import pytest

from metrics.kpis.models import Kpi, ReviewState
from metrics.kpis.services.reviews import ReviewError
from metrics.targets.models import Target, TargetChange
from metrics.targets.services import (
    TargetError,
    approve_target,
    decline_target,
    propose_target,
    withdraw_target,
)
from teams.audit.models import AuditEvent
from tests.personas import Organisation

pytestmark = pytest.mark.django_db

START = date(2026, 12, 1)


def propose(organisation: Organisation, low: str = "95", reason: str = "Three good quarters."):
    return propose_target(
        kpi=Kpi.objects.get(slug="on-time-delivery"),
        unit=organisation.root,
        low=Decimal(low),
        high=None,
        start=START,
        reason=reason,
        by=organisation.user("analyst"),
    )


def test_it_holds_once_someone_else_has_approved(organisation: Organisation) -> None:
    change = propose(organisation)
    assert not Target.objects.exists()
    target = approve_target(change=change, words="Agreed.", by=organisation.user("administrator"))
    assert (target.low, target.valid.lower, target.set_by) == (
        Decimal(95),
        START,
        organisation.user("analyst"),
    )
    change.refresh_from_db()
    assert (change.state, change.review) == (ReviewState.APPROVED, "Agreed.")
    acts = set(AuditEvent.objects.values_list("act", flat=True))
    assert {"target.proposed", "target.approved", "target.set"} <= acts


def test_nobody_approves_their_own(organisation: Organisation) -> None:
    change = propose(organisation)
    with pytest.raises(ReviewError, match="of their own"):
        approve_target(change=change, by=organisation.user("analyst"))
    assert not Target.objects.exists()


def test_it_is_decided_once(organisation: Organisation) -> None:
    change = propose(organisation)
    by = organisation.user("administrator")
    decline_target(change=change, words="Not before the new year.", by=by)
    with pytest.raises(ReviewError, match="no longer waits"):
        approve_target(change=change, by=by)
    with pytest.raises(ReviewError, match="no longer waits"):
        withdraw_target(change=change, by=organisation.user("analyst"))


def test_declining_takes_words(organisation: Organisation) -> None:
    with pytest.raises(ReviewError, match="Say why"):
        decline_target(
            change=propose(organisation), words=" ", by=organisation.user("administrator")
        )


def test_only_the_proposer_withdraws_and_may_propose_again(organisation: Organisation) -> None:
    change = propose(organisation)
    with pytest.raises(ReviewError, match="waits already"):
        propose(organisation, "96")
    with pytest.raises(ReviewError, match="Only who proposed"):
        withdraw_target(change=change, by=organisation.user("administrator"))
    withdraw_target(change=change, by=organisation.user("analyst"))
    propose(organisation, "96")
    assert list(TargetChange.objects.order_by("id").values_list("state", flat=True)) == [
        "withdrawn",
        "open",
    ]


def test_what_could_not_be_set_is_not_proposed(organisation: Organisation) -> None:
    with pytest.raises(TargetError, match="is no number"):
        propose(organisation, "1e12")
    with pytest.raises(ReviewError, match="Say why"):
        propose(organisation, reason="")
    with pytest.raises(ReviewError, match="At most 2,000 characters, not 50,000"):
        propose(organisation, reason="x" * 50_000)
