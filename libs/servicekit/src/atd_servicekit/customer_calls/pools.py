"""Which connections exist, whose they are, and which of them wait for the next request. Pure but for futures."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Hashable
from dataclasses import dataclass, field

from atd_servicekit.customer_calls.connection import Connection

MAX_PER_OWNER = 20
MAX_CONNECTIONS = 1_000
IDLE_SECONDS = 15.0
MAX_AGE_SECONDS = 300.0
"""A connection is not used beyond this, so that a server that moved (DNS) is found."""

_IDLE_MARGIN_SECONDS = 1.0
"""What a server says about its own patience counts from when it sent the answer."""

Key = Hashable
"""What a connection is good for: scheme, host, port and client certificate. Another one is another connection."""


@dataclass(slots=True)
class _Owner:
    """The connections of one owner, and who waits for one."""

    count: int = 0
    idle: list[Connection] = field(default_factory=list)
    waiters: deque["asyncio.Future[None]"] = field(default_factory=deque)


class Pools:
    """Connections by owner: none is ever lent to another owner. Bounded per owner and in all.

    `take` answers an idle connection, or a place for a new one: `None`; the place is then filled (`fill`) or given up
    (`vacate`). Each connection is given back by `give_back` or `discard`.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        max_per_owner: int = MAX_PER_OWNER,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        self._loop = loop
        self._max_per_owner = max_per_owner
        self._max = max_connections
        self._owners: dict[str, _Owner] = {}
        self._count = 0
        self._idle: OrderedDict[Connection, tuple[str, Key]] = OrderedDict()  # the oldest first
        self._busy: dict[Connection, tuple[str, Key]] = {}
        self._unwanted: set[Connection] = set()
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._sweep: asyncio.TimerHandle | None = None

    @property
    def count(self) -> int:
        """Connections that exist or are being made."""
        return self._count

    def take_idle(self, owner: str, key: Key) -> Connection | None:
        """An idle connection for `key`, unless others of the owner already wait for one."""
        state = self._owners.get(owner)
        return None if state is None or state.waiters else self._take_from(state, key)

    async def take(self, owner: str, key: Key, *, fresh: bool = False) -> Connection | None:
        """An idle connection for `key` (none with `fresh`), or a place for a new one. Waits for either."""
        first = True
        while True:
            state = self._owners.setdefault(owner, _Owner())
            queue = state.waiters if first and state.waiters else None
            if queue is None and not fresh:
                connection = self._take_from(state, key)
                if connection is not None:
                    return connection
            if queue is None and self._has_place(state):
                self._owners[owner] = state  # closing its last idle connection may have removed it
                state.count += 1
                self._count += 1
                return None
            if queue is None:
                queue = state.waiters if state.count >= self._max_per_owner else self._waiters
            await self._wait(queue, first=first)
            first = False

    def fill(self, owner: str, key: Key, connection: Connection) -> None:
        """A new connection takes the place that `take` gave."""
        self._busy[connection] = (owner, key)

    def vacate(self, owner: str) -> None:
        """Give a place up: no connection came about, or it has ended."""
        state = self._owners[owner]
        state.count -= 1
        self._count -= 1
        _wake(state.waiters)
        _wake(self._waiters)
        if state.count == 0 and not state.waiters:
            del self._owners[owner]

    def give_back(self, connection: Connection, idle_seconds: float | None) -> None:
        """A connection waits for the next request, as long as we and the server have patience."""
        now = self._loop.time()
        patience = IDLE_SECONDS if idle_seconds is None else min(IDLE_SECONDS, idle_seconds - _IDLE_MARGIN_SECONDS)
        connection.fresh_until = min(now + patience, connection.born + MAX_AGE_SECONDS)
        if connection.closed or connection in self._unwanted or connection.fresh_until <= now:
            self.discard(connection)
            return
        owner, key = self._busy.pop(connection)
        state = self._owners[owner]
        state.idle.append(connection)
        self._idle[connection] = (owner, key)
        if not _wake(state.waiters):
            _wake(self._waiters)
        if self._sweep is None:
            self._sweep = self._loop.call_later(IDLE_SECONDS, self._close_old)

    def discard(self, connection: Connection) -> None:
        """A connection that was taken is used no more."""
        owner, _ = self._busy.pop(connection)
        self._unwanted.discard(connection)
        connection.abort()  # a server that goes on sending is not waited for
        self.vacate(owner)

    def forget(self, owner: str) -> None:
        """Close what an owner has: idle connections at once, the others after their answer."""
        state = self._owners.get(owner)
        while state is not None and state.idle:
            self._close_idle(state.idle[0])
        self._unwanted.update(connection for connection, (whose, _) in self._busy.items() if whose == owner)

    def close(self) -> None:
        """Close all, at once."""
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        for connection in list(self._idle):
            self._close_idle(connection)
        for connection in list(self._busy):
            connection.abort()

    def _take_from(self, state: _Owner, key: Key) -> Connection | None:
        """The idle connection that was used last: those that are not needed grow old."""
        now = self._loop.time()
        for connection in reversed(state.idle.copy()):
            if connection.closed or connection.fresh_until <= now:
                self._close_idle(connection)
            elif self._idle[connection][1] == key:
                state.idle.remove(connection)
                self._busy[connection] = self._idle.pop(connection)
                return connection
        return None

    def _has_place(self, state: _Owner) -> bool:
        """Whether one more connection may be made; idle ones that wait for other things give way."""
        if state.count >= self._max_per_owner and not self._make_room(state.idle):
            return False
        return self._count < self._max or self._make_room(self._idle)

    def _make_room(self, idle: "list[Connection] | OrderedDict[Connection, tuple[str, Key]]") -> bool:
        """Close the idle connection that has waited longest, if there is one."""
        oldest = next(iter(idle), None)
        if oldest is None:
            return False
        self._close_idle(oldest)
        return True

    def _close_idle(self, connection: Connection) -> None:
        owner, _ = self._idle.pop(connection)
        self._owners[owner].idle.remove(connection)
        connection.close()
        self.vacate(owner)

    def _close_old(self) -> None:
        self._sweep = None
        now = self._loop.time()
        for connection in [one for one in self._idle if one.closed or one.fresh_until <= now]:
            self._close_idle(connection)
        if self._idle:
            self._sweep = self._loop.call_later(IDLE_SECONDS / 4, self._close_old)

    async def _wait(self, queue: "deque[asyncio.Future[None]]", *, first: bool) -> None:
        waiter = self._loop.create_future()
        if first:
            queue.append(waiter)
        else:
            queue.appendleft(waiter)
        try:
            await waiter
        except BaseException:
            if waiter in queue:
                queue.remove(waiter)
            elif waiter.done() and not waiter.cancelled():
                _wake(queue) or _wake(self._waiters)  # its turn goes to the next
            raise


def _wake(queue: "deque[asyncio.Future[None]]") -> bool:
    """Let the first who waits look again."""
    while queue:
        waiter = queue.popleft()
        if not waiter.done():
            waiter.set_result(None)
            return True
    return False
