"""Structured logs: one wide line per unit of work, JSON for machines or readable for people.

Stable field names: `service`, `tenant_id`, `conversation_id`, `event_id`, `channel`, `attempt`, `outcome`,
`duration_ms`. Never message text, phone numbers, tokens or credentials.
"""

import logging
import sys
from typing import Literal

import orjson
import structlog
from structlog.typing import Processor

_QUIET = ("aiokafka", "faststream", "httpx", "httpcore", "pymongo", "uvicorn", "uvicorn.error", "asyncio")


def configure_logging(service: str, fmt: Literal["json", "console"], level: str) -> None:
    """Send structlog and the standard library's loggers to stdout in one format. Called once by a process."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    if fmt == "json":
        render: list[Processor] = [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_dumps),
        ]
    else:
        render = [
            structlog.dev.ConsoleRenderer(
                colors=True,
                pad_event_to=34,
                exception_formatter=structlog.dev.plain_traceback,  # the rich one prints local variables: message texts
            )
        ]
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, *render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder(allow=("topic", "group_id"))],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
        logging.getLogger(name).handlers.clear()


def _dumps(value: object, **_: object) -> str:
    return orjson.dumps(value, default=str).decode()
