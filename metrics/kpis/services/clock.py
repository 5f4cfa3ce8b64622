"""What changes overnight though nobody changed anything."""

from django.db import connection, transaction

from metrics.feeds.services import note_due_days
from teams.changes.services import mark_days, mark_until_today

# An open request is as old as the clock says, on the day on which it came in; and a deadline
# that passed while nothing was done is missed, on the day on which it fell due.
_TOUCHED_BY_THE_CLOCK = """
    SELECT day FROM metrics_servicerequest WHERE delivered_at IS NULL
    UNION
    SELECT due_on FROM metrics_servicerequest
    JOIN teams_operatingday computed ON computed.day = due_on
    WHERE delivered_at IS NULL AND due_at BETWEEN computed_at AND now()
    UNION
    SELECT response_due_on FROM metrics_servicerequest
    JOIN teams_operatingday computed ON computed.day = response_due_on
    WHERE first_response_at IS NULL AND response_due_at BETWEEN computed_at AND now()
"""


def mark_what_the_clock_changed() -> int:
    """Mark the days whose figures depend on the clock, and begin today; return how many.

    Each part marks in a transaction of its own, for the order of days to hold.
    """
    with transaction.atomic():
        marked = mark_until_today(reason="a new day")
    marked += len(note_due_days())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TOUCHED_BY_THE_CLOCK)
        days = [day for (day,) in cursor.fetchall()]
        return marked + mark_days(days, reason="time went by")
