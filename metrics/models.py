"""The models of every room, registered under the app's label."""

from metrics.dashboards.models import Digest, Visit
from metrics.explore.models import SavedView
from metrics.feeds.models import Feed, FeedDay, Import, RowError
from metrics.kpis.models import (
    TOTALS,
    DefinitionChange,
    Kpi,
    KpiVersion,
    PeriodResult,
    Recompute,
)
from metrics.records.models import (
    Appeal,
    Attendance,
    Cost,
    DayColumns,
    ExchangeRate,
    Judgement,
    Outcome,
    PlannedHeadcount,
    PriorVersion,
    QualityAudit,
    QueueDay,
    ServiceRequest,
    WorkRecord,
)
from metrics.targets.models import Ramp, Target, TargetChange

__all__ = [
    "TOTALS",
    "Appeal",
    "Attendance",
    "Cost",
    "DayColumns",
    "DefinitionChange",
    "Digest",
    "ExchangeRate",
    "Feed",
    "FeedDay",
    "Import",
    "Judgement",
    "Kpi",
    "KpiVersion",
    "Outcome",
    "PeriodResult",
    "PlannedHeadcount",
    "PriorVersion",
    "QualityAudit",
    "QueueDay",
    "Ramp",
    "Recompute",
    "RowError",
    "SavedView",
    "ServiceRequest",
    "Target",
    "TargetChange",
    "Visit",
    "WorkRecord",
]
