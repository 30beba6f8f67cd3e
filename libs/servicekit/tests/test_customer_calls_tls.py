"""TLS to customers' servers: who is trusted, and that no connection or certificate is ever another's."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvloop

from atd_servicekit.customer_calls import (
    BadClientCertificate,
    CallFailed,
    ClientCertificate,
    CustomerCalls,
    CustomerRequest,
)
from atd_servicekit.customer_calls.certificates import TlsContexts
from atd_servicekit.metrics import Metrics
from atd_servicekit.url_policy import UrlPolicy
from atd_testing.receivers import receiver
from atd_testing.tls import TlsFiles, new_authority

TRUSTING: dict[Path, TlsContexts] = {}
SYSTEM = TlsContexts()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    return new_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def other_authority(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    return new_authority(tmp_path_factory.mktemp("other"), "Other authority")


@pytest.fixture
async def calls(authority: TlsFiles) -> AsyncIterator[CustomerCalls]:
    contexts = TRUSTING.setdefault(authority.ca, TlsContexts(authority.ca))
    async with started(contexts) as made:
        yield made


class started:  # noqa: N801 - reads as what it is: `async with started(...)`
    def __init__(self, contexts: TlsContexts) -> None:
        policy = UrlPolicy(allow_private=True)
        self._calls = CustomerCalls("webhooks", Metrics(), policy, contexts=contexts, resolve=lambda _: ["127.0.0.1"])

    async def __aenter__(self) -> CustomerCalls:
        await self._calls.start()
        return self._calls

    async def __aexit__(self, *_: object) -> None:
        await self._calls.stop()


def serving(files: TlsFiles, *clients: TlsFiles, at_most: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files.server)
    for client in clients:
        context.load_verify_locations(client.ca)
        context.verify_mode = ssl.CERT_OPTIONAL
    if at_most is not None:
        context.maximum_version = at_most
    return context


def asking(port: int, host: str = "localhost", **changes: object) -> CustomerRequest:
    made = {"url": f"https://{host}:{port}/x", "headers": [], "body": b"{}", "owner": "endpoint-1", "timeout": 5.0}
    return CustomerRequest(**(made | changes))  # type: ignore[arg-type]


async def test_a_trusted_server_is_asked_by_its_name_and_its_connection_kept(
    calls: CustomerCalls, authority: TlsFiles
) -> None:
    async with receiver(tls=serving(authority)) as server:
        for _ in range(3):
            assert (await calls.call(asking(server.port))).status == 200
        assert (await calls.call(asking(server.port, "127.0.0.1"))).status == 200
        assert server.connections == 2
        assert server.received[0].header("host") == f"localhost:{server.port}"


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("other.example", "the certificate of the server is not trusted: it is for another host name"),
        ("127.0.0.9", "the certificate of the server is not trusted: it is for another address"),
    ],
)
async def test_a_certificate_for_another_host_is_refused(
    calls: CustomerCalls, authority: TlsFiles, host: str, words: str
) -> None:
    async with receiver(tls=serving(authority), address=host if host[0] == "1" else "127.0.0.1") as server:
        with pytest.raises(CallFailed) as caught:
            await calls.call(asking(server.port, host))
        assert (caught.value.kind, caught.value.may_have_arrived, caught.value.detail) == ("tls", False, words)
        assert server.received == []


async def test_a_server_of_an_unknown_authority_is_refused(authority: TlsFiles) -> None:
    async with receiver(tls=serving(authority)) as server, started(SYSTEM) as calls:
        with pytest.raises(CallFailed, match=r"not trusted: its (issuer|chain)"):
            await calls.call(asking(server.port))


async def test_a_server_without_tls_is_told_in_words(calls: CustomerCalls) -> None:
    async with receiver() as server:
        with pytest.raises(CallFailed) as caught:
            await calls.call(asking(server.port, timeout=1.0))
        assert caught.value.kind == "tls"


async def test_a_server_that_speaks_another_protocol_is_told_in_words(calls: CustomerCalls) -> None:
    async def speak(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        with pytest.raises(CallFailed, match="does not speak TLS on this port"):
            await calls.call(asking(server.sockets[0].getsockname()[1]))


async def test_a_handshake_that_never_ends_takes_no_longer_than_the_call_may(calls: CustomerCalls) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        with pytest.raises(CallFailed) as caught:
            await calls.call(asking(server.sockets[0].getsockname()[1], timeout=1.0))
        assert caught.value.detail == "the TLS handshake took too long"
        assert caught.value.seconds >= 1.0


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_a_server_that_wants_a_certificate_gets_the_endpoints_own_or_says_so(
    authority: TlsFiles, version: ssl.TLSVersion
) -> None:
    context = serving(authority, authority, at_most=version)
    context.verify_mode = ssl.CERT_REQUIRED

    async def story() -> None:
        async with started(TlsContexts(authority.ca)) as calls:
            with socket.create_server(("127.0.0.1", 0)) as listening:
                refusing = asyncio.create_task(asyncio.to_thread(refuse, listening, context))
                with pytest.raises(CallFailed) as caught:
                    await calls.call(asking(listening.getsockname()[1]))
                await refusing
            assert caught.value.kind == "tls"
            assert "want" in caught.value.detail
            assert "client certificate" in caught.value.detail
            async with receiver(tls=context) as server:
                certificate = ClientCertificate(authority.client.read_text())
                assert (await calls.call(asking(server.port, client_certificate=certificate))).status == 200

    uvloop.run(story())  # the loop of services: its TLS is not asyncio's


def refuse(listening: socket.socket, context: ssl.SSLContext) -> None:
    """Ends a handshake with an alert, which asyncio's server does not send."""
    plain, _ = listening.accept()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    handshake = context.wrap_bio(incoming, outgoing, server_side=True)
    with plain:
        while True:
            try:
                handshake.do_handshake()
            except ssl.SSLWantReadError:
                plain.sendall(outgoing.read())
                incoming.write(plain.recv(65_536))
            except ssl.SSLError as error:
                if error.reason == "PEER_DID_NOT_RETURN_A_CERTIFICATE":
                    break
                raise
        plain.sendall(outgoing.read())
        plain.shutdown(socket.SHUT_WR)
        while plain.recv(65_536):
            pass  # a connection that is closed with bytes unread is reset, and the alert lost


