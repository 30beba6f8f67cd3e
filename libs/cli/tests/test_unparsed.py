"""`atd unparsed` on a real broker, with a channel service of the test's own."""

import asyncio
import base64
import json
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from atd_cli.kafka.producer import running_producer
from atd_schemas.inbound import InboundUnparsed, UnparsedData
from atd_schemas.topics import INBOUND_UNPARSED, OPERATOR
from atd_servicekit.identity import IDENTITY_HEADER, IdentityVerifier
from atd_servicekit.identity_keys import read_public_keys
from atd_servicekit.kafka import Outgoing
from atd_testing.keys import OPERATOR_PRIVATE_KEY, OPERATOR_PUBLIC_KEY
from atd_testing.topics import create_topics

BODY = '{"entry":[{"text":"Olá, sou a Ana"}]}'.encode()

Answer = tuple[int, dict[str, object]]


class ChannelService:
    """Answers as ingest-whatsapp does: `understands` decides by event."""

    def __init__(self) -> None:
        self.asked: list[InboundUnparsed] = []
        self.permissions: list[frozenset[str]] = []
        self.understands: Callable[[InboundUnparsed], Answer] = lambda _: (200, {"published": 1, "problems": []})

    def take(self, path: str, token: str, body: bytes) -> Answer:
        assert path == "/internal/unparsed/redrive"
        verifier = IdentityVerifier([], read_public_keys(OPERATOR_PUBLIC_KEY))
        self.permissions.append(verifier.verify(token, datetime.now(UTC)).permissions)
        event = InboundUnparsed.model_validate_json(body)
        self.asked.append(event)
        return self.understands(event)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChannelService]:
    found = ChannelService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = found.take(self.path, self.headers[IDENTITY_HEADER], body)
            raw = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("ATD_INGEST_WHATSAPP_URL", f"http://127.0.0.1:{server.server_port}/")
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def account(kafka_bootstrap: str) -> str:
    asyncio.run(create_topics(kafka_bootstrap))
    return f"account-{uuid.uuid4().hex}"


@pytest.fixture
def operated(atd, monkeypatch):
    """`atd`, with an operator's key."""

    def run(*arguments: str):
        monkeypatch.setenv("ATD_OPERATOR_PRIVATE_KEY", OPERATOR_PRIVATE_KEY)
        return atd(*arguments)

    return run


def put(kafka_bootstrap: str, account: str, bodies: Sequence[bytes]) -> list[str]:
    now = datetime.now(UTC)
    events = [
        InboundUnparsed(
            id=str(uuid.uuid4()),
            tenant_id="tenant-1",
            occurred_at=now,
            recorded_at=now,
            source="ingest-whatsapp",
            subject=account,
            data=UnparsedData(
                account_id=account,
                channel="whatsapp",
                body=base64.b64encode(body).decode(),
                problems=("entry[0]: unknown type 'poll'", "entry[1]: unknown type 'quiz'"),
                received_at=now,
            ),
        )
        for body in bodies
    ]

    async def work() -> None:
        async with running_producer(kafka_bootstrap) as producer:
            await producer.publish([Outgoing.of(INBOUND_UNPARSED, event) for event in events])

    asyncio.run(work())
    return [event.id for event in events]


def listed(atd, account: str, *more: str) -> list[str]:
    return [row["id"] for row in atd("unparsed", "list", "--account", account, "--json", *more).json]


def test_unparsed_bodies_are_listed_newest_first_without_their_content(atd, account, kafka_bootstrap) -> None:
    ids = put(kafka_bootstrap, account, [BODY, BODY, BODY])
    assert listed(atd, account) == ids[::-1]
    assert listed(atd, account, "--limit", "2") == ids[:0:-1]
    table = atd("unparsed", "list", "--account", account).out
    assert "unknown type 'poll' (and 1 more)" in table
    assert "Ana" not in table


