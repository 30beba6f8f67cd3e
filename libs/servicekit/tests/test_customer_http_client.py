"""A customer's URL cannot lead a request into our network."""

import asyncio
import gzip
import re
import socket
import threading
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from atd_servicekit.customer_http_client import (
    AddressNotAllowed,
    AnswerTooLarge,
    create_customer_http_client,
    public_addresses_only,
)
from atd_servicekit.http_client import create_http_client, surely_unsent
from atd_servicekit.metrics import Metrics
from atd_servicekit.url_policy import UrlPolicy
from atd_testing.waiting import eventually

STRICT, LENIENT = UrlPolicy(), UrlPolicy(allow_private=True)


class Resolver(AbstractResolver):
    """Answers each name by its script: one list of addresses after the other, the last one for ever."""

    def __init__(self, **names: Sequence[Sequence[str]]) -> None:
        self._names = {name.replace("_", "."): list(answers) for name, answers in names.items()}
        self.asked: list[str] = []

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - aiohttp's signature
    ) -> list[ResolveResult]:
        self.asked.append(host)
        answers = self._names[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        return


class Server:
    """A server on the loopback address, where no customer may reach; remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.headers: list[str] = []
        self.answers: dict[str, bytes] = {}
        self.port = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                path = head.split(" ", 2)[1]
                length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
                await reader.readexactly(int(length[1]) if length else 0)
                self.requests.append(path)
                self.headers.append(head)
                writer.write(self.answers.get(path, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    listener = await asyncio.start_server(made.handle, "127.0.0.1", 0)
    made.port = listener.sockets[0].getsockname()[1]
    yield made
    listener.close()


def client(policy: UrlPolicy, resolver: Resolver | None = None, **more: Any) -> httpx.AsyncClient:
    return create_customer_http_client("webhooks", Metrics(), policy, resolver=resolver, **more)


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.1.2.3"], ["169.254.169.254"], ["::1"], ["::ffff:127.0.0.1"], ["8.8.8.8", "127.0.0.1"]],
)
async def test_a_name_is_refused_when_one_of_its_addresses_is_ours(server: Server, addresses: list[str]) -> None:
    async with client(STRICT, Resolver(evil_example=[addresses])) as http:
        with pytest.raises(AddressNotAllowed) as caught:
            await http.post(f"https://evil.example:{server.port}/", content=b"{}")
    assert surely_unsent(caught.value)
    assert not any(address in str(caught.value) for address in addresses), "our name servers' answers are not told"
    assert server.requests == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.1", "localhost", "localhost."]
)
async def test_the_loopback_address_is_refused_however_it_is_written(server: Server, host: str) -> None:
    async with client(STRICT) as http:
        with pytest.raises(httpx.TransportError) as caught:
            await http.get(f"https://{host}:{server.port}/")
    assert surely_unsent(caught.value)
    assert server.requests == []


async def test_a_provider_leads_to_public_addresses_and_to_the_host_that_is_set(server: Server) -> None:
    resolver = Resolver(api_example=[["127.0.0.1"]], inside_example=[["127.0.0.2"]])
    options = partial(public_addresses_only, "api.example", resolver)
    async with create_http_client("files", Metrics(), connector=options) as http:
        assert (await http.get(f"http://api.example:{server.port}/a")).text == "ok"
        for url in (f"http://inside.example:{server.port}/b", f"http://[::1]:{server.port}/b"):
            with pytest.raises(httpx.ConnectError):
                await http.get(url)
    async with create_http_client("files", Metrics(), connector=partial(public_addresses_only, "127.0.0.1")) as http:
        assert (await http.get(f"http://127.0.0.1:{server.port}/c")).text == "ok"
    assert server.requests == ["/a", "/c"]


async def test_a_name_that_answers_something_else_the_second_time_gains_nothing(server: Server) -> None:
    resolver = Resolver(rebind_example=[["203.0.114.1"], ["127.0.0.1"]])  # the first one answers nothing
    async with client(STRICT, resolver, timeout=timedelta(seconds=0.3)) as http:
        with pytest.raises(httpx.TransportError):
            await http.get(f"https://rebind.example:{server.port}/")
        assert resolver.asked == ["rebind.example"], "one look-up for one connection"
    async with client(STRICT, resolver) as http:
        with pytest.raises(AddressNotAllowed):
            await http.get(f"https://rebind.example:{server.port}/")
    assert server.requests == []


async def test_the_address_that_is_connected_to_is_checked_itself(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if something between the look-up and the connection had changed the address."""
    monkeypatch.setattr("atd_servicekit.customer_http_client._CheckedResolver.resolve", _unchecked)
    async with client(STRICT, Resolver(evil_example=[["127.0.0.1"]])) as http:
        with pytest.raises(AddressNotAllowed):
            await http.get(f"https://evil.example:{server.port}/")
    assert server.requests == []


async def _unchecked(self: Any, host: str, port: int = 0, family: Any = socket.AF_INET) -> Any:
    return await self._inner.resolve(host, port, family)


async def test_with_the_setting_of_tests_private_networks_are_reached(server: Server) -> None:
    async with client(LENIENT, Resolver(mine_example=[["127.0.0.1"]])) as http:
        assert (await http.get(f"http://mine.example:{server.port}/a")).text == "ok"
        assert (await http.get(f"http://127.0.0.1:{server.port}/b")).text == "ok"
        with pytest.raises(AddressNotAllowed):
            await http.get("http://169.254.169.254/latest/meta-data")
    assert server.requests == ["/a", "/b"]
    assert "accept-encoding: identity" in server.headers[0].lower()


async def test_redirects_are_answers_unless_some_are_allowed_and_then_each_is_checked(server: Server) -> None:
    def redirect(to: str) -> bytes:
        return f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()

    server.answers = {"/to-ours": redirect("http://169.254.169.254/latest"), "/to-good": redirect("/good")}
    server.answers |= {"/loop": redirect("/loop"), "/to-file": redirect("file:///etc/passwd")}
    base = f"http://127.0.0.1:{server.port}"
    async with client(LENIENT) as http:
        assert (await http.get(f"{base}/to-ours")).status_code == 307
    async with client(LENIENT, max_redirects=2) as http:
        assert (await http.post(f"{base}/to-good", content=b"{}")).text == "ok"
        for path in ("/to-ours", "/to-file"):
            with pytest.raises((AddressNotAllowed, httpx.UnsupportedProtocol)):
                await http.get(base + path)
        with pytest.raises(httpx.TooManyRedirects):
            await http.get(f"{base}/loop")
    assert not any("transfer-encoding" in head.lower() for head in server.headers)


@pytest.mark.parametrize("location", ["https://xn--a.example/", "https://a\x00b/", "//[::", "https://\xb2.0.0.1/"])
async def test_a_redirect_to_what_is_no_url_is_an_answer(server: Server, location: str) -> None:
    """httpx reads where a redirect leads although it does not follow it, and fails with errors of other kinds."""
    head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    server.answers = {"/": head.encode("latin-1")}
    async with client(LENIENT) as http:
        try:
            answer = await http.get(f"http://127.0.0.1:{server.port}/")
        except httpx.RemoteProtocolError:
            return  # aiohttp refuses control characters
    assert answer.status_code == 302
    assert answer.next_request is None


async def test_names_are_looked_up_in_threads_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Name servers of customers that do not answer hold up no other work, however many they are."""
    answer, threads = threading.Event(), set[str]()

    def slow(*_: Any, **__: Any) -> Any:
        threads.add(threading.current_thread().name)
        answer.wait(120)
        raise socket.gaierror(socket.EAI_AGAIN, "no answer")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    async with client(STRICT, timeout=timedelta(minutes=2)) as http:
        requests = [asyncio.create_task(http.get(f"https://slow{number}.example/")) for number in range(40)]
        try:
            await eventually(lambda: len(threads) == 16)
            assert await asyncio.wait_for(asyncio.to_thread(lambda: "other work"), 60) == "other work"
        finally:
            answer.set()
        errors = await asyncio.gather(*requests, return_exceptions=True)
    assert {type(error) for error in errors} == {httpx.ConnectError}
    assert all(name.startswith("lookup") for name in threads)


async def test_an_answer_is_read_up_to_its_limit_and_never_unpacked(server: Server) -> None:
    packed = gzip.compress(bytes(10_000_000))
    head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: "
    server.answers["/packed"] = f"{head}{len(packed)}\r\n\r\n".encode() + packed
    server.answers["/large"] = b"HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n" + bytes(70_000)
    base = f"http://127.0.0.1:{server.port}"
    async with client(LENIENT, max_answer_bytes=65_536) as http:
        assert (await http.get(f"{base}/packed")).content == packed
        with pytest.raises(AnswerTooLarge) as caught:
            await http.get(f"{base}/large")
        assert not surely_unsent(caught.value)
        assert (await http.get(f"{base}/after")).text == "ok"


async def test_the_deadline_covers_the_look_up_of_the_name() -> None:
    class Slow(Resolver):
        async def resolve(self, *_: Any, **__: Any) -> list[ResolveResult]:
            await asyncio.Event().wait()
            raise AssertionError("unreachable")

    async with client(STRICT, Slow(), timeout=timedelta(seconds=0.1)) as http:
        with pytest.raises(httpx.TimeoutException):
            await http.get("https://slow.example/")
