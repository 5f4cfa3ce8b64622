"""Quantiles and agreement as the selector reads them: stored where they are, else from the items.

Stored results hold for units, whole calendar periods, all queues or each one. Ranges of any other
kind, several queues together, people, and units that stood elsewhere for part of a period are
calculated when asked for, by the same statement and the same rules.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from django.db import connection

from metrics.kpis.items import (
    Per,
    Result,
    Scope,
    Wanted,
    below_children,
    below_units,
    calculate_results,
    keep_those_with_items,
    of_people_below,
)
from metrics.kpis.readings import Source, list_children
from opsportal.lib.periods import Grain, Period, period_of

_WANTED = """
    unnest(%(versions)s::bigint[], %(grains)s::text[], %(starts)s::date[])
        WITH ORDINALITY AS wanted(version_id, grain, period_start, position)
"""
_STORED = f"""
    SELECT wanted.position FROM {_WANTED}
    WHERE EXISTS (
        SELECT FROM metrics_periodresult result
        WHERE result.version_id = wanted.version_id AND result.grain = wanted.grain
            AND result.period_start = wanted.period_start
    )
"""  # noqa: S608
_READ_STORED = f"""
    SELECT wanted.position, result.unit_id, result.queue_id, result.n, result.value, result.low,
        result.high
    FROM {_WANTED}
    JOIN metrics_periodresult result USING (version_id, grain, period_start)
    WHERE result.unit_id = ANY(%(units)s) AND CASE
        WHEN %(queues)s::bigint[] IS NOT NULL THEN result.queue_id = ANY(%(queues)s)
        WHEN %(by_queue)s THEN result.queue_id <> 0
        ELSE result.queue_id = 0
    END
"""  # noqa: S608

# Of these periods results are stored; the finest first.
STORED_GRAINS = (Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER)


def read_results(
    wanted: Iterable[Wanted],
    source: Source,
    *,
    queue_ids: Sequence[int] | None = None,
    by_queue: bool = False,
) -> list[Result]:
    """Give the values of definitions (of the models in ITEM_MODELS) over periods.

    `source`, `queue_ids` and `by_queue` mean what they mean in `read_sums`; so does the queue of
    a result. Subjects, queues and periods without items are not in the answer.
    """
    wanted = list(dict.fromkeys(wanted))
    if source.of_people:
        scope = of_people_below(source.parameters["unit"], source.parameters["person"])
        return list(_calculate(wanted, scope, queue_ids, by_queue=by_queue))
    stored: dict[Wanted, Grain] = {}
    if by_queue or queue_ids is None or len(queue_ids) == 1:
        stored = _find_stored(wanted)
    if "units" in source.parameters:
        units = source.parameters["units"]
        found = _read_stored(stored, units, queue_ids, by_queue=by_queue)
        scope = below_units(units)
    else:
        children = _find_children(stored, source.parameters["unit"])
        stored = {pair: grain for pair, grain in stored.items() if pair[1] in children}
        found = [
            result
            for result in _read_stored(
                stored, set().union(*children.values()), queue_ids, by_queue=by_queue
            )
            if result.subject_id in children[result.period]
        ]
        scope = below_children(source.parameters["unit"])
    rest = [pair for pair in wanted if pair not in stored]
    return [*found, *_calculate(rest, scope, queue_ids, by_queue=by_queue)]


def find_grain(period: Period) -> Grain | None:
    """Find the grain of which a period is one whole calendar period; None where it is none."""
    for grain in STORED_GRAINS:
        # At the end of the calendar a day may be in no whole period.
        with suppress(ValueError):
            if period_of(period.start, grain) == period:
                return grain
    return None


def _calculate(
    wanted: Sequence[Wanted], scope: Scope, queue_ids: Sequence[int] | None, *, by_queue: bool
) -> Iterator[Result]:
    return calculate_results(
        keep_those_with_items(wanted),
        scope,
        queue_ids=queue_ids,
        per=Per.QUEUE if by_queue else Per.ALL,
    )


def _find_stored(wanted: Iterable[Wanted]) -> dict[Wanted, Grain]:
    """Find of which definitions and periods any unit has a stored result."""
    whole = [(pair, grain) for pair in wanted if (grain := find_grain(pair[1])) is not None]
    with connection.cursor() as cursor:
        cursor.execute(_STORED, _name_periods(dict(whole)))
        return dict(whole[position - 1] for (position,) in cursor.fetchall())


def _find_children(periods: Iterable[Wanted], unit_id: int) -> dict[Period, set[int]]:
    """Find the units directly below in each period; not of those in which one came or went."""
    of_period: dict[Period, set[int]] = {period: set() for _, period in periods}
    if not of_period:
        return {}
    start = min(period.start for period in of_period)
    end = max(period.end for period in of_period)
    for child in list_children(unit_id, start, end):
        first, until = child.valid.lower or start, child.valid.upper or end
        for period in list(of_period):
            if first <= period.start and until >= period.end:
                of_period[period].add(child.subject.id)
            elif first < period.end and until > period.start:
                del of_period[period]
    return of_period


def _read_stored(
    stored: dict[Wanted, Grain],
    unit_ids: Collection[int],
    queue_ids: Sequence[int] | None,
    *,
    by_queue: bool,
) -> list[Result]:
    if not stored or not unit_ids:
        return []
    pairs = list(stored)
    with connection.cursor() as cursor:
        cursor.execute(
            _READ_STORED,
            {
                **_name_periods(stored),
                "units": list(unit_ids),
                "queues": queue_ids if queue_ids is None else list(queue_ids),
                "by_queue": by_queue,
            },
        )
        return [
            Result(
                pairs[row[0] - 1][0].pk,
                row[1],
                row[2] if by_queue else None,
                pairs[row[0] - 1][1],
                *row[3:],
            )
            for row in cursor.fetchall()
        ]


def _name_periods(stored: dict[Wanted, Grain]) -> dict[str, Any]:
    return {
        "versions": [version.pk for version, _ in stored],
        "grains": [grain.value for grain in stored.values()],
        "starts": [period.start for _, period in stored],
    }
