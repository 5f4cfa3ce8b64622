from metrics.records.services.arrivals import Arrivals
from metrics.records.services.restoring import take_back_facts
from metrics.records.services.writing import Outcome, lock_feed, weigh_arrivals, write_arrivals

__all__ = [
    "Arrivals",
    "Outcome",
    "lock_feed",
    "take_back_facts",
    "weigh_arrivals",
    "write_arrivals",
]
