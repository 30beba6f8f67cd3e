"""One WebSocket client, from its token to its last frame."""

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from starlette.types import Receive, Scope, Send

from atd_gateway.authenticator import Caller
from atd_gateway.domain.client_frames import (
    Auth,
    InvalidFrame,
    Ping,
    PresenceFrame,
    SeenFrame,
    TypingFrame,
    UsedFrame,
    read_client_frame,
    read_subprotocols,
)
from atd_gateway.domain.close_codes import (
    AUTH_TIMEOUT,
    FORBIDDEN,
    SLOW,
    TOO_MANY,
    TRY_LATER,
    UNAUTHENTICATED,
    CloseConnection,
)
from atd_gateway.domain.frames import Transient, Visible, permission_for, taken_frame
from atd_gateway.domain.presence import Typing
from atd_gateway.realtime.client_ends import answered, close_client, query_value
from atd_gateway.realtime.devices import Device
from atd_gateway.realtime.feed import TenantLog
from atd_gateway.realtime.hub import Hub, SendProgress
from atd_gateway.realtime.own_conversations import OwnConversations
from atd_gateway.realtime.presence import ConnectionPresence
from atd_gateway.realtime.resuming import resume
from atd_schemas.envelope import rfc3339

AUTH_SECONDS = 5.0
"""How long a new connection may take to authenticate (seconds)."""

_START_SECONDS = 10.0
_BATCH = 64
_TRANSIENT_WAITING = 32
_TRANSIENT_SECONDS = 5.0
_ANSWERS_WAITING = 32
_COLLEAGUES_PERMISSION = permission_for("attendant.online") or ""
_PRESENCE_PERMISSION = permission_for("presence.said")


