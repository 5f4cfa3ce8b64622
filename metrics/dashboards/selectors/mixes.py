from collections.abc import Sequence

from metrics.dashboards.rules.figures import Measure
from metrics.dashboards.rules.filters import WorkQueue
from metrics.dashboards.rules.mixes import Mix, QueueWork, find_mix
from metrics.dashboards.rules.questions import Question
from metrics.dashboards.selectors.peers import Parts
from metrics.kpis.models import KpiVersion, StatisticalModel
from metrics.kpis.selectors import KpiReader
from metrics.kpis.values import Breakdown, KpiValue
from teams.access.roles import Permission
from teams.access.viewers import Viewer

# What a case mix distorts, and what stands instead: others in the same queues.
FAMILY = "productivity"


def read_mix(
    viewer: Viewer,
    question: Question,
    reader: KpiReader,
    measure: Measure,
    definition: KpiVersion,
    parts: Sequence[Parts],
    here: Sequence[WorkQueue],
) -> Mix | None:
    """Find whether the units of a comparison work in queues too different to compare them so.

    One more query for a KPI of work and the time it takes, and none for any other or within one
    queue. The reader is one of the chosen KPI alone; `here` are the queues in which there is work.
    """
    units = next((found for found in parts if found.kind == "units"), None)
    queues = question.queues or [queue.slug for queue in here]
    if units is None or not _is_distorted(definition) or len(queues) < 2:
        return None
    compared = {value.unit.slug: value for value in units.values if value.period == question.period}
    readable = sorted(
        value.unit.id
        for value in compared.values()
        if viewer.may(Permission.READ_UNIT_KPIS, value.unit.id)
    )
    if len(readable) < 2:
        return None
    values = reader.get_period_values(
        unit=readable[0],
        beside=readable[1:],
        periods=[question.period],
        queues=queues,
        breakdown=Breakdown.QUEUE,
    )
    work: dict[str, list[QueueWork]] = {}
    for value in values:
        if value.queue and value.numerator is not None and value.denominator is not None:
            done = QueueWork(value.unit.slug, value.queue.slug, value.numerator, value.denominator)
            work.setdefault(value.unit.slug, []).append(done)
    # A unit that stood here for part of the period is compared by that part, and is left out.
    alike = [
        done
        for slug, of_unit in work.items()
        if _is_all(of_unit, compared[slug])
        for done in of_unit
    ]
    return find_mix(measure, alike)


def _is_all(work: Sequence[QueueWork], compared: KpiValue) -> bool:
    """Tell whether work by queue is all that a unit is compared by, and no more than that."""
    return (
        sum(one.numerator for one in work) == compared.numerator
        and sum(one.denominator for one in work) == compared.denominator
    )


def _is_distorted(definition: KpiVersion) -> bool:
    """Tell whether a KPI sets work against time: how hard a queue is decides it."""
    return (
        definition.family == FAMILY
        and definition.model == StatisticalModel.RATIO
        and definition.measure_set.has_queue
        and any(name.endswith("_seconds") for name in definition.formulas.measures)
    )
