"""The SQL that adds totals, or one's own facts, up over stretches of days: one query for all.

Whatever is asked for, by unit, queue or person, goes through the same sums: first of each day,
then of each stretch, where days serve as replicates or are counted; at once elsewhere. Everything
is summed as numeric, which loses no digit.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from django.db import connection
from psycopg2.extras import DateRange

from metrics.kpis.measures import MEASURE_SETS, MeasureSet, Of
from metrics.kpis.models import TOTALS, KpiVersion
from metrics.kpis.rules.formulas import DAYS
from metrics.kpis.rules.sums import Sums
from metrics.kpis.sheets import Sheet, mask_of
from metrics.kpis.values import Subject


class Reading(NamedTuple):
    """The sums of one definition for one subject on one stretch of days, the first being 0.

    One stretch may have several: stocks come queue by queue.
    """

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
    """Where sums come from: a query for rows (subject, queue_id, day, known, measures).

    `subjects` are those of it that are asked for, all of them where it is None.
    """

    rows: str
    parameters: dict[str, Any] = field(default_factory=dict)
    of_people: bool = False
    subjects: Sequence[int] | None = None

    def only(self, subjects: Sequence[int]) -> "Source":
        """Ask for some of the subjects alone."""
        return replace(self, subjects=subjects)


# Days are listed, because the keys of totals begin with them: so a unit's are found by its key.
_OF_UNITS = """
    SELECT total.unit_id AS subject, total.queue_id, total.day, total.known, {measures}
    FROM {totals} total
    WHERE total.unit_id = ANY(%(units)s) AND total.day = ANY(%(days)s)
"""
_OF_UNITS_BELOW = """
    SELECT total.unit_id AS subject, total.queue_id, total.day, total.known, {measures}
    FROM (
        WITH RECURSIVE above(unit_id, above_id, valid) AS (
            SELECT unit_id, unit_id, daterange(%(start)s, %(end)s)
            FROM unnest(%(units)s::bigint[]) AS unit_id
            UNION ALL
            SELECT above.unit_id, placement.parent_id, placement.valid * above.valid
            FROM above
            JOIN teams_unitplacement placement
                ON placement.unit_id = above.above_id AND placement.valid && above.valid
        )
        SELECT unit_id, valid FROM above WHERE above_id = %(unit)s
    ) stood
    JOIN {totals} total ON total.unit_id = stood.unit_id AND stood.valid @> total.day
    WHERE total.unit_id = ANY(%(units)s) AND total.day = ANY(%(days)s)
"""
_OF_CHILDREN = """
    SELECT total.unit_id AS subject, total.queue_id, total.day, total.known, {measures}
    FROM teams_unitplacement placement
    JOIN {totals} total ON total.unit_id = placement.unit_id AND placement.valid @> total.day
    WHERE placement.parent_id = %(unit)s AND total.day = ANY(%(days)s)
        AND (%(subjects)s::bigint[] IS NULL OR placement.unit_id = ANY(%(subjects)s))
"""
_OF_PEOPLE = """
    SELECT fact.subject_id AS subject, fact.queue_id, fact.day, fact.known, {measures}
    FROM below
    JOIN teams_assignment place ON place.unit_id = below.unit_id AND place.valid && below.valid
    JOIN ({lines}) fact
        ON fact.subject_id = place.person_id AND place.valid @> fact.day AND below.valid @> fact.day
    WHERE fact.day >= %(start)s AND fact.day < %(end)s
        AND (%(person)s::bigint IS NULL OR fact.subject_id = %(person)s)
        AND (%(subjects)s::bigint[] IS NULL OR place.person_id = ANY(%(subjects)s))
