"""Where messages arrive: at WebSocket clients of the gateway (product), or at a last Kafka consumer (raw path).

`python -m tests.load.sinks websocket|kafka <board> <messages> <spec.json>` is the process. It writes down when each
message arrived, the first time; a second arrival counts as repeated.
"""

from __future__ import annotations

import asyncio
import base64
import os
import sys
from pathlib import Path
from time import monotonic_ns
from typing import Any, cast

import orjson
import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.load.board import Board
from tests.load.traffic import number_in

_RECEIVED = b'"type":"message.received"'
_TEXT, _CLOSE, _PING = 0x1, 0x8, 0x9
_TWO_BYTES, _EIGHT_BYTES = 126, 127
_HANDSHAKE_SECONDS = 10.0


class Arrivals:
    """Writes arrivals on the board."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._cells, self._slot = board.counter("arrived")

    def note(self, data: bytes) -> None:
        """`data` holds one message that arrived now."""
        number = number_in(data)
        if 0 <= number < self._board.messages:
            if self._board.arrived_at[number]:
                self._board.set("repeated", self._board.get("repeated") + 1)
            else:
                self._board.arrived_at[number] = monotonic_ns()
                self._cells[self._slot] += 1


class WebSocketClient(asyncio.Protocol):
    """A WebSocket client that reads text frames and answers pings: RFC 6455, the part that a receiver needs.

    Written out because a library's would take more of the two cores than what it measures.
    """

    def __init__(self, host: str, token: str, arrivals: Arrivals) -> None:
        self._host = host
        self._token = token
        self._arrivals = arrivals
        self._transport: asyncio.Transport | None = None
        self._got = bytearray()
        self._open = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by class
        key = base64.b64encode(os.urandom(16)).decode()
        self._transport.write(
            f"GET /ws HTTP/1.1\r\nHost: {self._host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self._got += data
        if not self._open and not self._upgraded():
            return
        at = 0
        while (frame := self._next(at)) is not None:
            opcode, begin, end = frame
            self._take(opcode, bytes(self._got[begin:end]))
            at = end
        del self._got[:at]

    def _upgraded(self) -> bool:
        end = self._got.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not self._got.startswith(b"HTTP/1.1 101"):
            self._fail(ConnectionError(f"no WebSocket: {bytes(self._got[:200])!r}"))
            return False
        del self._got[: end + 4]
        self._open = True
        self._send(_TEXT, orjson.dumps({"type": "auth", "token": self._token}))
        return True

    def _next(self, at: int) -> tuple[int, int, int] | None:
        """Opcode, begin and end of the payload of the frame at `at`, when all of it is there."""
        got = self._got
        if len(got) < at + 2:
            return None
        length, begin = got[at + 1], at + 2
        if length in (_TWO_BYTES, _EIGHT_BYTES):
            width = 2 if length == _TWO_BYTES else 8
            if len(got) < begin + width:
                return None
            length, begin = int.from_bytes(got[begin : begin + width], "big"), begin + width
        return None if len(got) < begin + length else (got[at] & 0x0F, begin, begin + length)

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == _TEXT:
            if _RECEIVED in payload:
                self._arrivals.note(payload)
            elif not self.ready.done() and b'"type":"ready"' in payload:
                self.ready.set_result(None)
        elif opcode == _PING:
            self._send(0xA, payload)
        elif opcode == _CLOSE:
            self._fail(ConnectionError(f"the gateway closed: {payload!r}"))

    def _send(self, opcode: int, payload: bytes) -> None:
        assert self._transport is not None
        mask = os.urandom(4)
        size = len(payload)
        head = bytes([0x80 | opcode])
        if size < _TWO_BYTES:
            head += bytes([0x80 | size])
        else:
            head += bytes([0x80 | _TWO_BYTES]) + size.to_bytes(2, "big")
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
        self._transport.write(head + mask + masked)

    def _fail(self, error: Exception) -> None:
        if self.ready.done():
            raise error
        self.ready.set_exception(error)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError("the gateway hung up"))


async def websocket(board: Board, spec: dict[str, Any]) -> None:
    """One client for each token; they hear everything between them."""
    arrivals = Arrivals(board)
    loop = asyncio.get_running_loop()
    for token in spec["tokens"]:
        host = f"{spec['host']}:{spec['port']}"
        _, client = await loop.create_connection(
            lambda token=token, host=host: WebSocketClient(host, token, arrivals),  # type: ignore[misc]
            spec["host"],
            spec["port"],
        )
        await asyncio.wait_for(client.ready, _HANDSHAKE_SECONDS)
    board.set("sink_ready")
    await asyncio.Event().wait()


async def kafka(board: Board, spec: dict[str, Any]) -> None:
    """A consumer of all partitions, from the present end."""
    arrivals = Arrivals(board)
    consumer = AIOKafkaConsumer(bootstrap_servers=spec["bootstrap_servers"], enable_auto_commit=False)
    await consumer.start()
    places = [TopicPartition(spec["topic"], number) for number in range(spec["partitions"])]
    consumer.assign(places)
    for place, end in (await consumer.end_offsets(places)).items():
        consumer.seek(place, end)
    board.set("sink_ready")
    while True:
        for records in (await consumer.getmany(timeout_ms=1000)).values():
            for record in records:
                arrivals.note(record.value)


def main() -> None:
    """See the module's text."""
    kind, board, messages, spec = sys.argv[1:]
    run = {"websocket": websocket, "kafka": kafka}[kind]
    uvloop.run(run(Board(Path(board), int(messages)), orjson.loads(Path(spec).read_bytes())))


if __name__ == "__main__":
    main()
