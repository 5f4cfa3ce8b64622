"""The SQL that turns the facts of some days into their totals."""

from collections.abc import Sequence
from datetime import date

from django.db.backends.utils import CursorWrapper

from metrics.kpis.measures import MEASURE_SETS, DayMeasure, MeasureSet, Of
from metrics.kpis.models import TOTALS
from metrics.records.kinds import Combine

_FROM, _UNTIL = "%(first)s::date - 1", "%(last)s::date + 1"
_SPAN = f"daterange({_FROM}, {_UNTIL})"
# An open side is null, which the functions pass over.
_WITHIN = f"greatest(lower(valid), {_FROM}), least(upper(valid), {_UNTIL})"
# What stands on the days that are rewritten, and on the day before each, with dates in place of
# ranges: millions of lines are compared with them. `place` reads one table and nothing else, so
# that the planner knows how many rows a person has in it, and hashes it rather than the lines.
# A unit stands above itself at distance 0; `standing` is every unit that stands on each day.
_STRUCTURE = f"""
    the_days AS MATERIALIZED (SELECT unnest(%(days)s::date[]) AS day),
    place(person_id, unit_id, level, starts, ends) AS MATERIALIZED (
        SELECT person_id, unit_id, level, {_WITHIN}
        FROM teams_assignment WHERE valid && {_SPAN}
    ),
    placement(unit_id, parent_id, starts, ends) AS MATERIALIZED (
        SELECT unit_id, parent_id, {_WITHIN}
        FROM teams_unitplacement WHERE valid && {_SPAN}
    ),
    above(unit_id, above_id, distance, starts, ends) AS (
        SELECT id, id, 0, {_FROM}, {_UNTIL} FROM teams_unit
        UNION ALL
        SELECT above.unit_id, placement.parent_id, distance + 1,
            greatest(above.starts, placement.starts), least(above.ends, placement.ends)
        FROM above
        JOIN placement ON placement.unit_id = above.above_id
            AND placement.starts < above.ends AND placement.ends > above.starts
    ),
    standing(day, unit_id, parent_id) AS (
        SELECT day, unit_id, parent_id
        FROM placement JOIN the_days ON day >= starts AND day < ends
        UNION ALL
        SELECT day, id, NULL FROM teams_unit CROSS JOIN the_days WHERE is_root
    )
"""  # noqa: S608
# Lines by person are many: day by day there is less to tell them apart by. Lines by unit are few,
# and made for all days at once. What a machine did has no person, and counts in the root.
_OWN = {
    Of.PERSON: """
        SELECT the_days.day, own.*
        FROM the_days
        CROSS JOIN LATERAL (
            SELECT {unit} AS unit_id, line.queue_id, line.known, {measures}
            FROM ({lines}) line
            {join} place ON place.person_id = line.subject_id
                AND line.day >= place.starts AND line.day < place.ends
            WHERE line.day = the_days.day {whose}
            GROUP BY 1, 2, 3
        ) own
    """,
    Of.UNIT: """
        SELECT line.day, line.subject_id AS unit_id, line.queue_id, line.known, {measures}
        FROM ({lines}) line
        WHERE line.day = ANY(%(days)s)
        GROUP BY 1, 2, 3, 4
    """,
}
_PEOPLE_ONLY = {"unit": "place.unit_id", "join": "JOIN", "whose": ""}
_WITH_MACHINES = {
    "unit": "coalesce(place.unit_id, (SELECT id FROM teams_unit WHERE is_root))",
    "join": "LEFT JOIN",
    "whose": "AND (line.subject_id IS NULL OR place.unit_id IS NOT NULL)",
}
# What nothing stands below is its own total: most units, and most of what is to be written.
_REWRITE = """
    WITH RECURSIVE {structure},
    own AS MATERIALIZED ({own})
    INSERT INTO {totals} (day, unit_id, queue_id, known, {measures})
    SELECT day, unit_id, queue_id, known, {measures} FROM own
    WHERE NOT EXISTS (SELECT FROM placement WHERE parent_id = own.unit_id)
    UNION ALL
    SELECT own.day, above.above_id, own.queue_id, own.known, {combined_units}
    FROM own
    JOIN above ON above.unit_id = own.unit_id AND own.day >= above.starts AND own.day < above.ends
    WHERE EXISTS (SELECT FROM placement WHERE parent_id = above.above_id)
    GROUP BY 1, 2, 3, 4
"""
# Nobody can tell the planner how many rows a table has that the statement itself makes, and it
# sorts what had better be hashed, or goes through one whole for each row of another.
_OTHER_WAYS = ("enable_sort", "enable_mergejoin", "enable_nestloop")
_HASH = ";".join(f"SET LOCAL {way} = off" for way in _OTHER_WAYS)
_PLAN_FREELY = ";".join(f"SET LOCAL {way} = DEFAULT" for way in _OTHER_WAYS)


def rewrite_totals(cursor: CursorWrapper, days: Sequence[date]) -> None:
    """Replace the totals of some days, of every set, by what facts and tree say now.

    A fact whose person has no unit that day is counted nowhere; a unit that stood nowhere that
    day counts in itself alone. All days of a set go through one statement, so that what every
    statement costs is shared by them.
    """
    parameters: dict[str, list[date] | date] = {
        "days": list(days),
        "first": min(days),
        "last": max(days),
    }
    cursor.execute(_HAS_LINES, parameters)
    found = cursor.fetchone()
    cursor.execute(_HASH)
    for slug, has_lines in zip(TOTALS, found, strict=True):
        totals = TOTALS[slug]._meta.db_table
        cursor.execute(f"DELETE FROM {totals} WHERE day = ANY(%(days)s)", parameters)  # noqa: S608
        if has_lines:
            cursor.execute(_REWRITES[slug], parameters)
    cursor.execute(_PLAN_FREELY)


def _write_rewrite(measures: MeasureSet) -> str:
    """Write the statement for a set: lines count in their unit, or where their person was."""
    own = _OWN[measures.of].format(
        **(_WITH_MACHINES if measures.has_machines else _PEOPLE_ONLY),
        lines=measures.lines,
        measures=", ".join(
            f"{_combine(measure, 'line')}::bigint AS {measure.name}"
            for measure in measures.measures
        ),
    )
    return _REWRITE.format(
        structure=_STRUCTURE,
        own=own,
        totals=TOTALS[measures.slug]._meta.db_table,
        measures=", ".join(measure.name for measure in measures.measures),
        combined_units=", ".join(_combine(measure, "own") for measure in measures.measures),
    )


def _combine(measure: DayMeasure, alias: str) -> str:
    """Add up within the day; what measures the worst of several takes the worst."""
    function = "max" if measure.combine is Combine.MAXIMUM else "sum"
    return f"{function}({alias}.{measure.name})"


_REWRITES = {slug: _write_rewrite(measures) for slug, measures in MEASURE_SETS.items()}
_HAS_LINES = "SELECT " + ", ".join(f"({MEASURE_SETS[slug].has_lines})" for slug in TOTALS)
