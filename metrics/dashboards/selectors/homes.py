from dataclasses import dataclass

from metrics.dashboards.rules.figures import Measure, Reading
from metrics.dashboards.rules.questions import Span, default_preset, find_preset
from metrics.dashboards.selectors.figures import as_measure, as_reading
from metrics.dashboards.selectors.judging import Judge, Standing
from metrics.kpis.extents import get_extent
from metrics.kpis.models import Kpi
from metrics.kpis.selectors import KpiReader
from opsportal.lib.periods import Period
from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.structure.rules import Node


@dataclass(frozen=True)
class Entry:
    """A unit that the reader may open, with what stands below it and how it does."""

    unit: Node
    reading: Reading | None
    standing: Standing | None
    below: list["Entry"]


@dataclass(frozen=True)
class Home:
    """The units that someone may open, as trees, with one headline figure each."""

    measure: Measure | None
    period: Period | None
    entries: list[Entry]


def get_home(viewer: Viewer) -> Home:
    """List the readable units as trees, each with the first KPI's value in the usual period."""
    readable = viewer.unit_ids(Permission.READ_UNIT_KPIS)
    units = [node for node in viewer.tree.walk() if node.id in readable]
    kpi = Kpi.objects.values_list("slug", flat=True).first()
    extent = get_extent(viewer.tree.root.id)
    if not units or kpi is None or extent is None:
        return Home(None, None, _nest(viewer, units, {}))
    span = Span(extent.first, extent.last, extent.days)
    period = find_preset(default_preset(span), span)
    values = KpiReader(viewer, [kpi]).get_period_values(
        unit=units[0].id, beside=[node.id for node in units[1:]], periods=[period]
    )
    judge = Judge(values)
    figures = {value.unit.id: (as_reading(value), judge.standing(value)) for value in values}
    return Home(as_measure(values[0].definition), period, _nest(viewer, units, figures))


def _nest(
    viewer: Viewer, units: list[Node], figures: dict[int, tuple[Reading, Standing]]
) -> list[Entry]:
    """Hang each unit under its nearest readable one above; the others begin a tree."""
    entries: dict[int, Entry] = {}
    roots: list[Entry] = []
    for node in units:
        reading, standing = figures.get(node.id, (None, None))
        entry = entries[node.id] = Entry(node, reading, standing, [])
        above = entries.get(node.parent_id) if node.parent_id is not None else None
        (above.below if above else roots).append(entry)
    return roots
