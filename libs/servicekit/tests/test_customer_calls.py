"""What a customer's server may do to us, and what becomes of the request."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from atd_servicekit.customer_calls import CallFailed, CustomerCalls, CustomerRequest
from atd_servicekit.customer_calls.certificates import TlsContexts
from atd_servicekit.metrics import Metrics
from atd_servicekit.url_policy import UrlPolicy
from atd_testing.receivers import OK, Behaviour, Closing, Receiver, receiver
from atd_testing.waiting import eventually

CONTEXTS = TlsContexts()
"""One for the module: reading the system's authorities takes longer than a test."""


@pytest.fixture
async def calls() -> AsyncIterator[CustomerCalls]:
    made = CustomerCalls("webhooks", Metrics(), UrlPolicy(allow_private=True), contexts=CONTEXTS)
    await made.start()
    yield made
    await made.stop()


def asking(server: Receiver, path: str = "/hook", **changes: object) -> CustomerRequest:
    made = CustomerRequest(
        server.url(path), [("Content-Type", "application/json")], b'{"a":1}', owner="endpoint-1", timeout=5.0
    )
    return replace(made, **changes)  # type: ignore[arg-type]


async def hang(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


def drip(data: bytes) -> Behaviour:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in data * 1_000:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.05)

    return talk


def endless(part: bytes, first: bytes = b"") -> Behaviour:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(part)
            await writer.drain()

    return talk


