"""A customer's server on loopback that answers as it is told to, rightly or wrongly, byte for byte."""

import asyncio
import re
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came, and the number of its connection."""

    head: str
    body: bytes
    connection: int

    @property
    def target(self) -> str:
        """Path and query as they were sent."""
        return self.head.split(" ", 2)[1]

    def header(self, name: str) -> str | None:
        """The value of a header."""
        found = re.search(rf"^{re.escape(name)}: (.*)\r$", self.head, re.IGNORECASE | re.MULTILINE)
        return found[1] if found else None


@dataclass(frozen=True, slots=True)
class Closing:
    """Sends `data`, then closes the connection: in order, or with a reset."""

    data: bytes = b""
    reset: bool = False


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Does with a connection what it likes, after a request came. The connection is closed when it returns."""

Behaviour = bytes | Closing | Talk


@dataclass(slots=True)
class Receiver:
    """What came, and what is answered: one behaviour per request, the last one for all that follow."""

    behaviours: list[Behaviour]
    port: int = 0
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    open: int = 0
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def url(self, path: str = "/hook", host: str = "127.0.0.1", scheme: str = "http") -> str:
        """A URL of this server."""
        return f"{scheme}://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take requests of one connection until a behaviour ends it."""
        self.connections += 1
        self.open += 1
        number = self.connections
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._answer(number, reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            pass
        finally:
            self.open -= 1
            self._tasks.discard(task)
            writer.close()

    async def _answer(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"^content-length: (\d+)", head, re.IGNORECASE | re.MULTILINE)
        self.received.append(Received(head, await reader.readexactly(int(length[1]) if length else 0), number))
        behaviour = self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]
        if isinstance(behaviour, bytes):
            writer.write(behaviour)
            await writer.drain()
            return True
        if isinstance(behaviour, Closing):
            writer.write(behaviour.data)
            await writer.drain()
            if behaviour.reset:
                _reset(writer)
        else:
            await behaviour(reader, writer)
        return False

    async def stop(self) -> None:
        """End all conversations."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def receiver(
    *behaviours: Behaviour, tls: ssl.SSLContext | None = None, address: str = "127.0.0.1"
) -> AsyncIterator[Receiver]:
    """Run a receiver; by default it answers 200."""
    made = Receiver(list(behaviours) or [OK])
    server = await asyncio.start_server(made.serve, address, 0, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await made.stop()


def _reset(writer: asyncio.StreamWriter) -> None:
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
