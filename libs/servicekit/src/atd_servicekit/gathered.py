"""One write for everybody who wants to write at the same moment: while one is under way, the next collects."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")

MOST_AT_ONCE = 500


class Gathered(Generic[T]):
    """Writes what several callers add, in the order in which they added it, at most `most` callers' at a time.

    An error of a write is raised to all whose items it had.
    """

    def __init__(self, write: Callable[[Sequence[T]], Awaitable[None]], *, most: int = MOST_AT_ONCE) -> None:
        self._write = write
        self._most = most
        self._waiting: deque[tuple[Sequence[T], asyncio.Future[None]]] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def add(self, items: Sequence[T]) -> None:
        """Returns when the items are written. Who gives up waiting leaves them to be written all the same."""
        if not items:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((items, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all(), name="gathered-writes")
        await done

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                taken = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
                error = await self._written([item for items, _ in taken for item in items])
                for _, done in taken:
                    if not done.done():  # else its caller has given up waiting
                        _settle(done, error)
        finally:
            self._writing = None

    async def _written(self, items: Sequence[T]) -> Exception | None:
        try:
            await self._write(items)
        except Exception as error:  # noqa: BLE001 - each caller is told
            return error
        return None


def _settle(done: "asyncio.Future[None]", error: Exception | None) -> None:
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
