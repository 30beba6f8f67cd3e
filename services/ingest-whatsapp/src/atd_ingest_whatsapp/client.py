"""Calls to the Graph API, and what each answer means. The meaning is pure: `read_answer`, `read_error`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.failures import FailureClass, class_of, code_of, detail_of
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.http_client import surely_unsent

_PHONE = re.compile(r"[0-9]{7,15}")
_TOO_MANY = 429
_SERVER_ERROR = 500
_OK = 200


@dataclass(frozen=True, slots=True)
class Accepted:
    """Meta took the message. `wa_id` is how it names the recipient, absent for one whose phone is hidden."""

    external_id: str
    wa_id: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Meta did not take the message, and said why. `code` is Meta's, else `http_<status>`."""

    failure: FailureClass
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Unsent:
    """The request cannot have reached Meta."""

    reason: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The request may have been handled: no answer, or one that says nothing. A receipt is the only proof."""

    reason: str


Answer = Accepted | Refused | Unsent | Uncertain


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What Meta says of a number whose credentials work."""

    display_phone_number: str | None
    verified_name: str | None
    quality_rating: str | None


@dataclass(frozen=True, slots=True)
class TextToSend:
    """One text. `recipient` is the customer's external id as it was received; `message_id` is ours."""

    message_id: str
    recipient: str
    text: str
    reply_to: str | None = None


def send_body(message: TextToSend) -> dict[str, Any]:
    """The body of a send.

    A phone is written with `+`: without it Meta may prepend the sender's country code. Anything else is a
    business-scoped user id, which goes into `recipient`. Our message id comes back in every receipt.
    """
    phone = message.recipient.removeprefix("+")
    address = {"to": f"+{phone}"} if _PHONE.fullmatch(phone) else {"recipient": message.recipient}
    body: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **address,
        "type": "text",
        "biz_opaque_callback_data": message.message_id,
        "text": {"body": message.text, "preview_url": True},
    }
    if message.reply_to is not None:
        body["context"] = {"message_id": message.reply_to}
    return body


def read_answer(status: int, content: bytes) -> Answer:
    """The meaning of an answer to a send."""
    body = _json_object(content)
    if isinstance(error := body.get("error"), dict):
        return _refused(status, error)
    if status == _OK:
        external_id = _text(_first(body.get("messages")), "id")
        if external_id is None:
            return Uncertain("an answer 200 without a message id")
        return Accepted(external_id, _text(_first(body.get("contacts")), "wa_id"))
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


def _refused(status: int, error: dict[str, Any]) -> Refused:
    code = code_of(error)
    failure = class_of(code)
    if failure == "unknown" and (error.get("is_transient") is True or status >= _SERVER_ERROR):
        failure = "transient"
    return Refused(failure, f"http_{status}" if code is None else str(code), detail_of(error))


class GraphClient:
    """The Graph API at one address and version. A component.

    `connect` makes the HTTP client, the kit's, whose timeout bounds each call.
    """

    def __init__(self, connect: Callable[[], httpx.AsyncClient], base_url: str, version: str) -> None:
        self._connect = connect
        self._client: httpx.AsyncClient | None = None
        self._base = f"{base_url.rstrip('/')}/{version}"

    async def start(self) -> None:
        """Make the HTTP client."""
        self._client = self._connect()

    async def stop(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()

    @property
    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            raise InfrastructureFault("the client of the Graph API is not started")
        return self._client

    async def send(self, account: Account, message: TextToSend) -> Answer:
        """Send one text. Never raises for what the network or Meta do."""
        try:
            answer = await self._http.post(
                f"{self._base}/{account.phone_number_id}/messages",
                content=orjson.dumps(send_body(message)),
                headers={**_authorization(account), "Content-Type": "application/json"},
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return read_error(error)
        return read_answer(answer.status_code, answer.content)

    async def check(self, account: Account) -> NumberFacts | Refused | Unsent:
        """Ask Meta for the number with these credentials."""
        fields = "display_phone_number,verified_name,quality_rating"
        try:
            answer = await self._http.get(
                f"{self._base}/{account.phone_number_id}", params={"fields": fields}, headers=_authorization(account)
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Unsent(type(error).__name__)
        body = _json_object(answer.content)
        if isinstance(refusal := body.get("error"), dict):
            return _refused(answer.status_code, refusal)
        if answer.status_code != _OK or body.get("id") is None:
            return Unsent(f"HTTP {answer.status_code} without an error of Meta")
        return NumberFacts(*(_text(body, name) for name in fields.split(",")))


def _authorization(account: Account) -> dict[str, str]:
    return {"Authorization": f"Bearer {account.access_token.get_secret_value()}"}


def _json_object(content: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _first(items: Any) -> dict[str, Any]:
    return items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}


def _text(holder: dict[str, Any], name: str) -> str | None:
    found = holder.get(name)
    return found if isinstance(found, str) and found else None
