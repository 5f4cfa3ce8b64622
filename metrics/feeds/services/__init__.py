from metrics.feeds.services.creating import create_feed
from metrics.feeds.services.processing import process_import, process_waiting_imports
from metrics.feeds.services.receiving import receive_import
from metrics.feeds.services.rolling_back import rollback_import

__all__ = [
    "create_feed",
    "process_import",
    "process_waiting_imports",
    "receive_import",
    "rollback_import",
]
