"""How far data reach, and what of them is late or waits, in words."""

from collections.abc import Sequence
from datetime import date

from django.utils import timezone

from metrics.dashboards.rules.questions import Span
from metrics.feeds.selectors import IncompleteDay
from metrics.kpis.extents import Extent
from opsportal.lib.periods import MONTHS


def say_freshness(extent: Extent | None) -> str:
    """Say up to which day there are data, and when that was computed; empty without any."""
    if extent is None:
        return ""
    last = extent.last
    is_sparse = Span(extent.first, last, extent.days).is_sparse
    up_to = f"{MONTHS[last.month - 1]} {last.year}" if is_sparse else say_day(last)
    words = f"Data up to {up_to}"
    if extent.computed_at is None:
        return words
    local = timezone.localtime(extent.computed_at)
    if local.date() == timezone.localdate():
        return f"{words}, computed {local:%H:%M}"
    return f"{words}, computed {local.day} {MONTHS[local.month - 1]} {local:%H:%M}"


def say_day(day: date) -> str:
    """Name a day, as in '3 Nov'; the year where it is not this one."""
    words = f"{day.day} {MONTHS[day.month - 1]}"
    return words if day.year == timezone.localdate().year else f"{words} {day.year}"


def say_late(late: Sequence[IncompleteDay]) -> str:
    """Name the feeds that are late, the first of them with what is missing."""
    if not late:
        return ""
    first, *others = late
    if not others:
        return first.why
    return f"{first.why}; {', '.join(day.feed_name for day in others)} also late"


def say_waiting(days: int) -> str:
    """Say how many days wait to be computed anew; empty where none does."""
    if not days:
        return ""
    waits = "1 day waits" if days == 1 else f"{days:,} days wait"
    return f"{waits} to be computed anew; figures that hold them may change"
