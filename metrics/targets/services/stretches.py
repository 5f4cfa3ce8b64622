"""Rows that hold for stretches of days, one at a time for a KPI and a unit."""

from datetime import date
from typing import TypeVar

from django.db.models import Manager
from psycopg2.extras import DateRange

from metrics.kpis.models import Kpi
from metrics.targets.models import Ramp, Target
from teams.structure.models import Unit


class TargetError(ValueError):
    """A target or ramp that cannot be set; the message is a sentence for whoever sets it."""


Stretch = TypeVar("Stretch", Target, Ramp)


def make_room(
    manager: "Manager[Stretch]", *, kpi: Kpi, unit: Unit, start: date | None, end: date | None
) -> date | None:
    """Free the days from `start` up to `end` of what holds on them; return where they end.

    What began before ends at `start`, and takes up again at `end` where it was to hold longer.
    One that begins later stays: without an `end`, the days end there. Raises TargetError. Holds
    the KPI's row, so that what is read here still stands when something is written into the room.
    """
    Kpi.objects.select_for_update().get(pk=kpi.pk)
    others = list(manager.filter(kpi=kpi, unit=unit))
    later = [one.valid.lower for one in others if _is_later(one.valid, start)]
    if later:
        next_start = min(later)
        if end is not None and end > next_start:
            raise TargetError(f"From {next_start} another one holds; end this one by then.")
        end = end or next_start
    if start is not None and end is not None and end <= start:
        raise TargetError(f"It must end after it starts: {start} to {end}.")
    for one in others:
        if not _is_later(one.valid, start) and not _ends_by(one.valid, start):
            _cut(one, start, end)
    return end


def _cut(one: Target | Ramp, start: date | None, end: date | None) -> None:
    first, last = one.valid.lower, one.valid.upper
    resumes = end is not None and (last is None or end < last)
    if first == start:
        if not resumes:
            one.delete()
            return
        one.valid = DateRange(end, last)
        one.save(update_fields=["valid"])
        return
    one.valid = DateRange(first, start)
    one.save(update_fields=["valid"])
    if resumes:
        # The same words of the same person, on the days after.
        one.pk = None
        one._state.adding = True
        one.valid = DateRange(end, last)
        one.save()


def _is_later(valid: DateRange, start: date | None) -> bool:
    return valid.lower is not None and (start is None or valid.lower > start)


def _ends_by(valid: DateRange, start: date | None) -> bool:
    return start is not None and valid.upper is not None and valid.upper <= start
