"""A cancellation always reaches the task, however a wait with a limit ends in the same moment."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from atd_servicekit.wait_for import install, wait_for

pytestmark = pytest.mark.unit


async def test_a_task_that_is_cancelled_as_its_wait_ends_is_cancelled() -> None:
    answer = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(wait_for(answer, 3_600))
    await asyncio.sleep(0)
    answer.set_result("answer")
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


@pytest.mark.parametrize("seconds", [0.001, 0, -1])
async def test_what_does_not_end_in_time_is_cancelled_and_raises(seconds: float) -> None:
    never = asyncio.get_running_loop().create_future()
    with pytest.raises(TimeoutError):
        await wait_for(never, seconds)
    assert never.cancelled()


@pytest.mark.parametrize("seconds", [None, 3_600, 0, -1])
async def test_what_has_ended_is_returned_whatever_the_limit(seconds: float | None) -> None:
    ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    ended.set_result("answer")
    assert await wait_for(ended, seconds) == "answer"


async def test_an_error_of_what_is_waited_for_is_raised_as_it_is() -> None:
    async def fail() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        await wait_for(fail(), 3_600)


async def test_a_cancellation_in_the_moment_of_a_request_reaches_every_library(monkeypatch: Any) -> None:
    """What the driver does for a request: a coroutine that ends in its first step, with a limit."""
    monkeypatch.setattr(asyncio, "wait_for", asyncio.wait_for)
    monkeypatch.setattr(asyncio.tasks, "wait_for", asyncio.tasks.wait_for)
    monkeypatch.setattr("pymongo.lock.wait_for", asyncio.wait_for)
    install()
    went_on = []

    async def write() -> None:
        pass

    async def work(turns: int) -> None:
        await asyncio.wait_for(write(), 3_600)
        went_on.append(turns)
        await asyncio.sleep(0)

    await _cancelled_after(work, range(8))
    assert went_on


async def _cancelled_after(work: Callable[[int], Any], turns: range) -> None:
    for number in turns:
        task = asyncio.create_task(work(number))
        for _ in range(number):
            await asyncio.sleep(0)
        if not task.done():
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
