from metrics.kpis.measures.measure_set import (
    DayMeasure,
    MeasureSet,
    Of,
    write_has_facts,
    write_known,
)
from metrics.records.kinds import ATTENDANCE

_VALUES = {column.name: f"fact.{column.name}" for column in ATTENDANCE.measures}
_VALUES["productive_seconds"] = "work.productive_seconds"

# What someone produced counts beside their attendance of that day, so that a ratio of the two
# never holds the work of one day against the hours of another. An aggregate of its own is looked
# up once for each line, however often it is named.
PERSON_DAYS = MeasureSet(
    slug="person_days",
    name="Working days",
    of=Of.PERSON,
    has_queue=False,
    measures=[
        *(DayMeasure(column.name, column.meaning) for column in ATTENDANCE.measures),
        DayMeasure("productive_seconds", "Productive time in all queues"),
    ],
    lines=f"""
        SELECT fact.person_id AS subject_id, 0::bigint AS queue_id, fact.day,
            {write_known(list(_VALUES.values()))} AS known,
            {", ".join(f"{sql} AS {name}" for name, sql in _VALUES.items())}
        FROM metrics_attendance fact
        CROSS JOIN LATERAL (
            SELECT sum(work.productive_seconds) AS productive_seconds
            FROM metrics_workrecord work
            WHERE work.person_id = fact.person_id AND work.day = fact.day
        ) work
    """,  # noqa: S608
    has_lines=write_has_facts(("metrics_attendance", "day")),
)
