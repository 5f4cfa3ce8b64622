from collections.abc import Sequence

from metrics.dashboards.rules.figures import Measure
from metrics.dashboards.rules.filters import WorkQueue
from metrics.dashboards.rules.mixes import Mix, QueueWork, find_mix
from metrics.dashboards.rules.questions import Question
from metrics.dashboards.selectors.peers import Parts
from metrics.kpis.models import KpiVersion, StatisticalModel
from metrics.kpis.selectors import KpiReader
from metrics.kpis.values import Breakdown
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
    ids = {value.unit.id for value in units.values}
    readable = [id_ for id_ in sorted(ids) if viewer.may(Permission.READ_UNIT_KPIS, id_)]
    if len(readable) < 2:
        return None
    values = reader.get_period_values(
        unit=readable[0],
        beside=readable[1:],
        periods=[question.period],
        queues=queues,
        breakdown=Breakdown.QUEUE,
    )
    return find_mix(
        measure,
        [
            QueueWork(value.unit.slug, value.queue.slug, value.numerator, value.denominator)
            for value in values
            if value.queue and value.numerator is not None and value.denominator is not None
        ],
    )


def _is_distorted(definition: KpiVersion) -> bool:
    """Tell whether a KPI sets work against time: how hard a queue is decides it."""
    return (
        definition.family == FAMILY
        and definition.model == StatisticalModel.RATIO
        and definition.measure_set.has_queue
        and any(name.endswith("_seconds") for name in definition.formulas.measures)
    )
