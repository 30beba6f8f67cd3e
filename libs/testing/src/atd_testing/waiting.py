"""Waiting for a condition with a deadline, never for a number of seconds."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast, overload

T = TypeVar("T")

PATIENCE_SECONDS = 60.0
"""How long tests wait for what should come at once: a loaded machine is slow, and a test that passes does not wait."""

_STEP_SECONDS = 0.02


@overload
async def eventually(condition: Callable[[], Awaitable[T]], *, timeout: float = ..., message: str = ...) -> T: ...


@overload
async def eventually(condition: Callable[[], T], *, timeout: float = ..., message: str = ...) -> T: ...


async def eventually(
    condition: Callable[[], Awaitable[T] | T], *, timeout: float = PATIENCE_SECONDS, message: str = "the condition"
) -> T:
    """Ask `condition` until it answers something true, and return that.

    An `AssertionError` that it raises counts as "not yet". Raises `AssertionError` with the last answer when
    `timeout` seconds have passed.
    """
    deadline = time.monotonic() + timeout
    last: object = None
    while True:
        try:
            answer = condition()
            value = cast("T", await answer if inspect.isawaitable(answer) else answer)
            if value:
                return value
            last = value
        except AssertionError as error:
            last = error
        if time.monotonic() > deadline:
            raise AssertionError(f"{message} did not become true within {timeout} s; last answer: {last!r}")
        await asyncio.sleep(_STEP_SECONDS)
