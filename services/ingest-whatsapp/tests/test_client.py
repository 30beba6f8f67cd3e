"""What the Graph API's answers mean, and how a send is written."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import orjson
import pytest
from pydantic import SecretStr

from atd_channelkit.answers import Refused, Uncertain, Unsent, Works
from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.client import Accepted, GraphClient, read_answer, read_error
from atd_ingest_whatsapp.compose import Body, compose_message
from atd_ingest_whatsapp.graph import GraphConnection
from atd_ingest_whatsapp.media_client import Address, MediaClient, Uploaded
from atd_schemas.outbound import OutboundMessageData
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.files import OpenFile
from atd_servicekit.http_client import create_http_client
from atd_servicekit.metrics import Metrics
from atd_testing.whatsapp import Behaviour, ServedFake, serving_fake_graph
from atd_testing.whatsapp.graph_errors import error_body

ACCOUNT = Account(
    id="account-1",
    tenant_id="tenant-1",
    name="Loja",
    status="active",
    phone_number_id="700800900100200",
    business_account_id="200300400500600",
    version=1,
    app_secret=b"secret",
    access_token=SecretStr("a-token"),
    verify_token=SecretStr("verify"),
)


def text(recipient: str = "5511999990000") -> Body:
    body = compose_message(
        OutboundMessageData(
            account_id="account-1",
            channel="whatsapp",
            conversation_id="conversation-1",
            message_id="message-1",
            recipient=recipient,
            kind="text",
            text="Olá!",
            reply_to_external_id="wamid.Q=",
        ),
        {},
        "message-1",
    )
    assert isinstance(body, dict)
    return body


ACCEPTED = {"contacts": [{"input": "+55", "wa_id": "5511999990000"}], "messages": [{"id": "wamid.1"}]}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, ACCEPTED, Accepted("wamid.1", "5511999990000")),
        (200, {"messages": [{"id": "wamid.1"}]}, Accepted("wamid.1")),
        (
            200,
            {"contacts": [{"user_id": "BR.4Qz8mT2kLw9XbN71"}], "messages": [{"id": "wamid.1"}]},
            Accepted("wamid.1", None, "BR.4Qz8mT2kLw9XbN71"),
        ),
        (200, {"success": True}, Accepted()),
        (200, {"success": False}, Uncertain("an answer 200 without a message id")),
        (200, {"messages": []}, Uncertain("an answer 200 without a message id")),
        (200, b"<html>", Uncertain("an answer 200 without a message id")),
        (200, [1], Uncertain("an answer 200 without a message id")),
        (500, b"", Uncertain("HTTP 500 without an error of Meta")),
        (502, b"<html>", Uncertain("HTTP 502 without an error of Meta")),
        (400, error_body(131047, "24 hours"), Refused("window", "131047", "24 hours")),
        (401, error_body(190), Refused("token", "190", "(#190) Access token has expired")),
        (400, error_body(130429, "d"), Refused("throttle", "130429", "d")),
        (500, error_body(131000, "d"), Refused("transient", "131000", "d")),
        (500, error_body(999999, "d"), Refused("transient", "999999", "d")),
        (400, error_body(999999, "d"), Refused("unknown", "999999", "d")),
        (400, {"error": {"code": 999999, "is_transient": True}}, Refused("transient", "999999", "")),
        (400, {"error": {}}, Refused("unknown", "http_400", "")),
        (429, b"slow down", Refused("throttle", "http_429", "an answer that is not Meta's")),
        (404, b"nothing here", Refused("transient", "http_404", "an answer that is not Meta's")),
        (302, b"", Refused("transient", "http_302", "an answer that is not Meta's")),
    ],
)
def test_an_answer_has_one_meaning(status: int, body: object, expected: object) -> None:
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    assert read_answer(status, content) == expected


def test_only_what_cannot_have_gone_out_counts_as_unsent() -> None:
    for unsent in (httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.InvalidURL("x")):
        assert isinstance(read_error(unsent), Unsent)
    for uncertain in (httpx.ReadTimeout("x"), httpx.ReadError("x"), httpx.RemoteProtocolError("x")):
        assert isinstance(read_error(uncertain), Uncertain)


@pytest.fixture
async def fake() -> AsyncIterator[ServedFake]:
    async with serving_fake_graph() as served:
        yield served


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[GraphConnection]:
    graph = GraphConnection(lambda: create_http_client("whatsapp", Metrics()), url, "v25.0")
    await graph.start()
    yield graph
    await graph.stop()


async def test_a_connection_that_is_not_started_is_a_fault_of_ours() -> None:
    graph = GraphConnection(lambda: create_http_client("whatsapp", Metrics()), "http://127.0.0.1:9", "v25.0")
    with pytest.raises(InfrastructureFault):
        await GraphClient(graph).send(ACCOUNT, text())


@pytest.fixture
async def client(fake: ServedFake) -> AsyncIterator[GraphClient]:
    async with connected(fake.url) as graph:
        yield GraphClient(graph)


async def test_the_fake_and_the_client_agree(fake: ServedFake, client: GraphClient) -> None:
    assert isinstance(await client.send(ACCOUNT, text()), Accepted)
    [sent] = fake.graph.state.sent
    assert (sent.text, sent.recipient, sent.reply_to) == ("Olá!", "+5511999990000", "wamid.Q=")
    assert sent.callback_data == "message-1"
    assert isinstance(await client.send(ACCOUNT, text("BR.4Qz8mT2kLw9XbN71")), Accepted)
    checked = await client.check(ACCOUNT)
    assert isinstance(checked, Works)
    assert checked.facts["verified_name"] == "Loja Exemplo"


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (Behaviour(kind="cut_before"), Uncertain),
        (Behaviour(kind="cut_after"), Uncertain),
        (Behaviour(kind="garbage"), Uncertain),
        (Behaviour(kind="server_error"), Uncertain),
        (Behaviour(kind="error", code=131056), Refused),
    ],
)
async def test_every_misbehaviour_is_an_answer_not_an_error(
    fake: ServedFake, client: GraphClient, behaviour: Behaviour, expected: type
) -> None:
    fake.graph.state.behaviours.append(behaviour)
    assert isinstance(await client.send(ACCOUNT, text()), expected)


async def test_nobody_listening_is_unsent() -> None:
    async with connected("http://127.0.0.1:9") as graph:
        assert isinstance(await GraphClient(graph).send(ACCOUNT, text()), Unsent)


@pytest.fixture
async def media(fake: ServedFake) -> AsyncIterator[MediaClient]:
    async with connected(fake.url) as graph:
        yield MediaClient(graph, timedelta(seconds=15))


def opened(data: bytes, chunks: AsyncIterator[bytes]) -> OpenFile:
    return OpenFile(len(data), "application/pdf", chunks)


async def whole(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 1000):
        yield data[start : start + 1000]


async def interrupted(data: bytes) -> AsyncIterator[bytes]:
    yield data[: len(data) // 2]
    raise InfrastructureFault("the store is away")


PDF = b"%PDF-1.7\r\n--boundary--\r\n" * 999


@pytest.mark.parametrize(
    ("mime_type", "expected"),
    [
        ("application/pdf", "application/pdf"),
        ("audio/ogg; codecs=opus", "audio/ogg; codecs=opus"),
    ],
)
async def test_a_file_comes_to_meta_as_it_is(
    fake: ServedFake, media: MediaClient, mime_type: str, expected: str
) -> None:
    uploaded = await media.upload(ACCOUNT, opened(PDF, whole(PDF)), mime_type)
    [held] = fake.graph.state.media.all()
    assert uploaded == Uploaded(held.id)
    assert (held.data, held.mime_type, held.phone_number_id) == (PDF, expected, ACCOUNT.phone_number_id)


async def test_a_type_that_is_none_cannot_write_into_the_request(fake: ServedFake, media: MediaClient) -> None:
    answer = await media.upload(ACCOUNT, opened(PDF, whole(PDF)), 'image/png"\r\nX-Injected: 1')
    assert isinstance(answer, Refused)
    assert (answer.failure, answer.code) == ("media", "131053")
    assert fake.graph.state.media.all() == []


async def test_bytes_that_stop_coming_are_an_answer_and_no_file(fake: ServedFake, media: MediaClient) -> None:
    answer = await media.upload(ACCOUNT, opened(PDF, interrupted(PDF)), "application/pdf")
    assert isinstance(answer, Uncertain)
    assert fake.graph.state.media.all() == []


async def test_the_address_of_a_file_comes_with_what_meta_says_of_it(fake: ServedFake, media: MediaClient) -> None:
    state = fake.graph.state
    held = state.media.add(PDF, "application/pdf", state.now(), phone_number_id=ACCOUNT.phone_number_id)
    address = await media.look_up(ACCOUNT, held.id)
    assert isinstance(address, Address)
    assert (address.mime_type, address.sha256, address.size) == ("application/pdf", held.sha256_hex, len(PDF))
    async with media.read(ACCOUNT, address.url, len(PDF)) as answer:
        assert await answer.aread() == PDF
    state.media.remove(held.id)
    assert await media.look_up(ACCOUNT, held.id) == Refused(
        "request", "100", "Unsupported request: the media with this id does not exist"
    )


async def test_an_id_cannot_change_what_is_asked_for(fake: ServedFake, media: MediaClient) -> None:
    answer = await media.look_up(ACCOUNT, "../me?fields=token#")
    assert not isinstance(answer, Address)
    assert fake.graph.state.calls == 0
