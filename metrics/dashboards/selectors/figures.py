from metrics.dashboards.rules.figures import Measure, Reading
from metrics.kpis.models import KpiVersion
from metrics.kpis.values import KpiValue


def as_measure(definition: KpiVersion) -> Measure:
    """Take from a definition what its values are written and judged by."""
    return Measure(
        slug=definition.kpi.slug,
        name=definition.name,
        unit=definition.unit_label,
        decimals=definition.decimals,
        scale=definition.scale,
        direction=definition.direction,
        minimum_n=definition.minimum_n,
        n_label=definition.n_label,
        model=definition.model,
    )


def as_reading(value: KpiValue) -> Reading:
    # In order, which a page of four hundred of them can tell from by name.
    return Reading(
        value.value,
        value.low,
        value.high,
        value.numerator,
        value.denominator,
        value.n,
        value.provisional,
        value.version,
        value.why_provisional,
    )
