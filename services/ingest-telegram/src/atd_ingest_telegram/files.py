"""Customers' files: where they are, and their bytes. An address that leaves this module contains no token."""

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote, unquote

import httpx

from atd_channelkit.answers import Refused, Uncertain, Unsent
from atd_channelkit.connection import ProviderConnection
from atd_channelkit.media.source import AllowedHosts, FetchRules, FileAddress
from atd_channelkit.media.transfers import longest_transfer
from atd_channelkit.webhooks.values import id_of
from atd_ingest_telegram.accounts.model import Account
from atd_ingest_telegram.bot_api import BotApi, file_url
from atd_ingest_telegram.translate.files import LARGEST_FILE, PERSON

_SHOWN_SIZE = 1
"""Of the sizes of a picture, which ascend (160, 320, 640 pixels): more than initials need is not fetched."""

_UNAVAILABLE = "temporarily unavailable"


def fetch_rules(api_url: str) -> FetchRules:
    """The rules for customers' files: they are where the Bot API is, and a bot can have 20 MB."""
    return FetchRules(AllowedHosts(httpx.URL(api_url)), LARGEST_FILE)


class BotFiles:
    """The files that customers sent to bots (see `FileSource`). The connection is for them alone."""

    def __init__(self, connection: ProviderConnection, api_url: str, timeout: timedelta) -> None:
        """`timeout` is of a call without a file; one with a file gets the time that its bytes need."""
        self._connection = connection
        self._api = BotApi(connection)
        self._base = api_url.rstrip("/")
        self._timeout = timeout

    async def look_up(self, account: Account, file_id: str) -> FileAddress | Refused | Unsent | Uncertain:
        """Where a file is for the next hour, by `getFile`; of a customer's picture, which one comes first."""
        if file_id.startswith(PERSON):
            return await self._look_up_picture(account, file_id.removeprefix(PERSON))
        file = await self._api.call(account, "getFile", {"file_id": file_id})
        if isinstance(file, Refused):
            return as_of_file(file)
        if isinstance(file, Unsent | Uncertain):
            return file
        path, size = (file.get("file_path"), file.get("file_size")) if isinstance(file, dict) else (None, None)
        if not isinstance(path, str) or not path or any(part in ("", ".", "..") for part in path.split("/")):
            return Uncertain("an answer without a path")
        known = size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None
        return FileAddress(f"{self._base}/file/{quote(path)}", size=known)

    async def _look_up_picture(self, account: Account, person: str) -> FileAddress | Refused | Unsent | Uncertain:
        """Where the picture of a person is that they show to bots: a JPEG, which Telegram serves without its type."""
        wanted = {"user_id": int(person), "limit": 1}
        told = await self._api.call(account, "getUserProfilePhotos", wanted)
        if isinstance(told, Refused | Unsent | Uncertain):
            return as_of_file(told) if isinstance(told, Refused) else told
        photos = told.get("photos") if isinstance(told, dict) else None
        sizes = photos[0] if isinstance(photos, list) and photos and isinstance(photos[0], list) else []
        ids = [file_id for one in sizes if isinstance(one, dict) and (file_id := id_of(one.get("file_id"))) is not None]
        if not ids:
            return Refused("media", "file_missing", "The customer shows no picture.")
        found = await self.look_up(account, ids[min(_SHOWN_SIZE, len(ids) - 1)])
        return replace(found, mime_type="image/jpeg") if isinstance(found, FileAddress) else found

    def read(self, account: Account, url: str, size: int) -> AbstractAsyncContextManager[httpx.Response]:
        """Begin to read a file of about `size` bytes; raises httpx's errors, also while it is read."""
        path = unquote(url.removeprefix(f"{self._base}/file/"))
        longest = longest_transfer(size, self._timeout)
        return self._connection.stream(
            file_url(self._base, account, path),
            headers={"Accept-Encoding": "identity"},
            timeout=httpx.Timeout(longest.total_seconds(), connect=self._timeout.total_seconds()),
        )


def as_of_file(refused: Refused) -> Refused:
    """A refusal of `getFile`: Telegram says the same of an id that is wrong and of a file that it has not at hand."""
    if _UNAVAILABLE in refused.detail.lower():
        return replace(refused, failure="transient", code="file_unavailable")
    return replace(refused, failure="media") if refused.failure == "request" else refused
