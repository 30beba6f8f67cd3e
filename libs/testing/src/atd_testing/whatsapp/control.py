"""Control routes of the fake, under `/_fake/`: its logs, its settings, customers who write, templates."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel

from atd_testing.providers.control import add_logs, add_settings, status_of
from atd_testing.whatsapp.customer_routes import add_customers, add_raw_webhooks
from atd_testing.whatsapp.customers import WrittenMessage
from atd_testing.whatsapp.media import MediaFacts
from atd_testing.whatsapp.state import Behaviour, Callback, FakeState, GraphSettings, ReadMark, SentMessage
from atd_testing.whatsapp.template_routes import add_templates
from atd_testing.whatsapp.webhooks import WhatsAppWebhooks


class Window(BaseModel):
    """Whether a customer's window of 24 hours with a number is open from now on, or expired."""

    phone_number_id: str
    customer: str
    open: bool


def control_router(
    state: FakeState, webhooks: WhatsAppWebhooks, on_written: Callable[[WrittenMessage], None]
) -> APIRouter:
    """The routes under `/_fake/`; `on_written` is called with each message that a customer writes."""
    router = APIRouter(prefix="/_fake", tags=["control"])
    add_logs(router, state, webhooks.sender)
    add_settings(router, state, Behaviour)
    _add_calls(router, state, webhooks)
    _add_files(router, state)
    _add_rules(router, state, webhooks)
    add_customers(router, state, webhooks, on_written)
    add_raw_webhooks(router, state, webhooks)
    add_templates(router, state, webhooks)
    return router


def _add_calls(router: APIRouter, state: FakeState, webhooks: WhatsAppWebhooks) -> None:
    @router.get("/sent")
    async def list_sent(phone_number_id: str | None = None, recipient: str | None = None) -> list[SentMessage]:
        """Every message that was accepted, in order."""
        found = state.sent if recipient is None else state.sent_to(recipient)
        return [sent for sent in found if phone_number_id in (None, sent.account)]

    @router.get("/read")
    async def list_read() -> list[str]:
        """The message ids that were marked as read."""
        return list(state.read)

    @router.get("/read-marks")
    async def list_read_marks(phone_number_id: str | None = None) -> list[ReadMark]:
        """Every mark, and whether it showed that the business is typing."""
        return [mark for mark in state.read_marks if phone_number_id in (None, mark.phone_number_id)]

    @router.get("/status")
    async def show_status() -> dict[str, Any]:
        """Counts, and whether no webhook waits."""
        more = {"read": len(state.read), "media_bytes": state.media.held_bytes}
        return status_of(state, webhooks.sender) | more


def _add_files(router: APIRouter, state: FakeState) -> None:
    @router.get("/media")
    async def list_media(origin: str | None = None, phone_number_id: str | None = None) -> list[MediaFacts]:
        """Every stored file, without its bytes; `origin` is `upload` or `customer`."""
        found = (file.facts() for file in state.media.all() if origin in (None, file.origin))
        return [facts for facts in found if phone_number_id in (None, facts.phone_number_id)]

    @router.get("/media/{media_id}/content")
    async def show_media(media_id: str) -> Response:
        """The bytes of a file, whatever its age; for looking at, not as Meta serves them."""
        file = next((one for one in state.media.all() if one.id == media_id), None)
        if file is None:
            raise HTTPException(404, "file not found")
        return Response(file.data, media_type=file.mime_type, headers={"X-Content-Type-Options": "nosniff"})


def _add_rules(router: APIRouter, state: FakeState, webhooks: WhatsAppWebhooks) -> None:
    @router.put("/graph-settings")
    async def set_graph(settings: GraphSettings) -> GraphSettings:
        """Set the window of 24 hours, the pair limit, the lifetime of addresses."""
        state.graph = settings
        return settings

    @router.put("/callbacks")
    async def set_callback(callback: Callback) -> Callback:
        """Set where the webhooks of a number (or of every number) go, after a handshake."""
        if callback.verify_token is not None and not await webhooks.handshake(callback):
            raise HTTPException(400, "The callback URL or verify token could not be validated")
        state.callbacks[callback.phone_number_id] = callback
        return callback

    @router.put("/windows")
    async def set_window(window: Window) -> Window:
        """Open a customer's window now, or expire it."""
        if window.open:
            state.note_customer(window.phone_number_id, window.customer)
        else:
            state.close_window(window.phone_number_id, window.customer)
        return window