"""
# The units below a unit, itself among them, and when; a query goes on behind it.
BELOW = """
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
_IN_QUEUES = "(%(queues)s::bigint[] IS NULL OR queue_id = ANY(%(queues)s))"
_SUMS_OF_ONE_SET = f"""
    SELECT part.version_id, false, part.numbers, sums.subject, sums.queue, sums.stretch
    FROM (
        SELECT subject, queue, {{stretch}} AS stretch, {{sums}}
        FROM (
            SELECT subject, {{queue}} AS queue, day, {{days}}
            FROM ({{rows}}) fact
            WHERE {_IN_QUEUES}
            GROUP BY 1, 2, 3
        ) day
        GROUP BY 1, 2, 3
    ) sums
    CROSS JOIN LATERAL (VALUES {{parts}}) AS part(version_id, days, numbers)
    WHERE part.days > 0
"""  # noqa: S608
# Where nothing is asked of the days one by one, rows are added up at once.
_SUMS_OF_FLOWS = f"""
    SELECT part.version_id, false, part.numbers, sums.subject, sums.queue, sums.stretch
    FROM (
        SELECT subject, {{queue}} AS queue, {{stretch}} AS stretch, {{sums}}
        FROM (SELECT subject, queue_id, day, {{days}} FROM ({{rows}}) fact WHERE {_IN_QUEUES}) line
        GROUP BY 1, 2, 3
    ) sums
    CROSS JOIN LATERAL (VALUES {{parts}}) AS part(version_id, days, numbers)
    WHERE part.days > 0
"""  # noqa: S608
# What stocks were on the last day of each stretch that knows them, queue by queue.
_STOCKS_OF_ONE_VERSION = f"""
    SELECT {{version_id}}, true,
        ARRAY[queue_id, day - date '0001-01-01', {{names}}]::numeric[]::text,
        subject, {{queue}}, stretch
    FROM (
        SELECT DISTINCT ON (subject, queue_id, stretch) *
        FROM (
            SELECT subject, queue_id, day, {{stretch}} AS stretch,
                {{stocks}}
            FROM ({{rows}}) fact
            WHERE known & {{mask}} = {{mask}} AND {_IN_QUEUES}
            GROUP BY 1, 2, 3
        ) day
        ORDER BY subject, queue_id, stretch, day DESC
    ) last
"""  # noqa: S608
_QUEUES_OF_ONE_SET = f"""
    SELECT queue_id FROM ({{rows}}) fact WHERE ({{known}}) AND {_IN_QUEUES}
"""  # noqa: S608
_DAY = timedelta(days=1)
# Of a longer range it is worth asking first where there is anything.
MOST_DAYS = 3_660
_DAYS_WITH_FIGURES = "SELECT min(day), max(day) FROM teams_operatingday"
# Which stretch a day lies in; where all are one day long, that is a matter of subtraction.
_BY_EDGES = "width_bucket(day, %(edges)s::date[])"
_BY_DAY = "day - %(start)s::date + 1"


def of_units(unit_ids: Iterable[int]) -> Source:
    """Take the totals of units, each with everything below it."""
    return Source(_OF_UNITS, {"units": sorted(unit_ids)})


def of_units_below(unit_id: int, unit_ids: Iterable[int]) -> Source:
    """Take the totals of units while each stood below another, which may be one of them."""
    return Source(_OF_UNITS_BELOW, {"unit": unit_id, "units": sorted(unit_ids)})


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
    # What a stretch of one day needs, its totals say.
    by_day = all(end - start == _DAY for start, end in pairwise(edges))
    sheets = [Sheet(version, by_day) for version in versions if _can_tell(version, source)]
    if not sheets:
        return
    query = " UNION ALL ".join(
        part
        for slug in dict.fromkeys(sheet.version.source for sheet in sheets)
        for part in _write_sums(
            MEASURE_SETS[slug],
            [sheet for sheet in sheets if sheet.version.source == slug],
            source,
            stretch=_BY_DAY if by_day else _BY_EDGES,
            by_queue=by_queue,
        )
    )
    by_version = {sheet.version.pk: sheet for sheet in sheets}
    for version_id, is_stock, numbers, subject_id, queue_id, stretch in _fetch(
        query, source, edges, queue_ids
    ):
        sheet = by_version[version_id]
        read = sheet.read_stocks if is_stock else sheet.read_sums
        yield Reading(version_id, subject_id, queue_id, stretch - 1, read(_read_numbers(numbers)))


def find_queues(
    versions: Iterable[KpiVersion],
    start: date,
    end: date,
    source: Source,
    *,
    queue_ids: Sequence[int] | None = None,
) -> set[int]:
    """Find the queues in which any of some definitions has data, in one query."""
    masks: dict[str, set[int]] = {}
    for version in versions:
        if _can_tell(version, source):
            masks.setdefault(version.source, set()).add(mask_of(version))
    if not masks:
        return set()
    query = " UNION ".join(
        _QUEUES_OF_ONE_SET.format(
            rows=write_rows(MEASURE_SETS[slug], source, []),
            known=" OR ".join(f"known & {mask} = {mask}" for mask in sorted(of_set)),
        )
        for slug, of_set in masks.items()
    )
    return {queue_id for (queue_id,) in _fetch(query, source, [start, end], queue_ids)}


def list_people_below(
    unit_id: int, start: date, end: date, person_id: int | None = None
) -> list[Membership]:
    """List who was assigned to a unit or below it, and when, by name."""
    return _list_memberships(
        BELOW + _PEOPLE, {"unit": unit_id, "start": start, "end": end, "person": person_id}
    )


