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

from atd_gateway.domain.closing import SLOW, TOO_MANY, UNAUTHENTICATED, Closing
from atd_gateway.identities import Caller, Identities
from atd_gateway.metrics import GatewayMetrics
from atd_gateway.realtime.feed import Feed, TenantLog
from atd_gateway.realtime.replay import Replayer
from atd_gateway.realtime.transient import TransientFrames
from atd_servicekit.clock import Clock
from atd_servicekit.rates import Rate, RateLimiter

SWEEP_SECONDS = 1.0
_SESSIONS_EVERY = 15.0
_CLIENT_FRAMES = Rate(per_second=20.0, burst=60)
_UNKNOWN_PER_ADDRESS = 50
_UNKNOWN = 1000


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections there may be, and how far behind one may be."""

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
    watched: "Watch"

    def end(self, closing: Closing) -> None: ...

    def beat(self) -> None: ...


class Watch:
    """What the hub remembers of a connection between two rounds."""

    __slots__ = ("sent", "since")

    def __init__(self, now: float) -> None:
        self.sent = 0
        self.since = now


class Hub:
    """Admits connections and looks after them once a second."""

    def __init__(
        self,
        *,
        feed: Feed,
        replayer: Replayer,
        transient: TransientFrames,
        identities: Identities,
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
        self.identities = identities
        self.metrics = metrics
        self.clock = clock
        self.started = started
        self._sessions = sessions
        self._limits = limits
        self._members: set[Member] = set()
        self._by_tenant: Counter[str] = Counter()
        self._by_attendant: Counter[str] = Counter()
        self._unknown: Counter[str] = Counter()
        self._frames = RateLimiter(_CLIENT_FRAMES, max_keys=20_000)
        self._log = structlog.get_logger()

    @contextmanager
    def unknown(self, address: str) -> Iterator[None]:
        """A connection that has not authenticated yet. Raises `Closing`."""
        if self._unknown.total() >= _UNKNOWN or self._unknown[address] >= _UNKNOWN_PER_ADDRESS:
            raise Closing(TOO_MANY, "too many connections without a token")
        with _counted((self._unknown, address)):
            yield

    @contextmanager
    def admitted(self, member: Member) -> Iterator[None]:
        """The connection of a known attendant. Raises `Closing`."""
        identity, limits = member.caller.identity, self._limits
        if len(self._members) >= limits.connections:
            raise Closing(TOO_MANY, "this process has too many connections")
        if self._by_tenant[identity.tenant_id] >= limits.per_tenant:
            raise Closing(TOO_MANY, "the company has too many connections")
        if self._by_attendant[identity.actor_id] >= limits.per_attendant:
            raise Closing(TOO_MANY, "the attendant has too many connections")
        member.watched = Watch(self.clock.monotonic())
        self._members.add(member)
        self.metrics.ws_connections.inc()
        try:
            with _counted((self._by_tenant, identity.tenant_id), (self._by_attendant, identity.actor_id)):
                yield
        finally:
            self._members.discard(member)
            self.metrics.ws_connections.dec()

    def heard(self, session_id: str) -> None:
        """A frame came from a client of this sign-in. Raises `Closing` when there are too many."""
        if self._frames.take(session_id, self.clock.monotonic()):
            raise Closing(TOO_MANY, "too many frames")

    def end_session(self, session_id: str) -> None:
        """Close the connections of a sign-in that has ended."""
        for member in list(self._members):
            if member.caller.session_id == session_id:
                member.end(Closing(UNAUTHENTICATED, "the sign-in has ended"))

    async def run(self) -> None:
        """Look after the connections until cancelled."""
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
                member.end(Closing(UNAUTHENTICATED, "the access token has expired"))
            elif self._is_slow(member, at):
                member.end(Closing(SLOW))
            elif not member.sending and at - member.watched.since >= self._limits.heartbeat.total_seconds():
                member.watched.since = at
                member.beat()

    def _is_slow(self, member: Member, at: float) -> bool:
        watched, log, limits = member.watched, member.log, self._limits
        if member.sent != watched.sent:
            watched.sent, watched.since = member.sent, at
        elif member.sending and at - watched.since >= limits.stall.total_seconds():
            return True
        if not member.live:
            return False
        if member.position < log.first or log.end - member.position > limits.lag_events:
            return True
        return log.bytes_end - log.bytes_before(member.position) > limits.lag_bytes

    async def sweep_sessions(self) -> None:
        """Close the connections whose sign-in was ended elsewhere."""
        asked = {member.caller.session_id for member in self._members}
        if not asked:
            return
        try:
            ended = await self._sessions.ended(asked, self.clock.now())
        except PyMongoError as error:
            self._log.warning("ws.sessions_unknown", error=type(error).__name__)
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
