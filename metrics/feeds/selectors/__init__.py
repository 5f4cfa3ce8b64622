from metrics.feeds.selectors.deliveries import (
    Delivery,
    PromisedDay,
    list_promised_days,
    read_deliveries,
)
from metrics.feeds.selectors.imports import (
    FeedLine,
    count_imports,
    count_reasons,
    count_recomputed_days,
    get_visible_feed,
    get_visible_import,
    list_feeds,
    list_imports,
    visible_feeds,
    visible_imports,
)
from metrics.feeds.selectors.incomplete import (
    IncompleteDay,
    explain_absence,
    incomplete_days,
    late_feeds,
    name_units,
    write_day,
)

__all__ = [
    "Delivery",
    "FeedLine",
    "IncompleteDay",
    "PromisedDay",
    "count_imports",
    "count_reasons",
    "count_recomputed_days",
    "explain_absence",
    "get_visible_feed",
    "get_visible_import",
    "incomplete_days",
    "late_feeds",
    "list_feeds",
    "list_imports",
    "list_promised_days",
    "name_units",
    "read_deliveries",
    "visible_feeds",
    "visible_imports",
    "write_day",
]
