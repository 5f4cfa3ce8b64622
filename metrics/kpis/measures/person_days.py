from metrics.kpis.measures.measure_set import DayMeasure, MeasureSet, Of, write_known
from metrics.records.kinds import ATTENDANCE

_MEASURES = {
    **{column.name: column.meaning for column in ATTENDANCE.measures},
    "productive_seconds": "Productive time in all queues",
}
# What someone produced counts beside their attendance of that day, so that a ratio of the two
# never holds the work of one day against the hours of another.
_PRODUCTIVE = """(
    SELECT sum(work.productive_seconds) FROM metrics_workrecord work
    WHERE work.person_id = fact.person_id AND work.day = fact.day
)"""
_VALUES = {
    name: _PRODUCTIVE if name == "productive_seconds" else f"fact.{name}" for name in _MEASURES
}

PERSON_DAYS = MeasureSet(
    slug="person_days",
    name="Working days",
    of=Of.PERSON,
    has_queue=False,
    measures=[DayMeasure(name, meaning) for name, meaning in _MEASURES.items()],
    lines=f"""
        SELECT subject_id, queue_id, day, {write_known(list(_MEASURES))} AS known,
            {", ".join(_MEASURES)}
        FROM (
            SELECT fact.person_id AS subject_id, 0::bigint AS queue_id, fact.day,
                {", ".join(f"{sql} AS {name}" for name, sql in _VALUES.items())}
            FROM metrics_attendance fact
        ) line
    """,  # noqa: S608
)
