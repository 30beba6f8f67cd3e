"""The provider: a process that sends prepared webhooks over many connections and writes down when.

As cheap as Python allows, because it shares two cores with what it measures: the requests are bytes made
beforehand, an answer is looked at for its status and length only. What is not answered 200 is sent again, as Meta
does. `python -m tests.load` measures its own ceiling against a server that does nothing.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections import deque
from itertools import cycle, islice
from pathlib import Path
from time import monotonic_ns
from typing import cast

import orjson
import uvloop

from tests.load.board import Board
from tests.load.traffic import Plan, order_of, requests

_TICK_SECONDS = 0.005
_SHORTEST_SECONDS = 0.002  # uvloop counts in milliseconds, and waking up costs as much as sending
_RETRY_SECONDS = 0.05
_OK = b"HTTP/1.1 200"
_LENGTH = b"content-length: "


class Driver:
    """Hands requests to connections that are free."""

    def __init__(self, plan: Plan, board: Board) -> None:
        self.plan = plan
        self.board = board
        self.wire = list(requests(plan))
        self.ports = [account.port or plan.port for _, _, account in order_of(plan)]
        self.free: dict[int, list[Connection]] = {port: [] for port in dict.fromkeys(self.ports)}
        self.waiting: dict[int, deque[int]] = {port: deque() for port in self.free}
        self.later: dict[int, deque[int]] = {port: deque() for port in self.free}
        for number, port in enumerate(self.ports):
            self.later[port].append(number)
        self.next = 0
        self.accepted = 0
        self.total = plan.messages
        self.done = asyncio.Event()
        self._arrived, self._slot = board.counter("arrived")
        self._due = self._schedule()

    def _schedule(self) -> list[float] | None:
        """When each message is due, in seconds from the start: random moments (Poisson), the same in every run."""
        if self.plan.rate is None:
            return None
        chance = random.Random(20260301)
        moments, at = [], 0.0
        for _ in range(self.plan.messages):
            at += chance.expovariate(self.plan.rate)
            moments.append(at)
        return moments

    def may_start(self) -> bool:
        """Whether another message may go out without exceeding the backlog."""
        backlog = self.plan.backlog
        return backlog is None or self.next - self._arrived[self._slot] < backlog

    def take(self, port: int) -> int:
        """The next message to send to a port, or -1. Its time is taken here."""
        if self.waiting[port]:
            return self.waiting[port].popleft()
        later = self.later[port]
        if self._due is None and later and self.next < self.total and self.may_start():
            number = later.popleft()
            self.next += 1
            self.board.sent_at[number] = monotonic_ns()
            return number
        return -1

    def answered(self, number: int, *, ok: bool) -> None:
        """Count an answer; what was not accepted goes out again a little later."""
        if ok:
            self.board.accepted_at[number] = monotonic_ns()
            self.accepted += 1
            if self.accepted == self.total:
                self.done.set()
        else:
            self.board.set("retried", self.board.get("retried") + 1)
            again = self.waiting[self.ports[number]]
            asyncio.get_running_loop().call_later(_RETRY_SECONDS, again.append, number)

    async def run(self) -> None:
        """Send everything and return when all of it is accepted, or the board says stop."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while not self.done.is_set() and not self.board.get("stop"):
            elapsed = loop.time() - began
            if elapsed > self.plan.seconds and self.next < self.total:
                self._end_early()
            self._release(elapsed)
            for port, free in self.free.items():
                while free and (number := self.take(port)) >= 0:
                    free.pop().send(number)
            self.board.set("sent", self.next)
            self.board.set("accepted", self.accepted)
            await asyncio.sleep(self._pause(loop.time() - began))
        self.board.set("sent", self.next)
        self.board.set("accepted", self.accepted)
        self.board.set("total", self.total)

    def _pause(self, elapsed: float) -> float:
        """Until the next message is due; without a rate, connections that are free look for work now and then."""
        if self._due is None or self.next >= self.total:
            return _TICK_SECONDS
        return min(max(self._due[self.next] - elapsed, _SHORTEST_SECONDS), _TICK_SECONDS)

    def _end_early(self) -> None:
        """What has been sent is all that there is."""
        self.total = self.next
        if self.accepted == self.total:
            self.done.set()

    def _release(self, elapsed: float) -> None:
        """With a rate: what is due waits for a connection, and that wait counts."""
        if self._due is None:
            return
        while self.next < self.total and self._due[self.next] <= elapsed:
            self.board.sent_at[self.next] = monotonic_ns()
            self.waiting[self.ports[self.next]].append(self.next)
            self.next += 1


class Connection(asyncio.Protocol):
    """One keep-alive connection with one request on its way."""

    def __init__(self, driver: Driver, port: int) -> None:
        self._driver = driver
        self._port = port
        self._transport: asyncio.Transport | None = None
        self._number = -1
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by class
        self._driver.free[self._port].append(self)

    def send(self, number: int) -> None:
        assert self._transport is not None
        self._number = number
        self._transport.write(self._driver.wire[number])

    def data_received(self, data: bytes) -> None:
        if self._got:
            data = self._got + data
        end = data.find(b"\r\n\r\n")
        if end < 0 or len(data) < end + 4 + _length_of(data, end):
            self._got = data
            return
        self._got = b""
        self._driver.answered(self._number, ok=data.startswith(_OK))
        number = self._driver.take(self._port)
        if number >= 0:
            self.send(number)
        else:
            self._number = -1
            self._driver.free[self._port].append(self)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        driver = self._driver
        if self in driver.free[self._port]:
            driver.free[self._port].remove(self)
        if self._number >= 0:
            driver.answered(self._number, ok=False)
        asyncio.get_running_loop().call_later(_RETRY_SECONDS, _reconnect, driver, self._port)


def _length_of(data: bytes, end: int) -> int:
    at = data.find(_LENGTH, 0, end)
    if at < 0:
        raise ValueError(f"an answer without a length: {data[:200]!r}")
    return int(data[at + len(_LENGTH) : data.find(b"\r\n", at)])


_connecting: set[asyncio.Task[None]] = set()


def _reconnect(driver: Driver, port: int) -> None:
    if not driver.done.is_set():
        task = asyncio.get_running_loop().create_task(_connect(driver, port))
        _connecting.add(task)
        task.add_done_callback(_connecting.discard)


async def _connect(driver: Driver, port: int) -> None:
    loop = asyncio.get_running_loop()
    try:
        await loop.create_connection(lambda: Connection(driver, port), driver.plan.host, port)
    except OSError:
        loop.call_later(_RETRY_SECONDS, _reconnect, driver, port)


async def drive(plan: Plan, board: Board) -> None:
    """Connect, say that we are ready, wait for the start, send."""
    driver = Driver(plan, board)
    shared = islice(cycle(driver.ports), plan.connections)  # each service has its part of them, as of the messages
    await asyncio.gather(*(_connect(driver, port) for port in shared))
    board.set("driver_ready")
    await board.told("go")
    await driver.run()
    await board.told("stop")  # stays until then, so that what it took can be read


def main() -> None:
    """`python -m tests.load.driver <plan.json> <board>`."""
    plan = Plan.from_json(orjson.loads(Path(sys.argv[1]).read_bytes()))
    uvloop.run(drive(plan, Board(Path(sys.argv[2]), plan.messages)))


if __name__ == "__main__":
    main()
