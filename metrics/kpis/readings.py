"""The SQL that adds totals, or one's own facts, up over stretches of days: one query for all.

Whatever is asked for, by unit, queue or person, goes through the same sums: first of each day,
then of each stretch, so that days can serve as replicates. Everything is summed as numeric, which
loses no digit.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from django.db import connection
from psycopg2.extras import DateRange

from metrics.kpis.measures import MEASURE_SETS, MeasureSet, Of
from metrics.kpis.models import TOTALS, KpiVersion
from metrics.kpis.rules import Formula, Sums
from metrics.kpis.values import Subject


class Reading(NamedTuple):
    """The sums of one definition for one subject on one stretch of days, the first being 0."""

    version_id: int
    subject_id: int
    queue_id: int | None
    stretch: int
    sums: Sums


class Membership(NamedTuple):
    """Someone or something that belonged to a unit for a while."""

    subject: Subject
    valid: DateRange


@dataclass(frozen=True)
class Source:
    """Where sums come from: a query for rows (subject, queue_id, day, known, measures)."""

    rows: str
    parameters: dict[str, Any] = field(default_factory=dict)
    of_people: bool = False


_OF_UNITS = """
    SELECT total.unit_id AS subject, total.queue_id, total.day, total.known, {measures}
    FROM {totals} total
    WHERE total.unit_id = ANY(%(units)s) AND total.day >= %(start)s AND total.day < %(end)s
"""
_OF_CHILDREN = """
    SELECT total.unit_id AS subject, total.queue_id, total.day, total.known, {measures}
    FROM teams_unitplacement placement
    JOIN {totals} total ON total.unit_id = placement.unit_id AND placement.valid @> total.day
    WHERE placement.parent_id = %(unit)s AND total.day >= %(start)s AND total.day < %(end)s
"""
_OF_PEOPLE = """
    SELECT fact.subject_id AS subject, fact.queue_id, fact.day, fact.known, {measures}
    FROM below
    JOIN teams_assignment place ON place.unit_id = below.unit_id AND place.valid && below.valid
    JOIN ({lines}) fact
        ON fact.subject_id = place.person_id AND place.valid @> fact.day AND below.valid @> fact.day
    WHERE fact.day >= %(start)s AND fact.day < %(end)s
        AND (%(person)s::bigint IS NULL OR fact.subject_id = %(person)s)
"""
_BELOW = """
    WITH RECURSIVE below(unit_id, valid) AS (
        SELECT %(unit)s::bigint, daterange(%(start)s, %(end)s)
        UNION ALL
        SELECT placement.unit_id, placement.valid * below.valid
        FROM below
        JOIN teams_unitplacement placement
            ON placement.parent_id = below.unit_id AND placement.valid && below.valid
    )
"""
_PEOPLE = """
    SELECT person.id, person.employee_id, person.name, place.valid * below.valid
    FROM below
    JOIN teams_assignment place ON place.unit_id = below.unit_id AND place.valid && below.valid
    JOIN teams_person person ON person.id = place.person_id
    WHERE %(person)s::bigint IS NULL OR person.id = %(person)s
    ORDER BY person.name, person.id
"""
_CHILDREN = """
    SELECT unit.id, unit.slug, unit.name, placement.valid
    FROM teams_unitplacement placement JOIN teams_unit unit ON unit.id = placement.unit_id
    WHERE placement.parent_id = %(unit)s AND placement.valid && daterange(%(start)s, %(end)s)
    ORDER BY unit.name, unit.id
"""
_SUMS_OF_ONE_KIND = """
    SELECT part.*, sums.subject, sums.queue, sums.stretch
    FROM (
        SELECT subject, queue, width_bucket(day, %(edges)s::date[]) AS stretch, {sums}
        FROM (
            SELECT subject, {queue} AS queue, day, {days}
            FROM ({rows}) fact
            WHERE %(queues)s::bigint[] IS NULL OR queue_id = ANY(%(queues)s)
            GROUP BY 1, 2, 3
        ) day
        GROUP BY 1, 2, 3
    ) sums
    CROSS JOIN LATERAL (VALUES {parts}) AS part(version_id, y, x, n, yy, xy, xx, days)
    WHERE part.y IS NOT NULL
