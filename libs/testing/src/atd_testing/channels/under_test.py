"""A running channel service beside the fake of its provider, as the contract's tests use it."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundAttachment, InboundReceipt
from atd_schemas.outbound import (
    ActionName,
    OutboundAction,
    OutboundActionData,
    OutboundAttachment,
    OutboundFetch,
    OutboundFetchData,
    OutboundMessage,
    OutboundMessageData,
    OutboundReaction,
    OutboundReactionData,
    OutboundRead,
    OutboundReadData,
)
from atd_schemas.topics import outbound_topic
from atd_servicekit.files import FileStore, file_key
from atd_testing.channels.case import ChannelCase, CustomerFile, Feature, Json, ServedProvider, Trouble
from atd_testing.providers import Behaviour, SentMessage
from atd_testing.service import RunningService
from atd_testing.topics import TopicReader
from atd_testing.waiting import eventually

TOKEN = "a-token-that-nobody-may-see"
SECRET = "a-secret-that-nobody-may-see"
TEXT = "segredo do cliente"
MANAGER = ("channels:read", "channels:manage")
PATH = "/api/v1/channels"


@dataclass(frozen=True, slots=True)
class ChannelUnderTest:
    """One tenant's view of the running service."""

    case: ChannelCase
    service: RunningService
    provider: ServedProvider
    reader: TopicReader
    files: FileStore
    tenant: str

    def need(self, feature: Feature) -> None:
        """Skip the test when the channel lacks this."""
        if feature in self.case.lacks:
            pytest.skip(f"{self.case.kind} lacks {feature}: {self.case.lacks[feature]}")

    def of_tenant(self, tenant: str) -> "ChannelUnderTest":
        """The same service as another tenant sees it."""
        return replace(self, tenant=tenant)

    @property
    def http(self) -> httpx.AsyncClient:
        return self.service.http

    def headers(self, permissions: tuple[str, ...] = MANAGER) -> dict[str, str]:
        return self.service.headers(self.tenant, permissions)

    # Accounts

    def new_channel(self, token: str = TOKEN, secret: str = SECRET) -> Json:
        return self.case.new_channel(token, secret)

    async def connect(self, token: str = TOKEN, secret: str = SECRET) -> Json:
        """A new channel account."""
        answer = await self.http.post(PATH, json=self.new_channel(token, secret), headers=self.headers())
        assert answer.status_code == 201, answer.text
        made: Json = answer.json()

        async def ready() -> Json:
            shown = await self.show(made)
            assert self.case.ready(shown)
            return shown

        return await eventually(ready)

    async def show(self, channel: Json) -> Json:
        shown: Json = (await self.http.get(f"{PATH}/{channel['id']}", headers=self.headers())).json()
        return shown

    async def change(self, channel: Json, change: Json) -> Json:
        answer = await self.http.patch(f"{PATH}/{channel['id']}", json=change, headers=self.headers())
        assert answer.status_code == 200, answer.text
        changed: Json = answer.json()
        return changed

    async def check(self, channel: Json) -> Json:
        answer = await self.http.post(f"{PATH}/{channel['id']}/check", headers=self.headers())
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def needs_reconnection(self, channel: Json) -> Json:
        """The account, once it is marked."""

        async def marked() -> Json:
            shown = await self.show(channel)
            assert shown["status"] == "needs_reconnection"
            return shown

        return await eventually(marked)

    # Webhooks

    def webhook_path(self, channel: Json) -> str:
        path = next(one.path for one in self.case.service.prefixes if one.access == "provider")
        return f"{path}/{channel['id']}"

    async def deliver(self, channel: Json, raw: bytes, secret: str = SECRET) -> httpx.Response:
        """A webhook with its proof."""
        headers = {"Content-Type": "application/json", **self.case.proof(channel, raw, secret)}
        return await self.http.post(self.webhook_path(channel), content=raw, headers=headers)

    def text_webhook(self, channel: Json, *texts: str) -> bytes:
        return self.case.text_webhook(channel, texts or (TEXT,), uuid4().hex)

    # Kafka

    async def events_of(self, channel: Json, number: int) -> list[Any]:
        """The inbound events of an account, once there are `number`."""
        return await self.reader.matching(
            number, lambda event: event.type.startswith("inbound.") and event.data.account_id == channel["id"]
        )

    async def receipts(self, channel: Json, number: int) -> list[InboundReceipt]:
        return await self.reader.matching(
            number, lambda event: isinstance(event, InboundReceipt) and event.data.account_id == channel["id"]
        )

    async def ask(self, *commands: Any, traceparent: str | None = None) -> None:
        """Commands of conversation."""
        await self.service.publish(outbound_topic(self.case.service), *commands, traceparent=traceparent)

    # Sending

    def message(self, channel: Json, text: str | None = TEXT, conversation: str | None = None, **data: Any) -> Any:
        conversation = conversation or uuid7()
        given = {"message_id": uuid7(), "kind": "text", "text": text, **data}
        common = self._common(channel, conversation, given.pop("recipient", None))
        return OutboundMessage(**self._envelope(conversation), data=OutboundMessageData(**{**common, **given}))

    def reaction(self, channel: Json, emoji: str | None, conversation: str) -> Any:
        target = self.case.target
        data = OutboundReactionData(
            **self._common(channel, conversation), message_id=uuid7(), target_external_id=target, emoji=emoji
        )
        return OutboundReaction(**self._envelope(conversation), data=data)

    def read(self, channel: Json, conversation: str, target: str) -> Any:
        data = OutboundReadData(**self._common(channel, conversation), external_id=target, typing=True)
        return OutboundRead(**self._envelope(conversation), data=data)

    def deed(
        self, channel: Json, conversation: str, message: str, action: ActionName, target: str, text: str | None = None
    ) -> Any:
        """The command to change or take back a message of ours, which the provider calls `target`."""
        data = OutboundActionData(
            **self._common(channel, conversation),
            message_id=message,
            action=action,
            target_external_ids=(target,),
            text=text,
        )
        return OutboundAction(**self._envelope(conversation), data=data)

    def refuse(self, trouble: Trouble, channel: Json | None = None, **changes: Any) -> Any:
        """Have the fake refuse sends of an account; answers the `Refusal`.

        Without an account the next send takes it, also one that an earlier test has left waiting in a shared service.
        """
        refusal = self.case.refusal(trouble)
        if channel is not None:
            changes["account"] = self.case.account_of(channel)
        self.provider.state.behaviours.append(refusal.behaviour.model_copy(update=changes))
        return refusal

    def misbehave(self, behaviour: Behaviour, channel: Json) -> None:
        """Have the fake treat sends of an account like this."""
        account = self.case.account_of(channel)
        self.provider.state.behaviours.append(behaviour.model_copy(update={"account": account}))

    def sent(self, *channels: Json) -> list[SentMessage]:
        """What went out from these accounts, in order."""
        accounts = {self.case.account_of(channel) for channel in channels}
        return [sent for sent in self.provider.state.sent if sent.account in accounts]

    def sent_texts(self, *channels: Json) -> list[str | None]:
        return [sent.text for sent in self.sent(*channels)]

    async def refused_row(self, ledger: str, channel: Json) -> Json:
        """A row of the account (of `sends` or `fetches`), once an attempt of it was refused and it waits."""
        rows = self.service.db[f"{ledger}_rows"]
        waiting = {"group": channel["id"], "state": "due", "reason": {"$exists": True}}
        row: Json = await eventually(lambda: rows.find_one(waiting))
        return row

    async def end_time_of_open_rows(self) -> None:
        """What is not sent or fetched yet may not be any more, as if its time had passed."""
        past = datetime.now(UTC) - timedelta(seconds=1)
        for ledger in ("sends", "fetches"):
            rows = self.service.db[f"{ledger}_rows"]
            await rows.update_many({"open.until": {"$exists": True}}, {"$set": {"open.until": past}})

    async def deliver_receipt(self, channel: Json, external_id: str, reference: str) -> None:
        raw = self.case.receipt_webhook(channel, external_id, reference)
        answer = await self.deliver(channel, raw)
        assert answer.status_code == 200, answer.text

    # Files

    def fetch(self, channel: Json, file: CustomerFile, **data: Any) -> Any:
        """The command to fetch a file of a customer."""
        more = {"kind": "image", "sha256": file.sha256, "url": None, "attempt": 0, **data}
        attachment = InboundAttachment(
            id=uuid7(), provider_id=file.provider_id, sha256=more["sha256"], mime_type="image/jpeg", url=more["url"]
        )
        wanted = OutboundFetchData(
            account_id=channel["id"],
            channel=self.case.kind,
            conversation_id="conversation-1",
            message_id=uuid7(),
            contact_external_id=self.case.customers[0],
            kind=more["kind"],
            attachment=attachment,
            attempt=more["attempt"],
        )
        return OutboundFetch(**self._envelope("conversation-1"), data=wanted)

    async def stored(self, asked: OutboundFetch) -> bytes:
        """The bytes in the file store. Raises `FileMissing`."""
        opened = await self.files.open(file_key(self.tenant, asked.data.attachment.id))
        return b"".join([chunk async for chunk in opened.chunks])

    async def keep(self, data: bytes = b"%PDF-1.7", mime_type: str = "application/pdf") -> OutboundAttachment:
        """A file that an attendant uploaded, with bytes of its own."""
        data += uuid7().encode()
        attachment_id = uuid7()
        key = file_key(self.tenant, attachment_id)
        await self.files.put(key, _chunks(data), content_type=mime_type, limit=len(data))
        digest = hashlib.sha256(data).hexdigest()
        return OutboundAttachment(
            id=attachment_id, name=f"{TEXT}.pdf", mime_type=mime_type, size=len(data), sha256=digest
        )

    def document(self, channel: Json, file: OutboundAttachment, **data: Any) -> Any:
        return self.message(channel, None, **{"kind": "document", "attachments": (file,), **data})

    def uploads(self, channel: Json) -> Sequence[Any]:
        return self.case.uploads(self.provider, channel)

    def _envelope(self, subject: str) -> Json:
        now = datetime.now(UTC)
        return {
            "id": uuid7(),
            "tenant_id": self.tenant,
            "occurred_at": now,
            "recorded_at": now,
            "source": "conversation",
            "subject": subject,
        }

    def _common(self, channel: Json, conversation: str, recipient: str | None = None) -> Json:
        return {
            "account_id": channel["id"],
            "channel": self.case.kind,
            "conversation_id": conversation,
            "recipient": recipient or self.case.customers[0],
            "thread_id": self.case.thread_of(recipient or self.case.customers[0]),
        }


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 65536):
        yield data[start : start + 65536]
