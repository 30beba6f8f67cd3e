"""The hot path: webhooks over raw ASGI, answered 200 only when Kafka has everything that a body says.

Every account has an address of its own; where the provider wants one address for all, the body names the accounts.
A request costs little more than it must: what is usually in memory is not awaited, and errors are sorted where they
end, not in a block around each step.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Generic, TypeVar
from urllib.parse import parse_qsl
from uuid import UUID

import structlog
from prometheus_client import Counter
from pymongo.errors import PyMongoError
from starlette.requests import HTTPConnection
from starlette.types import Message, Receive, Scope, Send

from atd_channelkit.accounts.directory import AccountDirectory
from atd_channelkit.accounts.model import Account
from atd_channelkit.webhooks.activity import WebhookActivity
from atd_channelkit.webhooks.body import MalformedBodyError, UnreadableBodyError, decode
from atd_channelkit.webhooks.intake import Intake
from atd_channelkit.webhooks.proof import AccountProof
from atd_channelkit.webhooks.reader import WebhookReader
from atd_channelkit.webhooks.translation import Translation, unparsed_event
from atd_schemas.services import WEBHOOK_BODY_LIMIT_BYTES
from atd_schemas.topics import INBOUND_UNPARSED
from atd_servicekit.clock import Clock
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.kafka import Outgoing
from atd_servicekit.problems import (
    Problem,
    forbidden,
    not_found,
    problem_of,
    problem_response,
    too_large,
    unavailable,
)
from atd_servicekit.tracing import current_traceparent

_EMPTY: tuple[tuple[bytes, bytes], ...] = ((b"content-length", b"0"),)
"""An empty answer: providers look at the status alone, and it goes out in one write."""

_QUERY_LIMIT_BYTES = 4096
"""A check of the address has three short values; nothing is read of a longer query."""

A = TypeVar("A", bound=Account)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks(Generic[A]):
    """What the endpoints of one channel share. `channel` labels metrics and log lines, `source` the events."""

    channel: str
    source: str
    reader: WebhookReader[A]
    directory: AccountDirectory[A]
    intake: Intake
    answers: Counter
    activity: WebhookActivity
    clock: Clock


class WebhookEndpoint(Generic[A]):
    """ASGI application of one address: `path` ends with `{account_id}`, or is shared by all accounts."""

    def __init__(self, path: str, webhooks: Webhooks[A]) -> None:
        self.path = path
        self._webhooks = webhooks
        self._reader = webhooks.reader
        self._directory = webhooks.directory
        self._clock = webhooks.clock
        self._proof = AccountProof(webhooks.reader, webhooks.directory)
        self._log = structlog.get_logger()
        self._accepted = webhooks.answers.labels(webhooks.channel, "200")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever is refused is logged with its reason, never with content."""
        scope["route"] = self  # names the request in metrics; a plain route is not named by FastAPI
        scope["atd.quiet"] = True  # the answers are counted here, and refusals have a line of their own
        account_id = scope["path_params"].get("account_id")
        body, headers = b"", list(_EMPTY)
        try:
            if scope["method"] == "POST":
                await self._post(scope, receive, account_id)
            else:
                body = await self._check_address(scope, account_id)
                headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
        except Exception as error:  # noqa: BLE001 - this is the outermost place: whatever it is gets an answer
            problem = _problem_of(error)
            self._log_refusal(scope, account_id, problem, error)
            await problem_response(problem, HTTPConnection(scope))(scope, receive, send)
            return
        self._accepted.inc()
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _check_address(self, scope: Scope, account_id: str | None) -> bytes:
        """The provider's check of the address: its challenge comes back when it knows the verify token."""
        account = None if account_id is None else await self._account(account_id)
        read = self._reader.challenge
        query: bytes = scope["query_string"] if len(scope["query_string"]) <= _QUERY_LIMIT_BYTES else b""
        challenge = None if read is None else read(dict(parse_qsl(query.decode("latin-1"))))
        known = () if challenge is None else self._directory.referenced(challenge.token)
        if challenge is None or not known or (account is not None and account not in known):
            raise forbidden("Wrong verify token for this address.")
        checked = known if account is None else (account,)
        self._webhooks.activity.note([one.id for one in checked], "webhook_verified_at")
        return challenge.answer

    async def _post(self, scope: Scope, receive: Receive, account_id: str | None) -> None:
        headers = dict(scope["headers"])
        account = None
        if account_id is not None:
            account = self._directory.get(account_id) or await self._account(account_id)
            if not account.proven:
                raise unavailable("The provider has not confirmed this account's credentials yet.")
        raw = await _read(headers, receive)
        now = self._clock.now()
        if account is None:
            account, proving = await self._proof.at_shared_address(raw, headers, now)
        else:
            proving = await self._proof.at_own_address(raw, headers, account, now)
        translation = await self._translated(raw, account, proving, now)
        traceparent = current_traceparent()
        kept: tuple[Outgoing, ...] = ()
        if translation.problems:
            event = unparsed_event(account, self._webhooks.source, raw, translation.problems, now)
            kept = (Outgoing.of(INBOUND_UNPARSED, event, traceparent),)
        await self._webhooks.intake.take(translation, kept, traceparent)

    async def _translated(self, raw: bytes, first: A, proving: frozenset[bytes], now: datetime) -> Translation:
        """What a proven body says. Raises `Problem` 400 when it is not JSON."""
        activity = self._webhooks.activity
        try:
            payload = decode(raw)
        except UnreadableBodyError as error:
            activity.note((first.id,), "last_webhook_at")
            return Translation((), (f"body: {error}",))
        except MalformedBodyError as error:
            raise Problem(400, "malformed_json", f"The body is not JSON: {error}.") from None
        accounts = await self._proof.covered(payload, first, proving, now)
        heard = {one.id for named in accounts.named.values() for one in named} or {first.id}
        activity.note(heard, "last_webhook_at")
        return self._reader.translate(payload, accounts, now, None)

    async def _account(self, account_id: str) -> A:
        account = self._directory.get(account_id)
        if account is None and _is_uuid(account_id):
            account = await self._directory.find(account_id)
        if account is None:
            raise not_found("Channel account not found.")
        return account

    def _log_refusal(self, scope: Scope, account_id: str | None, problem: Problem, error: Exception) -> None:
        channel = self._webhooks.channel
        self._webhooks.answers.labels(channel, str(problem.status)).inc()
        emit = self._log.warning if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR else self._log.info
        emit(
            "webhook.refused",
            channel=channel,
            account_id=account_id if account_id and _is_uuid(account_id) else None,
            method=scope["method"],
            status=problem.status,
            code=problem.code,
            reason=problem.detail,
            request_id=scope.get("state", {}).get("request_id"),
            exc_info=error if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR else None,
        )


