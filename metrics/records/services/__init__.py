from metrics.records.services.arrivals import Arrivals
from metrics.records.services.columns import bring_columns, forget_columns
from metrics.records.services.marking import Changes, mark_changes
from metrics.records.services.restoring import take_back_facts
from metrics.records.services.writing import Outcome, lock_feed, weigh_arrivals, write_arrivals

__all__ = [
    "Arrivals",
    "Changes",
    "Outcome",
    "bring_columns",
    "forget_columns",
    "lock_feed",
    "mark_changes",
    "take_back_facts",
    "weigh_arrivals",
    "write_arrivals",
]
