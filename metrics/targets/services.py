from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from psycopg2.extras import DateRange

from metrics.kpis.models import Direction, Kpi, KpiVersion
from metrics.targets.models import Target
from teams.audit.services import record_event
from teams.structure.models import Unit

if TYPE_CHECKING:
    from teams.accounts.models import User


class TargetError(ValueError):
    """A target that cannot be set; the message is a sentence for whoever sets it."""


@transaction.atomic
def set_target(
    *,
    kpi: Kpi,
    unit: Unit,
    low: Decimal | None,
    high: Decimal | None,
    start: date | None,
    end: date | None = None,
    by: "User | None",
) -> Target:
    """Set what a unit, and all below without a target of their own, aim at from `start`.

    The target that held on `start` ends there. One that begins later stays: without an `end` this
    one holds until then. Raises TargetError.
    """
    _check(kpi.versions.latest("number"), low, high)
    # One at a time per KPI, so that what is read here still stands when it is written.
    Kpi.objects.select_for_update().get(pk=kpi.pk)
    others = Target.objects.filter(kpi=kpi, unit=unit)
    later = [target for target in others if _is_later(target, start)]
    if later:
        next_start = min(target.valid.lower for target in later)
        if end is not None and end > next_start:
            raise TargetError(f"From {next_start} another target holds; end this one before.")
        end = end or next_start
    if start is not None and end is not None and end <= start:
        raise TargetError(f"A target must end after it starts: {start} to {end}.")
    for target in others:
        if target in later or (target.valid.upper is not None and _ends_by(target, start)):
            continue
        if target.valid.lower == start:
            target.delete()
        else:
            target.valid = DateRange(target.valid.lower, start)
            target.save(update_fields=["valid"])
    target = Target.objects.create(
        kpi=kpi, unit=unit, valid=DateRange(start, end), low=low, high=high, set_by=by
    )
    record_event("target.set", by=by, subject=target, low=low, high=high, start=start, end=end)
    return target


def _check(version: KpiVersion, low: Decimal | None, high: Decimal | None) -> None:
    if low is None and high is None:
        raise TargetError("A target needs a lower or an upper end.")
    if low is not None and high is not None and low > high:
        raise TargetError(f"The lower end {low} is above the upper end {high}.")
    if version.direction == Direction.HIGHER and low is None:
        raise TargetError(f"Of {version.name}, more is better: its target needs a lower end.")
    if version.direction == Direction.LOWER and high is None:
        raise TargetError(f"Of {version.name}, less is better: its target needs an upper end.")


def _is_later(target: Target, start: date | None) -> bool:
    return target.valid.lower is not None and (start is None or target.valid.lower > start)


def _ends_by(target: Target, start: date | None) -> bool:
    return start is not None and target.valid.upper <= start