def _problem_of(error: Exception) -> Problem:
    """The answer to an error; faults of the infrastructure are 503, so that the provider repeats the body."""
    if isinstance(error, InfrastructureFault | PyMongoError | TimeoutError | OSError):
        reason = type(error).__name__
        return Problem(
            503,
            "unavailable",
            f"The webhook could not be saved ({reason}); send it again.",
            headers={"Retry-After": "2"},
        )
    return problem_of(error)


async def _read(headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
    """The raw body. Raises `Problem` 413 as soon as it is known to be over the limit, 400 when it was cut."""
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > WEBHOOK_BODY_LIMIT_BYTES:
        raise _too_large()
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        raw: bytes = message.get("body", b"")
        if len(raw) > WEBHOOK_BODY_LIMIT_BYTES:
            raise _too_large()
        return raw
    return await _read_chunks(message, receive)


async def _read_chunks(message: Message, receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        if message["type"] == "http.disconnect":
            raise Problem(400, "malformed", "The body is incomplete: the connection was closed.")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > WEBHOOK_BODY_LIMIT_BYTES:
            raise _too_large()
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)
        message = await receive()


def _too_large() -> Problem:
    problem = too_large(WEBHOOK_BODY_LIMIT_BYTES)
    problem.headers["Connection"] = "close"  # the rest of the body is not read
    return problem


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
