"""Files that customers sent, from Meta's store into ours: what is asked for, and what an attempt leads to. Pure.

The webhook's address is used while it is fresh; then, and whenever it does not answer, Meta is asked for a new one by
the file's id. The account's token goes along with every request, so only Meta's hosts are asked.

What may pass (the network, Meta's own trouble, an address that is refused although it is new) is tried again with waits
that double up to five minutes, for about an hour; a throttle holds up the account's other files too. A refused token
holds them up until it is repaired. Everything else fails at once; an attendant can ask again.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import assert_never

import httpx

from atd_channelkit.answers import Refused, Uncertain, Unsent
from atd_ingest_whatsapp.sending import SOURCE, failed, failure_of, reason
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import InboundFile, InboundFileData, inbound_subject
from atd_schemas.outbound import OutboundFetch, OutboundFetchData
from atd_servicekit import ledger
from atd_servicekit.backoff import Backoff

_MB = 1024 * 1024

SIZE_LIMITS: Mapping[str, int] = MappingProxyType({"image": 25 * _MB, "sticker": 5 * _MB})
"""In bytes. Meta takes from us images of 5 MB and stickers of 0.5 MB; customers' own may be larger."""

SIZE_LIMIT = 100 * _MB
"""Of every other kind, in bytes: what is larger Meta itself does not hand out (error 131052)."""

FETCH_BACKOFF = Backoff(first=timedelta(seconds=1), factor=2.0, cap=timedelta(minutes=5), attempts=20)
"""58 minutes from the first attempt to the last."""

ADDRESS_FRESH_FOR = timedelta(minutes=4)
"""Meta's addresses are good for five minutes."""

_META_HOSTS = ("lookaside.fbsbx.com", "graph.facebook.com")
_META_DOMAINS = (".fbcdn.net", ".whatsapp.net")
_SHA256_BYTES = 32
_SHA256_HEX = 64
_FALLBACK_TYPE = "application/octet-stream"
_TYPE_LIMIT = 255


@dataclass(frozen=True, slots=True)
class Stored:
    """The file is in our store. `size` is in bytes, `sha256` in hex."""

    mime_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Expired:
    """The address is good no more."""


@dataclass(frozen=True, slots=True)
class ForeignHost:
    """The address is not Meta's: nothing was asked there."""


@dataclass(frozen=True, slots=True)
class OtherBytes:
    """What came is not the file that was announced: its SHA-256 is another."""


@dataclass(frozen=True, slots=True)
class TooLarge:
    """The file is over the limit, in bytes."""

    limit: int


@dataclass(frozen=True, slots=True)
class Broken:
    """The bytes did not come, or not all of them."""

    reason: str


Got = Stored | Expired | ForeignHost | OtherBytes | TooLarge | Broken
Fetched = Got | Refused | Unsent | Uncertain


def fetch_row(command: OutboundFetch, offset: int, traceparent: str | None) -> ledger.NewRow:
    """The ledger row of a command. Its lane is the file; a repeat that somebody asked for is another row."""
    data = command.data
    attachment_id = data.attachment.id
    return ledger.NewRow(
        id=f"{attachment_id}.{data.attempt}" if data.attempt else attachment_id,
        tenant_id=command.tenant_id,
        group=data.account_id,
        lane=attachment_id,
        order=offset,
        payload={"command_id": command.id, "asked_at": command.occurred_at, "data": data.model_dump()},
        traceparent=traceparent,
    )


def fetch_of(payload: Mapping[str, object]) -> OutboundFetchData:
    """What a row asks for."""
    return OutboundFetchData.model_validate(payload["data"])


def fresh_address(wanted: OutboundFetchData, attempt: int, asked_at: datetime, now: datetime) -> str | None:
    """The webhook's own address, while it is likely to be good."""
    fresh = attempt == 1 and wanted.attempt == 0 and now - asked_at < ADDRESS_FRESH_FOR
    return wanted.attachment.url if fresh else None


