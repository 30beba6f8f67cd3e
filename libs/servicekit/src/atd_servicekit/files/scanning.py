"""A virus scan of files on their way into the store: ClamAV's daemon, by its socket, where one is set up.

The bytes go to the scanner as they come and are written; its word is asked for after the last one, before the store
keeps them. So a file is in the store only when it was found clean, and nothing has to be taken out again. Protocol:
clamd's `INSTREAM` (man clamd: chunks with their length in front, an empty one at the end; over `StreamMaxLength` it
answers with an error and hangs up).
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

from atd_servicekit.files.settings import FileStoreSettings
from atd_servicekit.metrics import Metrics

_CONNECT_SECONDS = 5.0
_PORT = 3310
_CHUNK = 64 * 1024
_LONGEST_ANSWER = 4096
_SIZE_LIMIT = b"size limit exceeded"


class FileInfected(Exception):
    """The scanner knows what is in the file; `signature` is its name for it."""

    def __init__(self, signature: str) -> None:
        super().__init__(signature)
        self.signature = signature


class ScannerAway(Exception):
    """The scanner does not answer, or not in words that are known: the file is not judged, and must not be kept."""


class NotScannable(Exception):
    """The file is longer than the scanner takes (`StreamMaxLength` of clamd)."""


class Scanner(Protocol):
    """Looks at files on their way."""

    def watch(self, chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        """The same bytes. Raises, after the last one at the latest, `FileInfected`, `ScannerAway`, `NotScannable`."""
        ...


class NoScanner:
    """Where no scanner is set up."""

    async def watch(self, chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            yield chunk


class ClamAv:
    """clamd at `tcp://host:port` or `unix:/path`. One connection for each file; none is kept."""

    def __init__(self, url: str, timeout: timedelta, metrics: Metrics) -> None:
        """`timeout`: for each step, the scan of the whole file among them."""
        self._url = urlsplit(url)
        self._timeout = timeout.total_seconds()
        self._metrics = metrics

    async def watch(self, chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        try:
            async with aclosing(self._watched(chunks)) as watched:
                async for chunk in watched:
                    yield chunk
        except (FileInfected, ScannerAway, NotScannable) as error:
            self._metrics.files_scanned.labels(_OUTCOMES[type(error)]).inc()
            raise
        self._metrics.files_scanned.labels("clean").inc()

    async def _watched(self, chunks: AsyncIterable[bytes]) -> AsyncGenerator[bytes, None]:
        with await self._connect() as connection:
            listens = await self._send(connection, b"zINSTREAM\0")
            async for chunk in chunks:
                for start in range(0, len(chunk), _CHUNK):
                    part = chunk[start : start + _CHUNK]
                    listens = listens and await self._send(connection, len(part).to_bytes(4, "big"), part)
                if not listens:
                    break  # it has answered, and hung up: the rest of the file need not come
                yield chunk
            else:
                await self._send(connection, bytes(4))
            await self._judge(connection)

    async def _connect(self) -> socket.socket:
        place, loop = self._url, asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                address: Any = place.path
                family = socket.AF_UNIX
                if place.scheme != "unix":
                    found = await loop.getaddrinfo(place.hostname, place.port or _PORT, type=socket.SOCK_STREAM)
                    family, _, _, _, address = found[0]
                connection = socket.socket(family, socket.SOCK_STREAM)
                connection.setblocking(False)
                try:
                    await loop.sock_connect(connection, address)
                except BaseException:
                    connection.close()
                    raise
                return connection
        except OSError as error:  # a TimeoutError is an OSError
            raise ScannerAway(type(error).__name__) from error

    async def _send(self, connection: socket.socket, *parts: bytes) -> bool:
        """Whether the scanner still listens. What it has said before it hung up can still be read."""
        try:
            async with asyncio.timeout(self._timeout):
                await asyncio.get_running_loop().sock_sendall(connection, b"".join(parts))
        except TimeoutError as error:
            raise ScannerAway("TimeoutError") from error
        except OSError:
            return False
        return True

    async def _judge(self, connection: socket.socket) -> None:
        answer = b""
        try:
            async with asyncio.timeout(self._timeout):
                while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
                    more = await asyncio.get_running_loop().sock_recv(connection, _LONGEST_ANSWER)
                    if not more:
                        break
                    answer += more
        except OSError as error:
            raise ScannerAway(type(error).__name__) from error
        if not answer.endswith(b"\0"):
            raise ScannerAway("answer")
        answer = answer.rstrip(b"\0\n ")
        if answer == b"stream: OK":
            return
        if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
            signature = answer.removeprefix(b"stream: ").removesuffix(b" FOUND")
            raise FileInfected(signature.decode("ascii", "replace")[:100])
        if _SIZE_LIMIT in answer:
            raise NotScannable
        raise ScannerAway("answer")


_OUTCOMES = {FileInfected: "infected", ScannerAway: "away", NotScannable: "too_large"}


def create_scanner(settings: FileStoreSettings, metrics: Metrics) -> Scanner:
    """The scanner that the settings name, or none."""
    return ClamAv(settings.clamav_url, settings.clamav_timeout, metrics) if settings.clamav_url else NoScanner()
