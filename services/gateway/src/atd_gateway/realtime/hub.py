"""All WebSocket connections of the process: which are admitted, and which are closed."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from pymongo.errors import PyMongoError

from atd_gateway.authenticator import Authenticator, Caller
from atd_gateway.domain.close_codes import SLOW, TOO_MANY, TRY_LATER, UNAUTHENTICATED, CloseConnection
from atd_gateway.metrics import GatewayMetrics
from atd_gateway.realtime.devices import DevicePublisher
from atd_gateway.realtime.feed import Feed, TenantLog
from atd_gateway.realtime.own_conversations import ConversationLookup
from atd_gateway.realtime.presence import PresencePublisher
from atd_gateway.realtime.replay import Replayer
from atd_gateway.realtime.transient import TransientFrames
from atd_servicekit.clock import Clock
from atd_servicekit.problems import Problem
from atd_servicekit.rates import Rate, RateLimiter

SWEEP_SECONDS = 1.0
_SESSIONS_EVERY = 15.0
_CLIENT_FRAMES = Rate(per_second=20.0, burst=60)
_UNAUTHENTICATED_PER_ADDRESS = 50
_UNAUTHENTICATED = 1000


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of the number of connections, and of how far behind one may be."""

    connections: int
    per_tenant: int
    per_attendant: int
    lag_events: int
    lag_bytes: int
    stall: timedelta
    heartbeat: timedelta


class _Sessions(Protocol):
    async def ended(self, session_ids: Iterable[str], now: datetime) -> frozenset[str]: ...


class Member(Protocol):
    """What the hub needs of a connection."""

    caller: Caller
    log: TenantLog
    live: bool
    position: int
    sent: int
    sending: bool
    progress: "SendProgress"

    def end(self, closing: CloseConnection) -> None: ...

    def become(self, caller: Caller) -> None: ...

    def beat(self) -> None: ...


class SendProgress:
    """How much a connection had sent when it was last checked."""

    __slots__ = ("sent", "since")

    def __init__(self, now: float) -> None:
        self.sent = 0
        self.since = now


