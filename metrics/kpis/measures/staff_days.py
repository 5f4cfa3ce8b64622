from metrics.kpis.measures.measure_set import DayMeasure, MeasureSet, Of
from metrics.records.kinds import Combine

STAFF_DAYS = MeasureSet(
    slug="staff_days",
    name="Staff",
    of=Of.UNIT,
    has_queue=False,
    measures=[
        DayMeasure("heads", "People assigned", Combine.MEAN),
        DayMeasure("joiners", "People whose first day it is"),
        DayMeasure("leavers", "People whose last day was the day before"),
        DayMeasure("led_units", "Units with a leader", Combine.MEAN),
        DayMeasure("reports", "People who report to a leader", Combine.MEAN),
        DayMeasure("planned_heads", "Heads planned", Combine.MEAN),
        DayMeasure("heads_planned_for", "People assigned where a plan is known", Combine.MEAN),
    ],
    lines="""
        SELECT NULL::bigint AS subject_id, 0::bigint AS queue_id, NULL::date AS day, 0 AS known,
            NULL::bigint AS heads, NULL::bigint AS joiners, NULL::bigint AS leavers,
            NULL::bigint AS led_units, NULL::bigint AS reports, NULL::bigint AS planned_heads,
            NULL::bigint AS heads_planned_for
        WHERE false
    """,
)
