"""Compares HTTP clients for customers' URLs: `python -m tests.load.http_clients`. Record 40 has the figures.

One process sends to one receiver in another process, 20 requests at a time, and counts its own CPU time.
"""

import argparse
import asyncio
import multiprocessing
import resource
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import cast

import aiohttp
import httpx
import uvloop

from atd_servicekit.customer_calls import CustomerCalls, CustomerRequest
from atd_servicekit.customer_http_client import create_customer_http_client
from atd_servicekit.metrics import Metrics
from atd_servicekit.url_policy import UrlPolicy

BODY = b'{"text":"' + b"x" * 1_000 + b'"}'
HEADERS = {
    "Content-Type": "application/json",
    "User-Agent": "Atendimento-Webhooks/1",
    "webhook-id": "0195a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
    "webhook-timestamp": "1767225600",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
_AT_ONCE = 20
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

Send = Callable[[], Awaitable[int]]


class _Receiver(asyncio.Protocol):
    """Answers each request as soon as its length has come."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._data += data
        if self._data.endswith(BODY):
            self._data = b""
            self._transport.write(_ANSWER)


def _receive(port: "multiprocessing.SimpleQueue[int]") -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(_Receiver, "127.0.0.1", 0)
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    uvloop.run(serve())


@asynccontextmanager
async def _ours(url: str) -> AsyncIterator[Send]:
    calls = CustomerCalls("bench", Metrics(), UrlPolicy(allow_private=True))
    await calls.start()
    headers = list(HEADERS.items())

    async def send() -> int:
        return (await calls.call(CustomerRequest(url, headers, BODY, owner="one"))).status

    yield send
    await calls.stop()


@asynccontextmanager
async def _aiohttp(url: str) -> AsyncIterator[Send]:
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(cookie_jar=jar, headers=HEADERS, auto_decompress=False) as session:

        async def send() -> int:
            async with session.post(url, data=BODY, allow_redirects=False) as answer:
                await answer.content.read(16 * 1024)
                return answer.status

        yield send


@asynccontextmanager
async def _httpx_over_aiohttp(url: str) -> AsyncIterator[Send]:
    async with create_customer_http_client("bench", Metrics(), UrlPolicy(allow_private=True)) as client:

        async def send() -> int:
            return (await client.post(url, content=BODY, headers=HEADERS)).status_code

        yield send


@asynccontextmanager
async def _httpx(url: str) -> AsyncIterator[Send]:
    async with httpx.AsyncClient(trust_env=False) as client:

        async def send() -> int:
            return (await client.post(url, content=BODY, headers=HEADERS)).status_code

        yield send


CLIENTS = {"ours": _ours, "aiohttp": _aiohttp, "httpx over aiohttp": _httpx_over_aiohttp, "httpx": _httpx}


async def _measure(name: str, url: str, seconds: float) -> None:
    async with CLIENTS[name](url) as send:
        await asyncio.gather(*(send() for _ in range(_AT_ONCE)))
        count, end = 0, time.perf_counter() + seconds

        async def run() -> None:
            nonlocal count
            while time.perf_counter() < end:
                assert await send() == 200
                count += 1

        started, used = time.perf_counter(), _cpu_seconds()
        await asyncio.gather(*(run() for _ in range(_AT_ONCE)))
        took, used = time.perf_counter() - started, _cpu_seconds() - used
    print(f"{name:20} {count / took:8.0f}/s {used / count * 1e6:8.1f} us of CPU a request")  # noqa: T201 - the result


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure each client in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("clients", nargs="*", default=list(CLIENTS))
    chosen = parser.parse_args()
    spawning = multiprocessing.get_context("spawn")
    answered: multiprocessing.SimpleQueue[int] = spawning.SimpleQueue()
    receiver = spawning.Process(target=_receive, args=(answered,), daemon=True)
    receiver.start()
    port = answered.get()
    for name in chosen.clients:
        uvloop.run(_measure(name, f"http://127.0.0.1:{port}/in?token=x", chosen.seconds))
    receiver.terminate()


if __name__ == "__main__":
    main()
