"""Half-open calendar periods, the same on a page, in the API and in an export."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Grain(StrEnum):
    """How finely a range is cut."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    ALL = "all"


class _Edges(NamedTuple):
    start: date
    end: date


class Period(_Edges):
    """The days from `start` up to, not including, `end`.

    A tuple, since pages look values up by period by the thousand.
    """

    __slots__ = ()

    def __new__(cls, start: date, end: date) -> Period:
        if end <= start:
            raise ValueError(f"A period must end after it starts: {start} to {end}.")
        return super().__new__(cls, start, end)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day < self.end

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)

    def label(self) -> str:
        """Name the period by its first and last day, as in '26 Oct – 22 Nov 2026'."""
        first, last = self.start, self.last_day
        until = f"{last.day} {MONTHS[last.month - 1]} {last.year}"
        if first == last:
            return until
        since = str(first.day)
        if (first.year, first.month) != (last.year, last.month):
            since += f" {MONTHS[first.month - 1]}"
        if first.year != last.year:
            since += f" {first.year}"
        return f"{since} – {until}"

    def __str__(self) -> str:
        return self.label()


def period_of(day: date, grain: Grain) -> Period:
    """Find the calendar period that holds `day`; weeks begin on Monday.

    Raises ValueError for `all`, which has no calendar, and at the end of the year 9999.
    """
    try:
        match grain:
            case Grain.DAY:
                return Period(day, day + timedelta(days=1))
            case Grain.WEEK:
                start = day - timedelta(days=day.weekday())
                return Period(start, start + timedelta(days=7))
            case Grain.MONTH:
                return Period(day.replace(day=1), _first_of_month(day.year, day.month + 1))
            case Grain.QUARTER:
                first = day.month - (day.month - 1) % 3
                return Period(date(day.year, first, 1), _first_of_month(day.year, first + 3))
            case Grain.ALL:
                raise ValueError("'all' is one period from start to end; no day decides it.")
    except OverflowError:
        raise ValueError(f"{day} is too near the end of the calendar.") from None


def list_periods(start: date, end: date, grain: Grain, *, limit: int = 4_000) -> list[Period]:
    """List the periods of `grain` that start in [start, end), in order.

    A period that began before `start` is left out; the last one may reach beyond `end`.
    `all` is the one period [start, end). More than `limit` periods are a ValueError, so that
    a mistyped year does not become a page of a million rows.
    """
    whole = Period(start, end)
    if grain is Grain.ALL:
        return [whole]
    periods: list[Period] = []
    period = period_of(start, grain)
    if period.start < start:
        period = period_of(period.end, grain)
    while period.start < end:
        if len(periods) == limit:
            raise ValueError(
                f"{whole.label()} holds more than {limit:,} periods of one {grain}; "
                "choose a shorter range or a coarser period."
            )
        periods.append(period)
        period = period_of(period.end, grain)
    return periods


def previous(period: Period, grain: Grain) -> Period:
    """Find the period of `grain` that ends where this one starts.

    For `all` it is as long as this one. Raises ValueError when `period` is not of `grain`.
    """
    if grain is Grain.ALL:
        return Period(period.start - timedelta(days=period.days), period.start)
    if period != period_of(period.start, grain):
        raise ValueError(f"{period.label()} is not one whole {grain}.")
    return period_of(period.start - timedelta(days=1), grain)


def shift(period: Period, *, weeks: int) -> Period:
    """Move a period by whole weeks, back when negative: length and weekdays stay."""
    by = timedelta(weeks=weeks)
    return Period(period.start + by, period.end + by)


def comparison_of(period: Period) -> Period:
    """Find the nearest earlier period with the same weekdays that does not touch this one.

    Whole weeks are compared with the weeks just before them. Other lengths step back to the
    next whole week, because a range with two Sundays is no match for a range with one.
    """
    return shift(period, weeks=-(-period.days // 7) * -1)


def _first_of_month(year: int, month: int) -> date:
    """Take a month that may be one past December."""
    try:
        return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
    except ValueError:
        raise OverflowError from None
