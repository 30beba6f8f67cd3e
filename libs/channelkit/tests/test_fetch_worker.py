"""One attempt to fetch a file, against a provider that answers as each case needs."""

import base64
import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import orjson
import pytest
from prometheus_client import generate_latest
from structlog.testing import capture_logs

from atd_channelkit.accounts.access import AccountAccess
from atd_channelkit.accounts.model import Account
from atd_channelkit.answers import Refused, Uncertain, Unsent
from atd_channelkit.media.fetch_worker import FetchWorker
from atd_channelkit.media.policy import SCANNER_BACKOFF
from atd_channelkit.media.rows import fetch_row, scanning_event
from atd_channelkit.media.source import AllowedHosts, FetchRules, FileAddress
from atd_channelkit.metrics import HOSTS_TOLD, METRICS, ChannelMetrics, RefusedHosts
from atd_schemas.inbound import InboundAttachment
from atd_schemas.outbound import OutboundFetch, OutboundFetchData
from atd_servicekit import ledger
from atd_servicekit.errors import PublishFailed
from atd_servicekit.files import (
    FileInfected,
    FileTooLarge,
    NoScanner,
    NotScannable,
    Scanner,
    ScannerAway,
    StoredFile,
)
from atd_servicekit.kafka import Outgoing
from atd_servicekit.metrics import Metrics
from atd_servicekit.tracing import Tracing
from atd_testing.clock import FakeClock

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
DATA = b"the bytes of a picture"
DIGEST = hashlib.sha256(DATA).hexdigest()
FRESH = "https://media.example/fresh?id=1"
ASKED = "https://media.example/asked?id=1"
CDN = "https://one.cdn.example/picture"
FOREIGN = "https://elsewhere.example/picture"
NODE = "https://api.example/files/1110001"
KEY = "tenant-1/file-1"

RULES = FetchRules(
    AllowedHosts(httpx.URL("https://api.example"), ("media.example",), (".cdn.example",)),
    size_limit=100 * 1024 * 1024,
    size_limits={"sticker": 5 * 1024 * 1024},
    address_fresh_for=timedelta(minutes=4),
)
ACCOUNT = Account(id="account-1", tenant_id="tenant-1", kind="telegram", name="Loja", status="active", version=1)

Answer = Callable[[], httpx.Response]


class Provider:
    """Answers by address; a list is answered in its order, its last for ever. Remembers what was asked."""

    def __init__(self, answers: Mapping[str, Answer | Sequence[Answer]]) -> None:
        self._answers = {url: list(one) if isinstance(one, Sequence) else [one] for url, one in answers.items()}
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        self.asked.append(url)
        answers = self._answers[url]
        return (answers.pop(0) if len(answers) > 1 else answers[0])()


class Source:
    """A channel's part: asks the provider for addresses, and reads them."""

    def __init__(self, provider: Provider) -> None:
        self.client = httpx.AsyncClient(transport=httpx.MockTransport(provider))

    async def look_up(self, account: Account, file_id: str) -> FileAddress | Refused | Unsent | Uncertain:
        assert (account.id, file_id) == (ACCOUNT.id, "1110001")
        try:
            answer = await self.client.get(NODE)
        except httpx.HTTPError as error:
            return Uncertain(type(error).__name__)
        if answer.status_code == 200:
            return FileAddress(**answer.json())
        return REFUSALS.get(answer.status_code, Uncertain(f"HTTP {answer.status_code}"))

    def read(self, account: Account, url: str, size: int) -> AbstractAsyncContextManager[httpx.Response]:  # noqa: ARG002
        assert size > 0
        return self.client.stream("GET", url)


REFUSALS = {
    400: Refused("request", "400", "why"),
    401: Refused("token", "401", "why"),
    403: Refused("permission", "403", "why"),
    410: Refused("media", "410", "why"),
    429: Refused("throttle", "429", "why"),
    503: Refused("transient", "503", "why"),
}


class Files:
    """A store in memory with the promises of the real one."""

    def __init__(self) -> None:
        self.held: dict[str, tuple[bytes, str]] = {}

    async def put(self, key: str, chunks: AsyncIterable[bytes], *, content_type: str, limit: int) -> StoredFile:
        data = b""
        async for chunk in chunks:
            data += chunk
            if len(data) > limit:
                raise FileTooLarge(limit)
        self.held[key] = (data, content_type)
        return StoredFile(key, len(data), hashlib.sha256(data).hexdigest(), content_type)


