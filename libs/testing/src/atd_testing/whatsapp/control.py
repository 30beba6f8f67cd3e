"""The control side of the fake, under `/_fake/`: look at what came, set what to do, write as a customer."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field

from atd_testing.whatsapp import builders
from atd_testing.whatsapp.state import Behaviour, Callback, Delivery, FakeState, SentMessage, WebhookSettings
from atd_testing.whatsapp.webhooks import WebhookDeliverer


class CustomerMessage(BaseModel):
    """A customer writes a text. `sender` is digits without `+`; absent, the phone is hidden."""

    phone_number_id: str
    text: str
    sender: str | None = "5511999990000"
    user_id: str | None = None
    name: str | None = "Ana Souza"
    message_id: str | None = None
    reply_to: str | None = None
    forwarded: str = "no"
    at: datetime | None = None


class RawWebhook(BaseModel):
    """Any body, delivered as it is: `body` as JSON or `raw` as base64; `signature` replaces the right one."""

    phone_number_id: str
    body: Any = None
    raw: str | None = None
    signature: str | None = None


class Tokens(BaseModel):
    """Access tokens that are no longer good."""

    revoked: set[str] = Field(default_factory=set)


def control_router(state: FakeState, deliverer: WebhookDeliverer) -> APIRouter:
    """The routes under `/_fake/`."""
    router = APIRouter(prefix="/_fake", tags=["control"])
    _add_observation(router, state, deliverer)
    _add_misbehaviour(router, state)
    _add_webhooks(router, state, deliverer)
    return router


def _add_observation(router: APIRouter, state: FakeState, deliverer: WebhookDeliverer) -> None:
    @router.get("/sent")
    async def list_sent(phone_number_id: str | None = None, recipient: str | None = None) -> list[SentMessage]:
        """Every message that was taken, in order."""
        found = state.sent if recipient is None else state.sent_to(recipient)
        return [sent for sent in found if phone_number_id in (None, sent.phone_number_id)]

    @router.get("/read")
    async def list_read() -> list[str]:
        """The ids that were marked as read."""
        return state.read

    @router.get("/deliveries")
    async def list_deliveries() -> list[Delivery]:
        """Every webhook body that was delivered or tried."""
        return state.deliveries

    @router.get("/status")
    async def show_status() -> dict[str, Any]:
        """Counts, and whether no webhook waits."""
        return {
            "idle": deliverer.idle,
            "calls": state.calls,
            "sent": len(state.sent),
            "read": len(state.read),
            "deliveries": len(state.deliveries),
        }

    @router.post("/reset")
    async def reset() -> dict[str, bool]:
        """Forget everything but the callbacks."""
        state.reset()
        deliverer.reset()
        return {"ok": True}


def _add_misbehaviour(router: APIRouter, state: FakeState) -> None:
    @router.post("/behaviours", status_code=201)
    async def add_behaviour(behaviour: Behaviour) -> Behaviour:
        """Misbehave at the sends that match; the first one set that still applies wins."""
        state.behaviours.append(behaviour)
        return behaviour

    @router.get("/behaviours")
    async def list_behaviours() -> list[Behaviour]:
        return state.behaviours

    @router.delete("/behaviours", status_code=204)
    async def clear_behaviours() -> None:
        state.behaviours.clear()

    @router.put("/tokens")
    async def set_tokens(tokens: Tokens) -> Tokens:
        """Replace the set of access tokens that answer 190."""
        state.revoked_tokens = tokens.revoked
        return tokens

    @router.put("/webhook-settings")
    async def set_webhooks(settings: WebhookSettings) -> WebhookSettings:
        """Receipts, duplicates, order, batches, retries."""
        state.webhooks = settings
        return settings


def _add_webhooks(router: APIRouter, state: FakeState, deliverer: WebhookDeliverer) -> None:
    @router.put("/callbacks")
    async def set_callback(callback: Callback) -> Callback:
        """Where the webhooks of a number (or of every number) go."""
        if callback.verify_token is not None and not await deliverer.handshake(callback):
            raise HTTPException(400, "The callback URL or verify token could not be validated")
        state.callbacks[callback.phone_number_id] = callback
        return callback

    @router.post("/messages", status_code=202)
    async def customer_writes(messages: list[CustomerMessage]) -> dict[str, list[str]]:
        """Customers write; answers the message ids in order."""
        return {"message_ids": [write_as_customer(deliverer, message) for message in messages]}

    @router.post("/webhooks")
    async def deliver_raw(webhook: RawWebhook) -> Delivery:
        """Deliver a body of your own now, and wait for the outcome."""
        callback = state.callback_of(webhook.phone_number_id)
        if callback is None:
            raise HTTPException(409, "this number has no callback")
        try:
            raw = base64.b64decode(webhook.raw) if webhook.raw else builders.encode(webhook.body)
        except binascii.Error:
            raise HTTPException(422, "raw is not base64") from None
        return await deliverer.deliver(callback, raw, webhook.signature)


def write_as_customer(deliverer: WebhookDeliverer, message: CustomerMessage) -> str:
    """Queue the webhook of a customer's text and return the message's id."""
    message_id = message.message_id or builders.wamid(uuid4().hex)
    user_id = message.user_id
    if user_id is None and message.sender is not None:
        user_id = builders.business_scoped_user_id(message.sender)
    said = builders.text_message(
        message_id,
        message.text,
        message.at or datetime.now(UTC),
        sender=message.sender,
        user_id=user_id,
        reply_to=message.reply_to,
        forwarded=message.forwarded,
    )
    person = builders.contact(message.sender, message.name, user_id=user_id)
    if not deliverer.customer_wrote(message.phone_number_id, [said], [person]):
        raise HTTPException(409, "this number has no callback")
    return message_id
