"""The kinds of facts, one file each; a new kind is a new file and a line here."""

from metrics.records.kinds.appeals import APPEALS, Appeal
from metrics.records.kinds.attendance import ATTENDANCE, Attendance
from metrics.records.kinds.costs import COSTS, Cost
from metrics.records.kinds.exchange_rates import EXCHANGE_RATES, ExchangeRate
from metrics.records.kinds.headcount_plan import HEADCOUNT_PLAN, PlannedHeadcount
from metrics.records.kinds.judgements import JUDGEMENTS, Judgement
from metrics.records.kinds.kind import (
    AMOUNTS,
    Column,
    ColumnType,
    Combine,
    Holding,
    Kind,
    Measure,
    Presence,
)
from metrics.records.kinds.outcomes import OUTCOMES, Outcome
from metrics.records.kinds.quality_audits import QUALITY_AUDITS, QualityAudit
from metrics.records.kinds.queue_days import QUEUE_DAYS, QueueDay
from metrics.records.kinds.service_requests import SERVICE_REQUESTS, ServiceRequest
from metrics.records.kinds.work_records import WORK_RECORDS, WorkRecord

KINDS: dict[str, Kind] = {
    kind.slug: kind
    for kind in (
        WORK_RECORDS,
        QUEUE_DAYS,
        ATTENDANCE,
        HEADCOUNT_PLAN,
        QUALITY_AUDITS,
        JUDGEMENTS,
        APPEALS,
        SERVICE_REQUESTS,
        COSTS,
        EXCHANGE_RATES,
        OUTCOMES,
    )
}

__all__ = [
    "AMOUNTS",
    "KINDS",
    "QUEUE_DAYS",
    "WORK_RECORDS",
    "Appeal",
    "Attendance",
    "Column",
    "ColumnType",
    "Combine",
    "Cost",
    "ExchangeRate",
    "Holding",
    "Judgement",
    "Kind",
    "Measure",
    "Outcome",
    "PlannedHeadcount",
    "Presence",
    "QualityAudit",
    "QueueDay",
    "ServiceRequest",
    "WorkRecord",
]