class Accounts:
    def __init__(self, account: Account | None = ACCOUNT) -> None:
        self._account = account
        self.refused: list[Refused] = []

    async def get_or_read(self, account_id: str) -> Account | None:
        assert account_id == ACCOUNT.id
        return self._account

    async def reload(self, account_ids: Sequence[str]) -> None:
        pass

    async def mark(self, account: Account, refused: Refused) -> bool:
        assert account is self._account
        self.refused.append(refused)
        return True


class Told:
    """Keeps the states that are told before the ledger says so; `away`: Kafka is."""

    def __init__(self, *, away: bool = False) -> None:
        self.states: list[str] = []
        self.ids: list[str] = []
        self._away = away

    async def publish(self, records: Sequence[Outgoing]) -> None:
        if self._away:
            raise PublishFailed("Kafka is away")
        for record in records:
            event = orjson.loads(record.value)
            self.states.append(event["data"]["state"])
            self.ids.append(event["id"])


class Tried:
    """An attempt and what there is to see of it."""

    def __init__(self, provider: Provider, accounts: Accounts, told: Told) -> None:
        self.provider = provider
        self.told = told
        self.files = Files()
        self.metrics = Metrics()
        self.accounts = accounts
        self.lines: list[Any] = []
        self.outcome: ledger.Outcome | None = None


def row(*, url: str | None = FRESH, sha256: str | None = DIGEST, kind: Any = "image", attempt: int = 1) -> ledger.Row:
    attachment = InboundAttachment(id="file-1", provider_id="1110001", sha256=sha256, url=url, mime_type="image/jpeg")
    command = OutboundFetch(
        id="command-1",
        tenant_id="tenant-1",
        occurred_at=NOW,
        recorded_at=NOW,
        source="conversation",
        subject="conversation-1",
        data=OutboundFetchData(
            account_id="account-1",
            channel="telegram",
            conversation_id="conversation-1",
            message_id="message-1",
            contact_external_id="5511999990000",
            kind=kind,
            attachment=attachment,
        ),
    )
    new = fetch_row(command, 42, None, WEEK)
    return ledger.Row(
        id=new.id,
        tenant_id=new.tenant_id,
        group=new.group,
        lane=new.lane,
        shard=0,
        order=new.order,
        attempt=attempt,
        payload=dict(new.payload),
        about=dict(new.about),
        created_at=NOW,
        traceparent=None,
        state="sending",
        at=NOW,
    )


async def attempt(
    answers: Mapping[str, Answer | Sequence[Answer]],
    asked: ledger.Row | None = None,
    account: Account | None = ACCOUNT,
    scanner: Scanner | None = None,
    told: Told | None = None,
) -> Tried:
    tried = Tried(Provider(answers), Accounts(account), told or Told())
    source = Source(tried.provider)
    worker = FetchWorker(
        service="ingest-toy",
        access=AccountAccess(tried.accounts, tried.accounts.mark),
        source=source,
        rules=RULES,
        files=tried.files,
        scanner=scanner or NoScanner(),
        publisher=tried.told,
        clock=FakeClock(NOW),
        tracing=Tracing.from_endpoint("test", None),
        refused_hosts=RefusedHosts(tried.metrics.declare(ChannelMetrics, METRICS)),
    )
    with capture_logs() as lines:
        tried.outcome = await worker.attempt(asked or row())
    tried.lines = [line for line in lines if line["event"] == "file.fetch"]
    await source.client.aclose()
    return tried


def bytes_of(data: bytes = DATA, length: int | None = None) -> Answer:
    more = {} if length is None else {"Content-Length": str(length)}
    return lambda: httpx.Response(200, content=data, headers={"Content-Type": "image/png", **more})


def status(code: int, **headers: str) -> Answer:
    return lambda: httpx.Response(code, headers=headers)


def address(url: str = ASKED, **changes: Any) -> Answer:
    facts = {"url": url, "mime_type": "image/png", "sha256": DIGEST, "size": len(DATA)}
    return lambda: httpx.Response(200, json={**facts, **changes})


def breaking(error: Exception) -> Answer:
    def answer() -> httpx.Response:
        raise error

    return answer


