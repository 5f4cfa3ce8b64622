from metrics.kpis.measures.measure_set import DayMeasure, MeasureSet, Of, write_known

_MEANINGS = {
    "cost_micros": (
        "Scheduled seconds × the hourly rate ÷ 3600, and the day's share of direct costs; in "
        "millionths of the reporting currency, rounded once per unit and day"
    ),
    "units": "Units finished by people",
    "audited": "Decisions of people audited",
    "right_decisions": "Audited decisions of people that were right",
    "poor_quality_micros": (
        "Rework seconds × the hourly rate ÷ 3600, and decisions reversed on appeal × the unit's "
        "cost of that day ÷ its units of that day"
    ),
}
_KNOWN = write_known([f"line.{name}" for name in _MEANINGS])

# The rate of an hour is that of the nearest unit upward which has one for the person's level, or
# for all levels; in one unit the level's comes first, and of several the one that began last.
# Money is converted at the rate of that day to the root unit's currency. A direct cost is spread
# over its days in whole millionths that add up to it.
#
# What anything that it needs is missing for is unknown, not zero: so a unit's cost is unknown on
# a day on which one of its hours has no rate, or on which it has neither attendance nor a direct
# cost, and the units of that day count in no cost per unit. Nothing audited is known to be none.
#
# Never by person: what an hour of one person costs is not the portal's to show.
COST_DAYS = MeasureSet(
    slug="cost_days",
    name="Costs of days",
    of=Of.UNIT,
    has_queue=False,
    measures=[DayMeasure(name, meaning) for name, meaning in _MEANINGS.items()],
    lines=f"""
        WITH exchange AS MATERIALIZED (
            SELECT day, currency, 1::numeric AS rate
            FROM the_days CROSS JOIN teams_unit WHERE is_root AND currency <> ''
            UNION ALL
            (
                SELECT DISTINCT ON (the_days.day, exchange.currency)
                    the_days.day, exchange.currency, exchange.rate::numeric
                FROM metrics_exchangerate exchange
                JOIN the_days ON exchange.day <= the_days.day
                    AND (exchange."end" IS NULL OR exchange."end" > the_days.day)
                WHERE exchange.currency <> (SELECT currency FROM teams_unit WHERE is_root)
                ORDER BY 1, 2, exchange.day DESC, exchange.id DESC
            )
        ),
        attended AS MATERIALIZED (
            SELECT fact.day, place.unit_id, place.level,
                sum(fact.scheduled_seconds) AS seconds,
                bool_or(fact.scheduled_seconds IS NULL) AS unknown
            FROM metrics_attendance fact
            JOIN place ON place.person_id = fact.person_id
                AND fact.day >= place.starts AND fact.day < place.ends
            WHERE fact.day = ANY(%(days)s)
            GROUP BY 1, 2, 3
        ),
        worked AS MATERIALIZED (
            SELECT fact.day, place.unit_id, place.level,
                sum(fact.units) AS units, bool_or(fact.units IS NULL) AS units_unknown,
                sum(fact.rework_seconds) AS seconds,
                bool_or(fact.rework_seconds IS NULL) AS unknown
            FROM metrics_workrecord fact
            JOIN place ON place.person_id = fact.person_id
                AND fact.day >= place.starts AND fact.day < place.ends
            WHERE fact.day = ANY(%(days)s)
            GROUP BY 1, 2, 3
        ),
        hourly AS MATERIALIZED (
            SELECT DISTINCT ON (who.day, who.unit_id, who.level)
                who.day, who.unit_id, who.level, cost.hourly_rate_micros * exchange.rate AS micros
            FROM (
                SELECT day, unit_id, level FROM attended
                UNION
                SELECT day, unit_id, level FROM worked
            ) who
            JOIN above ON above.unit_id = who.unit_id
                AND who.day >= above.starts AND who.day < above.ends
            JOIN metrics_cost cost ON cost.unit_id = above.above_id
                AND cost.hourly_rate_micros IS NOT NULL AND cost.level IN (who.level, '')
                AND cost.day <= who.day AND (cost."end" IS NULL OR cost."end" > who.day)
            LEFT JOIN exchange ON exchange.day = who.day AND exchange.currency = cost.currency
            ORDER BY who.day, who.unit_id, who.level, above.distance, cost.level = '',
                cost.day DESC, cost.id DESC
        ),
        hours AS (
            SELECT day, unit_id, sum(coalesce(seconds * micros, 0)) AS micro_seconds,
                bool_or(unknown OR seconds > 0 AND micros IS NULL) AS unknown
            FROM attended LEFT JOIN hourly USING (day, unit_id, level)
            GROUP BY 1, 2
        ),
        direct AS (
            SELECT the_days.day, cost.unit_id, bool_or(exchange.rate IS NULL) AS unknown,
                sum(exchange.rate * (
                    div(direct_cost_micros::numeric * (the_days.day - cost.day + 1), length)
                    - div(direct_cost_micros::numeric * (the_days.day - cost.day), length)
                )) AS micros
            FROM metrics_cost cost
            CROSS JOIN LATERAL (SELECT cost."end" - cost.day AS length) stretch
            JOIN the_days ON the_days.day >= cost.day AND the_days.day < cost."end"
            LEFT JOIN exchange
                ON exchange.day = the_days.day AND exchange.currency = cost.currency
            WHERE direct_cost_micros IS NOT NULL
            GROUP BY 1, 2
        ),
        work AS (
            SELECT day, unit_id, sum(units) AS units, bool_or(units_unknown) AS units_unknown,
                sum(coalesce(seconds * micros, 0)) AS micro_seconds,
                bool_or(unknown OR seconds > 0 AND micros IS NULL) AS unknown
            FROM worked LEFT JOIN hourly USING (day, unit_id, level)
            GROUP BY 1, 2
        ),
        costs AS (
            SELECT day, unit_id,
                CASE WHEN coalesce(hours.unknown, false) OR coalesce(direct.unknown, false)
                THEN NULL ELSE div(
                    2 * (coalesce(micro_seconds, 0) + 3600 * coalesce(direct.micros, 0)) + 3600,
                    2 * 3600
                ) END AS micros
            FROM hours FULL JOIN direct USING (day, unit_id)
        ),
        audits AS (
            SELECT fact.day, place.unit_id, count(*) AS audited,
                count(*) FILTER (WHERE fact.decided = fact.correct) AS right_decisions
            FROM metrics_qualityaudit fact
            JOIN place ON place.person_id = fact.person_id
                AND fact.day >= place.starts AND fact.day < place.ends
            WHERE fact.day = ANY(%(days)s)
            GROUP BY 1, 2
        ),
        appeals AS (
            SELECT fact.day, place.unit_id, count(*) AS reversed
            FROM metrics_appeal fact
            JOIN place ON place.person_id = fact.person_id
                AND fact.day >= place.starts AND fact.day < place.ends
            WHERE fact.day = ANY(%(days)s) AND fact.outcome = 'reversed'
            GROUP BY 1, 2
        ),
        line AS (
            SELECT day, unit_id, costs.micros AS cost_micros,
                CASE WHEN work.units_unknown THEN NULL ELSE coalesce(work.units, 0) END AS units,
                coalesce(audited, 0) AS audited, coalesce(right_decisions, 0) AS right_decisions,
                CASE
                    WHEN work.unknown THEN NULL
                    WHEN reversed IS NULL
                    THEN div(2 * coalesce(micro_seconds, 0) + 3600, 2 * 3600)
                    WHEN costs.micros IS NULL OR work.units_unknown THEN NULL
                    WHEN work.units > 0
                    THEN div(
                        2 * (micro_seconds * work.units + 3600 * reversed * costs.micros)
                            + 3600 * work.units,
                        2 * 3600 * work.units
                    )
                END AS poor_quality_micros
            FROM costs
            FULL JOIN work USING (day, unit_id)
            FULL JOIN audits USING (day, unit_id)
            FULL JOIN appeals USING (day, unit_id)
        )
        SELECT unit_id AS subject_id, 0::bigint AS queue_id, day, {_KNOWN} AS known,
            {", ".join(_MEANINGS)}
        FROM line
    """,  # noqa: S608
    has_lines="EXISTS (SELECT FROM metrics_cost WHERE day <= ANY(%(days)s))",
)
