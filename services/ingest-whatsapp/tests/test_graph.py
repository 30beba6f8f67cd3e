"""What the Graph API's answers mean, and how a send is written."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest
from pydantic import SecretStr

from atd_channelkit.answers import Accepted, Refused, Uncertain, Unsendable, Unsent, Works
from atd_channelkit.media.source import FileAddress
from atd_channelkit.media.uploads import Uploaded
from atd_channelkit.sending.policy import Attempt, RetryPolicy, decide
from atd_channelkit.sending.provider import Send
from atd_ingest_whatsapp.accounts.model import Account
from atd_ingest_whatsapp.failures import class_of
from atd_ingest_whatsapp.graph.answers import PAIR_WAIT, read_answer, read_error
from atd_ingest_whatsapp.graph.client import GraphClient
from atd_ingest_whatsapp.graph.connection import GraphConnection
from atd_ingest_whatsapp.graph.file_rules import fetch_rules
from atd_ingest_whatsapp.graph.files import GraphFiles
from atd_schemas.outbound import OutboundMessageData, OutboundReadData
from atd_servicekit import ledger
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.files import OpenFile
from atd_servicekit.http_client import create_http_client
from atd_servicekit.metrics import Metrics
from atd_testing.whatsapp import Behaviour, ServedFake, serving_fake_graph
from atd_testing.whatsapp.graph_errors import GRAPH_ERRORS, error_body

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


PLACE: Any = {"account_id": "account-1", "channel": "whatsapp", "conversation_id": "conversation-1"}
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLICY = RetryPolicy(uncertain_after=timedelta(seconds=60))
DAY = timedelta(hours=24)


def text(recipient: str = "5511999990000") -> Send:
    data = OutboundMessageData(
        **PLACE,
        message_id="message-1",
        recipient=recipient,
        kind="text",
        text="Olá!",
        reply_to_external_id="wamid.Q=",
    )
    return Send(data, "message-1")


ACCEPTED = {"contacts": [{"input": "+55", "wa_id": "5511999990000"}], "messages": [{"id": "wamid.1"}]}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, ACCEPTED, Accepted("wamid.1", ("5511999990000",))),
        (200, {"messages": [{"id": "wamid.1"}]}, Accepted("wamid.1")),
        (
            200,
            {"contacts": [{"user_id": "BR.4Qz8mT2kLw9XbN71"}], "messages": [{"id": "wamid.1"}]},
            Accepted("wamid.1", ("BR.4Qz8mT2kLw9XbN71",)),
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
        (400, error_body(131056, "d"), Refused("throttle", "131056", "d", PAIR_WAIT)),
        (400, error_body(131009, "d"), Refused("request", "131009", "d", stale_file=True)),
        (400, error_body(131053, "d"), Refused("media", "131053", "d", stale_file=True)),
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


def waits(code: int, number: int) -> tuple[float, str]:
    """Seconds until the next attempt after Meta refused a send with this code, and what waits."""
    answer = read_answer(400, orjson.dumps(error_body(code, "why")))
    before = number - 1
    counts = dict.fromkeys(("throttle_account", "throttle_conversation", "transient_conversation"), before)
    outcome = decide(answer, Attempt(counts, NOW, NOW + DAY, NOW), POLICY)
    assert isinstance(outcome, ledger.Retry)
    return (outcome.at - NOW).total_seconds(), outcome.scope


@pytest.mark.parametrize(
    ("code", "number", "expected"),
    [
        (131056, 1, (4, "lane")),
        (131056, 2, (16, "lane")),
        (131056, 3, (64, "lane")),
        (131056, 9, (3600, "lane")),
        (130429, 1, (5, "group")),
        (130429, 2, (10, "group")),
        (80007, 99, (300, "group")),
        (131048, 1, (5, "group")),
        (131000, 1, (1, "lane")),
        (131016, 4, (8, "lane")),
        (2, 99, (300, "lane")),
    ],
)
def test_metas_throttles_and_troubles_wait_longer_each_time(
    code: int, number: int, expected: tuple[float, str]
) -> None:
    assert waits(code, number) == expected


@pytest.mark.parametrize("code", sorted(GRAPH_ERRORS))
def test_every_other_code_fails_at_once_with_its_class(code: int) -> None:
    answer = read_answer(400, orjson.dumps(error_body(code, "why")))
    outcome = decide(answer, Attempt({}, NOW, NOW + DAY, NOW), POLICY)
    if class_of(code) in ("token", "throttle", "transient"):
        assert not isinstance(outcome, ledger.Failed)
    else:
        assert outcome == ledger.Failed(f"{class_of(code)}:{code}", "why")


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
    works = await client.check(ACCOUNT)
    assert isinstance(works, Works)
    assert works.facts["verified_name"] == "Loja Exemplo"


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


async def test_an_account_that_shows_nothing_marks_nothing_as_read(fake: ServedFake, client: GraphClient) -> None:
    send = Send(OutboundReadData(**PLACE, recipient="5511999990000", external_id="wamid.A"), "command-1")
    answer = await client.send(replace(ACCOUNT, read_receipts=False), send)
    assert isinstance(answer, Unsendable)
    assert (answer.failure, answer.code) == ("account", "read_receipts_off")
    assert fake.graph.state.calls == 0
    assert await client.send(ACCOUNT, send) == Accepted()
    assert list(fake.graph.state.read) == ["wamid.A"]


async def test_nobody_listening_is_unsent() -> None:
    async with connected("http://127.0.0.1:9") as graph:
        assert isinstance(await GraphClient(graph).send(ACCOUNT, text()), Unsent)


@pytest.fixture
async def media(fake: ServedFake) -> AsyncIterator[GraphFiles]:
    async with connected(fake.url) as graph:
        yield GraphFiles(graph, timedelta(seconds=15))


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
    fake: ServedFake, media: GraphFiles, mime_type: str, expected: str
) -> None:
    uploaded = await media.upload(ACCOUNT, opened(PDF, whole(PDF)), mime_type)
    [held] = fake.graph.state.media.all()
    assert uploaded == Uploaded(held.id)
    assert (held.data, held.mime_type, held.phone_number_id) == (PDF, expected, ACCOUNT.phone_number_id)


async def test_a_type_that_is_none_cannot_write_into_the_request(fake: ServedFake, media: GraphFiles) -> None:
    answer = await media.upload(ACCOUNT, opened(PDF, whole(PDF)), 'image/png"\r\nX-Injected: 1')
    assert isinstance(answer, Refused)
    assert (answer.failure, answer.code) == ("media", "131053")
    assert fake.graph.state.media.all() == []


async def test_bytes_that_stop_coming_are_an_answer_and_no_file(fake: ServedFake, media: GraphFiles) -> None:
    answer = await media.upload(ACCOUNT, opened(PDF, interrupted(PDF)), "application/pdf")
    assert isinstance(answer, Uncertain)
    assert fake.graph.state.media.all() == []


async def test_the_address_of_a_file_comes_with_what_meta_says_of_it(fake: ServedFake, media: GraphFiles) -> None:
    state = fake.graph.state
    held = state.media.add(PDF, "application/pdf", state.now(), phone_number_id=ACCOUNT.phone_number_id)
    address = await media.look_up(ACCOUNT, held.id)
    assert isinstance(address, FileAddress)
    assert (address.mime_type, address.sha256, address.size) == ("application/pdf", held.sha256_hex, len(PDF))
    async with media.read(ACCOUNT, address.url, len(PDF)) as answer:
        assert await answer.aread() == PDF
    state.media.remove(held.id)
    assert await media.look_up(ACCOUNT, held.id) == Refused(
        "request", "100", "Unsupported request: the media with this id does not exist", stale_file=True
    )


async def test_an_id_cannot_change_what_is_asked_for(fake: ServedFake, media: GraphFiles) -> None:
    answer = await media.look_up(ACCOUNT, "../me?fields=token#")
    assert not isinstance(answer, FileAddress)
    assert fake.graph.state.calls == 0


API = "http://127.0.0.1:8199/base"


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", True),
        ("https://LOOKASIDE.FBSBX.COM/a", True),
        ("https://lookaside.fbsbx.com:443/a", True),
        ("https://scontent.xx.fbcdn.net/a", True),
        ("https://mmg.whatsapp.net/a", True),
        ("https://graph.facebook.com/a", True),
        ("http://127.0.0.1:8199/_lookaside/1?token=x", True),
        ("http://lookaside.fbsbx.com/a", False),
        ("https://lookaside.fbsbx.com:8443/a", False),
        ("https://lookaside.fbsbx.com.evil.example/a", False),
        ("https://evil-lookaside.fbsbx.com.example/a", False),
        ("https://fbcdn.net.example/a", False),
        ("https://evilfbcdn.net/a", False),
        ("https://lookaside.fbsbx.com@evil.example/a", False),
        ("https://user:word@lookaside.fbsbx.com/a", False),
        ("https://127.0.0.1:8199/a", False),
        ("http://127.0.0.1:8200/a", False),
        ("http://127.0.0.2:8199/a", False),
        ("ftp://lookaside.fbsbx.com/a", False),
        ("ftp://localhost/etc/passwd", False),
        ("/relative", False),
        ("", False),
    ],
)
def test_the_token_goes_to_meta_alone(url: str, allowed: bool) -> None:
    assert fetch_rules(API).hosts.allow(httpx.URL(url)) is allowed


def test_metas_files_may_move_to_a_new_host_of_its_own() -> None:
    new = httpx.URL("https://cdn-2.fbsbx.com/a")
    assert fetch_rules(API).hosts.allow(new)
    assert not fetch_rules(API).hosts.allow(httpx.URL("https://cdn.example/a"))
    assert fetch_rules(API, ("cdn.example",)).hosts.allow(httpx.URL("https://cdn.example/a"))


def test_every_kind_of_file_has_a_limit() -> None:
    kinds = ("image", "sticker", "video", "audio", "document")
    limits = {kind: fetch_rules(API).limit_of(kind) // 1024 // 1024 for kind in kinds}
    assert limits == {"image": 25, "sticker": 5, "video": 100, "audio": 100, "document": 100}


def test_metas_addresses_are_used_for_four_minutes() -> None:
    assert fetch_rules(API).address_fresh_for == timedelta(minutes=4)
