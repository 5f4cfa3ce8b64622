"""Targets that analysts propose, and someone else decides on."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from metrics.kpis.models import Kpi, ReviewState
from metrics.kpis.services.reviews import (
    ReviewError,
    check_reviewer,
    check_words,
    close_review,
    lock_open,
)
from metrics.targets.models import Target, TargetChange
from metrics.targets.services.stretches import TargetError
from metrics.targets.services.targets import check_target, set_target
from teams.audit.services import record_event
from teams.structure.models import Unit

if TYPE_CHECKING:
    from teams.accounts.models import User


@transaction.atomic
def propose_target(
    *,
    kpi: Kpi,
    unit: Unit,
    low: Decimal | None,
    high: Decimal | None,
    start: date | None,
    end: date | None = None,
    reason: str,
    by: "User",
) -> TargetChange:
    """Propose what a unit is to aim at; nothing holds before someone else approves it.

    Raises TargetError for a target that could not be set, ReviewError for a proposal that cannot
    be made: one at a time waits for a KPI and unit.
    """
    check_target(kpi.versions.latest("number"), low, high)
    if start is not None and end is not None and end <= start:
        raise TargetError(f"It must end after it starts: {start} to {end}.")
    reason = check_words(reason, "reason")
    Kpi.objects.select_for_update().get(pk=kpi.pk)
    if TargetChange.objects.filter(kpi=kpi, unit=unit, state=ReviewState.OPEN).exists():
        raise ReviewError(
            "Another proposal for this unit waits already; it is to be decided first."
        )
    change = TargetChange.objects.create(
        kpi=kpi, unit=unit, low=low, high=high, start=start, end=end, reason=reason, proposed_by=by
    )
    _record("target.proposed", change, by, low=low, high=high, start=start, end=end, reason=reason)
    return change


@transaction.atomic
def approve_target(*, change: TargetChange, words: str = "", by: "User") -> Target:
    """Set a target that someone else proposed. Raises ReviewError, TargetError."""
    change = lock_open(TargetChange.objects.select_related("kpi", "unit"), change.pk)
    check_reviewer(change.proposed_by, by)
    target = set_target(
        kpi=change.kpi,
        unit=change.unit,
        low=change.low,
        high=change.high,
        start=change.start,
        end=change.end,
        by=change.proposed_by,
    )
    words = check_words(words, "words", needed=False)
    close_review(change, state=ReviewState.APPROVED, by=by, words=words)
    _record("target.approved", change, by, words=words)
    return target


@transaction.atomic
def decline_target(*, change: TargetChange, words: str, by: "User") -> None:
    """Decline a target that someone else proposed, with words. Raises ReviewError."""
    change = lock_open(TargetChange.objects.all(), change.pk)
    check_reviewer(change.proposed_by, by)
    words = check_words(words, "words")
    close_review(change, state=ReviewState.DECLINED, by=by, words=words)
    _record("target.declined", change, by, words=words)


@transaction.atomic
def withdraw_target(*, change: TargetChange, by: "User") -> None:
    """Take back a target that one proposed oneself. Raises ReviewError."""
    change = lock_open(TargetChange.objects.all(), change.pk)
    if change.proposed_by_id != by.pk:
        raise ReviewError("Only who proposed it takes it back.")
    close_review(change, state=ReviewState.WITHDRAWN, by=by, words="")
    _record("target.withdrawn", change, by)


def _record(act: str, change: TargetChange, by: "User", **detail: object) -> None:
    record_event(act, by=by, subject=change, kpi=change.kpi.slug, unit=change.unit.slug, **detail)
