"""The hot path: Meta's webhooks over raw ASGI, answered 200 only when Kafka has everything that a body says.

Two addresses: one per account, and one for a whole Meta app, where the body names the numbers. In both, what counts is
the proof: a part of a body belongs to the account of its number when that account holds a secret that signed the body.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Any, Protocol, cast
from urllib.parse import parse_qsl
from uuid import UUID

import structlog
from pymongo.errors import PyMongoError
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.body import MalformedBodyError, Named, UnreadableBodyError, decode, named_in
from atd_ingest_whatsapp.directory import AccountDirectory, same_token
from atd_ingest_whatsapp.signature import SIGNATURE_HEADER, proving_secrets
from atd_ingest_whatsapp.translate import Note, Proof, Proven, Translation, translate, unparsed_event
from atd_schemas.services import WEBHOOK_BODY_LIMIT_BYTES
from atd_schemas.topics import INBOUND_EVENTS, INBOUND_UNPARSED
from atd_servicekit.clock import Clock
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.kafka import Outgoing
from atd_servicekit.metrics import Metrics
from atd_servicekit.problems import (
    Problem,
    forbidden,
    not_found,
    problem_of,
    problem_response,
    too_large,
    unauthenticated,
)
from atd_servicekit.tracing import current_traceparent

SECRETS_LIMIT = 16
"""Different secrets that one body is tried with; a Meta app has one, and one more while it is replaced."""

_CHANNEL = "whatsapp"
_TAKEN: tuple[tuple[bytes, bytes], ...] = ((b"content-length", b"0"),)
"""An empty answer: Meta looks at the status alone, and it goes out in one write."""


class Publisher(Protocol):
    """Writes records to Kafka and returns when they are acknowledged."""

    async def publish(self, records: Sequence[Outgoing], *, timeout_seconds: float | None = None) -> None: ...


ConfirmSends = Callable[[Sequence[Proof]], Awaitable[None]]
"""Told of the sends that receipts have proven to be sent."""

NoteDown = Callable[[Sequence[Note]], Awaitable[None]]
"""Told what a body says of templates and of the health of accounts; repeats and what is older change nothing."""


@dataclass(slots=True)
class Intake:
    """What happens to a proven body; shared by webhooks and by the redriving of kept bodies."""

    publisher: Publisher
    confirm: ConfirmSends
    note_down: NoteDown
    timeout: timedelta

    async def take(
        self, translation: Translation, kept: Iterable[Outgoing] = (), traceparent: str | None = None
    ) -> None:
        """Publish the events and what is kept, then confirm the sends that receipts prove and note the rest down.

        Raises `InfrastructureFault`, pymongo's errors or `TimeoutError` when the body must come again.
        """
        records = [Outgoing.of(INBOUND_EVENTS, event, traceparent) for event in translation.events]
        records.extend(kept)
        seconds = self.timeout.total_seconds()
        await self.publisher.publish(records, timeout_seconds=seconds)
        if translation.confirmed:
            async with asyncio.timeout(seconds):
                await self.confirm(translation.confirmed)
        if translation.notes:
            async with asyncio.timeout(seconds):
                await self.note_down(translation.notes)


class WebhookEndpoint:
    """ASGI application of one address (`path`, with or without an account), for both methods."""

    def __init__(self, path: str, directory: AccountDirectory, intake: Intake, metrics: Metrics, clock: Clock) -> None:
        self.path = path
        self._directory = directory
        self._intake = intake
        self._clock = clock
        self._log = structlog.get_logger()
        self._answers = metrics.webhook_answers
        self._accepted = metrics.webhook_answers.labels(_CHANNEL, "200")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever is refused is logged with its reason, never with content."""
        scope["route"] = self  # names the request in metrics; a plain route is not named by FastAPI
        scope["atd.quiet"] = True  # the answers are counted here, and refusals have a line of their own
        account_id = scope["path_params"].get("account_id")
        challenge, headers = b"", list(_TAKEN)
        try:
            if scope["method"] == "POST":
                await self._post(scope, receive, account_id)
            else:
                challenge = await self._handshake(scope, account_id)
                headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(challenge)).encode())]
        except Exception as error:  # noqa: BLE001 - this is the outermost place: whatever it is gets an answer
            problem = problem_of(error)
            self._refused(scope, account_id, problem, error)
            await problem_response(problem, HTTPConnection(scope))(scope, receive, send)
            return
        self._accepted.inc()
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": challenge})

    async def _handshake(self, scope: Scope, account_id: str | None) -> bytes:
        """Meta's check of the address, made whenever address or verify token are saved."""
        asked = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        token = asked.get("hub.verify_token", "")
        if account_id is None:
            known = self._directory.knows_verify_token(token)
        else:
            known = same_token(token, (await self._account(account_id)).verify_token.get_secret_value())
        if asked.get("hub.mode") != "subscribe" or not known:
            raise forbidden("The verify token is not the one of this address.")
        return cast("str", asked.get("hub.challenge", "")).encode()

    async def _post(self, scope: Scope, receive: Receive, account_id: str | None) -> None:
        headers = dict(scope["headers"])
        account = None if account_id is None else await self._account(account_id)
        raw = await _read(headers, receive)
        signature = headers.get(SIGNATURE_HEADER)
        now = self._clock.now()
        if account is not None:
            proven = proving_secrets(raw, signature, account.app_secrets(now))
            if not proven:
                raise unauthenticated("The signature is not one of this account's app secret over these bytes.")
            payload, problem = _decoded(raw)
            accounts = await self._accounts_of(payload, account, proven)
        else:
            account, payload, problem, accounts = await self._of_app(raw, signature)
        translation = Translation((), (problem,)) if problem else translate(payload, accounts, now)
        await self._publish(account, raw, translation)

    async def _of_app(self, raw: bytes, signature: bytes | None) -> tuple[Account, Any, str | None, Proven]:
        """The body of the app's address: whom it names decides which secrets can prove it."""
        try:
            payload, problem = _decoded(raw)
        except Problem:
            raise unauthenticated("The body cannot be read, so it names no account that could prove it.") from None
        named = named_in(payload)
        numbers = await self._numbers(named.phone_number_ids)
        candidates = {
            one.id: one for one in (*numbers.values(), *self._directory.of_business(named.business_account_ids))
        }
        if not candidates:
            raise not_found("The body names no number that is connected here.")
        now = self._clock.now()
        secrets = dict.fromkeys(secret for one in candidates.values() for secret in one.app_secrets(now))
        proven = proving_secrets(raw, signature, list(secrets)[:SECRETS_LIMIT])
        if not proven:
            raise unauthenticated("The signature is not one of an app secret of the accounts in the body.")
        holders = [one for one in candidates.values() if one.proven_by(proven, now)]
        accounts = {number: one for number, one in numbers.items() if one.proven_by(proven, now)}
        return holders[0], payload, problem, Proven(accounts, self._businesses(named, proven, holders))

    async def _account(self, account_id: str) -> Account:
        account = self._directory.get(account_id)
        if account is None and _is_uuid(account_id):
            with _unavailable_when_away():
                account = await self._directory.find(account_id)
        if account is None:
            raise not_found("There is no channel account under this address.")
        return account

    async def _numbers(self, phone_number_ids: Iterable[str]) -> Mapping[str, Account]:
        with _unavailable_when_away():
            return await self._directory.find_numbers(phone_number_ids)

    async def _accounts_of(self, payload: Any, account: Account, proven: frozenset[bytes]) -> Proven:
        """The accounts of the body that the same secrets prove: usually the one of the address."""
        named = named_in(payload)
        own = {account.phone_number_id: account}
        businesses = self._businesses(named, proven, (account,))
        if named.phone_number_ids.keys() <= own.keys():
            return Proven(own, businesses)
        now = self._clock.now()
        found = await self._numbers(named.phone_number_ids)
        return Proven(own | {number: one for number, one in found.items() if one.proven_by(proven, now)}, businesses)

    def _businesses(
        self, named: Named, proven: frozenset[bytes], known: Iterable[Account]
    ) -> Mapping[str, Sequence[Account]]:
        """The proven accounts of the business accounts in the body, when a change is about those."""
        return businesses_of(named, self._directory, known, lambda one: one.proven_by(proven, self._clock.now()))

    async def _publish(self, account: Account, raw: bytes, translation: Translation) -> None:
        kept = []
        if translation.problems:
            event = unparsed_event(account, raw, translation.problems, self._clock.now())
            kept.append(Outgoing.of(INBOUND_UNPARSED, event, current_traceparent()))
        with _unavailable_when_away():
            await self._intake.take(translation, kept, current_traceparent())

    def _refused(self, scope: Scope, account_id: str | None, problem: Problem, error: Exception) -> None:
        self._answers.labels(_CHANNEL, str(problem.status)).inc()
        emit = self._log.warning if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR else self._log.info
        emit(
            "webhook.refused",
            channel=_CHANNEL,
            account_id=account_id if account_id and _is_uuid(account_id) else None,
            method=scope["method"],
            status=problem.status,
            code=problem.code,
            reason=problem.detail,
            request_id=scope.get("state", {}).get("request_id"),
            exc_info=error if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR else None,
        )


