"""The board: counters and times that the processes of one measurement share, in a memory-mapped file.

Whoever sends writes when each message went out and was accepted, whoever receives writes when it arrived; the
times are of the machine's one monotonic clock (nanoseconds), so they can be subtracted across processes.
"""

from __future__ import annotations

import asyncio
import mmap
import time
from collections.abc import Callable
from pathlib import Path

_SLOTS = ("go", "stop", "sent", "accepted", "retried", "arrived", "repeated", "total", "driver_ready", "sink_ready")
_HEADER = 16  # slots of 8 bytes; more than are named
_COLUMNS = ("sent_at", "accepted_at", "arrived_at")
_POLL_SECONDS = 0.02
_TICK_SECONDS = 0.002


class Board:
    """`sent_at[i]`, `accepted_at[i]` and `arrived_at[i]` of message `i`, 0 for "not yet"; and counters.

    Each counter has one writer, so no lock is needed.
    """

    def __init__(self, path: Path, messages: int, *, create: bool = False) -> None:
        self.path = path
        self.messages = messages
        size = 8 * (_HEADER + len(_COLUMNS) * messages)
        if create:
            with path.open("wb") as file:
                file.truncate(size)
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), size)
        cells = memoryview(self._map).cast("q")
        self._cells = cells
        columns = [cells[_HEADER + n * messages : _HEADER + (n + 1) * messages] for n in range(len(_COLUMNS))]
        self.sent_at, self.accepted_at, self.arrived_at = columns

    def get(self, slot: str) -> int:
        return self._cells[_SLOTS.index(slot)]

    def set(self, slot: str, value: int = 1) -> None:
        self._cells[_SLOTS.index(slot)] = value

    def counter(self, slot: str) -> tuple[memoryview[int], int]:
        """The cells and the index of a counter, for loops that cannot afford a call."""
        return self._cells, _SLOTS.index(slot)

    async def told(self, slot: str) -> None:
        """Returns when `slot` is set by another process."""
        while not self.get(slot):  # noqa: ASYNC110 - no event crosses the border of a process
            await asyncio.sleep(_TICK_SECONDS)

    def wait(self, condition: Callable[[], bool], timeout: float, what: str) -> None:
        """Wait until `condition` holds.

        Raises:
            TimeoutError: naming `what`.
        """
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                state = {slot: self.get(slot) for slot in _SLOTS}
                raise TimeoutError(f"no {what} within {timeout:g} s; {state}")
            time.sleep(_POLL_SECONDS)
