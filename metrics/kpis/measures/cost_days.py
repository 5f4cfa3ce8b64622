from metrics.kpis.measures.measure_set import DayMeasure, MeasureSet, Of

# Never by person: what an hour of one person costs is not the portal's to show.
COST_DAYS = MeasureSet(
    slug="cost_days",
    name="Costs of days",
    of=Of.UNIT,
    has_queue=False,
    measures=[
        DayMeasure("cost_micros", "Paid hours at their rate, and direct cost"),
        DayMeasure("units", "Units finished"),
        DayMeasure("audited", "Decisions audited"),
        DayMeasure("right_decisions", "Audited decisions that were right"),
        DayMeasure("poor_quality_micros", "Rework, and decisions reversed on appeal, at cost"),
    ],
    lines="""
        SELECT NULL::bigint AS subject_id, 0::bigint AS queue_id, NULL::date AS day, 0 AS known,
            NULL::bigint AS cost_micros, NULL::bigint AS units, NULL::bigint AS audited,
            NULL::bigint AS right_decisions, NULL::bigint AS poor_quality_micros
        WHERE false
    """,
)
