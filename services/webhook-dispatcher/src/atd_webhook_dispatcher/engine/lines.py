"""What waits in memory for one endpoint, and whose turn it is. No I/O, no clock.

A line holds at most `MOST_IN_LINE` rows of each lane; what is more stays in MongoDB, and `unread` says that it is
there. Rows are known by their id from the moment they are read until what came of them is written, so that reading
again brings none twice.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from atd_webhook_dispatcher.domain.breaker import Breaker
from atd_webhook_dispatcher.domain.delivery import Delivery, Lane
from atd_webhook_dispatcher.domain.disabling import Failing
from atd_webhook_dispatcher.domain.endpoint import Endpoint

MOST_IN_LINE = 1_000
LANES: tuple[Lane, ...] = ("live", "replay")

REPLAY_SHARE = 4
"""Of so many turns one is a replay's while live events wait, and of the room at most this part."""

Thread = tuple[Lane, str]


@dataclass(slots=True)
class Ready:
    """A row that may go now, with the body that is sent."""

    row: Delivery
    body: bytes

    @property
    def thread(self) -> Thread:
        return self.row.lane, self.row.thread


@dataclass(slots=True, eq=False)
class Line:
    """One endpoint that this process sends to.

    `blocked` are threads of an ordered endpoint whose head waits for its next attempt, with its moment; `behind` are
    rows whose thread has one under way; `to_park` are rows that stand behind a blocked head, to be put out of the way.
    """

    endpoint: Endpoint
    breaker: Breaker = field(default_factory=Breaker)
    failing: Failing | None = None
    lanes: dict[Lane, deque[Ready]] = field(default_factory=lambda: {lane: deque() for lane in LANES})
    known: set[str] = field(default_factory=set)
    unread: dict[Lane, bool] = field(default_factory=lambda: dict.fromkeys(LANES, True))
    busy: set[Thread] = field(default_factory=set)
    behind: dict[Thread, deque[Ready]] = field(default_factory=dict)
    blocked: dict[Thread, datetime] = field(default_factory=dict)
    to_park: list[Ready] = field(default_factory=list)
    under_way: dict[Lane, int] = field(default_factory=lambda: dict.fromkeys(LANES, 0))
    next_due: datetime | None = None
    loading: bool = False
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
        return max(0, MOST_IN_LINE - held)

    def add(self, rows: Iterable[Ready]) -> None:
        """Rows that were read or just accepted, in their order; what is known already is not added again."""
        for ready in rows:
            if ready.row.id not in self.known:
                self.known.add(ready.row.id)
                self.lanes[ready.row.lane].append(ready)

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
        if self.endpoint.state != "enabled":
            return 0
        self.breaker = self.breaker.at(now)
        return self.breaker.allowed(now, self.endpoint.concurrency)

    def wake_at(self, now: float) -> float | None:
        """When time alone lets a row go that cannot go now; None when something else has to happen."""
        if not any(self.lanes.values()) or self.endpoint.state != "enabled":
            return None
        if self.breaker.state == "open":
            return self.breaker.until
        wait = self._rate_wait(now)
        return now + wait if wait > 0.0 else None

    def done(self, ready: Ready, *, blocked_until: datetime | None = None) -> None:
        """An attempt has come to its end; with `blocked_until` its row waits for another one."""
        self.under_way[ready.row.lane] -= 1
        if not self.endpoint.ordered:
            return
        self.busy.discard(ready.thread)
        following = self.behind.pop(ready.thread, None)
        if blocked_until is not None:
            self.blocked[ready.thread] = blocked_until
            self.to_park.extend(following or ())
        elif following:
            self.lanes[ready.row.lane].appendleft(following.popleft())
            if following:
                self.behind[ready.thread] = following

    def forget(self, ids: Iterable[str]) -> None:
        """What came of these rows is written, or they were put out of the way."""
        self.known.difference_update(ids)

    def take_out(self, which: Callable[[Delivery], bool]) -> None:
        """Take out rows that are not to be sent any more; what is under way cannot be held."""
        for rows in (*self.lanes.values(), *self.behind.values()):
            left = [one for one in rows if not which(one.row)]
            self.known.difference_update({one.row.id for one in rows} - {one.row.id for one in left})
            rows.clear()
            rows.extend(left)
        self.behind = {thread: rows for thread, rows in self.behind.items() if rows}

    def empty(self) -> Iterator[Ready]:
        """Take out all that is not under way."""
        for rows in (*self.lanes.values(), *self.behind.values()):
            while rows:
                ready = rows.popleft()
                self.known.discard(ready.row.id)
                yield ready
        self.behind.clear()
        self.unread = dict.fromkeys(LANES, True)

    def _order(self, allowed: int) -> tuple[Lane, ...]:
        """Which lane comes first: live, but for the replay's share of turns and room."""
        live, replay = self.lanes["live"], self.lanes["replay"]
        if not replay:
            return ("live",)
        if not live:
            return ("replay",)
        if self.under_way["replay"] >= max(1, allowed // REPLAY_SHARE):
            return ("live",)
        return ("replay", "live") if self._turns % REPLAY_SHARE == 0 else ("live",)

    def _first(self, lane: Lane) -> Ready | None:
        rows = self.lanes[lane]
        if not self.endpoint.ordered:
            return rows.popleft() if rows else None
        while rows:
            ready = rows.popleft()
            if ready.thread in self.blocked and self.blocked[ready.thread] > ready.row.due_at:
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
        return max(0.0, self._rate_due - now - burst / rate)


class Turns:
    """Whose turn it is: one company after another, and in each one endpoint after another."""

    def __init__(self) -> None:
        self._tenants: dict[str, deque[Line]] = {}
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
        for tenant_id in self._tenants:
            lines = self._tenants.pop(tenant_id)
            line = lines.popleft()
            self._scheduled.discard(id(line))
            if lines:
                self._tenants[tenant_id] = lines  # behind the other companies
            return line
        return None
