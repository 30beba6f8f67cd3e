"""What each answer of the Graph API means. Pure."""

from typing import Any

import httpx
import orjson

from atd_channelkit.answers import Accepted, FailureClass, Refused, Uncertain, Unsent, Wait
from atd_ingest_whatsapp.failures import PAIR_LIMIT, STALE_FILE_CODES, class_of, code_of, detail_of
from atd_servicekit.backoff import Backoff
from atd_servicekit.http_client import surely_unsent

OK = 200

PAIR_WAIT = Wait(Backoff.of_seconds(4, 3600, factor=4), "conversation")
"""Too many messages to one customer: Meta asks for waits of 4^n seconds, and the number goes on."""

_TOO_MANY = 429
_SERVER_ERROR = 500


def read_answer(status: int, content: bytes) -> Accepted | Refused | Uncertain:
    """The meaning of an answer to a send."""
    body = json_object(content)
    if isinstance(error := body.get("error"), dict):
        return refused(status, error)
    if status == OK:
        if body.get("success") is True:
            return Accepted()
        external_id = text_in(_first(body.get("messages")), "id")
        if external_id is None:
            return Uncertain("an answer 200 without a message id")
        person = _first(body.get("contacts"))
        names = (text_in(person, "wa_id"), text_in(person, "user_id"))
        return Accepted(external_id, tuple(name for name in names if name is not None))
    return unexplained(status)


def unexplained(status: int) -> Refused | Uncertain:
    """The meaning of an answer that is not Meta's."""
    if status >= _SERVER_ERROR:
        return Uncertain(f"HTTP {status} without an error of Meta")
    failure: FailureClass = "throttle" if status == _TOO_MANY else "transient"
    return Refused(failure, f"http_{status}", "an answer that is not Meta's")


def read_error(error: httpx.HTTPError | httpx.InvalidURL) -> Unsent | Uncertain:
    """The meaning of no answer."""
    name = type(error).__name__
    if isinstance(error, httpx.InvalidURL) or (isinstance(error, httpx.TransportError) and surely_unsent(error)):
        return Unsent(name)
    return Uncertain(name)


def refused(status: int, error: dict[str, Any]) -> Refused:
    """The meaning of the `error` of an answer."""
    code = code_of(error)
    failure = class_of(code)
    if failure == "unknown" and (error.get("is_transient") is True or status >= _SERVER_ERROR):
        failure = "transient"
    return Refused(
        failure,
        f"http_{status}" if code is None else str(code),
        detail_of(error),
        wait=PAIR_WAIT if code == PAIR_LIMIT else None,
        stale_file=code in STALE_FILE_CODES,
    )


def json_object(content: bytes) -> dict[str, Any]:
    """The object in an answer; an empty one when it holds none."""
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _first(items: Any) -> dict[str, Any]:
    return items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}


def text_in(holder: dict[str, Any], name: str) -> str | None:
    """A text of an answer's object; `None` when it is missing or empty."""
    found = holder.get(name)
    return found if isinstance(found, str) and found else None
