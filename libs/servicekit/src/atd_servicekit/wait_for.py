"""`asyncio.wait_for` of Python 3.12 for Python 3.11, whose own one can lose a cancellation, or a lock.

When what is waited for ends in the same turn of the loop in which the waiting task is cancelled, 3.11 returns its
result and the task goes on as if nobody had cancelled it (https://github.com/python/cpython/issues/86296). PyMongo and
aiokafka wait so in every request: a loop that is told to end at such a moment would go on for ever.

3.11 also waits in a task of its own. One that waits for a condition takes the condition's lock again when it ends: if
the waiting task is cancelled in the moment of its time limit, nobody is left to release it. So PyMongo chooses a
server, and a process whose MongoDB was away for some seconds would never ask it anything again.
"""

import asyncio
import sys
from collections.abc import Awaitable
from typing import TypeVar

import pymongo.lock

T = TypeVar("T")

_ORIGINAL = asyncio.wait_for


async def wait_for(fut: Awaitable[T], timeout: float | None) -> T:
    """Wait in the task of the caller, and raise `TimeoutError` after `timeout` seconds."""
    if timeout is not None and timeout <= 0:  # what is done already counts, and nothing is begun: as it always was
        return await _ORIGINAL(fut, timeout)
    async with asyncio.timeout(timeout):
        return await fut


def install() -> None:
    """Have every library wait so. Does nothing on a Python that needs no mending, nor the second time."""
    if sys.version_info < (3, 12):
        for module in (asyncio, asyncio.tasks, pymongo.lock):  # the last has taken the name from asyncio already
            vars(module)["wait_for"] = wait_for
