from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from psycopg2.extras import DateRange

from metrics.kpis.models import Direction, Kpi, KpiVersion
from metrics.targets.models import Target
from metrics.targets.rules import PLACES
from metrics.targets.services.stretches import TargetError, make_room
from teams.audit.services import record_event
from teams.structure.models import Unit

if TYPE_CHECKING:
    from teams.accounts.models import User

# As many digits as a target is kept with.
LIMIT = Decimal(10) ** 10


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

    The target that held on `start` ends there, and takes up again at `end` where it was to hold
    longer. One that begins later stays: without an `end` this one holds until then. Raises
    TargetError.
    """
    check_target(kpi.versions.latest("number"), low, high)
    end = make_room(Target.objects, kpi=kpi, unit=unit, start=start, end=end)
    target = Target.objects.create(
        kpi=kpi, unit=unit, valid=DateRange(start, end), low=low, high=high, set_by=by
    )
    record_event(
        "target.set",
        by=by,
        subject=target,
        kpi=kpi.slug,
        unit=unit.slug,
        low=low,
        high=high,
        start=start,
        end=end,
    )
    return target


@transaction.atomic
def end_target(*, kpi: Kpi, unit: Unit, on: date, by: "User | None") -> None:
    """Let a unit have no target of its own from a day on, so that it inherits again.

    One that begins later stays. Raises TargetError where none holds on that day.
    """
    if not Target.objects.filter(kpi=kpi, unit=unit, valid__contains=on).exists():
        raise TargetError(f"The unit has no target of its own on {on}.")
    make_room(Target.objects, kpi=kpi, unit=unit, start=on, end=None)
    record_event("target.ended", by=by, subject=unit, kpi=kpi.slug, unit=unit.slug, start=on)


def check_target(version: KpiVersion, low: Decimal | None, high: Decimal | None) -> None:
    """Raise TargetError for a target that says nothing, or not what its KPI can aim at."""
    for number in (low, high):
        if number is not None:
            _check_number(number)
    if low is None and high is None:
        raise TargetError("A target needs a lower or an upper end.")
    if low is not None and high is not None and low > high:
        raise TargetError(f"The lower end {low} is above the upper end {high}.")
    if version.direction == Direction.HIGHER and low is None:
        raise TargetError(f"Of {version.name}, more is better: its target needs a lower end.")
    if version.direction == Direction.LOWER and high is None:
        raise TargetError(f"Of {version.name}, less is better: its target needs an upper end.")


def _check_number(number: Decimal) -> None:
    if not number.is_finite() or abs(number) >= LIMIT:
        raise TargetError(f"{number} is no number under ten thousand million.")
    if number != number.quantize(PLACES):
        raise TargetError(f"{number} has more than four decimals.")
