from metrics.kpis.measures.measure_set import DayMeasure, MeasureSet, Of

FEED_DAYS = MeasureSet(
    slug="feed_days",
    name="Data delivery",
    of=Of.UNIT,
    has_queue=False,
    measures=[
        DayMeasure("promised", "Days of feeds that were promised"),
        DayMeasure("arrived_in_time", "Promised days that arrived in time"),
        DayMeasure("complete", "Promised days that are there whole"),
    ],
    lines="""
        SELECT NULL::bigint AS subject_id, 0::bigint AS queue_id, NULL::date AS day, 0 AS known,
            NULL::bigint AS promised, NULL::bigint AS arrived_in_time, NULL::bigint AS complete
        WHERE false
    """,
)