class Hub:
    """Admits connections and checks them once a second."""

    def __init__(
        self,
        *,
        feed: Feed,
        replayer: Replayer,
        transient: TransientFrames,
        presence: PresencePublisher,
        devices: DevicePublisher,
        lookup: ConversationLookup,
        authenticator: Authenticator,
        sessions: _Sessions,
        limits: Limits,
        metrics: GatewayMetrics,
        clock: Clock,
        started: asyncio.Event,
    ) -> None:
        """`started` is set when the feed has read up to the present."""
        self.feed = feed
        self.replayer = replayer
        self.transient = transient
        self.presence = presence
        self.devices = devices
        self.lookup = lookup
        self.authenticator = authenticator
        self.metrics = metrics
        self.clock = clock
        self.started = started
        self._sessions = sessions
        self._limits = limits
        self._members: set[Member] = set()
        self._by_tenant: Counter[str] = Counter()
        self._by_attendant: Counter[str] = Counter()
        self._unauthenticated: Counter[str] = Counter()
        self._changed: set[str] = set()
        self._change = asyncio.Event()
        self._frames = RateLimiter(_CLIENT_FRAMES, max_keys=20_000)
        self._log = structlog.get_logger()

    @contextmanager
    def unauthenticated(self, address: str) -> Iterator[None]:
        """Count a connection that has not authenticated yet. Raises `CloseConnection`."""
        if (
            self._unauthenticated.total() >= _UNAUTHENTICATED
            or self._unauthenticated[address] >= _UNAUTHENTICATED_PER_ADDRESS
        ):
            raise CloseConnection(TOO_MANY, "too many unauthenticated connections")
        with _counted((self._unauthenticated, address)):
            yield

    @contextmanager
    def admitted(self, member: Member) -> Iterator[None]:
        """Count the connection of an authenticated attendant. Raises `CloseConnection`."""
        identity, limits = member.caller.identity, self._limits
        if len(self._members) >= limits.connections:
            raise CloseConnection(TOO_MANY, "too many connections to this server")
        if self._by_tenant[identity.tenant_id] >= limits.per_tenant:
            raise CloseConnection(TOO_MANY, "too many connections of this company")
        if self._by_attendant[identity.actor_id] >= limits.per_attendant:
            raise CloseConnection(TOO_MANY, "too many connections of this attendant")
        member.progress = SendProgress(self.clock.monotonic())
        self._members.add(member)
        self.metrics.ws_connections.inc()
        try:
            with _counted((self._by_tenant, identity.tenant_id), (self._by_attendant, identity.actor_id)):
                yield
        finally:
            self._members.discard(member)
            self.metrics.ws_connections.dec()

    def count_frame(self, session_id: str) -> None:
        """Count a frame from a client of a session. Raises `CloseConnection` when there are too many."""
        if self._frames.take(session_id, self.clock.monotonic()):
            raise CloseConnection(TOO_MANY, "too many frames")

    def end_session(self, session_id: str) -> None:
        """Close the connections of a session that has ended."""
        for member in list(self._members):
            if member.caller.session_id == session_id:
                member.end(CloseConnection(UNAUTHENTICATED, "the session has ended"))

    def attendant_changed(self, attendant_id: str) -> None:
        """Have the connections of an attendant go on with what they may do now, or close."""
        if attendant_id in self._by_attendant:
            self._changed.add(attendant_id)
            self._change.set()

    async def follow_changes(self) -> None:
        """Do so until cancelled."""
        while True:
            await self._change.wait()
            self._change.clear()
            changed, self._changed = self._changed, set()
            found = [member for member in self._members if member.caller.identity.actor_id in changed]
            await asyncio.gather(*(self._renew(member) for member in found))

    async def _renew(self, member: Member) -> None:
        """Read the attendant again. Where that cannot be done the connection is closed: it must not go on as before."""
        try:
            while True:
                before = member.caller
                now = await self.authenticator.renew(before)
                if member.caller is before:
                    break  # else a newer token has come meanwhile
        except Problem as problem:
            member.end(CloseConnection(UNAUTHENTICATED, problem.detail))
        except Exception as error:  # noqa: BLE001 - whatever it is, the client comes again and is read then
            self._log.warning("ws.attendant_unavailable", error=type(error).__name__)
            member.end(CloseConnection(TRY_LATER))
        else:
            member.become(now)

    async def run(self) -> None:
        """Check the connections until cancelled."""
        checked = self.clock.monotonic()
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep()
            if self.clock.monotonic() - checked >= _SESSIONS_EVERY:
                checked = self.clock.monotonic()
                await self.sweep_sessions()

    def sweep(self) -> None:
        """Close whoever is slow or expired; send heartbeats to idle connections."""
        now, at = self.clock.now().timestamp(), self.clock.monotonic()
        for member in list(self._members):
            if member.caller.expires_at <= now:
                member.end(CloseConnection(UNAUTHENTICATED, "the access token has expired"))
            elif self._is_slow(member, at):
                member.end(CloseConnection(SLOW))
            elif not member.sending and at - member.progress.since >= self._limits.heartbeat.total_seconds():
                member.progress.since = at
                member.beat()

    def _is_slow(self, member: Member, at: float) -> bool:
        progress, log, limits = member.progress, member.log, self._limits
        if member.sent != progress.sent:
            progress.sent, progress.since = member.sent, at
        elif member.sending and at - progress.since >= limits.stall.total_seconds():
            return True
        if not member.live:
            return False
        if member.position < log.first or log.end - member.position > limits.lag_events:
            return True
        return log.bytes_end - log.bytes_before(member.position) > limits.lag_bytes

    async def sweep_sessions(self) -> None:
        """Close the connections whose session was ended by another process."""
        asked = {member.caller.session_id for member in self._members}
        if not asked:
            return
        try:
            ended = await self._sessions.ended(asked, self.clock.now())
        except PyMongoError as error:
            self._log.warning("ws.sessions_unavailable", error=type(error).__name__)
            return
        for session_id in ended:
            self.end_session(session_id)


@contextmanager
def _counted(*places: tuple[Counter[str], str]) -> Iterator[None]:
    for counter, key in places:
        counter[key] += 1
    try:
        yield
    finally:
        for counter, key in places:
            counter[key] -= 1
            if counter[key] <= 0:
                del counter[key]
