"""Structured logs: one wide line per unit of work, JSON for machines or readable for people.

Stable field names: `service`, `tenant_id`, `conversation_id`, `event_id`, `channel`, `attempt`, `outcome`,
`duration_ms`. Never message text, phone numbers, tokens or credentials.
"""

import logging
import sys
import time
from typing import Literal

import orjson
import structlog
from structlog.typing import Processor

_QUIET = ("aiokafka", "faststream", "httpx", "httpcore", "pymongo", "uvicorn", "uvicorn.error", "asyncio")

REPEAT_SECONDS = 30.0
"""A library's warning is written again after so long, with the number of those in between."""

_MOST_PROBLEMS = 500


class RepeatFilter(logging.Filter):
    """Lets the same message of a library through once in `REPEAT_SECONDS`.

    aiokafka asks for a topic that does not exist, and for a broker that is gone, twenty times a second, and says so
    each time.
    """

    def __init__(self, *loggers: str) -> None:
        super().__init__()
        self._loggers = loggers
        self._seen: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] not in self._loggers:
            return True
        problem = (record.name, record.getMessage())
        told_at, more = self._seen.get(problem, (-REPEAT_SECONDS, 0))
        now = time.monotonic()
        if now - told_at < REPEAT_SECONDS:
            self._seen[problem] = (told_at, more + 1)
            return False
        if len(self._seen) >= _MOST_PROBLEMS:
            self._seen.clear()
        self._seen[problem] = (now, 0)
        if more:
            record.msg, record.args = f"{problem[1]} ({more} times more since it was written last)", ()
        return True


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
    handler.addFilter(RepeatFilter("aiokafka"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
        logging.getLogger(name).handlers.clear()


def _dumps(value: object, **_: object) -> str:
    return orjson.dumps(value, default=str).decode()
