"""Telegram's errors, by what happens next. Source: the Bot API server's own texts (Bot API 10.0)."""

from typing import Any

from atd_channelkit.answers import FailureClass, Refused

_UNAUTHORIZED = (401, 404)
_TOO_MANY = 429
_SERVER_ERROR = 500


def read_refusal(status: int, said: dict[str, Any]) -> Refused:
    """The meaning of an answer that is not `ok`."""
    detail = said.get("description")
    failure: FailureClass = "request"
    if status in _UNAUTHORIZED:
        failure = "token"
    elif status == _TOO_MANY:
        failure = "throttle"
    elif status >= _SERVER_ERROR:
        failure = "transient"
    return Refused(failure, str(status), detail if isinstance(detail, str) else "")
