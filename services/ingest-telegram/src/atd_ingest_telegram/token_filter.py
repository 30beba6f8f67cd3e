"""Takes bots' tokens out of what httpx logs at INFO: the address of each request. In production its level is higher."""

import logging
import re

_TOKEN = re.compile(r"(/bot)\d{1,20}(?::|%3A)[^/\s\"']+", re.IGNORECASE)
REDACTED = r"\1[token]"


class TokenFilter(logging.Filter):
    """Replaces every token in a record's message."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record through, without any token."""
        message = record.getMessage()
        if "/bot" in message:
            record.msg, record.args = _TOKEN.sub(REDACTED, message), ()
        return True


_FILTER = TokenFilter()


def hide_tokens() -> None:
    """Have httpx log no token in this process, whatever its level is set to. Safe to repeat."""
    logging.getLogger("httpx").addFilter(_FILTER)
