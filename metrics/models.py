"""The models of every room, registered under the app's label."""

from metrics.feeds.models import Feed, Import, RowError
from metrics.kpis.models import TOTALS, Kpi, KpiVersion, Recompute
from metrics.records.models import PriorVersion, QueueDay, WorkRecord
from metrics.targets.models import Target

__all__ = [
    "TOTALS",
    "Feed",
    "Import",
    "Kpi",
    "KpiVersion",
    "PriorVersion",
    "QueueDay",
    "Recompute",
    "RowError",
    "Target",
    "WorkRecord",
]
