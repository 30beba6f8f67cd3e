"""The one HTTP client: its deadline, what it reports, and what its errors promise."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider

from atd_servicekit.http_client import create_http_client, surely_unsent
from atd_servicekit.metrics import Metrics

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: a=b\r\n\r\nok"


@asynccontextmanager
async def _server(handler: Handler) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/path"
    finally:
        server.close()


def _answers(*parts: bytes) -> Handler:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            for part in parts:
                writer.write(part)
                await writer.drain()

    return handler


async def _hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.01)


async def _cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")


async def _half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")


async def _noise(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"what is this?\r\n\r\n")


async def test_requests_are_counted_and_timed() -> None:
    metrics = Metrics()
    async with _server(_answers(_OK)) as url, create_http_client("whatsapp", metrics) as client:
        for _ in range(3):
            assert (await client.post(url, content=b"")).text == "ok"
    text = metrics.render().decode()
    assert 'atd_client_requests_total{client="whatsapp",method="POST",status="200"} 3.0' in text
    assert 'atd_client_seconds_count{client="whatsapp",method="POST"} 3.0' in text


async def test_cookies_of_one_customer_never_reach_another() -> None:
    seen: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            seen.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(_OK)

    async with _server(handler) as url, create_http_client("webhooks", Metrics()) as client:
        await client.get(url)
        await client.get(url)
    assert len(seen) == 2
    assert not any(b"cookie" in request.lower() for request in seen)


async def test_redirects_are_not_followed() -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    async with _server(_answers(answer)) as url, create_http_client("webhooks", Metrics()) as client:
        assert (await client.get(url)).status_code == 302


@pytest.mark.parametrize("handler", [_hang, _drip])
async def test_the_deadline_covers_the_whole_answer(handler: Handler) -> None:
    metrics = Metrics()
    async with (
        _server(handler) as url,
        create_http_client("x", metrics, timeout=timedelta(seconds=1)) as client,
    ):
        with pytest.raises(httpx.ReadTimeout) as caught:
            await client.post(url, content=b"")
    assert not surely_unsent(caught.value)


async def test_a_request_can_have_its_own_deadline() -> None:
    async with _server(_hang) as url, create_http_client("x", Metrics()) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get(url, timeout=1)


async def test_a_refused_connection_surely_sent_nothing() -> None:
    async with _server(_cut) as url:
        pass
    metrics = Metrics()
    async with create_http_client("x", metrics) as client:
        with pytest.raises(httpx.ConnectError) as caught:
            await client.post(url, content=b"")
    assert surely_unsent(caught.value)
    assert 'status="error"} 1.0' in metrics.render().decode()


@pytest.mark.parametrize("handler", [_cut, _half, _noise])
async def test_a_connection_that_breaks_after_the_request_may_have_sent_it(handler: Handler) -> None:
    async with _server(handler) as url, create_http_client("x", Metrics()) as client:
        with pytest.raises(httpx.TransportError) as caught:
            await client.post(url, content=b"{}")
    assert not surely_unsent(caught.value)
    assert not isinstance(caught.value, httpx.TimeoutException)


async def test_waiting_for_a_free_connection_ends_at_the_deadline_too() -> None:
    async with _server(_hang) as url, create_http_client("x", Metrics(), max_connections=1) as client:
        first = asyncio.create_task(client.get(url, timeout=60))
        await asyncio.sleep(0)
        with pytest.raises(httpx.TimeoutException):
            await client.get(url, timeout=0.2)
        first.cancel()


async def test_an_active_span_travels_along_unless_the_server_is_a_strangers() -> None:
    seen: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            seen.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(_OK)

    tracer = TracerProvider().get_tracer("test")
    strangers = create_http_client("y", Metrics(), trace_headers=False)
    async with _server(handler) as url, create_http_client("x", Metrics()) as ours, strangers:
        await ours.get(url)
        with tracer.start_as_current_span("work") as span:
            trace_id = f"{span.get_span_context().trace_id:032x}".encode()
            await ours.get(url)
            await strangers.get(url)
    assert [trace_id in request for request in seen] == [False, True, False]
