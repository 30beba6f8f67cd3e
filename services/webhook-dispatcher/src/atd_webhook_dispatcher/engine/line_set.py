"""All lines of this process, and what is to be looked at: whose turn it is, and for whom rows are to be read."""

import asyncio
import heapq
import itertools
from datetime import datetime

from atd_webhook_dispatcher.domain.delivery import LANES
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.engine.lines import Held, Line, Turns


class LineSet:
    """The endpoints that this process sends to. `send` and `load` are set when there is something to do."""

    def __init__(self) -> None:
        self.by_id: dict[str, Line] = {}
        self.held = Held()
        self.turns = Turns()
        self.send, self.load = asyncio.Event(), asyncio.Event()
        self.touched: set[Line] = set()
        """Lines for which there may be something to read, beside those whose time has come."""

        self.next_due: datetime | None = None
        """When the next row is due that is not in memory, of all lines."""

        self._timed: list[tuple[float, int, Line]] = []
        self._numbers = itertools.count()

    def opened(self, endpoint: Endpoint) -> Line:
        """The line of an endpoint that is ours."""
        line = self.by_id.get(endpoint.id)
        if line is None:
            line = self.by_id[endpoint.id] = Line(endpoint, failing=endpoint.failing, in_all=self.held)
            self.want(line)
        return line

    def close(self, endpoint_id: str) -> None:
        """It is deleted, or another process's. What is under way comes to its end."""
        line = self.by_id.pop(endpoint_id, None)
        if line is not None:
            line.close()
            self.touched.discard(line)

    def wake(self, endpoint_id: str) -> bool:
        """There are rows in the ledger for an endpoint; whether it is ours."""
        line = self.by_id.get(endpoint_id)
        if line is None:
            return False
        line.unread = dict.fromkeys(LANES, True)
        self.want(line)
        return True

    def again(self, endpoint_id: str) -> None:
        """Some of what is held may have been ended in the ledger: it is read again before it is sent."""
        line = self.by_id.get(endpoint_id)
        if line is not None:
            line.empty()
            self.want(line)

    def want(self, line: Line) -> None:
        """There may be something to read for the line."""
        self.touched.add(line)
        self.load.set()

    def expect(self, line: Line, moment: datetime | None = None) -> None:
        """Something of the line is due at this moment, or at `next_due` of the line, that is to be read then."""
        line.expect(moment)
        due = line.next_due
        if due is not None and (self.next_due is None or due < self.next_due):
            self.next_due = due
            self.load.set()

    def schedule(self, line: Line) -> None:
        """There may be something to send for the line."""
        self.turns.schedule(line)
        self.send.set()

    def wake_at(self, line: Line, moment: float) -> None:
        """Schedule the line at this moment, or before: one moment is kept of each, however often it is asked."""
        if line.woken_at is None or moment < line.woken_at:
            line.woken_at = moment
            heapq.heappush(self._timed, (moment, next(self._numbers), line))

    def due(self, now: float) -> float | None:
        """Schedule whose moment has come; the seconds until the next one."""
        while self._timed and self._timed[0][0] <= now:
            moment, _, line = heapq.heappop(self._timed)
            if line.woken_at == moment:
                line.woken_at = None
                self.turns.schedule(line)
        return self._timed[0][0] - now if self._timed else None
