from metrics.kpis.measures.measure_set import DayMeasure, MeasureSet, Of, write_known
from metrics.records.kinds import Combine

_MEASURES = {
    "heads": ("People assigned", Combine.MEAN),
    "joiners": ("People whose first day it is", Combine.FLOW),
    "leavers": ("People whose last day was the day before", Combine.FLOW),
    "led_units": ("Units with a leader, deputies aside", Combine.MEAN),
    "reports": (
        "People who report to a leader: those in the unit they lead, and the leaders of the "
        "units directly below it",
        Combine.MEAN,
    ),
    "planned_heads": (
        "Heads planned: a unit's own plan of the month, without one those of the units below it",
        Combine.MEAN,
    ),
    "heads_planned_for": ("People in the units whose plan that is, and below", Combine.MEAN),
}
_VALUES = {
    "heads": "coalesce(heads.heads, 0)",
    "joiners": "coalesce(joiners.joiners, 0)",
    "leavers": "coalesce(leavers.leavers, 0)",
    "led_units": "(led.person_id IS NOT NULL)::int",
    "reports": """CASE WHEN led.person_id IS NULL THEN 0
        ELSE coalesce(heads.heads, 0) - led.sits_in_it + coalesce(leaders.leaders, 0) END""",
    "planned_heads": "planned.planned",
    "heads_planned_for": "planned.heads",
}

