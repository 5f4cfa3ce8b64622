"""Log lines as JSON, ours and the libraries' alike."""

import logging
import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

# Whoever has this address may set the password of someone else.
KEY_IN_ADDRESS = re.compile(r"(/set-password/[^/\s]+/)[^/\s]+")


def hide_keys(logger: Any, method: str, event: EventDict) -> EventDict:
    """Leave out of a log line what would let its reader in."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = KEY_IN_ADDRESS.sub(r"\1…", value)
    return event


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    hide_keys,
]


class JsonFormatter(structlog.stdlib.ProcessorFormatter):
    """Format standard-library and structlog records as one JSON object a line."""

    def __init__(self) -> None:
        super().__init__(
            foreign_pre_chain=SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(default=str),
            ],
        )


def configure() -> None:
    """Send structlog's events through standard logging, with request and task ids bound."""
    structlog.configure(
        processors=[
            *SHARED,
            structlog.stdlib.filter_by_level,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.captureWarnings(True)
