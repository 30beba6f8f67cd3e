"""Where a file may be read, and what each result of an attempt leads to."""

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from atd_channelkit.answers import FailureClass, Refused, Uncertain, Unsent
from atd_channelkit.media.policy import (
    FETCH_BACKOFF,
    FOREIGN_HOST_BACKOFF,
    Broken,
    Expired,
    FetchResult,
    ForeignHost,
    HashMismatch,
    Stored,
    TooLarge,
    decide_fetch,
    fresh_address,
    hex_digest,
    mime_type_of,
    overdue_fetch,
)
from atd_channelkit.media.rows import fetch_of, fetch_row, file_event
from atd_channelkit.media.source import AllowedHosts, FetchRules, host_suffix, read_media_hosts
from atd_schemas.inbound import InboundAttachment
from atd_schemas.outbound import OutboundFetch, OutboundFetchData
from atd_schemas.topics import INBOUND_EVENTS, adapter, encode
from atd_servicekit import ledger
from atd_servicekit.files import PictureSize

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
SERVICE = "ingest-toy"
FRESH_FOR = timedelta(minutes=4)
HOSTS = AllowedHosts(
    httpx.URL("http://127.0.0.1:8199/base"),
    ("lookaside.fbsbx.com", "graph.facebook.com"),
    (".fbcdn.net", ".whatsapp.net"),
)
DIGEST = hashlib.sha256(b"abc").hexdigest()


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
def test_credentials_go_to_the_provider_alone(url: str, allowed: bool) -> None:
    assert HOSTS.allow(httpx.URL(url)) is allowed


def test_a_provider_without_domains_allows_exact_hosts_only() -> None:
    hosts = AllowedHosts(httpx.URL("https://api.example"), ("media.example",))
    assert hosts.allow(httpx.URL("https://media.example/a"))
    assert not hosts.allow(httpx.URL("https://other.example/a"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DIGEST, DIGEST),
        (DIGEST.upper(), DIGEST),
        (base64.b64encode(hashlib.sha256(b"abc").digest()).decode(), DIGEST),
        (base64.b64encode(b"short").decode(), None),
        ("not base64!", None),
        ("ação", None),
        ("", None),
        (None, None),
    ],
)
def test_a_digest_is_read_in_hex_and_in_base64(text: str | None, expected: str | None) -> None:
    assert hex_digest(text) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("audio/ogg; codecs=opus", "audio/ogg"), "audio/ogg; codecs=opus"),
        (("application/octet-stream", "image/jpeg"), "image/jpeg"),
        ((None, "", "image/png"), "image/png"),
        (("image/png\r\nX: y", None), "application/octet-stream"),
        (("x" * 256, None), "application/octet-stream"),
        ((), "application/octet-stream"),
    ],
)
def test_the_type_is_the_first_that_says_something(said: tuple[str | None, ...], expected: str) -> None:
    assert mime_type_of(*said) == expected


def command(attempt: int = 0, url: str | None = "https://lookaside.fbsbx.com/a") -> OutboundFetch:
    data = OutboundFetchData(
        account_id="account-1",
        channel="whatsapp",
        conversation_id="conversation-1",
        message_id="message-1",
        contact_external_id="5511999990000",
        kind="image",
        attachment=InboundAttachment(id="file-1", provider_id="1110001", sha256=DIGEST, url=url),
        attempt=attempt,
    )
    return OutboundFetch(
        id="command-1",
        tenant_id="tenant-1",
        occurred_at=NOW,
        recorded_at=NOW,
        source="conversation",
        subject="conversation-1",
        data=data,
    )


def test_a_command_becomes_a_row_whose_lane_is_the_file() -> None:
    row = fetch_row(command(), 42, "trace", WEEK)
    assert (row.id, row.group, row.lane, row.order) == ("file-1", "account-1", "file-1", 42)
    assert fetch_of(row.payload) == command().data
    assert row.send_until == NOW + WEEK
    assert fetch_row(command(attempt=2), 43, None, WEEK).id == "file-1.2"


@pytest.mark.parametrize(
    ("of", "attempt", "age", "used"),
    [
        (command(), 1, 0, True),
        (command(), 1, 239, True),
        (command(), 1, 240, False),
        (command(), 2, 0, False),
        (command(attempt=1), 1, 0, False),
        (command(url=None), 1, 0, False),
    ],
)
def test_the_webhooks_address_is_used_once_and_while_it_is_fresh(
    of: OutboundFetch, attempt: int, age: int, used: bool
) -> None:
    assert (fresh_address(of.data, attempt, NOW, NOW + timedelta(seconds=age), FRESH_FOR) is not None) is used