# A plan of a unit stands for all below it, and totals roll up by adding: so a planned unit has at
# its own level its plan less those of the nearest planned units below, and may have less than
# nothing there. Added up, each planned unit comes to its own plan, and each other to the plans of
# the units below it. The heads that a plan speaks of are taken apart in the same way.
#
# Where the last assignment's unit has closed meanwhile, its leavers count in the nearest unit
# above it that still stands.
STAFF_DAYS = MeasureSet(
    slug="staff_days",
    name="Staff",
    of=Of.UNIT,
    has_queue=False,
    measures=[DayMeasure(name, *said) for name, said in _MEASURES.items()],
    lines=f"""
        WITH heads AS MATERIALIZED (
            SELECT day, unit_id, sum(heads)::int AS heads
            FROM (
                SELECT unit_id, starts, ends, count(*)::int AS heads FROM place GROUP BY 1, 2, 3
            ) alike
            JOIN the_days ON day >= starts AND day < ends
            GROUP BY 1, 2
        ),
        first_days AS (
            SELECT id AS person_id, hired_on AS day FROM teams_person
            WHERE hired_on = ANY(%(days)s)
            UNION ALL
            SELECT person_id, lower(valid) FROM teams_assignment first
            JOIN teams_person person ON person.id = first.person_id AND person.hired_on IS NULL
            WHERE lower(valid) = ANY(%(days)s) AND NOT EXISTS (
                SELECT FROM teams_assignment earlier
                WHERE earlier.person_id = first.person_id AND earlier.valid << first.valid
            )
        ),
        joiners AS (
            SELECT first_days.day, place.unit_id, count(*)::int AS joiners
            FROM first_days JOIN place USING (person_id)
            WHERE first_days.day >= place.starts AND first_days.day < place.ends
            GROUP BY 1, 2
        ),
        leavers AS (
            SELECT left_on AS day, coalesce(
                    stands.unit_id, (SELECT id FROM teams_unit WHERE is_root)
                ) AS unit_id,
                count(*)::int AS leavers
            FROM teams_person person
            CROSS JOIN LATERAL (
                SELECT unit_id FROM teams_assignment
                WHERE person_id = person.id AND upper(valid) <= left_on
                ORDER BY upper(valid) DESC LIMIT 1
            ) last
            LEFT JOIN LATERAL (
                SELECT standing.unit_id
                FROM above JOIN standing ON standing.unit_id = above.above_id
                WHERE above.unit_id = last.unit_id AND standing.day = left_on
                    AND left_on - 1 >= above.starts AND left_on - 1 < above.ends
                ORDER BY above.distance LIMIT 1
            ) stands ON true
            WHERE left_on = ANY(%(days)s)
            GROUP BY 1, 2
        ),
        led AS MATERIALIZED (
            SELECT the_days.day, leadership.unit_id, leadership.person_id,
                (place.person_id IS NOT NULL)::int AS sits_in_it
            FROM teams_leadership leadership
            JOIN the_days ON leadership.valid @> the_days.day
            LEFT JOIN place ON place.person_id = leadership.person_id
                AND place.unit_id = leadership.unit_id
                AND the_days.day >= place.starts AND the_days.day < place.ends
            WHERE NOT is_deputy
        ),
        leaders AS (
            SELECT led.day, standing.parent_id AS unit_id,
                count(DISTINCT led.person_id)::int AS leaders
            FROM led
            JOIN standing ON standing.unit_id = led.unit_id AND standing.day = led.day
            JOIN led upper_led
                ON upper_led.unit_id = standing.parent_id AND upper_led.day = led.day
                AND upper_led.person_id <> led.person_id
            WHERE NOT EXISTS (
                SELECT FROM place
                WHERE place.person_id = led.person_id AND place.unit_id = standing.parent_id
                    AND led.day >= starts AND led.day < ends
            )
            GROUP BY 1, 2
        ),
        plans AS MATERIALIZED (
            SELECT DISTINCT ON (standing.day, standing.unit_id)
                standing.day, standing.unit_id, plan.planned
            FROM metrics_plannedheadcount plan
            JOIN standing ON standing.unit_id = plan.unit_id
                AND date_trunc('month', standing.day)::date = plan.day
            WHERE plan.day BETWEEN (SELECT min(day) - 31 FROM the_days)
                    AND (SELECT max(day) FROM the_days)
                AND plan.planned IS NOT NULL
            ORDER BY 1, 2, plan.id DESC
        ),
        whole AS MATERIALIZED (
            SELECT plans.day, plans.unit_id, plans.planned, coalesce(sum(below.heads), 0) AS heads
            FROM plans
            LEFT JOIN (
                SELECT above.above_id, heads.day, heads.heads
                FROM heads JOIN above ON above.unit_id = heads.unit_id
                    AND heads.day >= above.starts AND heads.day < above.ends
            ) below ON below.above_id = plans.unit_id AND below.day = plans.day
            GROUP BY 1, 2, 3
        ),
        parts AS (
            SELECT DISTINCT ON (whole.day, whole.unit_id)
                whole.day, upper_plan.unit_id, whole.planned, whole.heads
            FROM whole
            JOIN above ON above.unit_id = whole.unit_id AND above.distance > 0
                AND whole.day >= above.starts AND whole.day < above.ends
            JOIN plans upper_plan
                ON upper_plan.unit_id = above.above_id AND upper_plan.day = whole.day
            ORDER BY whole.day, whole.unit_id, above.distance
        ),
        planned AS (
            SELECT day, unit_id, sum(planned)::bigint AS planned, sum(heads)::bigint AS heads
            FROM (
                SELECT day, unit_id, planned, heads FROM whole
                UNION ALL
                SELECT day, unit_id, -planned, -heads FROM parts
            ) taken_apart
            GROUP BY 1, 2
        )
        SELECT standing.unit_id AS subject_id, 0::bigint AS queue_id, standing.day,
            {write_known(list(_VALUES.values()))} AS known,
            {", ".join(f"{sql} AS {name}" for name, sql in _VALUES.items())}
        FROM standing
        LEFT JOIN heads USING (day, unit_id)
        LEFT JOIN joiners USING (day, unit_id)
        LEFT JOIN leavers USING (day, unit_id)
        LEFT JOIN led USING (day, unit_id)
        LEFT JOIN leaders USING (day, unit_id)
        LEFT JOIN planned USING (day, unit_id)
    """,  # noqa: S608
)