async def broken_off() -> AsyncIterator[bytes]:
    yield DATA[:5]
    raise httpx.ReadError("cut")


READY = ledger.Delivered({"mime_type": "image/png", "size": len(DATA), "sha256": DIGEST})


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({FRESH: bytes_of()}, [FRESH]),
        ({FRESH: status(404), NODE: address(), ASKED: bytes_of()}, [FRESH, NODE, ASKED]),
        ({FRESH: status(401), NODE: address(), ASKED: bytes_of()}, [FRESH, NODE, ASKED]),
        ({FRESH: status(503), NODE: address(), ASKED: bytes_of()}, [FRESH, NODE, ASKED]),
        ({FRESH: bytes_of(b"others"), NODE: address(), ASKED: bytes_of()}, [FRESH, NODE, ASKED]),
        ({FRESH: breaking(httpx.ConnectError("x")), NODE: address(), ASKED: bytes_of()}, [FRESH, NODE, ASKED]),
        (
            {FRESH: lambda: httpx.Response(200, content=broken_off()), NODE: address(), ASKED: bytes_of()},
            [FRESH, NODE, ASKED],
        ),
        (
            {FRESH: status(404), NODE: address(), ASKED: [status(404), bytes_of()]},
            [FRESH, NODE, ASKED, NODE, ASKED],
        ),
        ({FRESH: status(302, Location=CDN), CDN: bytes_of()}, [FRESH, CDN]),
        ({FRESH: status(302, Location="/asked?id=1"), ASKED: bytes_of()}, [FRESH, ASKED]),
        ({FRESH: status(302, Location=FOREIGN), NODE: address(), ASKED: bytes_of()}, [FRESH, NODE, ASKED]),
    ],
)
async def test_a_file_comes_from_the_webhooks_address_or_else_from_a_new_one(
    answers: Mapping[str, Answer | Sequence[Answer]], asked: list[str]
) -> None:
    tried = await attempt(answers)
    assert tried.outcome == READY
    assert tried.provider.asked == asked
    assert tried.files.held == {KEY: (DATA, "image/png")}


@pytest.mark.parametrize(
    "wanted",
    [row(url=None), row(attempt=2), row(url=FOREIGN), row(url="not an address"), row(url="http://[")],
)
async def test_without_a_valid_address_the_provider_is_asked_for_one(wanted: ledger.Row) -> None:
    tried = await attempt({NODE: address(), ASKED: bytes_of()}, wanted)
    assert tried.outcome == READY
    assert tried.provider.asked == [NODE, ASKED]


async def test_credentials_go_to_no_foreign_host() -> None:
    tried = await attempt({NODE: address(FOREIGN)}, row(url=FOREIGN))
    assert isinstance(tried.outcome, ledger.Retry)
    assert tried.outcome.reason == "media:foreign_host"
    assert set(tried.provider.asked) == {NODE}
    [line] = tried.lines
    assert line["foreign_host"] == "elsewhere.example"
    said = generate_latest(tried.metrics.registry).decode()
    assert 'atd_media_hosts_refused_total{channel="telegram",host="elsewhere.example"} 1.0' in said


def test_invented_hosts_do_not_fill_the_metrics() -> None:
    metrics = Metrics()
    hosts = RefusedHosts(metrics.declare(ChannelMetrics, METRICS))
    for number in range(HOSTS_TOLD + 10):
        hosts.count("telegram", f"{number}.example")
    hosts.count("telegram", "0.example")
    value = partial(metrics.registry.get_sample_value, "atd_media_hosts_refused_total")
    assert value({"channel": "telegram", "host": "other"}) == 10
    assert value({"channel": "telegram", "host": "0.example"}) == 2


async def test_a_redirect_to_a_foreign_host_is_not_followed() -> None:
    tried = await attempt({FRESH: status(302, Location=FOREIGN), NODE: address(FRESH)})
    assert isinstance(tried.outcome, ledger.Retry)
    assert tried.outcome.reason == "media:foreign_host"
    assert FOREIGN not in tried.provider.asked


async def test_a_redirect_without_end_is_given_up_for_now() -> None:
    around = status(302, Location=FRESH)
    tried = await attempt({FRESH: around, NODE: address(FRESH)})
    assert isinstance(tried.outcome, ledger.Retry)
    assert tried.provider.asked.count(FRESH) == 9


