"""The measures that days are added up to: of each kind of facts, and of several seen together."""

from metrics.kpis.measures.cost_days import COST_DAYS
from metrics.kpis.measures.deliveries import DELIVERIES
from metrics.kpis.measures.feed_days import FEED_DAYS
from metrics.kpis.measures.growth_days import GROWTH_DAYS
from metrics.kpis.measures.measure_set import DayMeasure, MeasureSet, Of, of_kind
from metrics.kpis.measures.person_days import PERSON_DAYS
from metrics.kpis.measures.staff_days import STAFF_DAYS
from metrics.records.kinds import KINDS

MEASURE_SETS: dict[str, MeasureSet] = {
    one.slug: one
    for one in (
        *(of_kind(kind) for kind in KINDS.values() if kind.day_totals),
        PERSON_DAYS,
        DELIVERIES,
        COST_DAYS,
        STAFF_DAYS,
        GROWTH_DAYS,
        FEED_DAYS,
    )
}

__all__ = ["MEASURE_SETS", "DayMeasure", "MeasureSet", "Of"]
