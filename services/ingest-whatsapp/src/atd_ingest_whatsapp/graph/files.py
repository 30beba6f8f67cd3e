"""Calls to the Graph API about files: to Meta, where they are, and from there. Bytes are streamed, never held whole."""

import mimetypes
import re
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from urllib.parse import quote

import httpx

from atd_channelkit.answers import Refused, Uncertain, Unsent
from atd_channelkit.media.multipart import FileForm
from atd_channelkit.media.source import FileAddress
from atd_channelkit.media.transfers import longest_transfer
from atd_channelkit.media.uploads import Uploaded
from atd_ingest_whatsapp.accounts.model import Account
from atd_ingest_whatsapp.graph.answers import OK, json_object, read_error, refused, text_in, unexplained
from atd_ingest_whatsapp.graph.connection import GraphConnection, authorization
from atd_servicekit.files import OpenFile

_MIME_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(?: ?; ?[\w.+-]+=[\w.+-]+)*", re.ASCII)
_ANY_MIME_TYPE = "application/octet-stream"


class GraphFiles:
    """The Graph API's files. The connection is for them alone, so that large files delay no message.

    `timeout` is of a call without a file; one with a file gets the time that its bytes need at
    `SLOWEST_BYTES_PER_SECOND` on top.
    """

    def __init__(self, connection: GraphConnection, timeout: timedelta) -> None:
        self._graph = connection
        self._timeout = timeout

    async def upload(self, account: Account, file: OpenFile, mime_type: str) -> Uploaded | Refused | Unsent | Uncertain:
        """Bring a file to Meta. Never raises for what the network or Meta do, nor for bytes that stop coming."""
        form = _form(mime_type if _MIME_TYPE.fullmatch(mime_type) else _ANY_MIME_TYPE)
        headers = {**authorization(account), **form.headers(file.size)}
        try:
            answer = await self._graph.http.post(
                self._graph.url(f"{account.phone_number_id}/media"),
                content=form.body(file.chunks),
                headers=headers,
                timeout=self._timeout_of(file.size),
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return read_error(error)
        finally:
            await file.aclose()
        body = json_object(answer.content)
        if isinstance(refusal := body.get("error"), dict):
            return refused(answer.status_code, refusal)
        media_id = text_in(body, "id")
        if answer.status_code != OK:
            return unexplained(answer.status_code)
        return Uncertain("an answer 200 without a media id") if media_id is None else Uploaded(media_id)

    async def look_up(self, account: Account, media_id: str) -> FileAddress | Refused | Unsent | Uncertain:
        """Where a file can be had now. Never raises for what the network or Meta do."""
        try:
            answer = await self._graph.http.get(
                self._graph.url(quote(media_id, safe="")),
                params={"phone_number_id": account.phone_number_id},
                headers=authorization(account),
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return read_error(error)
        body = json_object(answer.content)
        if isinstance(refusal := body.get("error"), dict):
            return refused(answer.status_code, refusal)
        if answer.status_code != OK:
            return unexplained(answer.status_code)
        url = text_in(body, "url")
        if url is None:
            return Uncertain("an answer 200 without an address")
        size = str(body.get("file_size", ""))
        return FileAddress(
            url,
            text_in(body, "mime_type"),
            text_in(body, "sha256"),
            int(size) if size.isascii() and size.isdigit() else None,
        )

    def read(self, account: Account, url: str, size: int) -> AbstractAsyncContextManager[httpx.Response]:
        """Begin to read a file of about `size` bytes; raises httpx's errors, also while it is read.

        The token goes along: the caller has made sure that the address is Meta's.
        """
        headers = {**authorization(account), "Accept-Encoding": "identity"}
        return self._graph.http.stream("GET", url, headers=headers, timeout=self._timeout_of(size))

    def _timeout_of(self, size: int) -> httpx.Timeout:
        longest = longest_transfer(size, self._timeout)
        return httpx.Timeout(longest.total_seconds(), connect=self._timeout.total_seconds())


def _form(mime_type: str) -> FileForm:
    name = "file" + (mimetypes.guess_extension(mime_type.partition(";")[0].strip()) or "")
    return FileForm({"messaging_product": "whatsapp", "type": mime_type}, "file", name, mime_type)
