"""A call with files: our store's bytes are streamed into the request, never held whole."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import orjson

from atd_channelkit.answers import Refused, Uncertain, Unsent
from atd_channelkit.media.multipart import FilesForm, FormFile
from atd_channelkit.media.stored_files import OpenAttachment, file_store_away
from atd_channelkit.media.transfers import longest_transfer
from atd_channelkit.media.uploads import UPLOADS_AT_ONCE, UPLOADS_AT_ONCE_PER_ACCOUNT
from atd_ingest_telegram.accounts.model import Account
from atd_ingest_telegram.bot_api import BotApi
from atd_ingest_telegram.compose.calls import BotCall, FilePart
from atd_ingest_telegram.compose.files import Pixels
from atd_schemas.outbound import OutboundAttachment
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.files import HEAD_BYTES, OpenFile, picture_size


@dataclass(slots=True)
class _Stream:
    """The bytes of a file; `broken` when they stopped coming."""

    file: OpenFile
    broken: bool = False

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self.file.chunks:
                yield chunk
        except InfrastructureFault:
            self.broken = True
            raise


class FileCalls:
    """Calls with files, on a connection of their own, so that large files delay no text.

    `timeout` is of a call without a file.
    """

    def __init__(self, api: BotApi, timeout: timedelta) -> None:
        self._api = api
        self._timeout = timeout
        self._slots = asyncio.Semaphore(UPLOADS_AT_ONCE)
        self._slots_of: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(UPLOADS_AT_ONCE_PER_ACCOUNT)
        )

    async def call(
        self, account: Account, call: BotCall, open_file: OpenAttachment
    ) -> Any | Refused | Unsent | Uncertain:
        """Make a call with its files. A request of which a file broke off has reached nobody whole."""
        async with self._slots_of[account.id], self._slots, AsyncExitStack() as stack:
            streams = await _opened(call.files, open_file, stack)
            if isinstance(streams, Refused):
                return streams
            form = FilesForm(_fields(call), [_form_file(*one) for one in zip(call.files, streams, strict=True)])
            longest = longest_transfer(sum(one.file.size for one in streams), self._timeout)
            answer = await self._api.call(
                account,
                call.method,
                content=form.body(),
                headers=form.headers,
                timeout=httpx.Timeout(longest.total_seconds(), connect=self._timeout.total_seconds()),
            )
            return file_store_away() if any(one.broken for one in streams) else answer


async def measure(attachment: OutboundAttachment, open_file: OpenAttachment) -> Pixels | Refused | None:
    """How many pixels a picture has; `None` when its first bytes do not say."""
    opened = await open_file(attachment)
    if isinstance(opened, Refused):
        return opened
    head = bytearray()
    try:
        async for chunk in opened.chunks:
            head += chunk
            if len(head) >= HEAD_BYTES:
                break
    except InfrastructureFault:
        return file_store_away()
    finally:
        await opened.aclose()
    size = picture_size(bytes(head[:HEAD_BYTES]))
    return None if size is None else Pixels(size.width, size.height)


async def _opened(
    files: Sequence[FilePart], open_file: OpenAttachment, stack: AsyncExitStack
) -> list[_Stream] | Refused:
    """All files of the call: a missing one is known before anything is sent."""
    streams = []
    for file in files:
        opened = await open_file(file.attachment)
        if isinstance(opened, Refused):
            return opened
        stack.push_async_callback(opened.aclose)
        streams.append(_Stream(opened))
    return streams


def _fields(call: BotCall) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else orjson.dumps(value).decode()
        for name, value in call.parameters.items()
    }


def _form_file(part: FilePart, stream: _Stream) -> FormFile:
    file = part.attachment
    return FormFile(part.name, file.name, file.mime_type, stream.file.size, stream.chunks())
