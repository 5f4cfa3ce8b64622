from metrics.kpis.measures.measure_set import DayMeasure, MeasureSet, Of
from metrics.records.kinds import Combine

_MEASURES = {
    "posts_taken_up": (
        "Leaderships that begin, deputies aside; to lead the same unit on is no beginning",
        Combine.FLOW,
    ),
    "posts_from_within": (
        "Those begun by somebody who was in the organisation the day before",
        Combine.FLOW,
    ),
    "level_days": (
        "Days since people began at the level that they hold, added up; another unit at the same "
        "level continues it, a gap begins anew",
        Combine.STOCK,
    ),
    "levelled_heads": ("People assigned who have a level, known since when", Combine.STOCK),
}
# Any day serves to count from, as sums of dates go.
_EPOCH = "date '2000-01-01'"

# Since when somebody holds their level is the last beginning so far of a stretch at one level: a
# running maximum along their assignments. People who are alike in unit and days are added up
# before the days are looked at: how many there are, and the sum of their beginnings.
#
# Whoever was assigned nowhere the day before comes from outside, unless the records begin that day
# and they were hired before: rosters know when somebody was hired, and not where they were.
GROWTH_DAYS = MeasureSet(
    slug="growth_days",
    name="Growth",
    of=Of.UNIT,
    has_queue=False,
    measures=[DayMeasure(name, *said) for name, said in _MEASURES.items()],
    lines=f"""
        WITH span AS MATERIALIZED (SELECT min(day) AS first, max(day) AS last FROM the_days),
        headed AS (
            SELECT person_id, unit_id, level, valid,
                CASE
                    WHEN lag(upper(valid)) OVER along = lower(valid)
                        AND lag(level) OVER along = level THEN NULL
                    ELSE coalesce(lower(valid), '-infinity')
                END AS begins
            FROM teams_assignment WINDOW along AS (PARTITION BY person_id ORDER BY valid)
        ),
        runs AS (
            SELECT unit_id, level, valid,
                max(begins) OVER (PARTITION BY person_id ORDER BY valid) AS since
            FROM headed
        ),
        alike AS (
            SELECT unit_id, greatest(lower(valid), first) AS starts,
                least(upper(valid), last + 1) AS ends, count(*) AS heads,
                sum(since - {_EPOCH}) AS begun
            FROM runs JOIN span ON valid && daterange(first, last, '[]')
            WHERE level <> '' AND since > '-infinity'
            GROUP BY 1, 2, 3
        ),
        levelled AS (
            SELECT day, unit_id, sum(heads) AS heads,
                sum(heads * (day - {_EPOCH}) - begun) AS level_days
            FROM alike JOIN the_days ON day >= starts AND day < ends
            GROUP BY 1, 2
        ),
        began AS MATERIALIZED (
            SELECT lower(valid) AS day, unit_id, person_id
            FROM teams_leadership leadership
            WHERE NOT is_deputy AND lower(valid) = ANY(%(days)s) AND NOT EXISTS (
                SELECT FROM teams_leadership before
                WHERE before.unit_id = leadership.unit_id
                    AND before.person_id = leadership.person_id
                    AND NOT before.is_deputy AND upper(before.valid) = lower(leadership.valid)
            )
        ),
        posts AS (
            SELECT began.day, began.unit_id, count(*) AS taken_up,
                count(*) FILTER (
                    WHERE EXISTS (
                        SELECT FROM teams_assignment stay
                        WHERE stay.person_id = began.person_id AND stay.valid @> began.day - 1
                    ) OR person.hired_on < began.day AND NOT EXISTS (
                        SELECT FROM teams_assignment stay
                        WHERE stay.person_id = began.person_id
                            AND coalesce(lower(stay.valid), '-infinity') < began.day
                    )
                ) AS from_within
            FROM began JOIN teams_person person ON person.id = began.person_id
            GROUP BY 1, 2
        )
        SELECT standing.unit_id AS subject_id, 0::bigint AS queue_id, standing.day, 15 AS known,
            coalesce(posts.taken_up, 0) AS posts_taken_up,
            coalesce(posts.from_within, 0) AS posts_from_within,
            coalesce(levelled.level_days, 0) AS level_days,
            coalesce(levelled.heads, 0) AS levelled_heads
        FROM standing
        LEFT JOIN levelled USING (day, unit_id)
        LEFT JOIN posts USING (day, unit_id)
        WHERE levelled.heads IS NOT NULL OR posts.taken_up IS NOT NULL
    """,  # noqa: S608
)
