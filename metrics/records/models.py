from metrics.records.facts import DayColumns, PriorVersion
from metrics.records.kinds import (
    Appeal,
    Attendance,
    Cost,
    ExchangeRate,
    Judgement,
    Outcome,
    PlannedHeadcount,
    QualityAudit,
    QueueDay,
    ServiceRequest,
    WorkRecord,
)

__all__ = [
    "Appeal",
    "Attendance",
    "Cost",
    "DayColumns",
    "ExchangeRate",
    "Judgement",
    "Outcome",
    "PlannedHeadcount",
    "PriorVersion",
    "QualityAudit",
    "QueueDay",
    "ServiceRequest",
    "WorkRecord",
]
