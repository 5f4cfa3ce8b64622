from django.db import models

from metrics.records.facts import Fact, dimension, keys, known, measure, measures_possible
from metrics.records.kinds.kind import Column, ColumnType, Kind

SECONDS_OF_A_DAY = 24 * 3600
MEASURES = ["units", "handle_seconds", "productive_seconds", "rework_units", "rework_seconds"]


class WorkRecord(Fact):
    """One row per person, queue and operating day: the work they did there."""

    person = dimension("teams.Person")
    queue = dimension("teams.Queue")
    units = measure()
    handle_seconds = measure()
    productive_seconds = measure()
    rework_units = measure()
    rework_seconds = measure()
    known = known(MEASURES)

    class Meta:
        constraints = [
            *keys("workrecord", ["person", "queue", "day"]),
            measures_possible("workrecord_possible", MEASURES),
        ]
        indexes = [models.Index(fields=["person", "day"], name="workrecord_person_day")]


WORK_RECORDS = Kind(
    slug="work_records",
    name="Work records",
    one_row_is="the work of one person in one queue on one day",
    model=WorkRecord,
    columns=[
        Column("employee_id", ColumnType.PERSON, "Who did the work", required=True),
        Column("queue", ColumnType.QUEUE, "Which kind of work", required=True),
        Column("date", ColumnType.DAY, "The operating day", required=True),
        Column("units", ColumnType.MEASURE, "Items finished"),
        Column(
            "handle_seconds",
            ColumnType.MEASURE,
            "Time spent handling the items",
            plausible_up_to=SECONDS_OF_A_DAY,
        ),
        Column(
            "productive_seconds",
            ColumnType.MEASURE,
            "Time available for work in the queue, wellness time left out",
            plausible_up_to=SECONDS_OF_A_DAY,
        ),
        Column("rework_units", ColumnType.MEASURE, "Items done over"),
        Column(
            "rework_seconds",
            ColumnType.MEASURE,
            "Time spent doing items over",
            plausible_up_to=SECONDS_OF_A_DAY,
        ),
    ],
    grain=["employee_id", "queue", "date"],
    in_columns=True,
)