@pytest.mark.proves("whatsapp", "every-file-another-sha-256")
@pytest.mark.parametrize("announced", [DIGEST, base64.b64encode(bytes.fromhex(DIGEST)).decode(), None])
async def test_other_bytes_are_fetched_once_more_and_then_refused(announced: str | None) -> None:
    tried = await attempt({NODE: address(), ASKED: bytes_of(b"others")}, row(url=None, sha256=announced))
    assert isinstance(tried.outcome, ledger.Failed)
    assert tried.outcome.reason == "media:hash_mismatch"
    assert tried.provider.asked == [NODE, ASKED, NODE, ASKED]
    assert tried.files.held == {}


async def test_a_file_whose_digest_nobody_told_is_taken_as_it_is() -> None:
    tried = await attempt({NODE: address(sha256=None, size=22), ASKED: bytes_of()}, row(url=None, sha256=None))
    assert tried.outcome == READY


LARGE = 5 * 1024 * 1024 + 1


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({NODE: address(size=LARGE)}, [NODE]),
        ({NODE: address(), ASKED: bytes_of(length=LARGE)}, [NODE, ASKED]),
        ({NODE: address(), ASKED: bytes_of(bytes(LARGE))}, [NODE, ASKED]),
    ],
)
async def test_a_file_over_the_limit_is_refused_wherever_it_shows(
    answers: Mapping[str, Answer | Sequence[Answer]], asked: list[str]
) -> None:
    tried = await attempt(answers, row(url=None, kind="sticker"))
    assert isinstance(tried.outcome, ledger.Failed)
    assert tried.outcome.reason == "media:too_large"
    assert tried.provider.asked == asked
    assert tried.files.held == {}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (status(400), "media:400"),
        (status(410), "media:410"),
        (status(403), "permission:403"),
    ],
)
async def test_what_the_provider_does_not_have_fails_at_once(answer: Answer, expected: str) -> None:
    tried = await attempt({NODE: answer}, row(url=None))
    assert tried.outcome == ledger.Failed(expected, "why")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (status(429), ("throttle:429", "group")),
        (status(503), ("transient:503", "lane")),
        (status(502), ("transient:unreachable", "lane")),
        (breaking(httpx.ReadTimeout("x")), ("transient:unreachable", "lane")),
    ],
)
async def test_what_may_pass_is_tried_later(answer: Answer, expected: tuple[str, str]) -> None:
    tried = await attempt({NODE: answer}, row(url=None))
    assert isinstance(tried.outcome, ledger.Retry)
    assert (tried.outcome.reason, tried.outcome.scope) == expected


async def test_refused_credentials_suspend_the_account_and_marks_it() -> None:
    tried = await attempt({FRESH: status(401), NODE: status(401)})
    assert tried.outcome == ledger.Suspended("token:401")
    assert [one.code for one in tried.accounts.refused] == ["401"]


@pytest.mark.parametrize("account", [None, "another tenant's"])
async def test_a_file_of_an_account_that_is_gone_fails(account: str | None) -> None:
    found = None if account is None else replace(ACCOUNT, tenant_id="tenant-2")
    tried = await attempt({}, account=found)
    assert isinstance(tried.outcome, ledger.Failed)
    assert tried.outcome.reason == "account:deleted"


@pytest.mark.proves("whatsapp", "account-disabled-deleted-another")
async def test_what_customers_send_to_a_disabled_account_is_still_taken() -> None:
    tried = await attempt({FRESH: bytes_of()}, account=replace(ACCOUNT, status="disabled"))
    assert tried.outcome == READY


async def test_an_attempt_leaves_one_line_without_address_or_credentials() -> None:
    tried = await attempt({FRESH: status(404), NODE: status(400)})
    [line] = tried.lines
    assert line.pop("duration_ms") >= 0
    assert line == {
        "event": "file.fetch",
        "log_level": "info",
        "channel": "telegram",
        "tenant_id": "tenant-1",
        "account_id": "account-1",
        "conversation_id": "conversation-1",
        "message_id": "message-1",
        "attachment_id": "file-1",
        "attempt": 1,
        "outcome": "failed",
        "answer": "refused",
        "failure": "request",
        "code": "400",
        "reason": "media:400",
        "foreign_host": None,
        "bytes": None,
    }


