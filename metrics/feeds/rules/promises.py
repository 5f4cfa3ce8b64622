"""What a feed promises: which operating days, until when, and what became of a day."""

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

WEEKDAYS = [name.lower() for name in calendar.day_abbr]
# Every month has it.
LAST_MONTH_DAY = 28
WORDS = {"daily": "mon-sun", "monthly": "1"}


class PromiseError(ValueError):
    """A schedule that cannot be; the message is a sentence for whoever wrote it."""


class DayState(StrEnum):
    """What became of a promised day."""

    AWAITED = "awaited"  # not whole, and not yet due
    ON_TIME = "on_time"
    LATE = "late"  # whole by now, after it was due
    PARTIAL = "partial"  # due, and some covered unit is missing
    MISSING = "missing"  # due, and nothing is there

    @property
    def is_overdue(self) -> bool:
        return self in (DayState.PARTIAL, DayState.MISSING)


@dataclass(frozen=True)
class Promise:
    """Which operating days a feed promises, from `since` on, and until when each is due.

    Promised are the days whose weekday (Monday is 0) or whose day of the month is listed.
    """

    weekdays: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    by: time = time(6)
    after_days: int = 1
    since: date | None = None

    def __bool__(self) -> bool:
        return bool(self.weekdays or self.month_days)

    def includes(self, day: date) -> bool:
        """Tell whether a day is promised."""
        if self.since is not None and day < self.since:
            return False
        return day.weekday() in self.weekdays or day.day in self.month_days

    def list_days(self, start: date, end: date) -> Iterator[date]:
        """Give the promised days from `start` until before `end`, in order."""
        if not self:
            return
        first = start if self.since is None else max(start, self.since)
        for offset in range((end - first).days):
            if self.includes(day := first + timedelta(days=offset)):
                yield day

    def due_at(self, day: date, zone: tzinfo) -> datetime:
        """Tell until when a day is due, on the clock of a time zone."""
        return datetime.combine(day + timedelta(days=self.after_days), self.by, tzinfo=zone)


def judge_day(
    *, due_at: datetime, now: datetime, has_facts: bool = False, whole_at: datetime | None = None
) -> DayState:
    """Tell what became of a promised day; `whole_at` is since when it is there whole, if it is."""
    if whole_at is not None:
        return DayState.ON_TIME if whole_at <= due_at else DayState.LATE
    if now < due_at:
        return DayState.AWAITED
    return DayState.PARTIAL if has_facts else DayState.MISSING


def judge_feed(states: Iterable[DayState]) -> DayState | None:
    """Tell how fresh a feed is: what became of its newest day that is due or there.

    `states` are those of its promised days, oldest first; None where none is promised.
    """
    known = list(states)
    settled = [state for state in known if state is not DayState.AWAITED]
    return settled[-1] if settled else (known[-1] if known else None)


def parse_promised_days(text: str) -> tuple[frozenset[int], frozenset[int]]:
    """Read 'mon-fri', 'mon, thu', 'daily', 'monthly' or '1, 15' as weekdays and days of the month.

    Raises PromiseError, with a sentence, for anything else.
    """
    weekdays: set[int] = set()
    month_days: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        word = WORDS.get(part, part)
        if word.isascii() and word.isdigit() and 1 <= int(word) <= LAST_MONTH_DAY:
            month_days.add(int(word))
            continue
        first, dash, last = word.partition("-")
        if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
            raise PromiseError(
                f"'{part[:40]}' promises no days: say weekdays such as mon-fri or mon,thu, daily, "
                f"monthly, or days of the month from 1 to {LAST_MONTH_DAY}."
            )
        start = WEEKDAYS.index(first)
        length = (WEEKDAYS.index(last) - start) % 7 if dash else 0
        weekdays |= {(start + step) % 7 for step in range(length + 1)}
    return frozenset(weekdays), frozenset(month_days)


def write_promised_days(weekdays: Iterable[int], month_days: Iterable[int]) -> str:
    """Write promised days as `parse_promised_days` reads them."""
    parts: list[str] = []
    days = sorted(set(weekdays))
    while days:
        run = [days.pop(0)]
        while days and days[0] == run[-1] + 1:
            run.append(days.pop(0))
        first, last = WEEKDAYS[run[0]], WEEKDAYS[run[-1]]
        if len(run) > 2:
            parts.append(f"{first}-{last}")
        else:
            parts += [WEEKDAYS[day] for day in run]
    return ",".join([*parts, *map(str, sorted(set(month_days)))])
