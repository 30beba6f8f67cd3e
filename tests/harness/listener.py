"""An attendant's client at the WebSocket: reconnects whenever it is cut off, and goes on from its cursor."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

_PAUSE_SECONDS = 0.1
_CONNECT_SECONDS = 15.0
_CONTROL = frozenset({"ready", "heartbeat", "pong", "authenticated", "error", "resync"})


class Listener:
    """Keeps every event frame in `events`, in the order in which they came. An asynchronous context manager.

    Who is there is kept apart, in `attendants`: that a listener itself makes its attendant come is no news to a story.
    `connections` counts how often it was let in, `resyncs` how often it was told that something is lost.
    """

    def __init__(self, public_url: str, token: str) -> None:
        self._url = f"{public_url.replace('http', 'ws', 1)}/ws"
        self._token = token
        self.cursor: str | None = None
        self.events: list[dict[str, Any]] = []
        self.attendants: list[dict[str, Any]] = []
        self.connections = 0
        self.resyncs = 0
        self._ready = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Returns when it hears what happens from now on."""
        self._task = asyncio.create_task(self._run())
        await asyncio.wait_for(self._ready.wait(), 60)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._task is not None
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    def of_type(self, event_type: str) -> list[dict[str, Any]]:
        """The events of one type."""
        return [event for event in self.events if event["type"] == event_type]

    def types(self) -> Counter[str]:
        """How many there were of each type."""
        return Counter(event["type"] for event in self.events)

    def sequences(self) -> dict[str, list[int]]:
        """By subject: the numbers of its events, in the order in which they came."""
        found: dict[str, list[int]] = defaultdict(list)
        for event in self.events:
            found[event["subject"]].append(event["sequence"])
        return dict(found)

    async def _run(self) -> None:
        timeout = aiohttp.ClientWSTimeout(ws_close=1.0)
        async with aiohttp.ClientSession() as session:
            while True:
                with suppress(aiohttp.ClientError, OSError, TimeoutError):
                    async with asyncio.timeout(_CONNECT_SECONDS):
                        socket = await session.ws_connect(self._url, timeout=timeout, heartbeat=10)
                    async with socket:
                        await self._listen(socket)
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        auth = {"type": "auth", "token": self._token}
        await socket.send_json(auth if self.cursor is None else {**auth, "since": self.cursor})
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self._take(orjson.loads(message.data))

    def _take(self, frame: dict[str, Any]) -> None:
        self.cursor = frame.get("cursor", self.cursor)
        if frame["type"].startswith("attendant."):
            self.attendants.append(frame)
        elif frame["type"] not in _CONTROL:
            self.events.append(frame)
        elif frame["type"] == "ready":
            self.connections += 1
            self._ready.set()
        elif frame["type"] == "resync":
            self.resyncs += 1
