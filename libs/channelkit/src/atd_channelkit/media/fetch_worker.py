"""One attempt to fetch one file of a customer, and the report of its end."""

import hashlib
import random
import time
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

import httpx
import structlog

from atd_channelkit.accounts.access import AccountAccess
from atd_channelkit.accounts.model import Account
from atd_channelkit.answers import Refused
from atd_channelkit.media.policy import (
    Broken,
    Download,
    Expired,
    FetchResult,
    ForeignHost,
    HashMismatch,
    Infected,
    NoScanner,
    NotPicture,
    NotScannable,
    Stored,
    TooLarge,
    decide_fetch,
    fresh_address,
    hex_digest,
    mime_type_of,
)
from atd_channelkit.media.rows import fetch_of, file_event, scanning_event
from atd_channelkit.media.source import FetchRules, FileAddress, FileSource, host_suffix
from atd_channelkit.metrics import RefusedHosts
from atd_schemas.outbound import OutboundFetchData
from atd_schemas.topics import inbound_topic
from atd_servicekit import ledger
from atd_servicekit.clock import Clock
from atd_servicekit.errors import PublishFailed
from atd_servicekit.files import FileInfected, FileTooLarge, PictureProbe, Scanner, ScannerAway, StoredFile, file_key
from atd_servicekit.files import NotScannable as FileNotScannable
from atd_servicekit.kafka import Outgoing
from atd_servicekit.tracing import Tracing, current_traceparent

NEW_ADDRESSES = 2
"""How often an attempt asks for a new address: one may have expired, or have answered other bytes."""

_DECIDED = (Stored, TooLarge, NotPicture, Infected, NotScannable, NoScanner)
"""Of a file whose bytes came: another address would lead to the same."""

_TOLD_WAITING = 3
_REDIRECTS = 3
_REFUSED_ADDRESS = (401, 403, 404, 410)
_OK = 200

A = TypeVar("A", bound=Account)


class Files(Protocol):
    """Our file store."""

    async def put(self, key: str, chunks: AsyncIterable[bytes], *, content_type: str, limit: int) -> StoredFile: ...


class Publisher(Protocol):
    """Writes records to Kafka."""

    async def publish(self, records: Sequence[Outgoing]) -> None: ...


