"""Builds the fake Graph API: one application, for use in a test's process or as a process of its own."""

from typing import Any, Protocol

import httpx
from fastapi import FastAPI, Request, Response

from atd_testing.providers import WebhookSender
from atd_testing.providers.fake import create_fake_app
from atd_testing.whatsapp.control import control_router
from atd_testing.whatsapp.customers import WrittenMessage
from atd_testing.whatsapp.graph import Listener, graph_router
from atd_testing.whatsapp.media_routes import media_router
from atd_testing.whatsapp.refusals import RefusalError
from atd_testing.whatsapp.state import Callback, FakeState
from atd_testing.whatsapp.webhooks import WhatsAppWebhooks


class FakeGraph:
    """An ASGI application that plays Meta's Graph API for WhatsApp.

    Tests in the same process read and set `state`; others use the routes under `/_fake/`.
    """

    def __init__(self, state: FakeState, webhooks: WhatsAppWebhooks, app: FastAPI) -> None:
        self.state = state
        self.webhooks = webhooks
        self.app = app

    @property
    def webhook_sender(self) -> WebhookSender[Callback]:
        """Posts the webhooks."""
        return self.webhooks.sender

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI interface."""
        await self.app(scope, receive, send)


class CustomerListener(Listener, Protocol):
    """Is also called with what customers write by the control routes."""

    def on_written(self, written: WrittenMessage) -> None:
        """A customer wrote."""


def create_fake_graph(
    *,
    callback: Callback | None = None,
    webhook_client: httpx.AsyncClient | None = None,
    webhooks: WhatsAppWebhooks | None = None,
    listener: CustomerListener | None = None,
) -> FakeGraph:
    """Build the fake.

    Args:
        callback: takes the webhooks of every number.
        webhook_client: posts webhooks (default: over the network).
        webhooks: reports to the callbacks, with its state (default: new ones that use `webhook_client`).
        listener: is called with sends, reads and customers' messages, and reports the receipts (default: `webhooks`,
            which reports those of the settings).
    """
    webhooks = webhooks or WhatsAppWebhooks(FakeState(), webhook_client)
    listener = listener or webhooks
    state = webhooks.state
    if callback is not None:
        state.callbacks[callback.phone_number_id] = callback

    async def answer_refusal(_: Request, refusal: Exception) -> Response:
        assert isinstance(refusal, RefusalError)
        return refusal.response()

    app = create_fake_app("Fake WhatsApp Graph API", webhooks.sender)
    app.add_exception_handler(RefusalError, answer_refusal)
    app.include_router(control_router(state, webhooks, listener.on_written))
    app.include_router(media_router(state))
    app.include_router(graph_router(state, listener))
    return FakeGraph(state, webhooks, app)
