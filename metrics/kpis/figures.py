"""From what is asked for to figures: each definition's, by its statistical model."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from operator import itemgetter
from typing import NamedTuple

from metrics.kpis.items import ITEM_MODELS
from metrics.kpis.models import KpiVersion, StatisticalModel
from metrics.kpis.persons import Stay, list_stays
from metrics.kpis.readings import Reading, Source, clip_days, of_units_below, read_sums
from metrics.kpis.results import read_results
from metrics.kpis.rules.expectations import Output, calculate_index, find_rates
from metrics.kpis.rules.figures import (
    NO_FIGURE,
    Figure,
    FindInterval,
    calculate_figure,
    find_count_interval,
    find_no_interval,
    find_proportion_interval,
    find_ratio_interval,
)
from metrics.kpis.rules.sums import Sums, add_sums, combine_measures
from metrics.kpis.values import Subject
from opsportal.lib.periods import Period

# Of the models that are made of sums.
_FIND_INTERVAL: Mapping[str, FindInterval] = {
    StatisticalModel.PROPORTION: find_proportion_interval,
    StatisticalModel.RATIO: find_ratio_interval,
    StatisticalModel.COUNT: find_count_interval,
    StatisticalModel.TOTAL: find_no_interval,
}


class Row(NamedTuple):
    """One figure that is asked for; queue None is all that are asked for together.

    One that is `bare` needs no interval, and so no sums day by day.
    """

    version: KpiVersion
    period: Period
    subject: Subject
    queue: Subject | None
    bare: bool


@dataclass(frozen=True)
class Scope:
    """Whose figures, in which queues, apart by queue or not; and the unit that holds all."""

    source: Source
    queue_ids: Sequence[int] | None
    by_queue: bool
    root_id: int


FindFigures = Callable[[Sequence[Row], Scope], list[Figure]]


def read_figures(rows: Sequence[Row], scope: Scope) -> list[Figure]:
    """Give the figure of each row, in order; where nothing is known, an empty one.

    One query adds up all that is sums. Quantiles and agreement are read beside them, and an index
    needs the work by day and queue, and everyone else's.
    """
    by_way: dict[FindFigures, list[int]] = {}
    for position, row in enumerate(rows):
        by_way.setdefault(_WAYS[row.version.model], []).append(position)
    figures: list[Figure] = [NO_FIGURE] * len(rows)
    for find, positions in by_way.items():
        found = find([rows[position] for position in positions], scope)
        for position, figure in zip(positions, found, strict=True):
            figures[position] = figure
    return figures


def _calculate_from_sums(rows: Sequence[Row], scope: Scope) -> list[Figure]:
    edges = _edges_of(rows)
    sums = _SumsByPeriod(
        edges,
        read_sums(
            _versions_of(rows),
            edges,
            scope.source,
            queue_ids=scope.queue_ids,
            by_queue=scope.by_queue,
        ),
    )
    figures = []
    for row in rows:
        found = sums.get(row.version, row.subject.id, _queue_id(row, scope), row.period)
        figures.append(
            NO_FIGURE
            if found is None
            else calculate_figure(
                row.version.formulas,
                found,
                scale=row.version.scale,
                find_interval=find_no_interval if row.bare else _FIND_INTERVAL[row.version.model],
            )
        )
    return figures


def _take_results(rows: Sequence[Row], scope: Scope) -> list[Figure]:
    results = {
        (result.version_id, result.subject_id, result.queue_id, result.period): result
        for result in read_results(
            dict.fromkeys((row.version, row.period) for row in rows),
            scope.source,
            queue_ids=scope.queue_ids,
            by_queue=scope.by_queue,
        )
    }
    found = (
        results.get((row.version.pk, row.subject.id, _queue_id(row, scope), row.period))
        for row in rows
    )
    return [
        NO_FIGURE if one is None else Figure(None, None, one.n, one.value, one.low, one.high)
        for one in found
    ]


def _calculate_indices(rows: Sequence[Row], scope: Scope) -> list[Figure]:
    """Compare with all others: what the whole did less the unit's part of it, by queue and period.

    A person's work is compared with that of all who were not in the team in which it was done,
    whoever reads it, and wherever else the person worked.
    """
    edges, versions = _edges_of(rows), _versions_of(rows)
    stays = list_stays({row.subject.id for row in rows}) if scope.source.of_people else {}
    units = {stay.unit_id for found in stays.values() for stay in found}
    if not scope.source.of_people:
        units = {row.subject.id for row in rows}
    if not scope.source.of_people and units == {scope.root_id}:
        # The whole has no others beside it: nothing need be read to know that.
        return [NO_FIGURE] * len(rows)
    totals = _SumsByPeriod(
        edges,
        read_sums(
            versions,
            edges,
            of_units_below(scope.root_id, {scope.root_id, *units}),
            queue_ids=scope.queue_ids,
            by_queue=True,
        ),
    )
    work = _Work(versions, rows, scope)

    @cache
    def rates_beside(version: KpiVersion, unit_id: int, period: Period) -> dict[int, Fraction]:
        return find_rates(
            totals.outputs(version, scope.root_id, period), totals.outputs(version, unit_id, period)
        )

    figures = []
    for row in rows:
        queue_id = _queue_id(row, scope)
        rates: dict[tuple[int, int], Fraction] = {}
        mine: list[tuple[date, tuple[int, int], Output]] = []
        for unit_id, days in _list_teams(row, scope, stays):
            for queue, rate in rates_beside(row.version, unit_id, row.period).items():
                if not scope.by_queue or queue == queue_id:
                    rates[unit_id, queue] = rate
            mine += [
                (day, (unit_id, queue), output)
                for day, queue, output in work.within(row.version, row.subject.id, days)
            ]
        figure = calculate_index(mine, rates, scale=row.version.scale)
        figures.append(figure._replace(low=None, high=None) if row.bare else figure)
    return figures


def _list_teams(
    row: Row, scope: Scope, stays: Mapping[int, Sequence[Stay]]
) -> Iterator[tuple[int, Period]]:
    """List in which unit a row's work was done, and when: a person's may be several."""
    if not scope.source.of_people:
        yield row.subject.id, row.period
        return
    for stay in stays.get(row.subject.id, []):
        days = stay.within(row.period)
        if days is not None:
            yield stay.unit_id, days


# How each statistical model comes to its figures.
_WAYS: Mapping[str, FindFigures] = {
    **dict.fromkeys(_FIND_INTERVAL, _calculate_from_sums),
    **dict.fromkeys(ITEM_MODELS, _take_results),
    StatisticalModel.INDEX: _calculate_indices,
}


class _SumsByPeriod:
    """Sums of stretches of days, found again for the periods that are made of them."""

    def __init__(self, edges: Sequence[date], readings: Iterable[Reading]) -> None:
        self.position = {edge: index for index, edge in enumerate(edges)}
        self.found: dict[tuple[int, int], dict[int | None, dict[int, list[Sums]]]] = {}
        for reading in readings:
            of_subject = self.found.setdefault((reading.version_id, reading.subject_id), {})
            of_queue = of_subject.setdefault(reading.queue_id, {})
            of_queue.setdefault(reading.stretch, []).append(reading.sums)

    def get(
        self, version: KpiVersion, subject_id: int, queue_id: int | None, period: Period
    ) -> Sums | None:
        """Add up the stretches of a period; None where nothing is known in any of them."""
        of_subject = self.found.get((version.pk, subject_id), {})
        return self._add(version, of_subject.get(queue_id, {}), period)

    def outputs(self, version: KpiVersion, subject_id: int, period: Period) -> dict[int, Output]:
        """Give what was made, and of how much effort, in each queue."""
        outputs = {}
        for queue_id, stretches in self.found.get((version.pk, subject_id), {}).items():
            sums = self._add(version, stretches, period)
            if sums is not None and queue_id is not None:
                outputs[queue_id] = _output_of(version, sums)
        return outputs

    def _add(
        self, version: KpiVersion, stretches: Mapping[int, list[Sums]], period: Period
    ) -> Sums | None:
        if not stretches:
            return None
        parts: list[Sums] = []
        for index in range(self.position[period.start], self.position[period.end]):
            parts += stretches.get(index, ())
        return add_sums(version.formulas, parts)


class _Work:
    """What subjects did by queue: day by day where an interval needs that, else at once."""

    def __init__(self, versions: Sequence[KpiVersion], rows: Sequence[Row], scope: Scope) -> None:
        edges = sorted(_find_days(rows, scope).union(_edges_of(rows)))
        by_id = {version.pk: version for version in versions}
        self.found: dict[tuple[int, int], list[tuple[date, int, Output]]] = {}
        for version_id, subject_id, queue_id, stretch, sums in read_sums(
            versions, edges, scope.source, queue_ids=scope.queue_ids, by_queue=True
        ):
            assert queue_id is not None, "it was read by queue"
            output = _output_of(by_id[version_id], sums)
            of_subject = self.found.setdefault((version_id, subject_id), [])
            of_subject.append((edges[stretch], queue_id, output))
        for of_subject in self.found.values():
            of_subject.sort()

    def within(
        self, version: KpiVersion, subject_id: int, period: Period
    ) -> list[tuple[date, int, Output]]:
        found = self.found.get((version.pk, subject_id), [])
        start, end = (
            bisect_left(found, edge, key=itemgetter(0)) for edge in (period.start, period.end)
        )
        return found[start:end]


def _find_days(rows: Iterable[Row], scope: Scope) -> set[date]:
    """Find the days that are told apart: those of an interval, and a person's, who moves."""
    days: set[date] = set()
    for period in {row.period for row in rows if scope.source.of_people or not row.bare}:
        start, end = clip_days(period.start, period.end)
        days.update(start + timedelta(days=number) for number in range((end - start).days + 1))
    return days


def _output_of(version: KpiVersion, sums: Sums) -> Output:
    plain = version.formulas.plain
    if plain is not None:
        made_of, effort_of, n_of = plain
        totals = sums.totals
        return Output(totals[made_of], totals[effort_of], totals[n_of])
    made, effort, n = version.formulas.evaluate(combine_measures(version.formulas, sums))
    return Output(made or 0, effort or 0, n or 0)


def _queue_id(row: Row, scope: Scope) -> int | None:
    return row.queue.id if scope.by_queue and row.queue else None


def _edges_of(rows: Iterable[Row]) -> list[date]:
    return sorted({edge for row in rows for edge in (row.period.start, row.period.end)})


def _versions_of(rows: Iterable[Row]) -> list[KpiVersion]:
    return list({row.version.pk: row.version for row in rows}.values())
