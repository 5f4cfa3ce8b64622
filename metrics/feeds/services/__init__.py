from metrics.feeds.services.creating import create_feed
from metrics.feeds.services.deliveries import recheck_coverage
from metrics.feeds.services.processing import process_import, process_waiting_imports
from metrics.feeds.services.receiving import receive_import
from metrics.feeds.services.rolling_back import rollback_import
from metrics.feeds.services.schedules import change_schedule, note_due_days, set_promise

__all__ = [
    "change_schedule",
    "create_feed",
    "note_due_days",
    "process_import",
    "process_waiting_imports",
    "receive_import",
    "recheck_coverage",
    "rollback_import",
    "set_promise",
]
