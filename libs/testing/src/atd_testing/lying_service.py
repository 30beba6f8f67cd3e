"""An HTTP service that misbehaves as the path says, to be put behind a proxy."""

import asyncio
import hashlib
from types import TracebackType
from typing import Any, Self


class LyingService:
    """A service that does what the last segment of the path says; it remembers what it was sent, byte for byte.

    A number is the status to answer. `cut`: closes the connection; `half`: closes it in the middle of the answer;
    `rubbish`: does not speak HTTP; `slow`: waits for `release`; `dribble`: stops in the middle of the answer; `huge`:
    13 MB; `endless`: sends until the client is gone, then sets `left`; `digest`: answers the SHA-256 of the body.
    """

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []
        self.release = asyncio.Event()
        self.left = asyncio.Event()
        self.url = ""

    def forget(self) -> None:
        """Begin again for another test: let go what waits, and forget what was seen."""
        self.release.set()
        self.seen = []
        self.release, self.left = asyncio.Event(), asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**24)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release.set()
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode("latin-1").split("\r\n")
                method, path, _ = lines[0].split(" ")
                headers = [_pair(line) for line in lines[1:] if line]
                body = await self._body(reader, path, {name.lower(): value for name, value in headers})
                self.seen.append({"method": method, "path": path, "headers": headers, "body": body})
                if await self._answer(path, writer, body):
                    break
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            pass
        writer.close()

    async def _body(self, reader: asyncio.StreamReader, path: str, headers: dict[str, str]) -> bytes:
        if path.endswith("/digest"):
            digest, left = hashlib.sha256(), int(headers["content-length"])
            while left:
                piece = await reader.read(min(left, 65536))
                digest.update(piece)
                left -= len(piece)
            return digest.hexdigest().encode()
        if "content-length" in headers:
            return await reader.readexactly(int(headers["content-length"]))
        body = b""
        while headers.get("transfer-encoding") == "chunked":
            size = int(await reader.readline(), 16)
            body += (await reader.readexactly(size + 2))[:-2]
            if size == 0:
                break
        return body

    async def _answer(self, path: str, writer: asyncio.StreamWriter, body: bytes) -> bool:
        """Answer; whether the connection is to be closed."""
        kind = path.partition("?")[0].rpartition("/")[2]
        if kind == "cut":
            return True
        if kind in ("half", "rubbish", "dribble"):
            await self._broken(kind, writer)
            return True
        if kind == "slow":
            await self.release.wait()
        if kind in ("huge", "endless"):
            await self._large(writer, pieces=200 if kind == "huge" else None)
            return False
        status = kind if kind.isdigit() else "200"
        answer = b"" if status in ("204", "304") else body or b'{"ok":true}'
        length = f"Content-Length: {len(answer)}\r\n" if answer else ""
        extra = 'Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Atd-Secret: 1\r\nKeep-Alive: 5\r\nServer: lie\r\nETag: "7"\r\n'
        writer.write(f"HTTP/1.1 {status} Whatever\r\n{extra}{length}\r\n".encode() + answer)
        await writer.drain()
        return False

    async def _broken(self, kind: str, writer: asyncio.StreamWriter) -> None:
        if kind == "rubbish":
            writer.write(b"I am no web server\r\n\r\n")
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 500)
        await writer.drain()
        if kind == "dribble":
            await self.release.wait()

    async def _large(self, writer: asyncio.StreamWriter, *, pieces: int | None) -> None:
        left, sent = self.left, 0
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n")
        try:
            while pieces is None or sent < pieces:
                writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
                await writer.drain()
                sent += 1
        finally:
            if pieces is None:
                left.set()
        writer.write(b"0\r\n\r\n")

    def headers(self, index: int = -1) -> dict[str, str]:
        """The headers of a request that was seen, by name in lower case."""
        return {name.lower(): value for name, value in self.seen[index]["headers"]}


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition(": ")
    return name, value
