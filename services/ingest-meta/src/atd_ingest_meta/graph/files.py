"""Customers' files: where they are, and their bytes.

Meta's addresses are signed and end after a while; a new one is asked for by what the file hangs on. They need no token,
so none is sent to the hosts of files. Ids of files are made by the translation: `<message id>#<place>`,
`comment:<comment id>`, `post:<post id>`, `person:<id of a customer>`.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import httpx

from atd_channelkit.answers import Refused, Uncertain, Unsent
from atd_channelkit.connection import ProviderConnection
from atd_channelkit.media.source import AllowedHosts, FetchRules, FileAddress
from atd_channelkit.media.transfers import longest_transfer
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.graph.answers import rows_in, text_in
from atd_ingest_meta.graph.api import GraphApi

_MB = 1024 * 1024

SIZE_LIMIT = 25 * _MB
"""In bytes; what people send by Messenger and Instagram is not larger."""

SENT_LIMIT = 25 * _MB
"""In bytes, of the largest file that Messenger takes."""

SIZE_LIMITS: Mapping[str, int] = MappingProxyType({"sticker": 5 * _MB})

ADDRESS_FRESH_FOR = timedelta(minutes=30)
"""Meta does not say how long its addresses work; after a refusal a new one is asked for anyway."""

_DOMAINS = (".fbcdn.net", ".fbsbx.com", ".cdninstagram.com")
"""Meta's own domains, whole: it moves files between hosts without a word."""

_COMMENT, _POST = "comment:", "post:"
PERSON = "person:"
"""How the ids of customers' pictures begin."""


def fetch_rules(api_url: str, more_hosts: Sequence[str] = ()) -> FetchRules:
    """The rules for customers' files, with the Graph API at this address; `more_hosts` are an operator's."""
    hosts = AllowedHosts(httpx.URL(api_url), (), _DOMAINS).with_more(more_hosts)
    return FetchRules(hosts, SIZE_LIMIT, SIZE_LIMITS, ADDRESS_FRESH_FOR)


class GraphFiles:
    """Customers' files (see `FileSource`). `timeout` is of a call without a file."""

    def __init__(self, graph: GraphApi, hosts: ProviderConnection, timeout: timedelta) -> None:
        self._graph = graph
        self._hosts = hosts
        self._timeout = timeout

    async def look_up(self, account: Account, file_id: str) -> FileAddress | Refused | Unsent | Uncertain:
        """Where the file is now."""
        if file_id.startswith(_COMMENT):
            return await self._asked(account, file_id.removeprefix(_COMMENT), "attachment", _comment_address)
        if file_id.startswith(_POST):
            return await self._asked(account, file_id.removeprefix(_POST), "full_picture", _post_address)
        if file_id.startswith(PERSON):
            return await self._asked(account, file_id.removeprefix(PERSON), "profile_pic", _person_address)
        message_id, _, place = file_id.rpartition("#")
        if not (place.isascii() and place.isdigit()):
            return Refused("media", "expired", "Meta does not hand out this file any more.")

        def address(said: Mapping[str, Any]) -> FileAddress | None:
            files = rows_in(said.get("attachments"))
            return _message_address(files[int(place)]) if int(place) < len(files) else None

        return await self._asked(account, message_id, "attachments", address)

    async def _asked(
        self, account: Account, node: str, field: str, address: Any
    ) -> FileAddress | Refused | Unsent | Uncertain:
        said = await self._graph.get(account, node, fields=field)
        if not isinstance(said, dict):
            return said
        found: FileAddress | None = address(said)
        return Refused("media", "file_missing", "Meta has no such file.") if found is None else found

    def read(
        self,
        account: Account,  # noqa: ARG002 - no credentials are sent
        url: str,
        size: int,
    ) -> AbstractAsyncContextManager[httpx.Response]:
        """Begin to read a file of about `size` bytes; raises httpx's errors, also while it is read."""
        longest = longest_transfer(size, self._timeout)
        timeout = httpx.Timeout(longest.total_seconds(), connect=self._timeout.total_seconds())
        return self._hosts.stream(url, headers={"Accept-Encoding": "identity"}, timeout=timeout)


def _message_address(file: Mapping[str, Any]) -> FileAddress | None:
    """Of a file of a message: pictures and videos have data of their own, all others an address."""
    for name in ("image_data", "video_data"):
        if (url := text_in(file.get(name), "url")) is not None:
            return _address(url, file)
    url = text_in(file, "file_url")
    return None if url is None else _address(url, file)


def _address(url: str, file: Mapping[str, Any]) -> FileAddress:
    size = file.get("size")
    return FileAddress(url, text_in(file, "mime_type"), None, size if isinstance(size, int) and size > 0 else None)


def _comment_address(said: Mapping[str, Any]) -> FileAddress | None:
    attachment = said.get("attachment")
    media = attachment.get("media") if isinstance(attachment, dict) else None
    image = media.get("image") if isinstance(media, dict) else None
    url = text_in(media, "source") or text_in(image, "src")
    return None if url is None else FileAddress(url)


def _post_address(said: Mapping[str, Any]) -> FileAddress | None:
    url = text_in(said, "full_picture")
    return None if url is None else FileAddress(url)


def _person_address(said: Mapping[str, Any]) -> FileAddress | None:
    url = text_in(said, "profile_pic")
    return None if url is None else FileAddress(url)
