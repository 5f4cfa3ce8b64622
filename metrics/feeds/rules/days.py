import re
from datetime import date

from metrics.feeds.rules.refusals import Why
from metrics.feeds.rules.words import needed
from metrics.records.kinds import Column, ColumnType

EPOCH = date(1970, 1, 1).toordinal()
# Days since 1 January 1970 of 1 January 2000: older than any operation that is measured here.
IMPLAUSIBLY_OLD = 10_957
MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?$")
MONTH = re.compile(r"[0-9]{4}-[0-9]{2}$")


def read_day(column: Column, text: str, today: date) -> int | Why | None:
    """Read a date as days since 1970, or say why it is none; None where an optional one is blank.

    ISO 8601; a midnight that spreadsheets and data frames put behind a date is dropped. A month
    is its first day, whether it comes as 2026-11 or as any date in it.
    """
    if not text:
        return needed(column) if column.required else None
    is_month = column.type is ColumnType.MONTH
    plain = MIDNIGHT.sub("", text)
    try:
        day = date.fromisoformat(f"{plain}-01" if is_month and MONTH.match(plain) else plain)
    except ValueError:
        if is_month:
            return "not_a_month", f"'{text[:60]}' is not a month such as 2026-11."
        return "not_a_date", f"'{text[:60]}' is not a date such as 2026-11-22."
    if is_month:
        day = day.replace(day=1)
    if day > today and not column.may_lie_ahead:
        return "date_ahead", f"The operating date {day} lies ahead of today."
    return day.toordinal() - EPOCH