class Verdict:
    """A scanner that raises this after the last byte."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def watch(self, chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            yield chunk
        raise self.error


@pytest.mark.parametrize(
    ("error", "expected"), [(FileInfected("Eicar"), "media:infected"), (NotScannable(), "media:not_scannable")]
)
async def test_a_file_that_the_scanner_refuses_is_not_kept(error: Exception, expected: str) -> None:
    tried = await attempt({FRESH: bytes_of()}, scanner=Verdict(error))
    assert isinstance(tried.outcome, ledger.Failed)
    assert tried.outcome.reason == expected
    assert tried.provider.asked == [FRESH]
    assert tried.files.held == {}
    assert tried.told.states == []


async def test_a_file_waits_for_a_scanner_that_is_away() -> None:
    tried = await attempt({FRESH: bytes_of()}, scanner=Verdict(ScannerAway("TimeoutError")))
    assert isinstance(tried.outcome, ledger.Retry)
    assert (tried.outcome.reason, tried.outcome.scope, tried.outcome.kind) == (
        "transient:scanner_away",
        "lane",
        "scanner",
    )
    assert tried.files.held == {}
    assert tried.told.states == ["scanning"]


async def test_that_a_file_waits_for_the_scanner_is_the_same_event_each_time_and_not_told_for_ever() -> None:
    told = Told()
    for waited in (0, 1, 2, 3, 50):
        asked = replace(row(), counts={"scanner": waited})
        await attempt({FRESH: bytes_of()}, asked, scanner=Verdict(ScannerAway("TimeoutError")), told=told)
    assert told.states == ["scanning"] * 3
    assert len(set(told.ids)) == 1


async def test_a_file_waits_for_the_scanner_also_when_that_cannot_be_told() -> None:
    tried = await attempt({FRESH: bytes_of()}, scanner=Verdict(ScannerAway("x")), told=Told(away=True))
    assert isinstance(tried.outcome, ledger.Retry)


async def test_a_file_that_was_never_scanned_fails_in_the_end() -> None:
    attempts = SCANNER_BACKOFF.attempts
    assert attempts is not None
    asked = replace(row(), counts={"scanner": attempts})
    tried = await attempt({FRESH: bytes_of()}, asked, scanner=Verdict(ScannerAway("TimeoutError")))
    assert isinstance(tried.outcome, ledger.Failed)
    assert tried.outcome.reason == "transient:scanner_away"


def of_customer(**more: Any) -> ledger.Row:
    """A row that asks for a customer's picture."""
    asked, whose = row(sha256=None, **more), {"contact_id": "contact-1"}
    payload = {**asked.payload, "data": {**asked.payload["data"], **whose}}
    return replace(asked, payload=payload, about={**asked.about, "data": {**asked.about["data"], **whose}})


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({FRESH: bytes_of(length=RULES.picture_limit + 1)}, "media:too_large"),
        ({FRESH: lambda: httpx.Response(200, html="<p>")}, "media:not_a_picture"),
        ({FRESH: status(404), NODE: status(410)}, "media:410"),
    ],
    ids=["too large", "not a picture", "gone"],
)
async def test_a_customers_picture_that_is_none_or_too_large_is_given_up_at_once(
    answers: Mapping[str, Answer], expected: str
) -> None:
    tried = await attempt(answers, of_customer())
    assert isinstance(tried.outcome, ledger.Failed)
    assert tried.outcome.reason == expected
    assert tried.files.held == {}


async def test_a_customers_picture_is_told_with_whose_it_is() -> None:
    asked = of_customer()
    tried = await attempt({FRESH: bytes_of()}, asked)
    assert isinstance(tried.outcome, ledger.Delivered)
    assert scanning_event(asked, "ingest-toy", NOW).data.contact_id == "contact-1"
    assert scanning_event(row(), "ingest-toy", NOW).data.contact_id is None


async def test_a_customers_picture_that_does_not_come_is_tried_later() -> None:
    slow = {
        FRESH: breaking(httpx.ReadTimeout("x")),
        NODE: address(sha256=None),
        ASKED: breaking(httpx.ReadTimeout("x")),
    }
    tried = await attempt(slow, of_customer())
    assert isinstance(tried.outcome, ledger.Retry)
    assert tried.outcome.scope == "lane", "nothing else waits for it"