def test_a_body_is_shown_only_when_asked_for(atd, account, kafka_bootstrap) -> None:
    (one,) = put(kafka_bootstrap, account, [BODY])
    shown = atd("unparsed", "show", one, "--json")
    assert "Ana" not in shown.out
    assert (shown.json["size"], shown.json["account_id"]) == (len(BODY), account)
    assert atd("unparsed", "show", one, "--value", "--json").json["value"] == BODY.decode()
    assert "Ana" in atd("unparsed", "show", one, "--value").out


def test_a_body_that_is_understood_by_now_is_open_no_longer(operated, service, account, kafka_bootstrap) -> None:
    one, other = put(kafka_bootstrap, account, [BODY, BODY])
    done = operated("unparsed", "redrive", one, "--json")
    assert done.status == 0
    assert done.json == [{"id": one, "closed": True, "published": 1, "problems": []}]
    assert base64.b64decode(service.asked[0].data.body) == BODY
    assert service.permissions == [frozenset({OPERATOR})]
    assert listed(operated, account) == [other]
    assert listed(operated, account, "--redriven") == [other, one]


def test_a_body_that_is_still_not_understood_stays_open(operated, service, account, kafka_bootstrap) -> None:
    ids = put(kafka_bootstrap, account, [BODY, BODY])
    problem = "entry[1]: unknown type 'quiz'"
    service.understands = lambda event: (200, {"published": 1, "problems": [problem] if event.id == ids[0] else []})
    done = operated("unparsed", "redrive", "--all", "--account", account)
    assert done.status == 1
    assert problem in done.out
    assert [event.id for event in service.asked] == ids
    assert listed(operated, account) == [ids[0]]


def test_a_refusal_is_said_in_the_services_words(operated, service, account, kafka_bootstrap) -> None:
    (one,) = put(kafka_bootstrap, account, [BODY])
    service.understands = lambda _: (404, {"detail": "The channel account is not connected any more."})
    refused = operated("unparsed", "redrive", one)
    assert refused.status == 1
    assert "ingest-whatsapp answered 404" in refused.err
    assert "not connected any more" in refused.err
    assert listed(operated, account) == [one]


def test_a_service_that_is_away_is_named(operated, account, kafka_bootstrap, monkeypatch) -> None:
    monkeypatch.setenv("ATD_INGEST_WHATSAPP_URL", "http://127.0.0.1:1")
    (one,) = put(kafka_bootstrap, account, [BODY])
    refused = operated("unparsed", "redrive", one)
    assert refused.status == 1
    assert "ingest-whatsapp does not answer at http://127.0.0.1:1" in refused.err
    assert "Traceback" not in refused.err


@pytest.mark.parametrize(
    ("key", "words"),
    [(None, "ATD_OPERATOR_PRIVATE_KEY is not set"), ("atdkey_c2hvcnQ", "32 bytes, and this one has 5")],
)
def test_a_missing_or_wrong_key_is_said_and_not_shown(
    atd, service, account, kafka_bootstrap, monkeypatch, key: str | None, words: str
) -> None:
    (one,) = put(kafka_bootstrap, account, [BODY])
    if key is not None:
        monkeypatch.setenv("ATD_OPERATOR_PRIVATE_KEY", key)
    refused = atd("unparsed", "redrive", one)
    assert refused.status == 1
    assert words in refused.err
    assert "c2hvcnQ" not in refused.err
    assert service.asked == []


@pytest.mark.parametrize("arguments", [(), ("an-id", "--all"), ("an-id", "--account", "a")])
def test_what_to_redrive_must_be_said_in_one_way(atd, arguments) -> None:
    refused = atd("unparsed", "redrive", *arguments)
    assert (refused.status, "Give either the ids" in refused.err) == (1, True)


def test_an_unknown_id_is_named(operated, service, account) -> None:
    refused = operated("unparsed", "redrive", "no-such-id")
    assert (refused.status, refused.err.strip()) == (1, "atd: There is no unparsed body with the id no-such-id.")
