from metrics.records.facts import (
    Fact,
    dimension,
    keys,
    known,
    measure,
    measures_possible,
    never_after,
)
from metrics.records.kinds.kind import Column, ColumnType, Combine, Kind

MEASURES = [
    "received",
    "completed",
    "automated",
    "automated_reversed",
    "due",
    "missed",
    "backlog_open",
    "backlog_oldest_seconds",
]


class QueueDay(Fact):
    """One row per queue, unit and operating day: what came in, what was due, what waits."""

    queue = dimension("teams.Queue")
    unit = dimension("teams.Unit")
    received = measure()
    completed = measure()
    automated = measure()
    automated_reversed = measure()
    due = measure()
    missed = measure()
    backlog_open = measure()
    backlog_oldest_seconds = measure()
    known = known(MEASURES)

    class Meta:
        constraints = [
            *keys("queueday", ["queue", "unit", "day"]),
            measures_possible("queueday_possible", MEASURES),
            never_after("queueday_missed_within_due", "missed", "due"),
        ]


QUEUE_DAYS = Kind(
    slug="queue_days",
    name="Queue days",
    one_row_is="one queue of one unit on one day",
    model=QueueDay,
    columns=[
        Column("queue", ColumnType.QUEUE, "Which kind of work", required=True),
        Column("unit", ColumnType.UNIT, "Who answers for it; blank is the whole organisation"),
        Column("date", ColumnType.DAY, "The operating day", required=True),
        Column("received", ColumnType.MEASURE, "Items that came in"),
        Column("completed", ColumnType.MEASURE, "Items finished, by people and by machines"),
        Column("automated", ColumnType.MEASURE, "Items decided by machines"),
        Column("automated_reversed", ColumnType.MEASURE, "Machine decisions reversed later"),
        Column("due", ColumnType.MEASURE, "Items whose delivery fell due"),
        Column("missed", ColumnType.MEASURE, "Items due that were not delivered in time"),
        Column(
            "backlog_open",
            ColumnType.MEASURE,
            "Items open at the end of the day",
            combine=Combine.STOCK,
        ),
        Column(
            "backlog_oldest_seconds",
            ColumnType.MEASURE,
            "Age of the oldest open item",
            combine=Combine.MAXIMUM,
        ),
    ],
    grain=["queue", "unit", "date"],
    at_most=[("missed", "due")],
)
