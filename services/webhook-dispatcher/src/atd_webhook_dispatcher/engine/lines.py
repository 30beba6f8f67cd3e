"""What waits in memory for one endpoint, and whose turn it is. No I/O, no clock.

A line holds at most `MOST_IN_LINE` rows of each lane and its share of the memory of the process; what is more stays in
MongoDB, and `unread` says that it is there. Rows are known by their id from the moment they are read until what came of
them is written, so that reading again brings none twice.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from atd_webhook_dispatcher.domain.breaker import Breaker
from atd_webhook_dispatcher.domain.delivery import LANES, Delivery, Lane
from atd_webhook_dispatcher.domain.disabling import Failing
from atd_webhook_dispatcher.domain.endpoint import Endpoint

MOST_IN_LINE = 1_000

REPLAY_SHARE = 4
"""Of so many turns one is a replay's while live events wait, and of the room at most this part."""

_NOW = 1e-6
"""Seconds that are no wait: a moment of the clock plus less could be the same moment."""

Thread = tuple[Lane, str]


@dataclass(slots=True)
class Ready:
    """A row that may go now, with the body that is sent."""

    row: Delivery
    body: bytes

    @property
    def thread(self) -> Thread:
        return self.row.lane, self.row.thread


@dataclass(slots=True)
class Held:
    """What lines hold in memory: rows, and the bytes of their bodies."""

    rows: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Blocked:
    """The head of a thread that waits for its next attempt, and when that is."""

    head: str
    until: datetime


