"""What totals cannot give, from the items themselves: quantiles of durations and agreement.

Items are read where their unit or person stood on their day, as totals are, and only of days
that have been computed, so that a day shows its totals and its items together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection

from metrics.kpis.measures.clocks import CLOCKS
from metrics.kpis.models import KpiVersion, StatisticalModel
from opsportal.lib.periods import Period
from opsportal.lib.statistics.agreement import Labels, nominal_agreement
from opsportal.lib.statistics.survival import duration_quantile

# The models whose values come from items; these have no sums.
ITEM_MODELS = (StatisticalModel.QUANTILE, StatisticalModel.AGREEMENT)
JUDGED = "judgements"

# A definition, and a period that it is to be calculated for.
Wanted = tuple[KpiVersion, Period]


class Result(NamedTuple):
    """One value of one subject in one period, from its items; queue None is all those asked for.

    `n` counts the items. A value of None is 'not reached' for a quantile, of which low may be
    known; for agreement, that nothing was judged twice or only one label was ever given.
    """

    version_id: int
    subject_id: int
    queue_id: int | None
    period: Period
    n: int
    value: float | None
    low: float | None
    high: float | None


class Per(Enum):
    """What items are put together by, beside subject and period."""

    ALL = ["{columns}"]
    QUEUE = ["{columns}, queue_id"]
    QUEUE_AND_ALL = ["{columns}", "{columns}, queue_id"]

    def write(self, columns: str) -> str:
        sets = ", ".join(f"({one.format(columns=columns)})" for one in self.value)
        return f"GROUPING SETS ({sets})"


@dataclass(frozen=True)
class Scope:
    """Whose items: rows (subject, unit_id, valid), a unit's while it stood below the subject."""

    seeds: str
    parameters: dict[str, Any] = field(default_factory=dict)
    of_people: bool = False


_UNIT_SEEDS = """
    SELECT unit_id, unit_id, daterange(%(start)s, %(end)s)
    FROM unnest(%(units)s::bigint[]) AS unit_id
"""
_CHILD_SEEDS = """
    SELECT unit_id, unit_id, valid * daterange(%(start)s, %(end)s) FROM teams_unitplacement
    WHERE parent_id = %(unit)s AND valid && daterange(%(start)s, %(end)s)
"""
_PEOPLE_SEEDS = """
    SELECT %(unit)s::bigint, %(unit)s::bigint, daterange(%(start)s, %(end)s)
"""

_SCOPE = """
    WITH RECURSIVE scope(subject, unit_id, valid) AS (
        {seeds}
        UNION ALL
        SELECT scope.subject, placement.unit_id, placement.valid * scope.valid
        FROM scope
        JOIN teams_unitplacement placement
            ON placement.parent_id = scope.unit_id AND placement.valid && scope.valid
    ),
    period AS MATERIALIZED (
        SELECT * FROM unnest(%(starts)s::date[], %(ends)s::date[])
            WITH ORDINALITY AS period(start, until, position)
    ),
"""
_PERSON_SCOPE = """
    member AS MATERIALIZED (
        SELECT {subject} AS subject, place.person_id, place.valid * scope.valid AS valid
        FROM scope
        JOIN teams_assignment place ON place.unit_id = scope.unit_id AND place.valid && scope.valid
        WHERE %(person)s::bigint IS NULL OR place.person_id = %(person)s
    ),
"""

