from metrics.kpis.services.clock import mark_what_the_clock_changed
from metrics.kpis.services.definitions import (
    DefinitionError,
    check_definition,
    create_version,
    load_definitions,
)
from metrics.kpis.services.recomputes import (
    count_changed_days,
    has_changed_days,
    list_failed_days,
    recompute_changed_days,
    request_recompute,
    retry_failed_days,
)

__all__ = [
    "DefinitionError",
    "check_definition",
    "count_changed_days",
    "create_version",
    "has_changed_days",
    "list_failed_days",
    "load_definitions",
    "mark_what_the_clock_changed",
    "recompute_changed_days",
    "request_recompute",
    "retry_failed_days",
]
