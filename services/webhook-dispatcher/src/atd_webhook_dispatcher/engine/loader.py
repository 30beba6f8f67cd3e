"""Reads rows that are due into the lines of this process, and puts out of the way what stands behind a blocked head."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from atd_webhook_dispatcher.domain.delivery import Delivery, Lane
from atd_webhook_dispatcher.engine.lines import LANES, MOST_IN_LINE, Line, Ready
from atd_webhook_dispatcher.store.events import Events
from atd_webhook_dispatcher.store.queue import PAGE, DeliveryQueue

LOW = PAGE // 2
"""Rows that wait in a lane below which more is read."""

MOST_IN_ALL = 20_000
"""Rows in the memory of a process."""

_MANY_THREADS = 200


class Loader:
    """Fills lines. One load of a line at a time."""

    def __init__(self, queue: DeliveryQueue, events: Events) -> None:
        self._queue = queue
        self._events = events
        self.held = 0
        """Rows that all lines hold, as counted last by the engine."""

    def wants(self, line: Line, now: datetime) -> bool:
        """Whether there may be rows to read for the line, and room for them."""
        if line.loading or line.endpoint.state != "enabled" or self.held >= MOST_IN_ALL:
            return False
        if line.to_park:
            return True
        if line.next_due is not None and line.next_due <= now:
            return True
        return any(line.unread[lane] and len(line.lanes[lane]) < LOW for lane in LANES)

    async def load(self, line: Line, now: datetime) -> list[Delivery]:
        """Read what is due; the rows whose event is kept no longer, so that they cannot be sent. Raises PyMongo's."""
        line.loading = True
        try:
            await self._park(line)
            gone: list[Delivery] = []
            for lane in LANES:
                gone += await self._load_lane(line, lane, now)
            following = [await self._queue.next_due(line.endpoint.id, lane, now) for lane in LANES]
            line.next_due = min((due for due in following if due is not None), default=None)
            return gone
        finally:
            line.loading = False

    async def admitted(self, line: Line, rows: Sequence[Ready]) -> list[Ready]:
        """Those of fresh rows of an ordered endpoint that are not behind an earlier one; the others are put off."""
        return await self._without_blocked(line, rows)

    async def _load_lane(self, line: Line, lane: Lane, now: datetime) -> list[Delivery]:
        room = line.room(lane)
        if room == 0:
            return []
        known = len(line.known)
        line.unread[lane] = False  # what is added from here on says so anew
        rows = await self._queue.due(line.endpoint.id, lane, now, min(PAGE, room) + known)
        line.unread[lane] |= len(rows) >= min(PAGE, room) + known
        fresh = [row for row in rows if row.id not in line.known]
        if line.endpoint.ordered:
            fresh.sort(key=lambda row: row.sequence)  # several of a thread may be due at the same moment
        ready, gone = await self._with_bodies(fresh)
        line.add(await self._without_blocked(line, ready))
        return gone

    async def _with_bodies(self, rows: Sequence[Delivery]) -> tuple[list[Ready], list[Delivery]]:
        missing = sorted({row.event_id for row in rows if row.body is None})
        bodies: dict[str, bytes] = {}
        for start in range(0, len(missing), MOST_IN_LINE):
            bodies |= await self._events.bodies(missing[start : start + MOST_IN_LINE])
        ready, gone = [], []
        for row in rows:
            body = bodies.get(row.event_id) if row.body is None else row.body
            if body is None:
                gone.append(row)
            else:
                ready.append(Ready(row, body))
        return ready, gone

    async def _without_blocked(self, line: Line, ready: Sequence[Ready]) -> list[Ready]:
        """Of an ordered endpoint: without rows whose thread has an earlier one that waits for its next attempt."""
        if not line.endpoint.ordered:
            return list(ready)
        seen = line.busy | line.behind.keys() | {one.thread for rows in line.lanes.values() for one in rows}
        unknown = sorted({one.thread for one in ready} - seen)
        heads: dict[tuple[Lane, str], Delivery] = {}
        for lane in LANES:
            threads = [thread for of, thread in unknown if of == lane]
            for start in range(0, len(threads), _MANY_THREADS):
                found = await self._queue.heads(line.endpoint.id, lane, threads[start : start + _MANY_THREADS])
                heads |= {(lane, thread): row for thread, row in found.items()}
        first = {one.thread: one for one in reversed(ready)}
        admitted = []
        for one in ready:
            head = heads.get(one.thread)
            if head is not None and head.id != first[one.thread].row.id and head.id not in line.known:
                line.blocked[one.thread] = head.due_at
                line.to_park.append(one)
            else:
                admitted.append(one)
        return admitted

    async def _park(self, line: Line) -> None:
        """Put off what stands behind a head: until the head is due, or a moment, if that is over already."""
        parked, line.to_park = line.to_park, []
        if not parked:
            return
        moments = {one.row.id: self._until(line, one) for one in parked}
        try:
            await self._queue.park(moments)
        except BaseException:
            line.to_park = parked + line.to_park
            raise
        line.forget(moments)
        earliest = min(moments.values())
        line.next_due = earliest if line.next_due is None else min(line.next_due, earliest)

    @staticmethod
    def _until(line: Line, one: Ready) -> datetime:
        blocked = line.blocked.get(one.thread)
        return one.row.due_at + timedelta(milliseconds=1) if blocked is None else blocked