class _HashMismatchError(Exception):
    """All bytes are here, and they are not the ones that were announced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchWorker(Generic[A]):
    """Tries the rows of the ledger of fetches. `service` is the source of its events."""

    service: str
    access: AccountAccess[A]
    source: FileSource[A]
    rules: FetchRules
    files: Files
    scanner: Scanner
    publisher: Publisher
    clock: Clock
    tracing: Tracing
    refused_hosts: RefusedHosts

    async def attempt(self, row: ledger.Row) -> ledger.Outcome:
        """Try once; one log line, without name, phone, credentials or address."""
        began = time.perf_counter()
        data = row.payload["data"]
        channel = data["channel"]
        with self.tracing.span(f"fetch {channel} file", traceparent=row.traceparent):
            outcome, result = await self._attempt(row)
        refused = result if isinstance(result, Refused) else None
        foreign = result.suffix if isinstance(result, ForeignHost) else None
        if foreign is not None:
            self.refused_hosts.count(channel, foreign)
        structlog.get_logger().info(
            "file.fetch",
            channel=channel,
            tenant_id=row.tenant_id,
            account_id=row.group,
            conversation_id=data["conversation_id"],
            message_id=data["message_id"],
            attachment_id=row.lane,
            attempt=row.attempt,
            outcome=type(outcome).__name__.lower(),
            answer=None if result is None else type(result).__name__.lower(),
            failure=refused and refused.failure,
            code=refused and refused.code,
            reason=getattr(outcome, "reason", None),
            foreign_host=foreign,
            bytes=result.size if isinstance(result, Stored) else None,
            duration_ms=round((time.perf_counter() - began) * 1000, 1),
        )
        return outcome

    async def _attempt(self, row: ledger.Row) -> tuple[ledger.Outcome, FetchResult | None]:
        account = await self.access.of(row, disabled=True)  # files that customers send to a disabled account are taken
        if isinstance(account, ledger.Failed):
            return account, None
        result = await self._fetch(account, fetch_of(row.payload), row.attempt, row.payload["asked_at"])
        effective = await self.access.refused(account, result) if isinstance(result, Refused) else result
        outcome = decide_fetch(effective, row.counts, self.clock.now(), random.random())
        if isinstance(effective, NoScanner) and row.counts.get("scanner", 0) < _TOLD_WAITING:
            await self._tell_waiting(row)
        return outcome, result

    async def _tell_waiting(self, row: ledger.Row) -> None:
        """Attendants see what a file waits for. It is told at several attempts, in case that Kafka is away at one."""
        event = scanning_event(row, self.service, self.clock.now())
        with suppress(PublishFailed):
            trace = row.traceparent or current_traceparent()
            await self.publisher.publish([Outgoing.of(inbound_topic(event), event, trace)])

    async def _fetch(self, account: A, wanted: OutboundFetchData, attempt: int, asked_at: datetime) -> FetchResult:
        url = fresh_address(wanted, attempt, asked_at, self.clock.now(), self.rules.address_fresh_for)
        download: Download = Expired() if url is None else await self._read(account, wanted, FileAddress(url))
        for _ in range(NEW_ADDRESSES):
            if isinstance(download, _DECIDED):
                break
            address = await self.source.look_up(account, wanted.attachment.provider_id)
            if not isinstance(address, FileAddress):
                return address
            download = await self._read(account, wanted, address)
        return download

    async def _read(self, account: A, wanted: OutboundFetchData, address: FileAddress) -> Download:
        limit = self.rules.limit_for(wanted)
        size = address.size or wanted.attachment.size or limit
        if size > limit:
            return TooLarge(limit)
        url = address.url
        try:
            for _ in range(_REDIRECTS):
                if not self.rules.hosts.allow(httpx.URL(url)):
                    return ForeignHost(host_suffix(httpx.URL(url)))
                async with self.source.read(account, url, size) as answer:
                    if not answer.has_redirect_location:
                        return await self._store(account, wanted, address, answer)
                    url = str(answer.url.join(answer.headers["Location"]))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Broken(type(error).__name__)
        return Broken("too many redirects")

    async def _store(
        self, account: A, wanted: OutboundFetchData, address: FileAddress, answer: httpx.Response
    ) -> Download:
        if answer.status_code in _REFUSED_ADDRESS:
            return Expired()
        if answer.status_code != _OK:
            return Broken(f"HTTP {answer.status_code}")
        limit, attachment = self.rules.limit_for(wanted), wanted.attachment
        if int(answer.headers.get("Content-Length", "0")) > limit:
            return TooLarge(limit)
        mime_type = mime_type_of(answer.headers.get("Content-Type"), address.mime_type, attachment.mime_type)
        if wanted.contact_id is not None and not mime_type.startswith("image/"):
            return NotPicture()
        expected = hex_digest(attachment.sha256) or hex_digest(address.sha256)
        picture = PictureProbe()
        try:
            stored = await self.files.put(
                file_key(account.tenant_id, attachment.id),
                self.scanner.watch(_checked(picture.watch(answer.aiter_bytes()), expected)),
                content_type=mime_type,
                limit=limit,
            )
        except FileTooLarge:
            return TooLarge(limit)
        except _HashMismatchError:
            return HashMismatch()
        except FileInfected as error:
            return Infected(error.signature)
        except FileNotScannable:
            return NotScannable()
        except ScannerAway as error:
            return NoScanner(str(error))
        return Stored(mime_type, stored.size, stored.sha256, picture.size())

    async def report(self, finished: Sequence[ledger.Finished]) -> None:
        """Publish the events of finished fetches. Raises `PublishFailed` when Kafka is away."""
        await self.publisher.publish(
            [
                Outgoing.of(inbound_topic(event), event, one.traceparent or current_traceparent())
                for one in finished
                for event in (file_event(one, self.service),)
            ]
        )


async def _checked(chunks: AsyncIterator[bytes], expected: str | None) -> AsyncIterator[bytes]:
    """The bytes as they come; raises after the last one when their SHA-256 is not the expected one."""
    digest = hashlib.sha256()
    async for chunk in chunks:
        digest.update(chunk)
        yield chunk
    if expected is not None and digest.hexdigest() != expected:
        raise _HashMismatchError
