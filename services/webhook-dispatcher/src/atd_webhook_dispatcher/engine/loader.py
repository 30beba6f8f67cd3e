"""Reads rows that are due into the lines of this process, and puts out of the way what stands behind a blocked head."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from atd_webhook_dispatcher.domain.delivery import LANES, Delivery, Lane
from atd_webhook_dispatcher.engine.lines import MOST_IN_LINE, Blocked, Held, Line, Ready
from atd_webhook_dispatcher.store.events import Events
from atd_webhook_dispatcher.store.queue import PAGE, DeliveryQueue

LOW = PAGE // 2
"""Rows that wait in a lane below which more is read."""

MOST_IN_ALL = 20_000
"""Rows in the memory of a process, and `LEAST_SHARE` for each endpoint where these are more."""

MOST_BYTES = 128 << 20
"""Bytes of bodies in the memory of a process; a page that is being read comes on top."""

LEAST_SHARE = 4

_BODIES = 250
_ROUNDS = 3
_MANY_THREADS = 200


class Loader:
    """Fills lines. One load of a line at a time."""

    def __init__(self, queue: DeliveryQueue, events: Events, held: Held) -> None:
        self._queue = queue
        self._events = events
        self._held = held

    @property
    def full(self) -> bool:
        """Whether there is no room for another row in the memory of the process."""
        return self._held.rows >= MOST_IN_ALL or self._held.size >= MOST_BYTES

    def divide(self, lines: Sequence[Line], now: datetime) -> None:
        """Give each line that has or wants rows the same share of the memory; who holds more lets go when it is full.

        So an endpoint with a million rows, or many that are stopped, leave room for all others.
        """
        among = [line for line in lines if line.known or self._asks(line, now)]
        share = max(LEAST_SHARE, min(2 * MOST_IN_LINE, MOST_IN_ALL // max(1, len(among))))
        for line in lines:
            line.share = share
        if self.full:
            for line in among:
                line.shed(share, MOST_BYTES // max(1, len(among)))

    def wants(self, line: Line, now: datetime) -> bool:
        """Whether there may be rows to read for the line, and room for them."""
        if line.to_park and not line.loading:
            return True
        return not self.full and self._asks(line, now)

    async def load(self, line: Line, now: datetime) -> list[Delivery]:
        """Read what is due; the rows whose event is kept no longer, so that they cannot be sent. Raises PyMongo's."""
        line.begin_loading()
        line.next_due = None  # whoever learns of a row from here on says so
        try:
            await self._park(line)
            gone: list[Delivery] = []
            for lane in LANES:
                gone += await self._load_lane(line, lane, now)
            line.expect(await self._queue.next_due(line.endpoint.id, now))
            return gone + await self._admit_arrived(line, now)
        finally:
            line.end_loading()

    async def admit(self, line: Line, rows: Sequence[Ready], now: datetime) -> list[Delivery]:
        """Add fresh rows of an ordered endpoint that are not behind an earlier one; the others are put off."""
        line.begin_loading()
        try:
            return await self._admit(line, rows, line.taken_out, now) + await self._admit_arrived(line, now)
        finally:
            line.end_loading()

    @staticmethod
    def _asks(line: Line, now: datetime) -> bool:
        if line.loading or not line.endpoint.sends:
            return False
        if line.to_park or (line.next_due is not None and line.next_due <= now):
            return True
        low = min(LOW, line.share // 2)
        return any(line.unread[lane] and len(line.lanes[lane]) <= low and line.room(lane) for lane in LANES)

    async def _load_lane(self, line: Line, lane: Lane, now: datetime) -> list[Delivery]:
        room = min(PAGE, line.room(lane))
        if room == 0:
            line.unread[lane] = True
            return []
        limit = room + len(line.known)
        line.reserved, taken_out = room, line.taken_out
        line.unread[lane] = False  # what is left in MongoDB from here on says so anew
        rows = await self._queue.due(line.endpoint.id, lane, now, limit)
        if len(rows) >= limit:
            line.unread[lane] = True
        fresh = [row for row in rows if not line.holds(row.id)]
        if line.endpoint.ordered:
            fresh.sort(key=lambda row: row.sequence)  # several of a thread may be due at the same moment
        ready, gone = await self._with_bodies(line, lane, fresh)
        line.reserved = 0
        return gone + await self._admit(line, ready, taken_out, now)

    async def _admit_arrived(self, line: Line, now: datetime) -> list[Delivery]:
        """Add what was accepted for an ordered endpoint while others were read; what goes on coming is read later."""
        gone: list[Delivery] = []
        for _ in range(_ROUNDS):
            if not line.arrived or any(line.unread.values()):  # then there are earlier ones that come first
                break
            taken_out, arrived = line.taken_out, line.take_arrived()
            gone += await self._admit(line, arrived, taken_out, now)
        return gone

    async def _with_bodies(
        self, line: Line, lane: Lane, rows: Sequence[Delivery]
    ) -> tuple[list[Ready], list[Delivery]]:
        """The rows with what is sent, as many as the memory has room for, and those whose event is gone."""
        ready: list[Ready] = []
        gone: list[Delivery] = []
        size = 0
        for start in range(0, len(rows), _BODIES):
            if start and self._held.size + size >= MOST_BYTES:
                line.unread[lane] = True
                break
            some = rows[start : start + _BODIES]
            missing = sorted({row.event_id for row in some if row.body is None})
            bodies = await self._events.bodies(missing) if missing else {}
            for row in some:
                body = bodies.get(row.event_id) if row.body is None else row.body
                if body is None:
                    gone.append(row)
                else:
                    ready.append(Ready(row, body))
                    size += len(body)
        return ready, gone

    async def _admit(self, line: Line, ready: Sequence[Ready], taken_out: int, now: datetime) -> list[Delivery]:
        """Add rows, of an ordered endpoint without those whose thread has an earlier one that waits; who is gone.

        Where the earlier one is due as well but was not among these, the thread is read from its beginning.
        """
        if not line.endpoint.ordered:
            _add(line, ready, taken_out)
            return []
        ready = [one for one in ready if not line.holds(one.row.id)]
        if late := [one.row.id for one in ready if not one.row.ordered]:  # accepted by who did not know it yet
            await self._queue.mark(late)
        seen = line.busy | line.behind.keys() | {one.thread for rows in line.lanes.values() for one in rows}
        heads = await self._heads(line, sorted({one.thread for one in ready} - seen))
        if line.taken_out != taken_out:
            line.unread = dict.fromkeys(LANES, True)
            return []
        first = {one.thread: one.row.id for one in reversed(ready)}
        not_among: dict[tuple[Lane, str], None] = {}
        for one in ready:
            head = heads.get(one.thread)
            if head is None or head.id == first[one.thread]:
                if one.thread not in seen:
                    line.blocked.pop(one.thread, None)
                line.add([one])
            elif head.id in line.known:
                line.add([one])  # it is under way, or just was: the line knows
            elif head.due_at > now:
                line.blocked[one.thread] = Blocked(head.id, head.due_at)
                line.to_park.append(one)
                line.know(one.row.id, len(one.body))
            else:
                not_among[one.thread] = None
        gone: list[Delivery] = []
        for lane, thread in not_among:
            gone += await self._from_beginning(line, lane, thread)
        return gone

    async def _heads(self, line: Line, threads: Iterable[tuple[Lane, str]]) -> dict[tuple[Lane, str], Delivery]:
        heads: dict[tuple[Lane, str], Delivery] = {}
        for lane in LANES:
            some = [thread for of, thread in threads if of == lane]
            for start in range(0, len(some), _MANY_THREADS):
                found = await self._queue.heads(line.endpoint.id, lane, some[start : start + _MANY_THREADS])
                heads |= {(lane, thread): row for thread, row in found.items()}
        return heads

    async def _from_beginning(self, line: Line, lane: Lane, thread: str) -> list[Delivery]:
        most, taken_out = max(1, min(PAGE, line.room(lane))), line.taken_out
        rows = await self._queue.of_thread(line.endpoint.id, lane, thread, most)
        if len(rows) >= most:
            line.unread[lane] = True
        ready, gone = await self._with_bodies(line, lane, rows)
        line.blocked.pop((lane, thread), None)
        _add(line, ready, taken_out)
        return gone

    async def _park(self, line: Line) -> None:
        """Put off what stands behind a head until the head is due."""
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
        line.expect(min(moments.values()))

    @staticmethod
    def _until(line: Line, one: Ready) -> datetime:
        blocked = line.blocked.get(one.thread)
        return one.row.due_at if blocked is None else blocked.until


def _add(line: Line, ready: Sequence[Ready], taken_out: int) -> None:
    """Add what was read, unless rows were taken out meanwhile: these may be among them."""
    if line.closed:
        return
    if line.taken_out == taken_out:
        line.add(ready)
    else:
        line.unread = dict.fromkeys(LANES, True)
