"""The SQL that turns the facts of some days into their totals."""

from collections.abc import Sequence
from datetime import date

from django.db.backends.utils import CursorWrapper

from metrics.kpis.measures import MEASURE_SETS, DayMeasure, MeasureSet, Of
from metrics.kpis.models import TOTALS
from metrics.records.kinds import Combine

# Where a line counts: in the unit that it names, or in the one that its person was in that day.
_PLACES = {
    Of.UNIT: ("line.subject_id", ""),
    Of.PERSON: (
        "coalesce(place.unit_id, (SELECT id FROM teams_unit WHERE is_root))",
        "LEFT JOIN teams_assignment place "
        "ON place.person_id = line.subject_id AND place.valid @> line.day "
        "WHERE (place.unit_id IS NOT NULL OR line.subject_id IS NULL) AND",
    ),
}

_REWRITE = """
    WITH RECURSIVE own AS MATERIALIZED (
        SELECT line.day, {unit} AS unit_id, line.queue_id, line.known, {combined_lines}
        FROM ({lines}) line {place} line.day = ANY(%(days)s)
        GROUP BY 1, 2, 3, 4
    ),
    above(day, unit_id, above_id) AS (
        SELECT DISTINCT day, unit_id, unit_id FROM own
        UNION ALL
        SELECT above.day, above.unit_id, placement.parent_id
        FROM above
        JOIN teams_unitplacement placement
            ON placement.unit_id = above.above_id AND placement.valid @> above.day
    )
    INSERT INTO {totals} (day, unit_id, queue_id, known, {measures})
    SELECT own.day, above.above_id, own.queue_id, own.known, {combined_units}
    FROM own JOIN above USING (day, unit_id)
    GROUP BY 1, 2, 3, 4
"""


def rewrite_totals(cursor: CursorWrapper, days: Sequence[date]) -> None:
    """Replace the totals of some days, of every set, by what facts and tree say now.

    A fact whose person has no unit that day is counted nowhere; a unit that stood nowhere that
    day counts in itself alone.
    """
    for slug, model in TOTALS.items():
        totals = model._meta.db_table
        cursor.execute(f"DELETE FROM {totals} WHERE day = ANY(%s)", [list(days)])  # noqa: S608
        cursor.execute(_REWRITES[slug], {"days": list(days)})


def _write_rewrite(measures: MeasureSet) -> str:
    unit, place = _PLACES[measures.of]
    return _REWRITE.format(
        unit=unit,
        place=place or "WHERE",
        lines=measures.lines,
        totals=TOTALS[measures.slug]._meta.db_table,
        measures=", ".join(measure.name for measure in measures.measures),
        combined_lines=", ".join(
            f"{_combine(measure, 'line')} AS {measure.name}" for measure in measures.measures
        ),
        combined_units=", ".join(_combine(measure, "own") for measure in measures.measures),
    )


def _combine(measure: DayMeasure, alias: str) -> str:
    """Add up within the day; what measures the worst of several takes the worst."""
    function = "max" if measure.combine is Combine.MAXIMUM else "sum"
    return f"{function}({alias}.{measure.name})"


_REWRITES = {slug: _write_rewrite(measures) for slug, measures in MEASURE_SETS.items()}