def may_ask(url: httpx.URL, api: httpx.URL) -> bool:
    """Whether the token may be sent to this address: Meta's hosts over TLS, or the very origin of the Graph API."""
    if url.userinfo:
        return False
    if (url.scheme, url.host, url.port) == (api.scheme, api.host, api.port):
        return True
    return url.scheme == "https" and url.port is None and (url.host in _META_HOSTS or url.host.endswith(_META_DOMAINS))


def size_limit(kind: str) -> int:
    """The largest file of a kind that is taken, in bytes."""
    return SIZE_LIMITS.get(kind, SIZE_LIMIT)


def hex_digest(text: str | None) -> str | None:
    """A SHA-256 in hex; Meta writes base64 in webhooks and hex elsewhere. `None` for what is neither."""
    if text is None:
        return None
    if len(text) == _SHA256_HEX and all(character in "0123456789abcdefABCDEF" for character in text):
        return text.lower()
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw.hex() if len(raw) == _SHA256_BYTES else None


def mime_type_of(*said: str | None) -> str:
    """The first type that says something; Meta's own word for the file, with its parameters."""
    for one in said:
        if one and len(one) <= _TYPE_LIMIT and one.isprintable() and not one.startswith(_FALLBACK_TYPE):
            return one
    return _FALLBACK_TYPE


def decide_fetch(fetched: Fetched, attempt: int, now: datetime, jitter: float) -> ledger.Outcome:
    """What became of an attempt."""
    match fetched:
        case Stored():
            return ledger.Delivered({"mime_type": fetched.mime_type, "size": fetched.size, "sha256": fetched.sha256})
        case ForeignHost():
            return failed("media", "foreign_host", "The file's address is not one of Meta's.")
        case OtherBytes():
            return failed("media", "hash_mismatch", "The file is not the one that was announced.")
        case TooLarge():
            return failed("media", "too_large", f"The file has more than {fetched.limit} bytes.")
        case Expired():
            return _again(Refused("media", "expired", "The file's address is not good any more."), attempt, now, jitter)
        case Broken() | Unsent() | Uncertain():
            return _again(Refused("transient", "unreachable", fetched.reason), attempt, now, jitter)
        case Refused():
            return _refused(fetched, attempt, now, jitter)
        case _:
            assert_never(fetched)


def _refused(refused: Refused, attempt: int, now: datetime, jitter: float) -> ledger.Outcome:
    match refused.failure:
        case "token":
            return ledger.Suspended(reason(refused.failure, refused.code))
        case "transient" | "throttle":
            return _again(refused, attempt, now, jitter)
        case "request":  # what Meta says of an id that it does not know any more
            return failed("media", refused.code, refused.detail)
        case _:
            return failed(refused.failure, refused.code, refused.detail)


def _again(refused: Refused, attempt: int, now: datetime, jitter: float) -> ledger.Outcome:
    delay = FETCH_BACKOFF.delay(attempt, jitter)
    if delay is None:
        return failed(refused.failure, refused.code, refused.detail)
    why = reason(refused.failure, refused.code)
    return ledger.Retry(now + delay, why, "group" if refused.failure == "throttle" else "lane")


def file_event(finished: ledger.Finished) -> InboundFile:
    """What conversation is told when a row has come to its end; the same row gives the same event."""
    wanted, result = fetch_of(finished.payload), finished.result
    done = finished.state == "done"
    state = "ready" if done else "failed"
    return InboundFile(
        id=provider_event_id(wanted.account_id, finished.id, f"file:{state}"),
        tenant_id=finished.tenant_id,
        occurred_at=finished.finished_at,
        recorded_at=finished.finished_at,
        source=SOURCE,
        subject=inbound_subject(wanted.account_id, wanted.contact_external_id),
        causation_id=finished.payload["command_id"],
        data=InboundFileData(
            account_id=wanted.account_id,
            channel="whatsapp",
            conversation_id=wanted.conversation_id,
            message_id=wanted.message_id,
            contact_external_id=wanted.contact_external_id,
            attachment_id=wanted.attachment.id,
            state="ready" if done else "failed",
            mime_type=result.get("mime_type"),
            size=result.get("size"),
            sha256=result.get("sha256"),
            failure=None if done else failure_of(finished),
            attempt=wanted.attempt,
        ),
    )
