"""What each answer of the Graph API means. Pure."""

from typing import Any

import httpx
import orjson

from atd_channelkit.answers import FailureClass, Refused, Uncertain, Unsent
from atd_ingest_meta.failures import MAYBE_DONE, STALE_FILES, class_of, code_in, detail_of, name_of

Said = dict[str, Any] | Refused | Unsent | Uncertain
"""The object of a success, or what its absence means."""

_OK = 200
_TOO_MANY = 429
_SERVER_ERROR = 500


def read_answer(answer: httpx.Response | Unsent | Uncertain) -> Said:
    """The object of an answer; an error is one whatever the status is, since the Graph API has sent both as 200."""
    if not isinstance(answer, httpx.Response):
        return answer
    body = json_object(answer.content)
    status = answer.status_code
    if body is not None and isinstance(error := body.get("error"), dict):
        return _explained(status, error)
    if status != _OK:
        return _unexplained(status)
    return Uncertain("an answer 200 without an object") if body is None else body


def refused(status: int, error: dict[str, Any]) -> Refused:
    """The meaning of the `error` of an answer."""
    code, subcode = code_in(error), code_in(error, "error_subcode")
    failure = class_of(code, subcode)
    if failure == "unknown" and (error.get("is_transient") is True or status >= _SERVER_ERROR):
        failure = "transient"
    return Refused(failure, name_of(code, subcode, status), detail_of(error), stale_file=subcode in STALE_FILES)


def _explained(status: int, error: dict[str, Any]) -> Refused | Uncertain:
    if (code_in(error), code_in(error, "error_subcode")) == MAYBE_DONE:
        return Uncertain("an error that says nothing of whether it was done")
    return refused(status, error)


def _unexplained(status: int) -> Refused | Uncertain:
    """The meaning of an answer that is not Meta's."""
    if status >= _SERVER_ERROR:
        return Uncertain(f"HTTP {status} without an error of Meta")
    failure: FailureClass = "throttle" if status == _TOO_MANY else "transient"
    return Refused(failure, f"http_{status}", "an answer that is not Meta's")


def json_object(content: bytes) -> dict[str, Any] | None:
    """The object in an answer; `None` when it holds none."""
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


def text_in(holder: object, name: str) -> str | None:
    """A text or number of an answer's object as text; `None` when it is missing or empty."""
    found = holder.get(name) if isinstance(holder, dict) else None
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    return found if isinstance(found, str) and found else None


def rows_in(holder: object, name: str = "data") -> list[dict[str, Any]]:
    """The objects of a list of an answer."""
    found = holder.get(name) if isinstance(holder, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
