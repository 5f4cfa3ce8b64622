"""The kinds of facts, one file each; a new kind is a new file and a line here."""

from metrics.records.kinds.kind import Column, ColumnType, Kind
from metrics.records.kinds.queue_days import QUEUE_DAYS, QueueDay
from metrics.records.kinds.work_records import WORK_RECORDS, WorkRecord

KINDS: dict[str, Kind] = {kind.slug: kind for kind in (WORK_RECORDS, QUEUE_DAYS)}

__all__ = [
    "KINDS",
    "QUEUE_DAYS",
    "WORK_RECORDS",
    "Column",
    "ColumnType",
    "Kind",
    "QueueDay",
    "WorkRecord",
]
