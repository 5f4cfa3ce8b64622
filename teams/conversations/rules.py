"""How long ago somebody was spoken to, and what that means."""

from datetime import date, timedelta
from typing import NamedTuple

# Whoever has not been spoken to for more days than these is overdue.
MOST_DAYS = 30


class Standing(NamedTuple):
    """How somebody stands: when last spoken to, and by when to be spoken to again.

    `days_over` counts the days since then that are too many, 0 where it is not overdue.
    """

    last_on: date | None
    due_on: date
    days_over: int

    @property
    def is_overdue(self) -> bool:
        return self.days_over > 0

    @property
    def place(self) -> tuple[date, date]:
        """Order people by it: never spoken to first, then by how long ago."""
        return (self.last_on or date.min, self.due_on)


def stand(last_on: date | None, since: date, today: date) -> Standing:
    """Tell how somebody stands who was last spoken to on a day, or never.

    `since` is their first day here: whoever was never spoken to is to be by so many days after it.
    """
    due_on = (last_on or since) + timedelta(days=MOST_DAYS)
    return Standing(last_on, due_on, max((today - due_on).days, 0))
