"""What a proposed definition would have made of the last weeks, beside the one that holds."""

from copy import copy
from dataclasses import dataclass
from datetime import timedelta

from metrics.kpis.catalogue import draft_version
from metrics.kpis.items import ITEM_MODELS
from metrics.kpis.models import DefinitionChange, KpiVersion, ReviewState
from metrics.kpis.selectors import KpiReader
from metrics.kpis.values import KpiValue
from opsportal.lib.periods import Grain, list_periods
from teams.access.viewers import Viewer

WEEKS = 8


@dataclass(frozen=True)
class Preview:
    """The last weeks of one unit by two definitions, the earliest first."""

    unit: str
    weeks: list[tuple[KpiValue, KpiValue]]


def preview_change(viewer: Viewer, change: DefinitionChange) -> Preview | None:
    """Compute the last whole weeks of the largest unit that someone may read, both ways.

    None where the change has been decided, they read no unit's figures, or a definition is read
    from items: those are computed once a version holds.
    """
    unit = _choose_unit(viewer)
    newest, draft = change.kpi.versions.latest("number"), draft_version(change)
    if change.state != ReviewState.OPEN or unit is None:
        return None
    if newest.model in ITEM_MODELS or draft.model in ITEM_MODELS:
        return None
    old, new = (_read(viewer, version, unit) for version in (newest, draft))
    return Preview(viewer.tree.nodes[unit].name, list(zip(old, new, strict=True)))


def _choose_unit(viewer: Viewer) -> int | None:
    tree, readable = viewer.tree, viewer.comparable_unit_ids
    return min(readable, key=lambda id_: (len(list(tree.above(id_))), id_), default=None)


def _read(viewer: Viewer, version: KpiVersion, unit: int) -> list[KpiValue]:
    """Read the weeks as though this definition had always held."""
    held = copy(version)
    held.valid_from = None
    reader = KpiReader(viewer, [version.kpi.slug])
    reader.versions = {version.kpi.slug: [held]}
    monday = viewer.today - timedelta(days=viewer.today.weekday())
    return reader.get_period_values(
        unit=unit, periods=list_periods(monday - timedelta(weeks=WEEKS), monday, Grain.WEEK)
    )