class Connection:
    """A client: reads its frames, and writes to it from its place in the tenant's log.

    `position` is that place; `live` says that everything before the connection has been caught up with.
    """

    def __init__(self, hub: Hub, address: str, scope: Scope, receive: Receive, send: Send) -> None:
        self.hub = hub
        self.caller: Caller
        self.log: TenantLog
        self.progress: SendProgress
        self.live = False
        self.position = 0
        self.sent = 0
        self.sending = False
        self.resumed = "no"
        self._address = address
        self._scope = scope
        self._receive = receive
        self._send = send
        self._presence = ConnectionPresence(hub.presence)
        self._device: Device | None = None
        self._own = OwnConversations()
        self._since: str | None = None
        self._answers: deque[bytes] = deque()
        self._transient: deque[tuple[float, bytes]] = deque()
        self._wake = asyncio.Event()
        self._beat = False
        self._ended: asyncio.Future[CloseConnection] = asyncio.get_running_loop().create_future()

    def end(self, closing: CloseConnection) -> None:
        """Close the connection soon, from outside."""
        if not self._ended.done():
            self._ended.set_result(closing)

    def become(self, caller: Caller) -> None:
        """Go on with what the attendant may do and see now; a client for which that has changed is told."""
        now, before = caller.identity, self.caller.identity
        changed = (now.permissions, now.visibility) != (before.permissions, before.visibility)
        self.caller = caller
        if now.visibility != before.visibility:
            self._own.clear()
        if changed:
            try:
                self._queue_answer(self._authenticated())
            except CloseConnection as closing:
                self.end(closing)

    def beat(self) -> None:
        """Send a heartbeat with the current cursor to the idle client."""
        self._beat = True
        self._wake.set()

    def offer(self, frame: Transient) -> None:
        """Send a transient frame soon, unless it is the client's own, or the client is slow: then it is dropped."""
        if not self._hears(frame):
            return
        if self.sending or len(self._transient) >= _TRANSIENT_WAITING:
            self.hub.metrics.ws_transient_dropped.inc()
            return
        self._transient.append((self.hub.clock.monotonic(), frame.frame))
        self._wake.set()

    async def run(self) -> None:
        """Serve the client until either side closes."""
        began = time.perf_counter()
        code = 1006
        try:
            await self._admit()
            with self.hub.admitted(self):
                self.caller = await self._renewed(self.caller)  # a change that was heard of before it was a member
                self._device = self.hub.devices.open(self.caller.identity)
                try:
                    code = await self._serve()
                finally:
                    self._leave()
        except CloseConnection as closing:
            code = closing.code
            await close_client(self._send, self._scope, closing)
        except OSError:
            code = 1006  # the client disconnected without a close frame; the server's send raises it
        finally:
            self.hub.metrics.ws_closed.labels(str(code)).inc()
            self._record(code, time.perf_counter() - began)

    def _leave(self) -> None:
        self._presence.leave()
        if self._device is not None:
            self._device.close()

    def _record(self, code: int, seconds: float) -> None:
        caller: Caller | None = getattr(self, "caller", None)
        structlog.get_logger().info(
            "ws.closed",
            tenant_id=caller.identity.tenant_id if caller else None,
            attendant_id=caller.identity.actor_id if caller else None,
            session_id=caller.session_id if caller else None,
            code=code,
            frames=self.sent,
            resumed=self.resumed,
            duration_ms=round(seconds * 1000, 1),
        )

    async def _admit(self) -> None:
        """Accept the connection and authenticate the client."""
        await self._receive()
        protocol, token = read_subprotocols(self._scope.get("subprotocols") or [])
        await self._send({"type": "websocket.accept", "subprotocol": protocol, "headers": []})
        with self.hub.unauthenticated(self._address):
            if token is None:
                auth = await self._first_frame()
            else:
                auth = Auth(token, query_value(self._scope, b"since"))
            self.caller = await answered(self.hub.authenticator.authenticate(auth.token))
            self._since = auth.since
            try:
                await asyncio.wait_for(self.hub.started.wait(), _START_SECONDS)
            except TimeoutError:
                raise CloseConnection(TRY_LATER) from None
        self.log = self.hub.feed.log(self.caller.identity.tenant_id)

    async def _first_frame(self) -> Auth:
        try:
            message = await asyncio.wait_for(self._receive(), AUTH_SECONDS)
        except TimeoutError:
            raise CloseConnection(AUTH_TIMEOUT) from None
        if message["type"] == "websocket.disconnect":
            raise ConnectionResetError
        frame = read_client_frame(message.get("text") or "")
        if isinstance(frame, Auth):
            return frame
        raise CloseConnection(UNAUTHENTICATED, "the first frame must be an auth frame")

    async def _renewed(self, caller: Caller) -> Caller:
        return await answered(self.hub.authenticator.renew(caller))

    async def _serve(self) -> int:
        """The client's close code. Raises `CloseConnection` when it is the server that closes."""
        listening = asyncio.create_task(self._listen())
        tasks: list[asyncio.Task[Any]] = [listening, asyncio.create_task(self._deliver())]
        first: list[asyncio.Future[Any]] = [*tasks, self._ended]
        try:
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            if self._ended.done():
                raise self._ended.result()
            for task in tasks:
                if task.done():
                    task.result()
            return listening.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # What goes out: only `_deliver` writes, so frames never mix.

    async def _deliver(self) -> None:
        self.log.listeners.add(self._wake.set)
        try:
            await resume(self, self._since)
            self.hub.metrics.ws_resumed.labels(self.resumed).inc()
            self.live = True
            await self.write(self._ready())
            with self.hub.transient.listening(self.caller.identity.tenant_id, self):
                await self._write_present()
                await self._deliver_live()
        finally:
            self.log.listeners.discard(self._wake.set)

    async def _deliver_live(self) -> None:
        while True:
            await self._write_news()
            if self.position < self.log.end:
                continue
            await self._write_transient()
            if self._beat and self.position == self.log.end:
                await self.write(_json(type="heartbeat", cursor=self.hub.feed.cursor().decode(), now=self._now()))
            self._beat = False
            if self.position == self.log.end and not self._answers and not self._transient:
                await self._wake.wait()

    async def _write_present(self) -> None:
        """Write who looks at a conversation already."""
        for frame in self.hub.transient.present(self.caller.identity.tenant_id):
            if self._hears(frame):
                await self.write(frame.frame)
                self.hub.metrics.ws_frames.inc()

    async def _write_transient(self) -> None:
        """Write the transient frames that are not out of date."""
        while self._transient:
            offered_at, frame = self._transient.popleft()
            if self.hub.clock.monotonic() - offered_at <= _TRANSIENT_SECONDS:
                await self.write(frame)
                self.hub.metrics.ws_frames.inc()
            else:
                self.hub.metrics.ws_transient_dropped.inc()

    def _ready(self) -> bytes:
        cursor = self.hub.feed.cursor().decode()
        return _json(type="ready", cursor=cursor, expires_at=self.caller.expires_at, now=self._now())

    def _now(self) -> str:
        """The server's time, for a client whose clock is wrong."""
        return rfc3339(self.hub.clock.now())

    async def _write_news(self) -> None:
        """Write waiting answers, then the next events."""
        self._wake.clear()
        while self._answers:
            await self.write(self._answers.popleft())
        if self.position < self.log.first:
            raise CloseConnection(SLOW)
        before = self.sent
        entries = self.log.read(self.position, _BATCH)
        for entry in entries:
            frame = self.shown(entry, entry.frame)
            if frame is not None:
                await self.write(frame)
            self.position += 1
        if self.sent != before:
            self.hub.metrics.ws_frames.inc(self.sent - before)
        if len(entries) == _BATCH:
            await asyncio.sleep(0)  # lets other connections run; `send` returns at once while the buffer has room

    def shown(self, event: Visible, frame: bytes) -> bytes | None:
        """What the client gets of an event: its frame, nothing, or only that a conversation is no longer theirs."""
        identity = self.caller.identity
        if event.permission not in identity.permissions:
            return None
        if identity.visibility == "all" or event.visible_to is None:
            return frame
        if identity.actor_id in event.visible_to:
            self._own.add(event.subject)
            return frame
        if identity.actor_id != event.taken_from:
            return None
        self._own.discard(event.subject)
        self._presence.leave_one(event.subject)
        return taken_frame(frame, named=_COLLEAGUES_PERMISSION in identity.permissions)

    def _hears(self, frame: Transient) -> bool:
        identity = self.caller.identity
        if frame.connection_id == self._presence.connection_id or frame.permission not in identity.permissions:
            return False
        if frame.own:
            return frame.actor_id == identity.actor_id
        return identity.visibility == "all" or frame.subject in self._own

    async def write(self, frame: bytes) -> None:
        """Write one frame; returns when the connection's buffer has room again."""
        self.sending = True
        await self._send({"type": "websocket.send", "text": frame.decode()})
        self.sending = False
        self.sent += 1

    # What comes in.

    async def _listen(self) -> int:
        """Answer the client's frames until it closes; its close code."""
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return int(message.get("code") or 1005)
            self.hub.count_frame(self.caller.session_id)
            answer = await self._answer_to(message)
            if answer is not None:
                self._queue_answer(answer)

    async def _answer_to(self, message: Mapping[str, Any]) -> bytes | None:
        text = message.get("text")
        frame = read_client_frame(text) if text is not None else InvalidFrame("malformed", "Frames must be text.")
        if isinstance(frame, InvalidFrame):
            return _json(type="error", code=frame.code, detail=frame.detail)
        if isinstance(frame, Ping):
            named = {} if frame.id is None else {"id": frame.id}
            return _json(type="pong", **named, now=self._now())
        if isinstance(frame, Auth):
            return await self._extend(frame.token)
        if isinstance(frame, UsedFrame):
            return self._used(frame)
        return await self._tell(frame)

    async def _tell(self, frame: PresenceFrame) -> bytes | None:
        """Let colleagues know; without an answer, unless it is refused."""
        identity = self.caller.identity
        if _PRESENCE_PERMISSION not in identity.permissions:
            return _json(type="error", code="forbidden", detail=f"This needs the permission {_PRESENCE_PERMISSION}.")
        if identity.visibility != "all" and not await self._is_own(frame.conversation_id):
            return _json(type="error", code="not_found", detail="Conversation not found.")
        match frame:
            case SeenFrame(conversation_id):
                self._presence.see(identity, conversation_id)
            case TypingFrame(conversation_id, note):
                self._presence.type(identity, Typing(conversation_id, note))
        return None

    def _used(self, frame: UsedFrame) -> bytes | None:
        if self._device is None:
            return _json(type="error", code="forbidden", detail="Only attendants are present or absent.")
        self._device.used(frame.used_at)
        return None

    async def _is_own(self, conversation_id: str | None) -> bool:
        """Whether somebody with a limited sight sees the conversation; when that is new, who else looks at it."""
        if conversation_id is None or conversation_id in self._own:
            return True
        if not await self.hub.lookup.sees(self.caller, conversation_id):
            return False
        self._own.add(conversation_id)
        for frame in self.hub.transient.present(self.caller.identity.tenant_id):
            if frame.subject == conversation_id:
                self.offer(frame)
        return True

    async def _extend(self, token: str) -> bytes:
        """A newer token of the same attendant."""
        caller = await answered(self.hub.authenticator.authenticate(token))
        mine, other = self.caller.identity, caller.identity
        if (other.tenant_id, other.actor_id) != (mine.tenant_id, mine.actor_id):
            raise CloseConnection(FORBIDDEN)
        self.caller = caller
        self.caller = await self._renewed(caller)  # a change that was heard of while the token was read
        return self._authenticated()

    def _authenticated(self) -> bytes:
        identity, expires_at = self.caller.identity, self.caller.expires_at
        permissions = sorted(identity.permissions)
        return _json(
            type="authenticated", expires_at=expires_at, permissions=permissions, visibility=identity.visibility
        )

    def _queue_answer(self, frame: bytes) -> None:
        if len(self._answers) >= _ANSWERS_WAITING:
            raise CloseConnection(TOO_MANY, "too many frames")
        self._answers.append(frame)
        self._wake.set()


def _json(**fields: object) -> bytes:
    return orjson.dumps(fields)