async def test_two_tenants_on_one_host_share_no_connection_no_certificate_and_no_cookie(
    calls: CustomerCalls, authority: TlsFiles, other_authority: TlsFiles
) -> None:
    cookie = b"HTTP/1.1 200 OK\r\nSet-Cookie: session=ana\r\nContent-Length: 2\r\n\r\nok"
    seen: dict[int, str | None] = {}

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("peercert") or {}
        seen[len(server.received)] = str(peer.get("issuer")) + str(peer.get("serialNumber")) if peer else None
        writer.write(cookie)
        while await reader.readuntil(b"\r\n\r\n"):
            await reader.readexactly(2)
            writer.write(cookie)

    async with receiver(note, tls=serving(authority, authority, other_authority)) as server:
        ana, bia = (ClientCertificate(files.client.read_text()) for files in (authority, other_authority))
        who = [("ana", ana), ("bia", bia), ("carla", None), ("carla", ana)]
        for owner, certificate in who * 2:
            await calls.call(asking(server.port, owner=owner, client_certificate=certificate))
        assert server.connections == 4, "each has its own, and keeps it"
        first, second, none, fourth = seen.values()
        assert none is None
        assert first == fourth != second
        assert all(one.header("cookie") is None for one in server.received)


def test_a_client_certificate_says_whose_it_is_and_until_when(authority: TlsFiles) -> None:
    now = datetime.now(UTC)
    made = ClientCertificate.checked(authority.client.read_text(), now)
    assert made.subject == "CN=client"
    assert now < made.expires_at < now + timedelta(days=2)
    assert "PRIVATE" not in repr(made)


def test_a_text_that_is_no_client_certificate_is_refused_in_words(authority: TlsFiles) -> None:
    pem = authority.client.read_text()
    key, chain = pem[: pem.index("-----BEGIN CERT")], pem[pem.index("-----BEGIN CERT") :]
    now = datetime.now(UTC)
    foreign = authority.server.read_text()
    for text, when, words in (
        ("", now, "contains no certificate"),
        (key, now, "contains no certificate"),
        (chain, now, "contains no private key"),
        (pem.replace("PRIVATE KEY-----\nM", "PRIVATE KEY-----\nX", 1), now, "contains no private key"),
        (foreign[: foreign.index("-----BEGIN CERT")] + chain, now, "does not belong to the first certificate"),
        (pem, now + timedelta(days=3), "has expired"),
        ("x" * 70_000, now, "is longer than"),
    ):
        with pytest.raises(BadClientCertificate, match=words):
            ClientCertificate.checked(text, when)


def test_the_key_is_never_left_in_a_file(authority: TlsFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    ClientCertificate.checked(authority.client.read_text(), datetime.now(UTC))
    assert list(tmp_path.iterdir()) == []