class _unavailable_when_away:  # noqa: N801 - reads as a function, costs less than a generator
    """Turns faults of the infrastructure into 503: Meta repeats the body."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, InfrastructureFault | PyMongoError | TimeoutError | OSError):
            reason = type(error).__name__
            raise Problem(
                503,
                "unavailable",
                f"Could not be stored durably ({reason}); send it again.",
                headers={"Retry-After": "2"},
            ) from error


def businesses_of(
    named: Named, directory: AccountDirectory, known: Iterable[Account], is_proven: Callable[[Account], bool]
) -> Mapping[str, Sequence[Account]]:
    """The proven accounts by business account, of those that the body names; `known` are proven already."""
    if not named.beyond_numbers:
        return {}
    businesses: dict[str, dict[str, Account]] = {business: {} for business in named.business_account_ids}
    held = directory.of_business(businesses)
    for one in (*known, *(account for account in held if is_proven(account))):
        if one.business_account_id in businesses:
            businesses[one.business_account_id][one.id] = one
    return {business: tuple(accounts.values()) for business, accounts in businesses.items()}


def serve_directly(
    behind: ASGIApp, of_app: ASGIApp, of_account: ASGIApp, address: str = "/webhooks/whatsapp"
) -> ASGIApp:
    """An application that hands webhooks on without the layers of `behind`, which cost more than the webhook itself."""
    prefix = f"{address}/"

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in ("POST", "GET"):
            path: str = scope["path"]
            if path == address:
                scope["path_params"] = {}
                return await of_app(scope, receive, send)
            if path.startswith(prefix) and "/" not in path[len(prefix) :]:
                scope["path_params"] = {"account_id": path[len(prefix) :]}
                return await of_account(scope, receive, send)
        return await behind(scope, receive, send)

    return served


def _decoded(raw: bytes) -> tuple[Any, str | None]:
    """The values of a body, or the problem with one that is authentic but beyond reading."""
    try:
        return decode(raw), None
    except UnreadableBodyError as error:
        return None, f"body: {error}"
    except MalformedBodyError as error:
        raise Problem(400, "malformed_json", f"The body is not JSON: {error}.") from None


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


async def _read_chunks(message: Any, receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        if message["type"] == "http.disconnect":
            raise Problem(400, "malformed", "The body ended before its time.")
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
    problem.headers["Connection"] = "close"  # what is still coming is not read
    return problem


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