def test_a_kind_has_its_own_limit_or_the_common_one() -> None:
    rules = FetchRules(HOSTS, size_limit=100, size_limits={"sticker": 5})
    assert (rules.limit_of("sticker"), rules.limit_of("video")) == (5, 100)


UNREACHABLE = ledger.Retry(NOW + timedelta(seconds=1), "transient:unreachable", kind="transient")


def refused(failure: FailureClass) -> Refused:
    return Refused(failure, "17", "why")


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (Stored("image/png", 3, DIGEST), ledger.Delivered({"mime_type": "image/png", "size": 3, "sha256": DIGEST})),
        (
            Stored("image/png", 3, DIGEST, PictureSize(40, 30)),
            ledger.Delivered({"mime_type": "image/png", "size": 3, "sha256": DIGEST, "width": 40, "height": 30}),
        ),
        (refused("token"), ledger.Suspended("token:17")),
        (refused("request"), ledger.Failed("media:17", "why")),
        (refused("media"), ledger.Failed("media:17", "why")),
        (refused("permission"), ledger.Failed("permission:17", "why")),
        (refused("account"), ledger.Failed("account:17", "why")),
        (Refused("unknown", "http_400", ""), ledger.Failed("unknown:http_400", "")),
        (ForeignHost("a.example"), ledger.Retry(NOW + timedelta(minutes=1), "media:foreign_host", kind="host")),
        (HashMismatch(), ledger.Failed("media:hash_mismatch", "The file is not the one that was announced.")),
        (TooLarge(5), ledger.Failed("media:too_large", "The file has more than 5 bytes.")),
        (refused("throttle"), ledger.Retry(NOW + timedelta(seconds=1), "throttle:17", "group", "throttle")),
        (refused("transient"), ledger.Retry(NOW + timedelta(seconds=1), "transient:17", kind="transient")),
        (Expired(), ledger.Retry(NOW + timedelta(seconds=1), "media:expired", kind="media")),
        (Broken("ReadError"), UNREACHABLE),
        (Unsent("ConnectError"), UNREACHABLE),
        (Uncertain("ReadTimeout"), UNREACHABLE),
    ],
)
def test_what_may_pass_is_tried_again_and_the_rest_ends(result: FetchResult, expected: ledger.Outcome) -> None:
    assert decide_fetch(result, {}, NOW, 0.0) == expected


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (Expired(), "media:expired"),
        (Broken("ReadError"), "transient:unreachable"),
        (refused("throttle"), "throttle:17"),
    ],
)
def test_after_about_an_hour_the_last_reason_is_final(result: FetchResult, expected: str) -> None:
    assert timedelta(minutes=50) < FETCH_BACKOFF.total() < timedelta(hours=1)
    counts: dict[str, int] = {}
    for number in range(1, FETCH_BACKOFF.attempts or 0):
        outcome = decide_fetch(result, counts, NOW, 0.0)
        assert isinstance(outcome, ledger.Retry)
        counts[outcome.kind] = number
    outcome = decide_fetch(result, counts, NOW, 0.0)
    assert isinstance(outcome, ledger.Failed)
    assert outcome.reason == expected
    assert decide_fetch(refused("transient"), {"throttle": 99}, NOW, 0.0) == ledger.Retry(
        NOW + timedelta(seconds=1), "transient:17", kind="transient"
    )


def test_a_file_on_a_new_host_waits_for_days_beside_other_trouble() -> None:
    assert timedelta(days=6) < FOREIGN_HOST_BACKOFF.total() < WEEK
    late = {"host": 200, "media": 19, "transient": 19}
    assert decide_fetch(ForeignHost("a.example"), late, NOW, 0.0) == ledger.Retry(
        NOW + timedelta(minutes=30), "media:foreign_host", kind="host"
    )
    ended = decide_fetch(ForeignHost("a.example"), {"host": 334}, NOW, 0.0)
    assert isinstance(ended, ledger.Failed)
    assert (ended.reason, "a.example" in ended.detail) == ("media:foreign_host", True)