@dataclass(slots=True, eq=False)
class Line:
    """One endpoint that this process sends to.

    `known` are the rows that are held, with the sizes of their bodies; `in_all` counts those of all lines. `share`: how
    many it may hold. `taken_out` counts when rows were taken out: what was being read then is not to be added; `ended`
    are rows that came to their end while others were read, `arrived` those of an ordered endpoint that were accepted
    meanwhile, and `reserved` is the room for what is being read. `closed`: it is another process's, or deleted.
    `blocked` are threads of an ordered endpoint whose head waits for its next attempt; `behind` are rows whose thread
    has one under way; `to_park` are rows that stand behind a blocked head, to be put out of the way.
    """

    endpoint: Endpoint
    breaker: Breaker = field(default_factory=Breaker)
    failing: Failing | None = None
    in_all: Held = field(default_factory=Held)
    share: int = 2 * MOST_IN_LINE
    lanes: dict[Lane, deque[Ready]] = field(default_factory=lambda: {lane: deque() for lane in LANES})
    known: dict[str, int] = field(default_factory=dict)
    size: int = 0
    unread: dict[Lane, bool] = field(default_factory=lambda: dict.fromkeys(LANES, True))
    busy: set[Thread] = field(default_factory=set)
    behind: dict[Thread, deque[Ready]] = field(default_factory=dict)
    blocked: dict[Thread, Blocked] = field(default_factory=dict)
    to_park: list[Ready] = field(default_factory=list)
    under_way: dict[Lane, int] = field(default_factory=lambda: dict.fromkeys(LANES, 0))
    next_due: datetime | None = None
    loading: bool = False
    ended: set[str] = field(default_factory=set)
    arrived: list[Ready] = field(default_factory=list)
    reserved: int = 0
    taken_out: int = 0
    closed: bool = False
    woken_at: float | None = None
    _turns: int = 0
    _rate_due: float = 0.0

    @property
    def waiting(self) -> int:
        """Rows in memory that are not under way."""
        return sum(map(len, self.lanes.values())) + sum(map(len, self.behind.values()))

    @property
    def sending(self) -> int:
        """Attempts under way."""
        return sum(self.under_way.values())

    def room(self, lane: Lane) -> int:
        """How many rows of a lane may be read in."""
        held = len(self.lanes[lane]) + sum(len(rows) for thread, rows in self.behind.items() if thread[0] == lane)
        coming = self.reserved + len(self.arrived)
        return max(0, min(MOST_IN_LINE - held, self.share - len(self.known)) - coming)

    def add(self, rows: Iterable[Ready]) -> None:
        """Rows that were read or just accepted, in their order; what is known already is not added again."""
        for ready in rows:
            if not self.holds(ready.row.id):
                self.know(ready.row.id, len(ready.body))
                self.lanes[ready.row.lane].append(ready)

    def begin_loading(self) -> None:
        """Rows are read from here on: those that come to their end meanwhile may be among what is read."""
        self.loading, self.ended = True, set()

    def end_loading(self) -> None:
        """What was read is added."""
        self.loading, self.ended, self.reserved = False, set(), 0
        if self.arrived:  # they are in MongoDB, too
            self.arrived.clear()
            self.unread = dict.fromkeys(LANES, True)

    def take_arrived(self) -> list[Ready]:
        """What was accepted while others were read; from here on the caller has it."""
        arrived, self.arrived = self.arrived, []
        return arrived

    def holds(self, row_id: str) -> bool:
        """Whether a row that was read is known, or has come to its end since the reading began."""
        return row_id in self.known or row_id in self.ended

    def expect(self, moment: datetime | None) -> None:
        """Something is due at this moment that is not held."""
        if moment is not None and (self.next_due is None or moment < self.next_due):
            self.next_due = moment

    def know(self, row_id: str, size: int = 0) -> None:
        """A row is held from here on: it is not read again before it is forgotten."""
        self.known[row_id] = size
        self.size += size
        self.in_all.rows += 1
        self.in_all.size += size

    def follow(self, endpoint: Endpoint) -> None:
        """The endpoint was changed. What is held goes on as it now wants it, or is let go where nothing may go."""
        if self.endpoint.ordered and not endpoint.ordered:
            for (lane, _), rows in self.behind.items():
                self.lanes[lane].extend(rows)
            self.behind.clear()
            self.blocked.clear()
        if endpoint.reset_at != self.endpoint.reset_at:
            self.breaker, self.failing = Breaker(), endpoint.failing
        self.endpoint = endpoint
        self.unread = dict.fromkeys(LANES, True)
        if not endpoint.sends:
            self.empty()

    def take(self, now: float) -> Ready | None:
        """The next row, which is then under way; None when none may go now (see `wake_at`)."""
        allowed = self.allowed(now)
        if self.sending >= allowed or self._rate_wait(now) > 0.0:
            return None
        for lane in self._order(allowed):
            ready = self._first(lane)
            if ready is not None:
                self._begin(ready, now)
                return ready
        return None

    def allowed(self, now: float) -> int:
        """How many attempts may be under way."""
        if not self.endpoint.sends:
            return 0
        self.breaker = self.breaker.at(now)
        return self.breaker.allowed(now, self.endpoint.concurrency)

    def wake_at(self, now: float) -> float | None:
        """When time alone lets a row go that cannot go now; None when something else has to happen."""
        if not any(self.lanes.values()) or not self.endpoint.sends:
            return None
        if self.breaker.state == "open":
            return self.breaker.until
        wait = self._rate_wait(now)
        return now + wait if wait > 0.0 else None

    def done(self, ready: Ready, *, blocked_until: datetime | None = None) -> None:
        """An attempt has come to its end; with `blocked_until` its row waits for another one."""
        self.under_way[ready.row.lane] -= 1
        self.busy.discard(ready.thread)
        if not self.endpoint.ordered:
            return
        following = self.behind.pop(ready.thread, None)
        if blocked_until is not None:
            self.blocked[ready.thread] = Blocked(ready.row.id, blocked_until)
            self.to_park.extend(following or ())
        elif following:
            self.lanes[ready.row.lane].appendleft(following.popleft())
            if following:
                self.behind[ready.thread] = following

    def forget(self, ids: Iterable[str]) -> None:
        """What came of these rows is written, or they were put out of the way."""
        for one in ids:
            if self.loading:
                self.ended.add(one)
            size = self.known.pop(one, None)
            if size is not None:
                self.size -= size
                self.in_all.rows -= 1
                self.in_all.size -= size

    def take_out(self, which: Callable[[Delivery], bool]) -> None:
        """Take out rows that are not to be sent any more; what is under way cannot be held."""
        self.taken_out += 1
        for rows in (*self.lanes.values(), *self.behind.values()):
            left = [one for one in rows if not which(one.row)]
            if len(left) < len(rows):
                self.forget([one.row.id for one in rows if which(one.row)])
                rows.clear()
                rows.extend(left)
        self.behind = {thread: rows for thread, rows in self.behind.items() if rows}

    def close(self) -> None:
        """Nothing of it is sent here any more."""
        self.closed = True
        self.empty()
        self.forget(list(self.known))

    def empty(self) -> None:
        """Take out all that is not under way: it is read again."""
        self.take_out(lambda _: True)
        self.forget(one.row.id for one in self.to_park)
        self.to_park.clear()
        self.arrived.clear()
        self.unread = dict.fromkeys(LANES, True)

    def shed(self, most: int, most_size: int) -> None:
        """Let go of what would go last, until no more than `most` rows are held: it is read when there is room again.

        Of each thread what is kept is the beginning, so that the order stays.
        """
        behind = [(thread[0], rows) for thread, rows in self.behind.items()]
        for lane, rows in [*((lane, self.lanes[lane]) for lane in reversed(LANES)), *reversed(behind)]:
            while rows and (len(self.known) > most or self.size > most_size):
                self.forget([rows.pop().row.id])
                self.unread[lane] = True
        self.behind = {thread: rows for thread, rows in self.behind.items() if rows}

    def _order(self, allowed: int) -> tuple[Lane, ...]:
        """Which lane comes first: live, but for the replay's share of turns and room."""
        live, replay = self.lanes["live"], self.lanes["replay"]
        if not replay:
            return ("live",)
        if not live:
            return ("replay",)
        if self.under_way["replay"] >= max(1, allowed // REPLAY_SHARE):
            return ("live",)
        return ("replay", "live") if self._turns % REPLAY_SHARE == 0 else LANES

    def _first(self, lane: Lane) -> Ready | None:
        rows = self.lanes[lane]
        if not self.endpoint.ordered:
            return rows.popleft() if rows else None
        while rows:
            ready = rows.popleft()
            blocked = self.blocked.get(ready.thread)
            if blocked is not None and blocked.head != ready.row.id:
                self.to_park.append(ready)
            elif ready.thread in self.busy:
                self.behind.setdefault(ready.thread, deque()).append(ready)
            else:
                return ready
        return None

    def _begin(self, ready: Ready, now: float) -> None:
        self._turns += 1
        self.under_way[ready.row.lane] += 1
        if self.endpoint.ordered:
            self.busy.add(ready.thread)
            self.blocked.pop(ready.thread, None)
        rate = self.endpoint.rate_limit_per_second
        if rate is not None:
            self._rate_due = max(self._rate_due, now) + 1.0 / rate

    def _rate_wait(self, now: float) -> float:
        """Seconds until the rate lets one more go; a tenth of a second's worth may go at once."""
        rate = self.endpoint.rate_limit_per_second
        if rate is None:
            return 0.0
        burst = max(1, int(rate / 10)) - 1
        wait = self._rate_due - now - burst / rate
        return wait if wait > _NOW else 0.0


class Turns:
    """Whose turn it is: one company after another, and in each one endpoint after another."""

    def __init__(self) -> None:
        self._tenants: OrderedDict[str, deque[Line]] = OrderedDict()
        self._scheduled: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._tenants)

    def schedule(self, line: Line) -> None:
        """The line may have something that can go."""
        if id(line) not in self._scheduled:
            self._scheduled.add(id(line))
            self._tenants.setdefault(line.endpoint.tenant_id, deque()).append(line)

    def next(self) -> Line | None:
        """The next line, which has to be scheduled again for another turn."""
        if not self._tenants:
            return None
        tenant_id, lines = next(iter(self._tenants.items()))
        line = lines.popleft()
        self._scheduled.discard(id(line))
        if lines:
            self._tenants.move_to_end(tenant_id)  # behind the other companies
        else:
            del self._tenants[tenant_id]
        return line
