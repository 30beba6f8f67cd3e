"""One attempt to fetch one file of a customer's, and the report of its end."""

import hashlib
import random
import time
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import httpx
import structlog

from atd_channelkit.answers import Refused, Uncertain, Unsent
from atd_ingest_whatsapp.account_use import AccountUse
from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.client import OK
from atd_ingest_whatsapp.fetching import (
    Broken,
    Expired,
    Fetched,
    ForeignHost,
    Got,
    OtherBytes,
    Stored,
    TooLarge,
    decide_fetch,
    fetch_of,
    file_event,
    fresh_address,
    hex_digest,
    may_ask,
    mime_type_of,
    size_limit,
)
from atd_ingest_whatsapp.media_client import Address
from atd_schemas.outbound import OutboundFetchData
from atd_schemas.topics import INBOUND_EVENTS
from atd_servicekit import ledger
from atd_servicekit.clock import Clock
from atd_servicekit.files import FileTooLarge, StoredFile, file_key
from atd_servicekit.kafka import Outgoing
from atd_servicekit.tracing import Tracing, current_traceparent

NEW_ADDRESSES = 2
"""How often an attempt asks for a new address: one may have run out, or have given other bytes."""

_REDIRECTS = 3
_REFUSED_ADDRESS = (401, 403, 404, 410)


class Source(Protocol):
    """Where customers' files are."""

    async def look_up(self, account: Account, media_id: str) -> Address | Refused | Unsent | Uncertain: ...

    def read(self, account: Account, url: str, size: int) -> AbstractAsyncContextManager[httpx.Response]: ...


class Files(Protocol):
    """Where they are to be."""

    async def put(self, key: str, chunks: AsyncIterable[bytes], *, content_type: str, limit: int) -> StoredFile: ...


class Publisher(Protocol):
    """Writes records to Kafka."""

    async def publish(self, records: Sequence[Outgoing]) -> None: ...


class _OtherBytes(Exception):
    """All bytes are here, and they are not the ones that were announced."""


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches files and tells what became of it. `api` is the address of the Graph API."""

    use: AccountUse
    source: Source
    files: Files
    publisher: Publisher
    api: httpx.URL
    clock: Clock
    tracing: Tracing

    async def attempt(self, row: ledger.Row) -> ledger.Outcome:
        """Try once; one log line, without name, phone, token or address."""
        began = time.perf_counter()
        with self.tracing.span("fetch whatsapp file", traceparent=row.traceparent):
            outcome, fetched = await self._attempt(row)
        refused = fetched if isinstance(fetched, Refused) else None
        data = row.payload["data"]
        structlog.get_logger().info(
            "file.fetch",
            channel="whatsapp",
            tenant_id=row.tenant_id,
            account_id=row.group,
            conversation_id=data["conversation_id"],
            message_id=data["message_id"],
            attachment_id=row.lane,
            attempt=row.attempt,
            outcome=type(outcome).__name__.lower(),
            answer=None if fetched is None else type(fetched).__name__.lower(),
            failure=refused and refused.failure,
            code=refused and refused.code,
            reason=getattr(outcome, "reason", None),
            bytes=fetched.size if isinstance(fetched, Stored) else None,
            duration_ms=round((time.perf_counter() - began) * 1000, 1),
        )
        return outcome

    async def _attempt(self, row: ledger.Row) -> tuple[ledger.Outcome, Fetched | None]:
        account = await self.use.of(row, disabled=True)  # what customers write to a disabled number is still taken
        if isinstance(account, ledger.Failed):
            return account, None
        fetched = await self._fetch(account, fetch_of(row.payload), row.attempt, row.payload["asked_at"])
        meant = await self.use.refused(account, fetched) if isinstance(fetched, Refused) else fetched
        return decide_fetch(meant, row.attempt, self.clock.now(), random.random()), fetched

    async def _fetch(self, account: Account, wanted: OutboundFetchData, attempt: int, asked_at: datetime) -> Fetched:
        url = fresh_address(wanted, attempt, asked_at, self.clock.now())
        got: Got = Expired() if url is None else await self._get(account, wanted, Address(url))
        for _ in range(NEW_ADDRESSES):
            if isinstance(got, Stored | TooLarge):
                break
            address = await self.source.look_up(account, wanted.attachment.provider_id)
            if not isinstance(address, Address):
                return address
            got = await self._get(account, wanted, address)
        return got

    async def _get(self, account: Account, wanted: OutboundFetchData, address: Address) -> Got:
        limit = size_limit(wanted.kind)
        size = address.size or wanted.attachment.size or limit
        if size > limit:
            return TooLarge(limit)
        url = address.url
        try:
            for _ in range(_REDIRECTS):
                if not may_ask(httpx.URL(url), self.api):
                    return ForeignHost()
                async with self.source.read(account, url, size) as answer:
                    if not answer.has_redirect_location:
                        return await self._take(account, wanted, address, answer)
                    url = str(answer.url.join(answer.headers["Location"]))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Broken(type(error).__name__)
        return Broken("too many redirects")

    async def _take(self, account: Account, wanted: OutboundFetchData, address: Address, answer: httpx.Response) -> Got:
        if answer.status_code in _REFUSED_ADDRESS:
            return Expired()
        if answer.status_code != OK:
            return Broken(f"HTTP {answer.status_code}")
        limit, attachment = size_limit(wanted.kind), wanted.attachment
        if int(answer.headers.get("Content-Length", "0")) > limit:
            return TooLarge(limit)
        mime_type = mime_type_of(answer.headers.get("Content-Type"), address.mime_type, attachment.mime_type)
        expected = hex_digest(attachment.sha256) or hex_digest(address.sha256)
        try:
            stored = await self.files.put(
                file_key(account.tenant_id, attachment.id),
                _proven(answer.aiter_bytes(), expected),
                content_type=mime_type,
                limit=limit,
            )
        except FileTooLarge:
            return TooLarge(limit)
        except _OtherBytes:
            return OtherBytes()
        return Stored(mime_type, stored.size, stored.sha256)

    async def report(self, finished: Sequence[ledger.Finished]) -> None:
        """Tell conversation what became of files. Raises `PublishFailed` when Kafka is away."""
        await self.publisher.publish(
            [Outgoing.of(INBOUND_EVENTS, file_event(one), one.traceparent or current_traceparent()) for one in finished]
        )


async def _proven(chunks: AsyncIterator[bytes], expected: str | None) -> AsyncIterator[bytes]:
    """The bytes as they come; raises after the last one when they are not the ones that were announced."""
    digest = hashlib.sha256()
    async for chunk in chunks:
        digest.update(chunk)
        yield chunk
    if expected is not None and digest.hexdigest() != expected:
        raise _OtherBytes
