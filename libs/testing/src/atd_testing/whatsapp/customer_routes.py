"""Control routes that make webhooks: customers write, the owner writes by phone, other fields change."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field

from atd_testing.providers import Delivery
from atd_testing.whatsapp import builders, kinds
from atd_testing.whatsapp.builders import Json
from atd_testing.whatsapp.customers import CustomerMessage, WrittenMessage, contacts_of, new_message_id, write
from atd_testing.whatsapp.state import FakeState
from atd_testing.whatsapp.webhooks import WhatsAppWebhooks


class RawWebhook(BaseModel):
    """Any body, delivered as it is: `body` as JSON or `raw` as base64; `signature` replaces the correct one."""

    phone_number_id: str
    body: Any = None
    raw: str | None = None
    signature: str | None = None


class FieldChange(BaseModel):
    """An update of another webhook field, delivered as a change of its own."""

    phone_number_id: str
    field: str
    value: Json = Field(default_factory=dict)
    with_metadata: bool = False


class EchoedMessage(BaseModel):
    """A message that the owner writes with the WhatsApp Business app on the same number."""

    phone_number_id: str
    to: str
    kind: str = "text"
    content: Json = Field(default_factory=lambda: {"body": "Olá"})
    message_id: str | None = None


def add_customers(
    router: APIRouter, state: FakeState, webhooks: WhatsAppWebhooks, on_written: Callable[[WrittenMessage], None]
) -> None:
    """`POST /messages` (`on_written` is called with each), `POST /echoes`."""

    @router.post("/messages", status_code=202)
    async def customer_writes(messages: list[CustomerMessage], request: Request) -> dict[str, list[str]]:
        """Customers write; answers the message ids in order."""
        ids = []
        for message in messages:
            written = write(state, message, str(request.base_url))
            _queued(webhooks.customer_wrote(message.phone_number_id, [written.element], contacts_of(written.message)))
            on_written(written)
            ids.append(written.message_id)
        return {"message_ids": ids}

    @router.post("/echoes", status_code=202)
    async def owner_writes(echoed: EchoedMessage) -> dict[str, str]:
        """The owner writes with the WhatsApp Business app on the same number."""
        message_id = echoed.message_id or new_message_id()
        made = kinds.echo(message_id, echoed.kind, echoed.content, state.now(), to=echoed.to)
        change = kinds.field_change(
            echoed.phone_number_id, "smb_message_echoes", {"message_echoes": [made]}, with_metadata=True
        )
        _queued(webhooks.sender.enqueue(echoed.phone_number_id, change))
        return {"message_id": message_id}


def add_raw_webhooks(router: APIRouter, state: FakeState, webhooks: WhatsAppWebhooks) -> None:
    """`POST /webhooks`, `POST /changes`."""

    @router.post("/webhooks")
    async def deliver_raw(webhook: RawWebhook) -> Delivery:
        """Deliver a body of your own now, and wait for the outcome."""
        callback = state.callback_of(webhook.phone_number_id)
        if callback is None:
            raise HTTPException(409, "this number has no callback")
        try:
            raw = base64.b64decode(webhook.raw) if webhook.raw else builders.encode(webhook.body)
        except binascii.Error:
            raise HTTPException(422, "raw is not valid base64") from None
        signature = None if webhook.signature is None else {builders.SIGNATURE_HEADER: webhook.signature}
        return await webhooks.sender.deliver(callback, raw, signature)

    @router.post("/changes", status_code=202)
    async def change_field(change: FieldChange) -> dict[str, bool]:
        """Deliver an update of another webhook field (account alerts, user preferences, quality, ...)."""
        made = kinds.field_change(
            change.phone_number_id, change.field, change.value, with_metadata=change.with_metadata
        )
        return {"queued": _queued(webhooks.sender.enqueue(change.phone_number_id, made))}


def _queued(queued: bool) -> bool:  # noqa: FBT001 - the answer of `enqueue`
    if not queued:
        raise HTTPException(409, "this number has no callback")
    return queued
