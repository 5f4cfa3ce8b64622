"""The SQL that turns the facts of one day into that day's totals."""

from collections.abc import Iterable
from datetime import date

from django.db.backends.utils import CursorWrapper

from metrics.kpis.models import TOTALS
from metrics.records.kinds import KINDS
from metrics.records.kinds.kind import Column, ColumnType, Combine, Kind

# Where a fact counts: in the unit that it names, or in the one that its person was in that day.
_WHERE_IT_COUNTS = {
    ColumnType.UNIT: "",
    ColumnType.PERSON: (
        "JOIN teams_assignment place "
        "ON place.person_id = fact.person_id AND place.valid @> fact.day"
    ),
}

_REWRITE = """
    WITH RECURSIVE own AS MATERIALIZED (
        SELECT {unit} AS unit_id, fact.queue_id, {known} AS known, {combined_facts}
        FROM {facts} fact {place}
        WHERE fact.day = %(day)s
        GROUP BY 1, 2, 3
    ),
    above(unit_id, above_id) AS (
        SELECT DISTINCT unit_id, unit_id FROM own
        UNION ALL
        SELECT above.unit_id, placement.parent_id
        FROM above
        JOIN teams_unitplacement placement
            ON placement.unit_id = above.above_id AND placement.valid @> %(day)s
    )
    INSERT INTO {totals} (unit_id, day, queue_id, known, {measures})
    SELECT above.above_id, %(day)s, own.queue_id, own.known, {combined_units}
    FROM own JOIN above USING (unit_id)
    GROUP BY 1, 3, 4
"""


def rewrite_totals(cursor: CursorWrapper, day: date) -> None:
    """Replace the totals of one day, of every kind, by what its facts and its tree say now.

    A fact whose person has no unit that day is counted nowhere; a unit that stood nowhere that
    day counts in itself alone.
    """
    for slug, model in TOTALS.items():
        totals = model._meta.db_table
        cursor.execute(f"DELETE FROM {totals} WHERE day = %s", [day])  # noqa: S608
        cursor.execute(_REWRITES[slug], {"day": day})


def known_bits(kind: Kind, alias: str) -> str:
    """Write the SQL that gives a fact one bit for each measure that is known."""
    bits = (
        f"CASE WHEN {alias}.{measure.name} IS NULL THEN 0 ELSE {1 << position} END"
        for position, measure in enumerate(kind.measures)
    )
    return f"({' + '.join(bits)})"


def mask_of(kind: Kind, measures: Iterable[str]) -> int:
    """Return the bits that `known` must have for all these measures to be there."""
    positions = {measure.name: position for position, measure in enumerate(kind.measures)}
    return sum(1 << positions[name] for name in measures)


def has_people(kind: Kind) -> bool:
    """Tell whether facts of a kind say who did the work."""
    return any(column.type is ColumnType.PERSON for column in kind.dimensions)


def _write_rewrite(kind: Kind) -> str:
    place = ColumnType.PERSON if has_people(kind) else ColumnType.UNIT
    return _REWRITE.format(
        unit="place.unit_id" if has_people(kind) else "fact.unit_id",
        place=_WHERE_IT_COUNTS[place],
        known=known_bits(kind, "fact"),
        facts=kind.model._meta.db_table,
        totals=TOTALS[kind.slug]._meta.db_table,
        measures=", ".join(measure.name for measure in kind.measures),
        combined_facts=", ".join(
            f"{_combine(measure, 'fact')} AS {measure.name}" for measure in kind.measures
        ),
        combined_units=", ".join(_combine(measure, "own") for measure in kind.measures),
    )


def _combine(measure: Column, alias: str) -> str:
    """Add up within the day; what measures the worst of several takes the worst."""
    function = "max" if measure.combine is Combine.MAXIMUM else "sum"
    return f"{function}({alias}.{measure.name})"


_REWRITES = {slug: _write_rewrite(kind) for slug, kind in KINDS.items()}
