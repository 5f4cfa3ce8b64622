from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from psycopg2.extras import DateRange

from metrics.kpis.models import Kpi
from metrics.targets.models import Ramp
from metrics.targets.rules import PLACES
from metrics.targets.services.stretches import TargetError, make_room
from teams.audit.services import record_event
from teams.structure.models import Unit

if TYPE_CHECKING:
    from teams.accounts.models import User

MOST_WEEKS = 104


@transaction.atomic
def set_ramp(
    *,
    kpi: Kpi,
    unit: Unit,
    shares: Sequence[Decimal],
    start: date | None,
    end: date | None = None,
    by: "User | None",
) -> Ramp:
    """Set which share (0 to 1) of the target newcomers are held to, by week since their first day.

    It holds for the unit and all below without a ramp of their own, on days from `start`; what
    held before ends and takes up again as a target does. Raises TargetError.
    """
    _check(shares)
    end = make_room(Ramp.objects, kpi=kpi, unit=unit, start=start, end=end)
    ramp = Ramp.objects.create(
        kpi=kpi, unit=unit, valid=DateRange(start, end), shares=list(shares), set_by=by
    )
    record_event(
        "ramp.set",
        by=by,
        subject=ramp,
        kpi=kpi.slug,
        unit=unit.slug,
        shares=[str(share) for share in shares],
        start=start,
        end=end,
    )
    return ramp


@transaction.atomic
def end_ramp(*, kpi: Kpi, unit: Unit, on: date, by: "User | None") -> None:
    """Let a unit have no ramp of its own from a day on. Raises TargetError where none holds."""
    if not Ramp.objects.filter(kpi=kpi, unit=unit, valid__contains=on).exists():
        raise TargetError(f"The unit has no ramp of its own on {on}.")
    make_room(Ramp.objects, kpi=kpi, unit=unit, start=on, end=None)
    record_event("ramp.ended", by=by, subject=unit, kpi=kpi.slug, unit=unit.slug, start=on)


def _check(shares: Sequence[Decimal]) -> None:
    if not shares:
        raise TargetError("A ramp needs the share of at least one week.")
    if len(shares) > MOST_WEEKS:
        raise TargetError(f"A ramp has at most {MOST_WEEKS} weeks, not {len(shares)}.")
    for week, share in enumerate(shares, 1):
        if not share.is_finite() or not 0 <= share <= 1:
            raise TargetError(f"Week {week} is to be from 0 to 100 % of the target, not {share}.")
        if share != share.quantize(PLACES):
            raise TargetError(f"Week {week} has more decimals than are kept.")
