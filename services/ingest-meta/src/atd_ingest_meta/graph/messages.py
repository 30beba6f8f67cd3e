"""Sends messages of Messenger and Instagram, one call for each part."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson

from atd_channelkit.answers import Accepted, Answer, Refused, Uncertain, Unsendable, Unsent
from atd_channelkit.media.multipart import FileForm
from atd_channelkit.media.stored_files import OpenAttachment, file_store_away
from atd_channelkit.media.transfers import longest_transfer
from atd_channelkit.sending.provider import Send
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.compose import FilePart, envelope_of, parts_of
from atd_ingest_meta.compose.parts import Part
from atd_ingest_meta.file_links import FileLinks
from atd_ingest_meta.graph.answers import Said, text_in
from atd_ingest_meta.graph.api import GraphApi
from atd_ingest_meta.graph.lookups import Lookups
from atd_ingest_meta.graph.pace import Pace
from atd_schemas.outbound import OutboundMessageData
from atd_servicekit.clock import Clock
from atd_servicekit.errors import InfrastructureFault

_MIME_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """One call that sends a part; `body` has all but the file. `whom` is the customer, as conversation knows them."""

    part: Part
    body: dict[str, Any]
    whom: str
    since: datetime | None
    open_file: OpenAttachment


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSender:
    """Sends messages. `timeout` is of a call without a file."""

    graph: GraphApi
    links: FileLinks
    lookups: Lookups
    pace: Pace
    clock: Clock
    timeout: timedelta

    async def send(self, account: Account, send: Send, data: OutboundMessageData) -> Answer:
        """Make the call of the part that is due."""
        parts = parts_of(data)
        if isinstance(parts, Unsendable):
            return parts
        if data.private_reply_to is not None and len(parts) > 1:
            return Unsendable("private_reply_in_parts", "A comment is answered in private by one message.")
        if send.part >= len(parts):
            return Accepted()
        envelope = envelope_of(data, self.clock.now())
        if isinstance(envelope, Unsendable):
            return envelope
        part = parts[send.part]
        held_up = self.pace.message(account, data, part)
        if held_up is not None:
            return held_up
        reply_to = data.reply_to_external_id if send.part == 0 and data.private_reply_to is None else None
        reference = send.reference if len(parts) == 1 else send.part_reference
        body = envelope.around(self._message(account, part, reference), reply_to)
        call = _Call(part=part, body=body, whom=data.recipient, since=send.asked_at, open_file=send.open_file)
        proven = account.kind == "messenger"  # by an echo, which has the reference
        answer = await (self._post(account, call) if proven else self._find_or_post(account, call, send.uncertain))
        if isinstance(answer, Accepted) and send.part + 1 < len(parts):
            return Accepted(answer.external_id, answer.aliases, complete=False)
        return answer

    def _message(self, account: Account, part: Part, reference: str) -> dict[str, Any]:
        """What stands in `message`. Instagram fetches files, Messenger takes them, and returns `metadata` in echoes."""
        message: dict[str, Any] = (
            dict(part.message)
            if account.kind == "instagram"
            else {
                **part.message,
                "metadata": reference,
            }
        )
        if isinstance(part, FilePart):
            given: dict[str, Any] = {"is_reusable": False}
            if account.kind == "instagram":
                given = {"url": self.links.link(account.tenant_id, part.file)}
            message["attachment"] = {"type": part.type, "payload": given}
        return message

    async def _find_or_post(self, account: Account, call: _Call, uncertain: bool) -> Answer:  # noqa: FBT001 - private
        """On Instagram no echo says which send it is of: what may be there already is looked for before a repeat."""
        if uncertain:
            found = await self.lookups.message(account, call.whom, call.part, call.since)
            if isinstance(found, str):
                return await self.lookups.found(account, found)
            if found is not None:
                return Uncertain("it could not be asked whether it was sent")
        answer = await self._post(account, call)
        if isinstance(answer, Accepted) and answer.external_id is not None:
            return await self.lookups.found(account, answer.external_id)
        if isinstance(answer, Uncertain):
            found = await self.lookups.message(account, call.whom, call.part, call.since)
            return await self.lookups.found(account, found) if isinstance(found, str) else answer
        return answer

    async def _post(self, account: Account, call: _Call) -> Answer:
        path = f"{account.sending_id}/messages"
        if account.kind == "messenger" and isinstance(call.part, FilePart):
            return _read(call, await self._upload(account, path, call, call.part))
        return _read(call, await self.graph.post(account, path, call.body))

    async def _upload(self, account: Account, path: str, call: _Call, part: FilePart) -> Said:
        """Messenger takes the file in the call itself: fields are JSON, each in a part of a form."""
        opened = await call.open_file(part.file)
        if isinstance(opened, Refused):
            return opened
        fields = {name: one if isinstance(one, str) else orjson.dumps(one).decode() for name, one in call.body.items()}
        mime_type = part.file.mime_type.partition(";")[0].strip()
        given = mime_type if _MIME_TYPE.fullmatch(mime_type) else "application/octet-stream"
        form = FileForm(fields, "filedata", part.file.name, given)
        longest = longest_transfer(opened.size, self.timeout).total_seconds()
        try:
            return await self.graph.call(
                account,
                "POST",
                path,
                content=form.body(opened.chunks),
                headers=form.headers(opened.size),
                timeout=httpx.Timeout(longest, connect=self.timeout.total_seconds()),
            )
        except InfrastructureFault:
            return file_store_away()
        finally:
            await opened.aclose()


def _read(call: _Call, said: Said) -> Accepted | Refused | Unsent | Uncertain:
    """The meaning of an answer; that to a private reply tells who the author of the comment is on Messenger."""
    if not isinstance(said, dict):
        return said
    message_id = text_in(said, "message_id")
    if message_id is None:
        return Uncertain("an answer 200 without a message id")
    person = text_in(said, "recipient_id")
    return Accepted(message_id, () if person is None or person == call.whom else (person,))
