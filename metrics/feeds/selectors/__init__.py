from metrics.feeds.selectors.imports import (
    count_reasons,
    count_recomputed_days,
    get_visible_feed,
    get_visible_import,
    list_feeds,
    visible_feeds,
    visible_imports,
)
from metrics.feeds.selectors.incomplete import IncompleteDay, incomplete_days, late_feeds

__all__ = [
    "IncompleteDay",
    "count_reasons",
    "count_recomputed_days",
    "get_visible_feed",
    "get_visible_import",
    "incomplete_days",
    "late_feeds",
    "list_feeds",
    "visible_feeds",
    "visible_imports",
]
