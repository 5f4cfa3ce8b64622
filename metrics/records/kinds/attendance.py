from django.db import models

from metrics.records.facts import Fact, dimension, keys, known, measure, measures_possible
from metrics.records.kinds.kind import Column, ColumnType, Kind
from metrics.records.kinds.work_records import SECONDS_OF_A_DAY

MEASURES = [
    "scheduled_seconds",
    "worked_seconds",
    "absent_seconds",
    "training_seconds",
    "break_seconds",
    "wellness_seconds",
    "other_seconds",
]


class Attendance(Fact):
    """One row per person and operating day: how their scheduled time was spent."""

    person = dimension("teams.Person")
    scheduled_seconds = measure()
    worked_seconds = measure()
    absent_seconds = measure()
    training_seconds = measure()
    break_seconds = measure()
    wellness_seconds = measure()
    other_seconds = measure()
    known = known(MEASURES)

    class Meta:
        constraints = [
            *keys("attendance", ["person", "day"]),
            measures_possible("attendance_possible", MEASURES),
        ]
        indexes = [models.Index(fields=["person", "day"], name="attendance_person_day")]


def _seconds(name: str, meaning: str) -> Column:
    return Column(name, ColumnType.MEASURE, meaning, plausible_up_to=SECONDS_OF_A_DAY)


ATTENDANCE = Kind(
    slug="attendance",
    name="Attendance",
    one_row_is="the working time of one person on one day",
    model=Attendance,
    columns=[
        Column("employee_id", ColumnType.PERSON, "Whose time it is", required=True),
        Column("date", ColumnType.DAY, "The operating day", required=True),
        _seconds("scheduled_seconds", "Time scheduled, which is the time that is paid"),
        _seconds("worked_seconds", "Time worked, in queues or not"),
        _seconds("absent_seconds", "Scheduled time absent"),
        _seconds("training_seconds", "Time in training"),
        _seconds("break_seconds", "Breaks"),
        _seconds("wellness_seconds", "Time for recovery from harmful content"),
        _seconds("other_seconds", "Other time away from queues"),
    ],
    grain=["employee_id", "date"],
    totals=[],  # read beside the work of the same person and day: kpis/measures/person_days.py
)
