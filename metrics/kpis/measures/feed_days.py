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
    # A day counts when it is due, or there whole before that. It is the whole organisation's.
    lines="""
        SELECT root.id AS subject_id, 0::bigint AS queue_id, fact.day, 7 AS known,
            1::bigint AS promised,
            coalesce(fact.first_arrived_at <= fact.due_at, false)::int::bigint AS arrived_in_time,
            (fact.complete_at IS NOT NULL)::int::bigint AS complete
        FROM metrics_feedday fact JOIN teams_unit root ON root.is_root
        WHERE fact.due_at IS NOT NULL
            AND (fact.complete_at IS NOT NULL OR fact.due_at <= now())
    """,
)
