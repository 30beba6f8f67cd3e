"""The control side of the fake, under `/_fake/`: look at what came, set what to do, write as a customer."""

import base64
import binascii
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, Field

from atd_testing.whatsapp import builders, kinds
from atd_testing.whatsapp.builders import Json
from atd_testing.whatsapp.customers import CustomerMessage, Written, contacts_of, new_message_id, write
from atd_testing.whatsapp.media import MediaFacts
from atd_testing.whatsapp.state import (
    Behaviour,
    Callback,
    Delivery,
    FakeState,
    GraphSettings,
    ReadMark,
    SentMessage,
    WebhookSettings,
)
from atd_testing.whatsapp.templates import Template, TemplateStatus
from atd_testing.whatsapp.webhooks import WebhookDeliverer


class RawWebhook(BaseModel):
    """Any body, delivered as it is: `body` as JSON or `raw` as base64; `signature` replaces the right one."""

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
    """What the owner writes with the phone app that shares the number."""

    phone_number_id: str
    to: str
    kind: str = "text"
    content: Json = Field(default_factory=lambda: {"body": "Olá"})
    message_id: str | None = None


class ChangedTemplate(BaseModel):
    """A template to put into a business account's catalogue; `notify` tells its status by webhook."""

    business_account_id: str
    template: Template
    notify: bool = True


class TemplateStatusChange(BaseModel):
    """Another status for a template; `notify` tells it by webhook."""

    status: TemplateStatus
    reason: str | None = None
    notify: bool = True


class ClockMove(BaseModel):
    """How far to move the fake's clock, in seconds; negative goes back."""

    advance_seconds: float


class Window(BaseModel):
    """A customer's window of 24 hours with a number, to be opened now or to have expired."""

    phone_number_id: str
    customer: str
    open: bool


class Tokens(BaseModel):
    """Access tokens that are no longer good."""

    revoked: set[str] = Field(default_factory=set)


