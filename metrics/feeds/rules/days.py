import re
from datetime import date

EPOCH = date(1970, 1, 1).toordinal()
MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?$")


def read_day(text: str, today: date) -> int | tuple[str, str]:
    """Read an operating date as days since 1970, or say why it is none: a code and a sentence.

    ISO 8601; a midnight that spreadsheets and data frames put behind a date is dropped.
    """
    if not text:
        return "blank", "The row needs an operating date."
    try:
        day = date.fromisoformat(MIDNIGHT.sub("", text))
    except ValueError:
        return "not_a_date", f"'{text[:60]}' is not a date such as 2026-11-22."
    if day > today:
        return "date_ahead", f"The operating date {day} lies ahead of today."
    return day.toordinal() - EPOCH
