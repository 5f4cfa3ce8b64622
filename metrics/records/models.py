from metrics.records.facts import PriorVersion
from metrics.records.kinds import QueueDay, WorkRecord

__all__ = ["PriorVersion", "QueueDay", "WorkRecord"]