async def test_an_answer_is_read_and_its_connection_kept(calls: CustomerCalls) -> None:
    async with receiver() as server:
        for _ in range(3):
            answer = await calls.call(asking(server))
            assert (answer.status, answer.body, answer.trouble, answer.repeated) == (200, b"ok", None, False)
        assert server.connections == 1
        assert server.received[0].body == b'{"a":1}'
        assert server.received[0].header("host") == f"127.0.0.1:{server.port}"
        assert server.received[0].header("accept-encoding") == "identity"


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("behaviour", "status", "trouble"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\nstray", 204, "more data"),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nstray", 204, "204 has a body"),
        (b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 204, "204 has a body"),
        (b"HTTP/1.1 205 Reset Content\r\n\r\n", 205, "205 has no length"),
        (HEAD + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\n\x1f\x8bbad", 200, "compressed"),
        (Closing(HEAD + b"Content-Length: 100\r\n\r\ncut"), 200, "cut off"),
        (Closing(HEAD + b"Content-Length: 100\r\n\r\ncut", reset=True), 200, "cut off"),
        (Closing(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\ncu"), 200, "cut off"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n", 200, "not correct HTTP"),
        (HEAD + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nok", 200, "Duplicate Content-Length"),
        (HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 200, "not correct HTTP"),
        (HEAD + b"Bad Header: 0\r\n\r\n", 200, "not correct HTTP"),
        (HEAD + b"Content-Length: -5\r\n\r\n", 200, "not correct HTTP"),
        (HEAD + b"Content-Length: 2\r\n\r\nokHTTP/1.1 500 Oh\r\n", 200, "more data"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nx", 101, "another protocol"),
        (endless(b"x" * 65_536, HEAD + b"\r\n"), 200, "longer than 16 kB"),
        (endless(b"1;" + b"e" * 4_096 + b"\r\nx\r\n", HEAD + b"Transfer-Encoding: chunked\r\n\r\n"), 200, "around"),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", 500, "not correct HTTP"),
    ],
    ids=[
        "204 with a stray body",
        "204 with a length",
        "204 in chunks",
        "205 without a length",
        "broken gzip",
        "cut body",
        "reset body",
        "cut chunk",
        "bad chunk",
        "doubled length",
        "length and chunks",
        "bad header",
        "negative length",
        "surplus",
        "101",
        "huge",
        "huge framing",
        "500 with doubled length",
    ],
)
async def test_what_is_wrong_after_the_status_is_noted_and_the_connection_dropped_and_nothing_sent_again(
    calls: CustomerCalls, behaviour: Behaviour, status: int, trouble: str
) -> None:
    async with receiver(behaviour, OK) as server:
        answer = await calls.call(asking(server))
        assert answer.status == status
        assert trouble in (answer.trouble or "")
        assert not answer.repeated
        assert len(server.received) == 1
        assert (await calls.call(asking(server))).trouble is None
        assert server.connections == 2


@pytest.mark.parametrize(
    ("behaviour", "kind", "words"),
    [
        (hang, "timeout", "no complete answer came within 0.5 s"),
        (drip(HEAD), "timeout", "within 0.5 s"),
        (Closing(), "broken", "closed before an answer"),
        (Closing(reset=True), "broken", "before an answer"),
        (Closing(b"HTTP/1.1 20"), "broken", "closed before an answer"),
        (endless(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), "broken", "more than 10 interim answers"),
        (endless(b"HTTP/1.1 100 Continue\r\n\r\n"), "broken", "more than 10 interim answers"),
        (HEAD + b"X-Large: " + b"x" * 1_000_000 + b"\r\n\r\n", "broken", "larger than 64 kB"),
        (endless(b"X-More: 1\r\n", HEAD), "broken", "larger than 64 kB"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "broken", "not correct HTTP"),
        (b"\x00\xff\xfe\xfd" * 10, "broken", "not correct HTTP"),
        (b"HTTP/1.1 1000 Many\r\n\r\n", "broken", "not correct HTTP"),
        (b"HTTP/1.1 777 Seven\r\nContent-Length: 0\r\n\r\n", "broken", "none of HTTP"),
        (b"HTTP/2 200\r\n\r\n", "broken", "not correct HTTP"),
    ],
    ids=[
        "hang",
        "slow drip",
        "closes",
        "resets",
        "closes in the status",
        "103 storm",
        "100 storm",
        "header of 1 MB",
        "endless headers",
        "no HTTP",
        "bytes",
        "status of four digits",
        "status 777",
        "HTTP 2",
    ],
)
async def test_without_a_status_the_call_fails_in_words(
    calls: CustomerCalls, behaviour: Behaviour, kind: str, words: str
) -> None:
    async with receiver(behaviour) as server:
        with pytest.raises(CallFailed) as caught:
            await calls.call(asking(server, "/secret?token=x", timeout=0.5 if kind == "timeout" else 60.0))
        assert caught.value.kind == kind
        assert words in caught.value.detail
        assert caught.value.may_have_arrived
        assert len(server.received) == 1
        for private in ("127.0.0.1", str(server.port), "secret", "token"):
            assert private not in str(caught.value)


async def test_ten_interim_answers_may_come_before_the_answer(calls: CustomerCalls) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
    async with receiver(early * 10 + OK) as server:
        answer = await calls.call(asking(server))
        assert (answer.status, answer.header("link")) == (200, None)
        assert (await calls.call(asking(server))).status == 200
        assert server.connections == 1


async def test_an_answer_that_never_ends_counts_by_its_status_when_the_time_is_over(calls: CustomerCalls) -> None:
    async def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Content-Length: 99\r\n\r\nbegun")
        await reader.read()

    async with receiver(begin) as server:
        answer = await calls.call(asking(server, timeout=1.0))
        assert (answer.status, answer.body) == (200, b"begun")
        assert answer.trouble == "the answer had not ended after 1 s"


async def test_a_redirect_is_an_answer_and_is_not_followed(calls: CustomerCalls) -> None:
    async with receiver(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n") as server:
        answer = await calls.call(asking(server))
        assert (answer.status, answer.header("location")) == (302, "/elsewhere")
        assert [one.target for one in server.received] == ["/hook"]


async def test_a_compressed_bomb_stays_as_small_as_it_came(calls: CustomerCalls) -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    async with receiver(head + bomb) as server:
        answer = await calls.call(asking(server))
        assert answer.body == bomb[: 16 * 1024]
        assert answer.text == ""


async def test_bytes_that_are_no_utf8_are_shown_as_far_as_they_can_be(calls: CustomerCalls) -> None:
    async with receiver(b"HTTP/1.1 200 OK\r\nX-Name: Jo\xe3o\r\nContent-Length: 4\r\n\r\nJo\xe3o") as server:
        answer = await calls.call(asking(server))
        assert answer.text == "Jo\ufffdo"
        assert answer.header("x-name") == "Jo\ufffdo"


@pytest.mark.parametrize("reset", [False, True])
async def test_a_kept_connection_that_closes_without_a_byte_is_replaced_and_the_same_bytes_sent_again_at_once(
    calls: CustomerCalls, *, reset: bool
) -> None:
    async with receiver(OK, Closing(reset=reset), OK) as server:
        assert not (await calls.call(asking(server))).repeated
        answer = await calls.call(asking(server, headers=[("webhook-id", "evt-1")]))
        assert (answer.status, answer.repeated) == (200, True)
        first, second = server.received[1:]
        assert (first.head, first.body) == (second.head, second.body)
        assert second.connection == 2


async def test_the_rest_of_an_earlier_answer_is_not_taken_for_the_next_one(calls: CustomerCalls) -> None:
    release = asyncio.Event()

    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")  # the next request
        writer.write(b"stray")
        await release.wait()

    async with receiver(late, OK) as server:
        assert (await calls.call(asking(server))).status == 204
        answer = await calls.call(asking(server))
        assert (answer.status, answer.repeated) == (200, True)
        release.set()


async def test_only_one_repeat_is_made(calls: CustomerCalls) -> None:
    async with receiver(OK, Closing()) as server:
        await calls.call(asking(server))
        with pytest.raises(CallFailed) as caught:
            await calls.call(asking(server))
        assert caught.value.kind == "broken"
        assert len(server.received) == 3


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        Closing(b"HTTP/1.0 200 OK\r\n\r\nok"),
        b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok",
    ],
    ids=["closing", "HTTP 1.0", "short patience"],
)
async def test_a_connection_that_the_server_does_not_keep_is_not_used_again(
    calls: CustomerCalls, answer: Behaviour
) -> None:
    async with receiver(answer) as server:
        for _ in range(2):
            got = await calls.call(asking(server))
            assert (got.status, got.body, got.trouble, got.repeated) == (200, b"ok", None, False)
        assert server.connections == 2


async def test_data_that_comes_unasked_closes_the_connection(calls: CustomerCalls) -> None:
    async def chatty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        await asyncio.sleep(0.05)
        writer.write(OK)
        await reader.read()

    async with receiver(chatty, OK) as server:
        await calls.call(asking(server))
        await eventually(lambda: server.open == 0)
        assert (await calls.call(asking(server))).repeated is False
        assert server.connections == 2


async def test_nothing_listens_there(calls: CustomerCalls) -> None:
    async with receiver() as server:
        pass
    with pytest.raises(CallFailed) as caught:
        await calls.call(asking(server))
    assert (caught.value.kind, caught.value.may_have_arrived) == ("unreachable", False)
    assert caught.value.detail == "the connection was refused"


async def test_a_cancelled_call_closes_its_connection(calls: CustomerCalls) -> None:
    async with receiver(hang) as server:
        call = asyncio.create_task(calls.call(asking(server)))
        await eventually(lambda: len(server.received) == 1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await eventually(lambda: server.open == 0)
        assert calls._parts is not None
        assert calls._parts.pools.count == 0
