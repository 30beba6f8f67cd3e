"""A deadline ends a block as `asyncio.timeout` does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from atd_servicekit.deadline import Deadline

NEVER = 3600.0

Limit = Callable[[float], AbstractAsyncContextManager[Any]]


@asynccontextmanager
async def deadline(seconds: float) -> AsyncIterator[None]:
    with Deadline(seconds):
        yield


@pytest.fixture(params=[deadline, asyncio.timeout], ids=["Deadline", "asyncio.timeout"])
def limit(request: pytest.FixtureRequest) -> Limit:
    found: Limit = request.param
    return found


async def wait() -> None:
    await asyncio.get_running_loop().create_future()


async def test_a_block_that_takes_longer_ends_with_a_timeout(limit: Limit) -> None:
    for seconds in (0.001, 0, -1):
        with pytest.raises(TimeoutError):
            async with limit(seconds):
                await wait()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_block_that_ends_in_time_ends_as_it_does(limit: Limit) -> None:
    async with limit(NEVER):
        pass
    with pytest.raises(KeyError):
        async with limit(NEVER):
            raise KeyError
    await asyncio.sleep(0)  # nothing cancels the task afterwards


async def test_who_is_cancelled_from_outside_does_not_time_out(limit: Limit) -> None:
    began = asyncio.Event()

    async def run() -> None:
        async with limit(NEVER):
            began.set()
            await wait()

    task = asyncio.create_task(run())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_outer_of_two_limits_is_the_one_that_ends_both(limit: Limit) -> None:
    ended_by: list[str] = []

    async def run() -> None:
        async with limit(0.001):
            try:
                async with limit(NEVER):
                    await wait()
            except BaseException as error:
                ended_by.append(type(error).__name__)
                raise

    with pytest.raises(TimeoutError):
        await run()
    assert ended_by == ["CancelledError"]
