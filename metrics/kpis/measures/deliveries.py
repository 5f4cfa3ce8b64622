from metrics.kpis.measures.measure_set import (
    DayMeasure,
    MeasureSet,
    Of,
    write_has_facts,
    write_known,
)
from metrics.records.kinds import KINDS

_FELL_DUE = {measure.name: measure.sql for measure in KINDS["service_requests"].day_totals}

# A queue's deliveries come from its requests on a day on which any of them fell due, and from the
# counts of its day otherwise: never from both.
DELIVERIES = MeasureSet(
    slug="deliveries",
    name="Deliveries",
    of=Of.UNIT,
    has_queue=True,
    measures=[
        DayMeasure("due", "Deliveries that fell due"),
        DayMeasure("missed", "Deliveries due that came late or not at all"),
    ],
    lines=f"""
        SELECT fact.unit_id AS subject_id, fact.queue_id, fact.day,
            {write_known(["fact.due", "fact.missed"])} AS known, fact.due, fact.missed
        FROM metrics_queueday fact
        WHERE NOT EXISTS (
            SELECT FROM metrics_servicerequest request
            WHERE request.due_on = ANY(%(days)s)
                AND request.due_on = fact.day AND request.queue_id = fact.queue_id
        )
        UNION ALL
        SELECT fact.unit_id, coalesce(fact.queue_id, 0), fact.due_on, 3, {_FELL_DUE["due"]},
            {_FELL_DUE["missed"]}
        FROM metrics_servicerequest fact WHERE fact.due_on IS NOT NULL
    """,  # noqa: S608
    has_lines=write_has_facts(("metrics_queueday", "day"), ("metrics_servicerequest", "due_on")),
)