def control_router(state: FakeState, deliverer: WebhookDeliverer, on_written: Callable[[Written], None]) -> APIRouter:
    """The routes under `/_fake/`; `on_written` hears of what customers write."""
    router = APIRouter(prefix="/_fake", tags=["control"])
    _add_observation(router, state, deliverer)
    _add_misbehaviour(router, state)
    _add_rules(router, state)
    _add_webhooks(router, state, deliverer)
    _add_customers(router, state, deliverer, on_written)
    _add_templates(router, state, deliverer)
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
        return list(state.read)

    @router.get("/read-marks")
    async def list_read_marks(phone_number_id: str | None = None) -> list[ReadMark]:
        """Every mark, and whether it said that the business is writing."""
        return [mark for mark in state.read_marks if phone_number_id in (None, mark.phone_number_id)]

    @router.get("/media")
    async def list_media(origin: str | None = None, phone_number_id: str | None = None) -> list[MediaFacts]:
        """Every file that is held, without its bytes; `origin` is `upload` or `customer`."""
        found = (file.facts() for file in state.media.all() if origin in (None, file.origin))
        return [facts for facts in found if phone_number_id in (None, facts.phone_number_id)]

    @router.get("/media/{media_id}/content")
    async def show_media(media_id: str) -> Response:
        """The bytes of a file, whatever its age; for looking at, not as Meta serves them."""
        file = next((one for one in state.media.all() if one.id == media_id), None)
        if file is None:
            raise HTTPException(404, "no such file")
        return Response(file.data, media_type=file.mime_type, headers={"X-Content-Type-Options": "nosniff"})

    @router.get("/deliveries")
    async def list_deliveries() -> list[Delivery]:
        """Every webhook body that was delivered or tried."""
        return list(state.deliveries)

    @router.get("/status")
    async def show_status() -> dict[str, Any]:
        """Counts, and whether no webhook waits."""
        return {
            "idle": deliverer.idle,
            "calls": state.calls,
            "sent": len(state.sent),
            "read": len(state.read),
            "deliveries": len(state.deliveries),
            "media_bytes": state.media.held_bytes,
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
        """Misbehave at the calls that match; the first one set that still applies wins."""
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

    @router.post("/changes", status_code=202)
    async def change_field(change: FieldChange) -> dict[str, bool]:
        """Deliver an update of another webhook field (account alerts, user preferences, quality, ...)."""
        made = kinds.field_change(
            change.phone_number_id, change.field, change.value, with_metadata=change.with_metadata
        )
        return {"queued": _queued(deliverer.enqueue(change.phone_number_id, made))}


def _add_rules(router: APIRouter, state: FakeState) -> None:
    @router.put("/graph-settings")
    async def set_graph(settings: GraphSettings) -> GraphSettings:
        """Window of 24 hours, limit of the pair, life of addresses."""
        state.graph = settings
        return settings

    @router.post("/clock")
    async def move_clock(move: ClockMove) -> dict[str, str]:
        """Move the fake's clock."""
        state.clock_offset += timedelta(seconds=move.advance_seconds)
        return {"now": state.now().isoformat()}

    @router.put("/windows")
    async def set_window(window: Window) -> Window:
        """Open a customer's window now, or let it have expired."""
        if window.open:
            state.note_customer(window.phone_number_id, window.customer)
        else:
            state.close_window(window.phone_number_id, window.customer)
        return window


def _add_customers(
    router: APIRouter, state: FakeState, deliverer: WebhookDeliverer, on_written: Callable[[Written], None]
) -> None:
    @router.post("/messages", status_code=202)
    async def customer_writes(messages: list[CustomerMessage], request: Request) -> dict[str, list[str]]:
        """Customers write; answers the message ids in order."""
        ids = []
        for message in messages:
            written = write(state, message, str(request.base_url))
            _queued(deliverer.customer_wrote(message.phone_number_id, [written.element], contacts_of(written.message)))
            on_written(written)
            ids.append(written.message_id)
        return {"message_ids": ids}

    @router.post("/echoes", status_code=202)
    async def owner_writes(echoed: EchoedMessage) -> dict[str, str]:
        """The owner writes with the phone app that shares the number."""
        message_id = echoed.message_id or new_message_id()
        made = kinds.echo(message_id, echoed.kind, echoed.content, state.now(), to=echoed.to)
        change = kinds.field_change(
            echoed.phone_number_id, "smb_message_echoes", {"message_echoes": [made]}, with_metadata=True
        )
        _queued(deliverer.enqueue(echoed.phone_number_id, change))
        return {"message_id": message_id}


def _add_templates(router: APIRouter, state: FakeState, deliverer: WebhookDeliverer) -> None:
    def tell(business_account_id: str, template: Template, reason: str | None) -> None:
        value = kinds.template_status(template.id, template.name, template.language, template.status, reason)
        for number in state.numbers_of(business_account_id)[:1]:
            deliverer.enqueue(number, kinds.field_change(number, "message_template_status_update", value))

    @router.get("/templates/{business_account_id}")
    async def list_templates(business_account_id: str) -> list[Template]:
        """The catalogue of a business account."""
        return state.catalogue(business_account_id)

    @router.put("/templates")
    async def put_template(changed: ChangedTemplate) -> Template:
        """Add a template, or replace the one of the same name and language."""
        template, catalogue = changed.template, state.catalogue(changed.business_account_id)
        names = (template.name, template.language)
        catalogue[:] = [one for one in catalogue if (one.name, one.language) != names] + [template]
        if changed.notify:
            tell(changed.business_account_id, template, template.rejected_reason)
        return template

    @router.patch("/templates/{business_account_id}/{name}/{language}")
    async def set_status(business_account_id: str, name: str, language: str, change: TemplateStatusChange) -> Template:
        """Give a template another status."""
        for template in state.catalogue(business_account_id):
            if (template.name, template.language) == (name, language):
                template.status, template.rejected_reason = change.status, change.reason
                if change.notify:
                    tell(business_account_id, template, change.reason)
                return template
        raise HTTPException(404, "no such template")


def _queued(queued: bool) -> bool:  # noqa: FBT001 - the answer of `enqueue`
    if not queued:
        raise HTTPException(409, "this number has no callback")
    return queued