# Wall clock less pauses; what is open has the age at which its day was computed.
_DURATIONS = """
    item AS (
        SELECT period.position, scope.subject, fact.queue_id, fact.{stopped} IS NOT NULL AS is_over,
            greatest(0, extract(
                epoch FROM coalesce(fact.{stopped}, computed.computed_at) - fact.received_at
            ) - coalesce(fact.paused_seconds, 0))::float8 AS seconds
        FROM scope
        JOIN metrics_servicerequest fact ON fact.unit_id = scope.unit_id AND scope.valid @> fact.day
        JOIN teams_operatingday computed
            ON computed.day = fact.day AND computed.computed_at IS NOT NULL
        JOIN period ON fact.day >= period.start AND fact.day < period.until
        WHERE fact.day >= %(start)s AND fact.day < %(end)s
            AND (%(queues)s::bigint[] IS NULL OR fact.queue_id = ANY(%(queues)s))
    )
    SELECT position, subject, {queue}, {is_whole},
        coalesce(array_agg(seconds) FILTER (WHERE is_over), '{{}}'),
        coalesce(array_agg(seconds) FILTER (WHERE NOT is_over), '{{}}')
    FROM item
    GROUP BY {groups}
"""
# A person's label of an item counts once, the latest. Items with the same labels go together.
_LABELS = """
    member AS MATERIALIZED (
        SELECT {subject} AS subject, place.person_id, place.valid * scope.valid AS valid
        FROM scope
        JOIN teams_assignment place ON place.unit_id = scope.unit_id AND place.valid && scope.valid
        WHERE %(person)s::bigint IS NULL OR place.person_id = %(person)s
    ),
    latest AS (
        SELECT DISTINCT ON (position, subject, queue_id, item, person_id)
            position, subject, queue_id, item, label
        FROM (
            SELECT period.position, member.subject, fact.queue_id, fact.item COLLATE "C" AS item,
                fact.person_id, fact.label COLLATE "C" AS label, fact.day, fact.id
            FROM member
            JOIN metrics_judgement fact
                ON fact.person_id = member.person_id AND member.valid @> fact.day
            JOIN teams_operatingday computed
                ON computed.day = fact.day AND computed.computed_at IS NOT NULL
            JOIN period ON fact.day >= period.start AND fact.day < period.until
            WHERE fact.day >= %(start)s AND fact.day < %(end)s
                AND (%(queues)s::bigint[] IS NULL OR fact.queue_id = ANY(%(queues)s))
        ) judgement
        ORDER BY position, subject, queue_id, item, person_id, day DESC, id DESC
    ),
    item AS (
        SELECT position, subject, queue_id, array_agg(label ORDER BY label) AS labels,
            array_agg(times ORDER BY label) AS counts
        FROM (
            SELECT position, subject, queue_id, item, label, count(*) AS times FROM latest
            GROUP BY 1, 2, 3, 4, 5
        ) labelled
        GROUP BY position, subject, queue_id, item
    )
    SELECT position, subject, {queue}, {is_whole}, labels, counts, count(*)
    FROM item
    GROUP BY {groups}
    ORDER BY 1, 2, 4, 3
"""

_WITH_ITEMS = """
    SELECT position
    FROM unnest(%(starts)s::date[], %(ends)s::date[], %(judged)s::bool[])
        WITH ORDINALITY AS wanted(start, until, judged, position)
    WHERE CASE WHEN judged THEN EXISTS (
        SELECT FROM metrics_judgement fact WHERE fact.day >= start AND fact.day < until
    ) ELSE EXISTS (
        SELECT FROM metrics_servicerequest fact WHERE fact.day >= start AND fact.day < until
    ) END
    ORDER BY position
"""


def below_units(unit_ids: Iterable[int]) -> Scope:
    """Take the items of units, each with everything below it."""
    return Scope(_UNIT_SEEDS, {"units": sorted(unit_ids)})


def below_children(unit_id: int) -> Scope:
    """Take the items of the units directly below, each only while it stood there."""
    return Scope(_CHILD_SEEDS, {"unit": unit_id})


def of_people_below(unit_id: int, person_id: int | None = None) -> Scope:
    """Take the items of people, each while assigned to the unit or below it."""
    return Scope(_PEOPLE_SEEDS, {"unit": unit_id, "person": person_id}, of_people=True)


