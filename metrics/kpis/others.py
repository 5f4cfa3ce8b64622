"""Values beside what all others would have had in the same queues, so that like meets like."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from metrics.kpis.models import KpiVersion, StatisticalModel
from metrics.kpis.readings import Source, of_people, of_units, of_units_below, read_sums
from metrics.kpis.rules.figures import divide
from metrics.kpis.rules.sums import combine_measures
from metrics.kpis.selectors import KpiReader
from metrics.kpis.values import KpiValue
from opsportal.lib.periods import Period
from opsportal.lib.statistics.case_mix import Work, expect_units, find_rates

# What each subject did, by definition, subject and queue.
_Works = Mapping[tuple[int, int], Mapping[int, Work]]

# What machines did counts in the root, and is not what other people did.
_OF_MACHINES = Source(
    """
    SELECT 0 AS subject, total.queue_id, total.day, total.known, {measures}
    FROM ({lines}) total
    WHERE total.subject_id IS NULL AND total.day >= %(start)s AND total.day < %(end)s
"""
)
_MACHINES = 0
_NOTHING = Work(0, 0)


def can_be_adjusted(version: KpiVersion) -> bool:
    """Tell whether a KPI is a share or a rate that can be taken apart by queues."""
    return (
        version.model in (StatisticalModel.PROPORTION, StatisticalModel.RATIO)
        and version.measure_set.has_queue
        and version.formulas.adds_up_by_parts
    )


def adjust_for_queues(reader: KpiReader, values: Sequence[KpiValue]) -> list[float | None]:
    """Divide each value by what the rates of all others lead to expect in the same queues.

    `values` are of one period, and all of people or all of units; others are everybody else in the
    organisation who worked a queue in that period. Queues that nobody else worked are left out of
    both sides, and so is what has no queue; None where nothing is left to compare. 1 is as the
    others. Two queries, or three where machines did some of the work, however many the values.
    """
    versions = {
        value.definition.pk: value.definition
        for value in values
        if can_be_adjusted(value.definition)
    }
    if not versions:
        return [None] * len(values)
    works = _Reading(reader, list(versions.values()), values)
    return [
        works.adjust(value.definition, _subject_id(value))
        if value.definition.pk in versions
        else None
        for value in values
    ]


class _Reading:
    """What subjects did by queue, and what everybody did who is no machine."""

    def __init__(
        self, reader: KpiReader, versions: Sequence[KpiVersion], values: Sequence[KpiValue]
    ) -> None:
        self.root_id = root_id = reader.viewer.tree.root.id
        period = values[0].period
        subjects = sorted({_subject_id(value) for value in values})
        source = of_units_below(root_id, subjects)
        if values[0].person is not None:
            source = of_people(root_id).only(subjects)
        self.own = _read_works(versions, period, source)
        queues = sorted(set().union(*self.own.values()))
        self.everyone = _read_works(versions, period, of_units([root_id]), queues)
        by_machines = [version for version in versions if version.measure_set.has_machines]
        self.machines = _read_works(by_machines, period, _OF_MACHINES, queues)

    def adjust(self, version: KpiVersion, subject_id: int) -> float | None:
        own = self.own.get((version.pk, subject_id), {})
        everyone = self.everyone.get((version.pk, self.root_id), {})
        machines = self.machines.get((version.pk, _MACHINES), {})
        others = {
            queue: _subtract(everyone.get(queue, _NOTHING), machines.get(queue, _NOTHING), work)
            for queue, work in own.items()
        }
        actual, expected = expect_units(own, find_rates(others))
        return divide(actual, expected) if expected > 0 else None


def _read_works(
    versions: Sequence[KpiVersion],
    period: Period,
    source: Source,
    queue_ids: Sequence[int] | None = None,
) -> _Works:
    """Read numerators and denominators by queue, in one query; of no definitions, in none."""
    by_id = {version.pk: version for version in versions}
    found: dict[tuple[int, int], dict[int, Work]] = {}
    for version_id, subject_id, queue_id, _, sums in read_sums(
        versions, period, source, queue_ids=queue_ids, by_queue=True
    ):
        if queue_id:
            formulas = by_id[version_id].formulas
            made, effort, _ = formulas.evaluate(combine_measures(formulas, sums))
            of_subject = found.setdefault((version_id, subject_id), {})
            of_subject[queue_id] = Work(Fraction(made or 0), Fraction(effort or 0))
    return found


def _subtract(whole: Work, *parts: Work) -> Work:
    return Work(
        whole.units - sum(part.units for part in parts),
        whole.seconds - sum(part.seconds for part in parts),
    )


def _subject_id(value: KpiValue) -> int:
    return value.unit.id if value.person is None else value.person.id