"""


def of_units(unit_ids: Iterable[int]) -> Source:
    """Take the totals of units, each with everything below it."""
    return Source(_OF_UNITS, {"units": sorted(unit_ids)})


def of_children(unit_id: int) -> Source:
    """Take the totals of the units directly below, each only while it stood there."""
    return Source(_OF_CHILDREN, {"unit": unit_id})


def of_people(unit_id: int, person_id: int | None = None) -> Source:
    """Take the facts of people, each while assigned to the unit or below it as it stood then."""
    return Source(_OF_PEOPLE, {"unit": unit_id, "person": person_id}, of_people=True)


def read_sums(
    versions: Sequence[KpiVersion],
    edges: Sequence[date],
    source: Source,
    *,
    queue_ids: Sequence[int] | None = None,
    by_queue: bool = False,
) -> Iterator[Reading]:
    """Add up what definitions are made of between each of `edges` and the next, in one query.

    A definition counts a row only where all its measures are known. Stretches and subjects
    without any such row are not in the answer.
    """
    by_kind: dict[str, list[KpiVersion]] = {}
    for version in versions:
        if version.measure_set.of is Of.PERSON or not source.of_people:
            by_kind.setdefault(version.source, []).append(version)
    if not by_kind:
        return
    query = " UNION ALL ".join(
        _write_sums(MEASURE_SETS[slug], of_kind, source, by_queue=by_queue)
        for slug, of_kind in by_kind.items()
    )
    formulas = {version.pk: version.formulas for version in versions}
    with connection.cursor() as cursor:
        cursor.execute(
            (_BELOW if source.of_people else "") + query,
            {
                **source.parameters,
                "start": edges[0],
                "end": edges[-1],
                "edges": list(edges),
                "queues": None if queue_ids is None else list(queue_ids),
            },
        )
        for version_id, *numbers, days, subject_id, queue_id, stretch in cursor.fetchall():
            y, x, n, yy, xy, xx = (int(number) for number in numbers)
            of_y, of_x = (
                formulas[version_id].numerator.divisor,
                formulas[version_id].denominator.divisor,
            )
            sums = Sums(
                y=_divide(y, of_y),
                x=_divide(x, of_x),
                n=_divide(n, formulas[version_id].n.divisor),
                yy=_divide(yy, of_y * of_y),
                xy=_divide(xy, of_y * of_x),
                xx=_divide(xx, of_x * of_x),
                days=days,
            )
            yield Reading(version_id, subject_id, queue_id, stretch - 1, sums)


def list_people_below(
    unit_id: int, start: date, end: date, person_id: int | None = None
) -> list[Membership]:
    """List who was assigned to a unit or below it, and when, by name."""
    return _list_memberships(
        _BELOW + _PEOPLE, {"unit": unit_id, "start": start, "end": end, "person": person_id}
    )


def list_children(unit_id: int, start: date, end: date) -> list[Membership]:
    """List the units that stood directly below a unit, and when, by name."""
    return _list_memberships(_CHILDREN, {"unit": unit_id, "start": start, "end": end})


def find_extent(unit_id: int, kinds: Iterable[str]) -> tuple[date, date] | None:
    """Find the first and the last day on which a unit has any totals of some kinds."""
    query = " UNION ALL ".join(
        f"SELECT min(day), max(day) FROM {TOTALS[kind]._meta.db_table} WHERE unit_id = %(unit)s"  # noqa: S608
        for kind in sorted(set(kinds))
    )
    with connection.cursor() as cursor:
        cursor.execute(query, {"unit": unit_id})
        ends = [day for row in cursor.fetchall() for day in row if day is not None]
    return (min(ends), max(ends)) if ends else None


def _list_memberships(query: str, parameters: dict[str, Any]) -> list[Membership]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [Membership(Subject(*row[:3]), row[3]) for row in cursor.fetchall()]


def _divide(number: int, divisor: int) -> int | Fraction:
    return number if divisor == 1 else Fraction(number, divisor)


def _write_sums(
    kind: MeasureSet, versions: Sequence[KpiVersion], source: Source, *, by_queue: bool
) -> str:
    alias = "fact" if source.of_people else "total"
    rows = source.rows.format(
        totals=TOTALS[kind.slug]._meta.db_table,
        lines=kind.lines,
        measures=", ".join(f"{alias}.{measure.name}::bigint" for measure in kind.measures),
    )
    days, sums, parts = [], [], []
    for version in versions:
        formulas, id_ = version.formulas, version.pk
        mask = kind.mask_of(formulas.measures)
        y, x, n = f"y_{id_}", f"x_{id_}", f"n_{id_}"
        days += [
            f"{_write_formula(formulas.numerator, mask)} AS {y}",
            f"{_write_formula(formulas.denominator, mask)} AS {x}",
            f"{_write_formula(formulas.n, mask)} AS {n}",
        ]
        sums += [f"sum({name}) AS {name}" for name in (y, x, n)]
        sums += [f"sum({y} * {y}) AS y{y}", f"sum({x} * {y}) AS x{y}", f"sum({x} * {x}) AS x{x}"]
        sums.append(f"count(*) FILTER (WHERE {y} <> 0 OR {x} <> 0) AS days_{id_}")
        parts.append(f"({id_}, {y}, {x}, {n}, y{y}, x{y}, x{x}, days_{id_})")
    return _SUMS_OF_ONE_KIND.format(
        rows=rows,
        queue="queue_id" if by_queue else "NULL::bigint",
        days=", ".join(days),
        sums=", ".join(sums),
        parts=", ".join(parts),
    )


def _write_formula(formula: Formula, mask: int) -> str:
    """Write the sum of a formula over rows whose measures are all known; NULL where none are."""
    terms = (
        f"({factor}) * sum({measure}) FILTER (WHERE known & {mask} = {mask})"
        for measure, factor in formula.factors.items()
    )
    return f"({' + '.join(terms)})"