def list_children(unit_id: int, start: date, end: date) -> list[Membership]:
    """List the units that stood directly below a unit, and when, by name."""
    return _list_memberships(_CHILDREN, {"unit": unit_id, "start": start, "end": end})


def clip_days(start: date, end: date) -> tuple[date, date]:
    """Leave out of a long range the days before and after all that have figures.

    From the year 1 to 9999 there are 3.7 million days; a range of none is one day without any.
    """
    if (end - start).days <= MOST_DAYS:
        return start, end
    with connection.cursor() as cursor:
        cursor.execute(_DAYS_WITH_FIGURES)
        first, last = cursor.fetchone()
    if first is None or last < start or first >= end:
        return start, start + _DAY
    return max(start, first), min(end, last + _DAY)


def _list_memberships(query: str, parameters: dict[str, Any]) -> list[Membership]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [Membership(Subject(*row[:3]), row[3]) for row in cursor.fetchall()]


def _can_tell(version: KpiVersion, source: Source) -> bool:
    """Tell whether a source has what a definition reads: people have what is known of people."""
    return not source.of_people or version.measure_set.of is Of.PERSON


def _fetch(
    query: str, source: Source, edges: Sequence[date], queue_ids: Sequence[int] | None
) -> list[tuple[Any, ...]]:
    start, end = edges[0], edges[-1]
    first, until = clip_days(start, end)
    with connection.cursor() as cursor:
        cursor.execute(
            (BELOW if source.of_people else "") + query,
            {
                **source.parameters,
                "subjects": None if source.subjects is None else list(source.subjects),
                "start": start,
                "end": end,
                "days": _write_range(first, until),
                "edges": write_days(edges),
                "queues": None if queue_ids is None else list(queue_ids),
            },
        )
        return cursor.fetchall()


def write_days(days: Iterable[date]) -> str:
    """Write days as one literal of an array: one by one, the server weighs an expression a day."""
    return f"{{{','.join(map(date.isoformat, days))}}}"


@lru_cache(maxsize=100)
def _write_range(start: date, end: date) -> str:
    """Write all days of a range, which the readings of a page share, and pages with each other."""
    return write_days(start + number * _DAY for number in range((end - start).days))


def write_rows(measures: MeasureSet, source: Source, names: Iterable[str]) -> str:
    """Write the query for a source's rows of one set, with the measures that are named."""
    alias = "fact" if source.of_people else "total"
    return source.rows.format(
        totals=TOTALS[measures.slug]._meta.db_table,
        lines=measures.lines,
        measures=", ".join(f"{alias}.{name}::bigint" for name in sorted(names)) or "1",
    )


def _write_sums(
    measures: MeasureSet,
    sheets: Sequence[Sheet],
    source: Source,
    *,
    stretch: str,
    by_queue: bool,
) -> Iterator[str]:
    names = {name for sheet in sheets for name in (*sheet.names, *sheet.stocks)} - {DAYS}
    rows = write_rows(measures, source, names)
    queue = "queue_id" if by_queue else "NULL::bigint"
    at_once = all(sheet.is_of_flows for sheet in sheets)
    days = {
        column: sql
        for sheet in sheets
        for column, sql in (sheet.write_lines() if at_once else sheet.write_days()).items()
    }
    yield (_SUMS_OF_FLOWS if at_once else _SUMS_OF_ONE_SET).format(
        rows=rows,
        queue=queue,
        stretch=stretch,
        days=", ".join(f"{sql} AS {column}" for column, sql in days.items()),
        sums=", ".join(sheet.write_sums() for sheet in sheets),
        parts=", ".join(
            f"({sheet.version.pk}, days_{sheet.version.pk}, numbers_{sheet.version.pk})"
            for sheet in sheets
        ),
    )
    for sheet in sheets:
        if sheet.stocks:
            yield _STOCKS_OF_ONE_VERSION.format(
                version_id=sheet.version.pk,
                rows=rows,
                queue=queue,
                stretch=stretch,
                mask=sheet.mask,
                names=", ".join(sheet.stocks),
                stocks=", ".join(f"sum({name}) AS {name}" for name in sheet.stocks),
            )


@lru_cache(maxsize=20_000)
def _read_numbers(text: str) -> tuple[int, ...]:
    """Read an array of whole numbers, however large, as PostgreSQL writes it: '{1,2,3}'."""
    return tuple(map(int, text[1:-1].split(",")))
