"""Sends every change to the open pages, as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
from pydantic import BaseModel

QUEUE_LIMIT = 2000
HEARTBEAT_SECONDS = 15.0


class EventStream:
    """Publishes changes to every open page. A page that is too slow is disconnected, and loads everything again."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[bytes | None]] = set()
        self._closed = False

    def publish(self, kind: str, value: BaseModel | list[Any] | dict[str, Any]) -> None:
        """Send a change to every open page."""
        if not self._queues:
            return
        data = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
        frame = b"data: " + orjson.dumps({"type": kind, "value": data}) + b"\n\n"
        for queue in list(self._queues):
            if queue.qsize() >= QUEUE_LIMIT:
                self._queues.discard(queue)
                queue.put_nowait(None)
            else:
                queue.put_nowait(frame)

    async def frames(self) -> AsyncIterator[bytes]:
        """The frames of one page, as server-sent events, until the page is closed or the sandbox stops."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._queues.add(queue)
        try:
            yield b"retry: 1000\n\n"
            while not self._closed:
                try:
                    frame = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    frame = b": keep-alive\n\n"
                if frame is None:
                    return
                yield frame
        finally:
            self._queues.discard(queue)

    def close(self) -> None:
        """End every stream."""
        self._closed = True
        for queue in self._queues:
            queue.put_nowait(None)
