"""Did last night arrive, whole? Days and schedules in words, strips and calendars."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext, ngettext

from metrics.feeds.rules.promises import DayState, Promise
from metrics.feeds.selectors import Delivery, FeedLine, PromisedDay, explain_absence, name_units
from metrics.feeds.tables.imports import Verdict

# Which status of the one table a day's state takes.
STATUS = {
    DayState.AWAITED: "waiting",
    DayState.ON_TIME: "done",
    DayState.LATE: "late",
    DayState.PARTIAL: "missing",
    DayState.MISSING: "refused",
}
# What is looked after first.
NEED = (
    DayState.MISSING,
    DayState.PARTIAL,
    DayState.LATE,
    DayState.AWAITED,
    DayState.ON_TIME,
    None,
)
SENTENCES = 3
WEEKS, MONTHS = 6, 12


@dataclass(frozen=True)
class DayMark:
    """A promised day as a mark: its status key, the state in a word, and all of it in words."""

    day: date
    status: str
    word: str
    label: str


@dataclass(frozen=True)
class CalendarRow:
    """A week or a month: its name, and a mark, or none, for each of its days."""

    label: str
    cells: list[tuple[date, DayMark | None]]


@dataclass(frozen=True)
class Calendar:
    """Promised days by week or by month; `heads` name the columns of weeks."""

    heads: list[str]
    rows: list[CalendarRow]
    start: date
    end: date


def word_of(state: DayState) -> str:
    """Name a state of a day."""
    return {
        DayState.AWAITED: gettext("Awaited"),
        DayState.ON_TIME: gettext("On time"),
        DayState.LATE: gettext("Late"),
        DayState.PARTIAL: gettext("Not whole"),
        DayState.MISSING: gettext("Missing"),
    }[state]


def list_legend() -> list[tuple[str, str]]:
    """List the marks of days with their words."""
    return [(STATUS[state], word_of(state)) for state in DayState]


def mark_day(day: PromisedDay) -> DayMark:
    """Show a promised day as a mark."""
    label = f"{date_format(day.day, 'D j M')}: {word_of(day.state).lower()}"
    if detail := describe_day(day):
        label = f"{label}, {detail}"
    return DayMark(day.day, STATUS[day.state], word_of(day.state), label)


def describe_day(day: PromisedDay) -> str:
    """Say what there is to say of a promised day beside its state."""
    match day.state:
        case DayState.AWAITED:
            return gettext("due %(at)s") % {"at": _write(day.due_at)}
        case DayState.ON_TIME:
            return gettext("whole at %(at)s") % {"at": _write(day.complete_at)}
        case DayState.LATE:
            return gettext("whole at %(at)s, due %(due)s") % {
                "at": _write(day.complete_at),
                "due": _write(day.due_at),
            }
        case DayState.PARTIAL:
            return gettext("without %(units)s") % {"units": name_units(day.missing.values())}
    return gettext("due %(at)s") % {"at": _write(day.due_at)}


def describe_promise(promise: Promise) -> str:
    """Say which days are promised and until when; '' where none are."""
    if not promise:
        return ""
    parts = []
    if len(promise.weekdays) == 7:
        parts.append(gettext("every day"))
    elif promise.weekdays:
        parts.append(_write_weekdays(sorted(promise.weekdays)))
    if promise.month_days:
        days = ", ".join(map(str, sorted(promise.month_days)))
        parts.append(gettext("day %(days)s of every month") % {"days": days})
    when = {
        "days": gettext(" and ").join(parts),
        "by": time_format(promise.by, "H:i"),
        "n": promise.after_days,
    }
    if not promise.after_days:
        text = gettext("%(days)s, by %(by)s of the same day") % when
    elif promise.after_days == 1:
        text = gettext("%(days)s, by %(by)s of the next day") % when
    else:
        text = gettext("%(days)s, %(n)s days later by %(by)s") % when
    return text[:1].upper() + text[1:]


def describe_night(lines: Sequence[FeedLine]) -> Verdict:
    """Say in one sentence whether what was promised arrived, whole."""
    promising = [line for line in lines if line.delivery.days]
    if not promising:
        return Verdict(
            gettext("No feed has promised a day yet."),
            gettext("Give a feed a schedule, and this page tells what is late or missing."),
            "",
        )
    settled = [line for line in promising if line.delivery.state is not DayState.AWAITED]
    broken = [
        line for line in settled if line.delivery.state in (DayState.PARTIAL, DayState.MISSING)
    ]
    counts = {"n": len(broken), "all": len(promising)}
    if broken:
        title = ngettext(
            "%(n)s of the %(all)s promised feeds did not arrive whole.",
            "%(n)s of the %(all)s promised feeds did not arrive whole.",
            len(broken),
        )
        said = [f"{_explain(line)}." for line in broken[:SENTENCES]]
        if more := len(broken) - SENTENCES:
            said += [gettext("And %(n)s more.") % {"n": more}] if more > 0 else []
        return Verdict(title % counts, " ".join(said), "bad")
    if not settled:
        return Verdict(gettext("Nothing is due yet."), _say_awaited(promising), "")
    late = [line.feed.name for line in settled if line.delivery.state is DayState.LATE]
    title = ngettext(
        "Last night arrived, whole: the one feed that promised it.",
        "Last night arrived, whole: all %(all)s feeds that promised it.",
        len(settled),
    ) % {"all": len(settled)}
    said = []
    if late:
        said.append(gettext("Late: %(names)s.") % {"names": ", ".join(late)})
    if older := sum(len(line.delivery.overdue) for line in settled):
        said.append(
            ngettext(
                "%(n)s day before it is not whole.", "%(n)s days before it are not whole.", older
            )
            % {"n": older}
        )
    return Verdict(title, " ".join(said), "warn" if late or older else "good")


def order_by_need(lines: Sequence[FeedLine]) -> list[FeedLine]:
    """Put first what somebody must look after; otherwise in the order given."""
    return sorted(lines, key=lambda line: NEED.index(line.delivery.state))


def describe_older(delivery: Delivery) -> str:
    """Say how many days before the newest are not whole; '' where all are."""
    older = [day for day in delivery.overdue if day is not delivery.newest]
    if not older:
        return ""
    return ngettext(
        "%(n)s earlier day is not whole", "%(n)s earlier days are not whole", len(older)
    ) % {"n": len(older)}


def frame_calendar(promise: Promise, until: date) -> tuple[date, date]:
    """Choose the days that a calendar shows: whole weeks, or months, that end with `until`."""
    if promise.weekdays or not promise.month_days:
        end = until + timedelta(days=7 - until.weekday())
        return end - timedelta(weeks=WEEKS), end
    months = until.year * 12 + until.month
    return _month(months - MONTHS), _month(months)


def lay_out_calendar(
    promise: Promise, days: Sequence[PromisedDay], start: date, end: date
) -> Calendar:
    """Lay promised days out by week, or by month where none is promised by weekday."""
    marks = {day.day: mark_day(day) for day in days}
    if promise.weekdays or not promise.month_days:
        rows = []
        for offset in range(0, (end - start).days, 7):
            week = [start + timedelta(days=offset + step) for step in range(7)]
            label = date_format(week[0], "j M")
            rows.append(CalendarRow(label, [(day, marks.get(day)) for day in week]))
        return Calendar([str(WEEKDAYS_ABBR[day]) for day in range(7)], rows, start, end)
    rows = [
        CalendarRow(
            date_format(first, "M Y"),
            [(day, mark) for day, mark in sorted(marks.items()) if _same_month(day, first)],
        )
        for first in map(
            _month, range(start.year * 12 + start.month - 1, end.year * 12 + end.month - 1)
        )
    ]
    return Calendar([], [row for row in rows if row.cells], start, end)


def _explain(line: FeedLine) -> str:
    day = line.delivery.newest
    assert day is not None
    return explain_absence(
        line.feed.name,
        day.day,
        day.missing.values(),
        awaited_until=None if day.state.is_overdue else day.due_at,
        has_facts=day.facts > 0,
    )


def _say_awaited(lines: Sequence[FeedLine]) -> str:
    return " ".join(f"{_explain(line)}." for line in lines[:SENTENCES])


def _write_weekdays(days: Sequence[int]) -> str:
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return gettext("%(first)s to %(last)s") % {
            "first": WEEKDAYS[days[0]],
            "last": WEEKDAYS[days[-1]],
        }
    return ", ".join(str(WEEKDAYS[day]) for day in days)


def _write(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "j M H:i") if at else ""


def _month(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def _same_month(day: date, first: date) -> bool:
    return (day.year, day.month) == (first.year, first.month)
