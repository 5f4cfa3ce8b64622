"""From the facts of some days to their totals."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import connection

from metrics.kpis.measures import MEASURE_SETS, MeasureSet, Of
from metrics.kpis.models import TOTALS
from metrics.kpis.rules.totals import add_up_people, roll_up
from metrics.records.kinds import Combine
from metrics.records.services import bring_columns
from metrics.records.statements import Parameters, fetch_table, write_table

if TYPE_CHECKING:
    import pyarrow as pa

_FROM, _UNTIL = "%(first)s::date - 1", "%(last)s::date + 1"
_SPAN = f"daterange({_FROM}, {_UNTIL})"
# An open side is null, which the functions pass over.
_WITHIN = f"greatest(lower(valid), {_FROM}), least(upper(valid), {_UNTIL})"
# What stands on the days that are rewritten, and on the day before each, with dates in place of
# ranges, which cost less to compare with. `place` reads one table and nothing else, so
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
# Lines by person are many, and are added up day by day, where there is less to tell them apart by.
# Lines by unit are few, and made for all days at once; they are added up as they roll up. What a
# machine did has no person, and counts in the root.
_OWN = {
    Of.PERSON: """
        WITH RECURSIVE {structure}
        SELECT the_days.day, own.*
        FROM the_days
        CROSS JOIN LATERAL (
            SELECT {unit} AS unit_id, line.queue_id, line.known, {sums}
            FROM ({lines}) line
            {join} place ON place.person_id = line.subject_id
                AND line.day >= place.starts AND line.day < place.ends
            WHERE line.day = the_days.day {whose}
            GROUP BY 1, 2, 3
        ) own
    """,
    Of.UNIT: """
        WITH RECURSIVE {structure}
        SELECT line.day, line.subject_id, line.queue_id, line.known, {amounts}
        FROM ({lines}) line
        WHERE line.day = ANY(%(days)s)
    """,
}
_PEOPLE_ONLY = {"unit": "place.unit_id", "join": "JOIN", "whose": ""}
_WITH_MACHINES = {
    "unit": "coalesce(place.unit_id, (SELECT id FROM teams_unit WHERE is_root))",
    "join": "LEFT JOIN",
    "whose": "AND (line.subject_id IS NULL OR place.unit_id IS NOT NULL)",
}
_PLACES = f"WITH RECURSIVE {_STRUCTURE} SELECT person_id, unit_id, starts, ends FROM place"  # noqa: S608
_ABOVE = f"WITH RECURSIVE {_STRUCTURE} SELECT unit_id, above_id, starts, ends FROM above"  # noqa: S608
# Nobody can tell the planner how many rows a table has that the statement itself makes, and it
# sorts what had better be hashed, or goes through one whole for each row of another.
_OTHER_WAYS = ("enable_sort", "enable_mergejoin", "enable_nestloop")
_HASH = ";".join(f"SET LOCAL {way} = off" for way in _OTHER_WAYS)
_PLAN_FREELY = ";".join(f"SET LOCAL {way} = DEFAULT" for way in _OTHER_WAYS)


def rewrite_totals(days: Sequence[date]) -> None:
    """Replace the totals of some days, of every set, by what facts and tree say now.

    A fact whose person has no unit that day is counted nowhere; a unit that stood nowhere that
    day counts in itself alone. What a set adds up to comes from one statement for all days, or from
    the columns of each day where its facts are kept as such. Call with the days held.
    """
    parameters: dict[str, list[date] | date] = {
        "days": list(days),
        "first": min(days),
        "last": max(days),
    }
    with connection.cursor() as cursor:
        cursor.execute(_HAS_LINES, parameters)
        found = dict(zip(TOTALS, cursor.fetchone(), strict=True))
        for model in TOTALS.values():
            stale = f"DELETE FROM {model._meta.db_table} WHERE day = ANY(%(days)s)"  # noqa: S608
            cursor.execute(stale, parameters)
        cursor.execute(_HASH)
        above = fetch_table(_ABOVE, parameters, _schema("unit_id", "above_id", *_DATES))
        for slug, has_lines in found.items():
            if has_lines:
                measures = MEASURE_SETS[slug]
                own = _add_up(measures, days, parameters)
                totals = roll_up(own, above, _aggregations(measures))
                write_table(TOTALS[slug]._meta.db_table, totals)
        cursor.execute(_PLAN_FREELY)


def _add_up(measures: MeasureSet, days: Sequence[date], parameters: Parameters) -> "pa.Table":
    """Give what each unit has of its own: day, unit_id, queue_id, known and the measures."""
    if measures.columns_of is not None:
        places = fetch_table(_PLACES, parameters, _schema("person_id", "unit_id", *_DATES))
        facts = bring_columns(measures.columns_of, days)
        return add_up_people(facts, places, _aggregations(measures))
    names = [measure.name for measure in measures.measures]
    return fetch_table(
        _STATEMENTS[measures.slug],
        parameters,
        _schema("day", "unit_id", "queue_id", "known", *names),
    )


def _write_own(measures: MeasureSet) -> str:
    """Write the query for a set: lines count in their unit, or where their person was."""
    amounts = [f"line.{measure.name}" for measure in measures.measures]
    sums = [
        f"{aggregation}({amount})"
        for aggregation, amount in zip(_aggregations(measures).values(), amounts, strict=True)
    ]
    return _OWN[measures.of].format(
        **(_WITH_MACHINES if measures.has_machines else _PEOPLE_ONLY),
        structure=_STRUCTURE,
        lines=measures.lines,
        amounts=", ".join(f"{amount}::bigint" for amount in amounts),
        sums=", ".join(f"{total}::bigint" for total in sums),
    )


def _aggregations(measures: MeasureSet) -> dict[str, str]:
    """Name how each measure adds up within the day; of what is the worst of several, the worst."""
    return {
        measure.name: "max" if measure.combine is Combine.MAXIMUM else "sum"
        for measure in measures.measures
    }


def _schema(*names: str) -> "pa.Schema":
    import pyarrow as pa

    return pa.schema({name: pa.date32() if name in _DAYS else pa.int64() for name in names})


_DATES = ["starts", "ends"]
_DAYS = {"day", *_DATES}
_STATEMENTS = {slug: _write_own(measures) for slug, measures in MEASURE_SETS.items()}
_HAS_LINES = "SELECT " + ", ".join(f"({MEASURE_SETS[slug].has_lines})" for slug in TOTALS)