def calculate_results(
    wanted: Iterable[Wanted],
    scope: Scope,
    *,
    queue_ids: Sequence[int] | None = None,
    per: Per = Per.ALL,
) -> Iterator[Result]:
    """Calculate values from the items as they are now; no result where there are no items.

    Of queues, `queue_ids` count, or all; what has no queue counts in the whole of all alone.
    """
    by_source: dict[str, dict[Period, list[KpiVersion]]] = {}
    for version, period in wanted:
        of_source = by_source.setdefault(_items_of(version), {})
        of_source.setdefault(period, []).append(version)
    for source, versions in by_source.items():
        if source == JUDGED:
            yield from _calculate_agreement(versions, scope, queue_ids, per)
        elif not scope.of_people:
            yield from _calculate_quantiles(source, versions, scope, queue_ids, per)


def keep_those_with_items(wanted: Iterable[Wanted]) -> list[Wanted]:
    """Leave out what has no items at all in its period, wherever, without reading any."""
    pairs = list(wanted)
    judged = [_items_of(version) == JUDGED for version, _ in pairs]
    with connection.cursor() as cursor:
        cursor.execute(
            _WITH_ITEMS,
            {
                "starts": [period.start for _, period in pairs],
                "ends": [period.end for _, period in pairs],
                "judged": judged,
            },
        )
        return [pairs[position - 1] for (position,) in cursor.fetchall()]


def _items_of(version: KpiVersion) -> str:
    """Name what a definition reads: judgements, or the clock that is its numerator."""
    return JUDGED if version.model == StatisticalModel.AGREEMENT else version.numerator.strip()


def _calculate_quantiles(
    clock: str,
    versions: Mapping[Period, Sequence[KpiVersion]],
    scope: Scope,
    queue_ids: Sequence[int] | None,
    per: Per,
) -> Iterator[Result]:
    query = _DURATIONS.replace("{stopped}", CLOCKS[clock].stopped_by)
    for (period, subject, queue), rows in _read_groups(
        query, list(versions), scope, queue_ids, per
    ):
        ((ended, unended),) = rows
        for version in versions[period]:
            assert version.quantile is not None, "a quantile says which"
            found = duration_quantile(ended, unended, float(version.quantile))
            n = len(ended) + len(unended)
            yield Result(version.pk, subject, queue, period, n, *_scale(version, *found))


def _calculate_agreement(
    versions: Mapping[Period, Sequence[KpiVersion]],
    scope: Scope,
    queue_ids: Sequence[int] | None,
    per: Per,
) -> Iterator[Result]:
    groups = _read_groups(_LABELS, list(versions), scope, queue_ids, per)
    for (period, subject, queue), rows in groups:
        *found, n = nominal_agreement(Labels(*row) for row in rows)
        for version in versions[period]:
            yield Result(version.pk, subject, queue, period, n, *_scale(version, *found))


def _read_groups(
    query: str, periods: list[Period], scope: Scope, queue_ids: Sequence[int] | None, per: Per
) -> Iterator[tuple[tuple[Period, int, int | None], list[tuple[Any, ...]]]]:
    """Read rows and put those of one period, subject and queue together."""
    whole = per is Per.ALL
    sql = (_SCOPE + query).format(
        seeds=scope.seeds,
        subject="place.person_id" if scope.of_people else "scope.subject",
        queue="NULL::bigint" if whole else "queue_id",
        is_whole="true" if whole else "grouping(queue_id) = 1",
        groups=per.write("position, subject" + (", labels, counts" if query is _LABELS else "")),
    )
    parameters = {
        "person": None,
        **scope.parameters,
        "start": min(period.start for period in periods),
        "end": max(period.end for period in periods),
        "starts": [period.start for period in periods],
        "ends": [period.end for period in periods],
        "queues": None if queue_ids is None else list(queue_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        for (position, subject, queue, is_whole), rows in groupby(
            cursor.fetchall(), key=itemgetter(0, 1, 2, 3)
        ):
            if is_whole or queue is not None:
                yield (periods[position - 1], subject, queue), [row[4:] for row in rows]


def _scale(version: KpiVersion, *found: float | None) -> list[float | None]:
    return [None if one is None else one * version.scale for one in found]
