"""A bare ASGI application that takes a webhook's body and produces it: idempotent, acks=all, then 200.

The customer in the path is the key, because this application looks into no body and checks no signature.
"""

from __future__ import annotations

import os
from typing import Any

import uvicorn
from aiokafka import AIOKafkaProducer

TOPIC = "bench.raw.in"
_BATCH_BYTES = 512 * 1024  # as the kit's producer

_HEADERS = [(b"content-length", b"0")]


class RawApp:
    """The application, and its producer for as long as it runs."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._servers = bootstrap_servers
        self._producer: AIOKafkaProducer | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["method"] == "POST":
            await self._take(scope, receive, send)
        else:
            await self._answer(send)

    async def _take(self, scope: Any, receive: Any, send: Any) -> None:
        assert self._producer is not None
        chunks = []
        more = True
        while more:
            message = await receive()
            chunks.append(message.get("body", b""))
            more = message.get("more_body", False)
        key = scope["path"].rpartition("/")[2].encode()
        await (await self._producer.send(TOPIC, value=b"".join(chunks), key=key))
        await self._answer(send)

    async def _answer(self, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": b""})

    async def _live(self, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._producer = AIOKafkaProducer(
                    bootstrap_servers=self._servers, acks="all", enable_idempotence=True, max_batch_size=_BATCH_BYTES
                )
                await self._producer.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                assert self._producer is not None
                await self._producer.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


if __name__ == "__main__":
    uvicorn.run(
        RawApp(os.environ["KAFKA_BOOTSTRAP_SERVERS"]),
        host="127.0.0.1",
        port=int(os.environ["ATD_PORT"]),
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        backlog=4096,
    )
