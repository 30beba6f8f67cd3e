"""Writes down what is done: around requests that the edge passes on, and what happens to sessions.

A request that is audited is written down before anything is done, or it is not done at all; its answer completes the
entry. Of one whose answer nobody saw the entry says so.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import orjson
import structlog
from pymongo.errors import PyMongoError
from starlette.types import Message, Receive, Scope, Send

from atd_gateway.asgi import header
from atd_gateway.domain.audit import Action, Audited, AuditEntry, AuditTable, kept_details, outcome_of
from atd_gateway.domain.devices import device_of
from atd_gateway.store.people import Attendant
from atd_schemas.envelope import Actor
from atd_schemas.ids import uuid5, uuid7
from atd_servicekit.clock import Clock
from atd_servicekit.identity import Identity
from atd_servicekit.problems import unavailable

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session as Transaction

_MOST_READ = 64 * 1024
"""Bytes of a body or an answer that are looked at."""

_SEEN = 10_000
_AGAIN_AFTER = timedelta(minutes=5)
_CREATED = 201


class _Log(Protocol):
    async def add(self, entry: AuditEntry, transaction: "Transaction | None" = None) -> None: ...

    async def add_again(self, entry: AuditEntry) -> None: ...

    async def complete(self, entry: AuditEntry) -> None: ...


class AuditTrail:
    """Writes the log."""

    def __init__(self, log: _Log, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._table = AuditTable()
        self._refused: dict[str, datetime] = {}

    def of_request(self, scope: Scope, identity: Identity, address: str) -> "AuditedRequest | None":
        """What accompanies a request that is written down; None for all others."""
        what = self._table.find(scope["method"], scope["path"])
        if what is None:
            return None
        entry = AuditEntry(
            id=uuid7(),
            tenant_id=identity.tenant_id,
            at=self._clock.now(),
            action=what.action,
            actor=identity.actor(),
            address=address,
            device=_device(scope),
            subject_type=what.kind,
            subject_id=identity.actor_id if what.own else what.subject_id,
            request_id=scope.get("state", {}).get("request_id"),
            outcome="unknown",
        )
        return AuditedRequest(self._log, what, entry)

    async def session(
        self,
        action: Action,
        attendant: Attendant,
        session_id: str | None,
        *,
        address: str = "",
        device: str = "",
        transaction: "Transaction | None" = None,
    ) -> None:
        """Write down what happened to a session."""
        at = self._clock.now()
        entry = _of_session(uuid7(), action, attendant, session_id, at, address, device)
        await self._log.add(entry, transaction)

    async def refused_sign_in(self, attendant: Attendant, address: str, device: str) -> None:
        """Write down a wrong password: those of one hour from one address are one entry."""
        at = self._clock.now()
        entry_id = uuid5("sign-in-refused", attendant.id, address, f"{at:%Y-%m-%dT%H}")
        entry = _of_session(entry_id, "session.refused", attendant, None, at, address, device)
        await self._log.add_again(replace(entry, outcome="refused", times=0))

    async def refused_token(self, tenant_id: str, attendant_id: str, session_id: str, scope: Scope) -> None:
        """Write down that the token of a session that is over was used: once in a while for each session."""
        at = self._clock.now()
        seen = self._refused.get(session_id)
        if seen is not None and at - seen < _AGAIN_AFTER:
            return
        if len(self._refused) >= _SEEN:
            self._refused.clear()
        self._refused[session_id] = at
        address = scope.get("state", {}).get("client_address", "")
        entry = AuditEntry(
            id=uuid5("token-refused", session_id, address, f"{at:%Y-%m-%dT%H}"),
            tenant_id=tenant_id,
            at=at,
            action="token.refused",
            actor=Actor(type="attendant", id=attendant_id),
            address=address,
            device=_device(scope),
            subject_type="session",
            subject_id=session_id,
            outcome="refused",
            status=401,
            times=0,
        )
        try:
            await self._log.add_again(entry)
        except PyMongoError as error:  # the answer is 401 either way
            structlog.get_logger().warning("audit.not_written", action=entry.action, error=type(error).__name__)


class AuditedRequest:
    """One request that is written down: `begin`, serve it with `receive` and `send` of here, `end`."""

    def __init__(self, log: _Log, what: Audited, entry: AuditEntry) -> None:
        self._log = log
        self._what = what
        self._entry = entry
        self._asked = bytearray()
        self._answered = bytearray()
        self._status: int | None = None

    async def begin(self) -> None:
        """Write the entry. Raises `Problem` 503 when it cannot be written: then nothing is done."""
        try:
            await self._log.add(self._entry)
        except PyMongoError as error:
            structlog.get_logger().error("audit.not_written", action=self._entry.action, error=type(error).__name__)
            raise unavailable("The audit log cannot be written, so nothing was done; try again shortly.") from None

    def receiving(self, receive: Receive) -> Receive:
        """The same messages; the body is looked at for the fields that are kept."""
        if not self._what.details:
            return receive

        async def received() -> Message:
            message = await receive()
            _keep(self._asked, message)
            return message

        return received

    def sending(self, send: Send) -> Send:
        """The same messages; the answer says how it ended, and the id of what was made."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._status = message["status"]
            elif self._what.creates and self._status == _CREATED:
                _keep(self._answered, message)
            await send(message)

        return sent

    async def end(self) -> None:
        """Complete the entry by the answer."""
        if self._status is None:
            return
        made = _json(self._answered) if self._answered else None
        made_id = made.get("id") if isinstance(made, dict) else None
        entry = replace(
            self._entry,
            outcome=outcome_of(self._status),
            status=self._status,
            subject_id=made_id if isinstance(made_id, str) else self._entry.subject_id,
            details=kept_details(_json(self._asked), self._what.details),
        )
        try:
            await self._log.complete(entry)
        except PyMongoError as error:  # the entry stays, with an outcome that is not known
            structlog.get_logger().warning("audit.not_completed", action=entry.action, error=type(error).__name__)


def _of_session(
    entry_id: str,
    action: Action,
    attendant: Attendant,
    session_id: str | None,
    at: datetime,
    address: str,
    device: str,
) -> AuditEntry:
    return AuditEntry(
        id=entry_id,
        tenant_id=attendant.tenant_id,
        at=at,
        action=action,
        actor=Actor(type="attendant", id=attendant.id, name=attendant.name),
        address=address,
        device=device,
        subject_type="session",
        subject_id=session_id,
    )


def _device(scope: Scope) -> str:
    return device_of((header(scope, b"user-agent") or b"").decode("latin-1"))


def _keep(kept: bytearray, message: Mapping[str, Any]) -> None:
    if len(kept) <= _MOST_READ:
        kept += message.get("body", b"")


def _json(data: bytes | bytearray) -> Any:
    try:
        return orjson.loads(data) if len(data) <= _MOST_READ else None
    except orjson.JSONDecodeError:
        return None
