"""Calls to the Graph API, and what each answer means. The meaning is pure: `read_answer`, `read_error`."""

from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from atd_channelkit.answers import FailureClass, Refused, Uncertain, Unsent, Works
from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.compose import Body
from atd_ingest_whatsapp.failures import class_of, code_of, detail_of
from atd_ingest_whatsapp.graph import GraphConnection
from atd_servicekit.http_client import surely_unsent

_TOO_MANY = 429
_SERVER_ERROR = 500
OK = 200


@dataclass(frozen=True, slots=True)
class Accepted:
    """Meta took it. `external_id` is the message's, absent for a mark as read.

    `wa_id` and `user_id` are how Meta names the recipient; the first is absent for one whose phone is hidden.
    """

    external_id: str | None = None
    wa_id: str | None = None
    user_id: str | None = None


Answer = Accepted | Refused | Unsent | Uncertain


def read_answer(status: int, content: bytes) -> Answer:
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
        return Accepted(external_id, text_in(person, "wa_id"), text_in(person, "user_id"))
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
    return Refused(failure, f"http_{status}" if code is None else str(code), detail_of(error))


class GraphClient:
    """Sends messages, and asks whether credentials work."""

    def __init__(self, connection: GraphConnection) -> None:
        self._graph = connection

    async def send(self, account: Account, body: Body) -> Answer:
        """Send what `compose` made. Never raises for what the network or Meta do."""
        try:
            answer = await self._graph.http.post(
                self._graph.url(f"{account.phone_number_id}/messages"),
                content=orjson.dumps(body),
                headers={**authorization(account), "Content-Type": "application/json"},
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return read_error(error)
        return read_answer(answer.status_code, answer.content)

    async def check(self, account: Account) -> Works | Refused | Unsent:
        """Ask Meta for the number with these credentials."""
        fields = "display_phone_number,verified_name,quality_rating"
        try:
            answer = await self._graph.http.get(
                self._graph.url(account.phone_number_id), params={"fields": fields}, headers=authorization(account)
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Unsent(type(error).__name__)
        body = json_object(answer.content)
        if isinstance(refusal := body.get("error"), dict):
            return refused(answer.status_code, refusal)
        if answer.status_code != OK or body.get("id") is None:
            return Unsent(f"HTTP {answer.status_code} without an error of Meta")
        return Works({name: text_in(body, name) for name in fields.split(",")})


def authorization(account: Account) -> dict[str, str]:
    """The header that every call to Meta needs, and that nobody else may see."""
    return {"Authorization": f"Bearer {account.access_token.get_secret_value()}"}


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