@pytest.mark.parametrize(
    ("url", "suffix"),
    [
        ("https://scontent-gru1-1.new-cdn.example/v/t1?oh=secret", "new-cdn.example"),
        ("https://USER:word@Media.Example/x", "media.example"),
        ("https://10.0.0.1/a", "no_name"),
        ("https://[::1]/a", "no_name"),
        ("https://localhost/a", "no_name"),
        ("", "no_name"),
    ],
)
def test_of_a_refused_address_only_the_end_of_its_host_is_told(url: str, suffix: str) -> None:
    assert host_suffix(httpx.URL(url)) == suffix


def test_an_operator_adds_hosts() -> None:
    more = HOSTS.with_more(read_media_hosts(" Media.Example, .cdn.example ,"))
    for url in ("https://media.example/a", "https://a.b.cdn.example/a", "https://scontent.xx.fbcdn.net/a"):
        assert more.allow(httpx.URL(url))
        assert not more.allow(httpx.URL(url.replace("https", "http")))
    for url in ("https://x.media.example/a", "https://cdn.example/a", "https://evilcdn.example/a"):
        assert not more.allow(httpx.URL(url))


@pytest.mark.parametrize(
    "text", [".com", "com", ".", "*", "*.example.net", "https://a.example", "a.example:443", "10.0.0.1", "a b.example"]
)
def test_what_is_no_host_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(ValueError, match="neither a host name nor the end of one"):
        read_media_hosts(f"ok.example,{text}")


def test_a_file_that_waited_until_its_time_was_over_fails_with_what_kept_it() -> None:
    row = ledger.Row("f", "t", "g", "l", 0, 1, 1, {}, NOW, None, "due", NOW)
    shut, throttled = ledger.Gate(suspended=True, reason="token:190"), ledger.Gate(NOW, reason="throttle:17")
    assert overdue_fetch(row, shut).reason == "token:190"
    assert overdue_fetch(row, throttled).reason == "throttle:17"
    assert overdue_fetch(row, None).reason == "transient:late"
    assert overdue_fetch(replace(row, reason="media:foreign_host"), None).reason == "media:foreign_host"


def test_refused_credentials_that_may_have_been_replaced_are_tried_again() -> None:
    outcome = decide_fetch(Refused("token", "190", "why", stale_credentials=True), {}, NOW, 0.0)
    assert outcome == ledger.Retry(NOW + timedelta(seconds=1), "token:190", "lane", "token")


def finished(**changes: Any) -> ledger.Finished:
    row = fetch_row(command(attempt=1), 42, None, WEEK)
    given: dict[str, Any] = {
        "id": row.id,
        "tenant_id": row.tenant_id,
        "group": row.group,
        "lane": row.lane,
        "about": dict(row.about),
        "traceparent": None,
        "state": "done",
        "attempts": 1,
        "finished_at": NOW,
        "result": {"mime_type": "image/png", "size": 3, "sha256": DIGEST},
    }
    return ledger.Finished(**{**given, **changes})


def test_the_end_of_a_fetch_is_one_event_whenever_it_is_reported() -> None:
    event = file_event(finished(), SERVICE)
    assert event == file_event(finished(), SERVICE)
    assert (event.subject, event.causation_id) == ("account-1:5511999990000", "command-1")
    data = event.data
    assert (event.source, data.channel) == (SERVICE, "whatsapp")
    assert (data.state, data.mime_type, data.size, data.sha256) == ("ready", "image/png", 3, DIGEST)
    assert (data.attachment_id, data.message_id, data.attempt, data.failure) == ("file-1", "message-1", 1, None)
    assert adapter(INBOUND_EVENTS).validate_json(encode(event)) == event


def test_a_fetch_that_was_asked_for_before_rows_named_what_they_are_about_is_reported() -> None:
    whole = {"command_id": "command-1", "asked_at": NOW, "data": command(attempt=1).data.model_dump()}
    assert file_event(finished(about=whole), SERVICE) == file_event(finished(), SERVICE)


def test_a_failed_fetch_says_why() -> None:
    event = file_event(finished(state="failed", result={}, reason="media:too_large", detail="why"), SERVICE)
    assert (event.data.state, event.data.size) == ("failed", None)
    assert event.data.failure is not None
    assert event.data.failure.model_dump() == {"code": "too_large", "reason": "media", "detail": "why"}
    assert event.id != file_event(finished(), SERVICE).id
