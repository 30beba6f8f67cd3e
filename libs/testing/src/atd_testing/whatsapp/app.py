"""The fake put together: one application, usable in this process or as its own."""

from collections.abc import Callable
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


class WritingListener(Listener, Protocol):
    """Hears of what customers write by the control routes, too."""

    def on_written(self, written: WrittenMessage) -> None:
        """A customer wrote."""


def create_fake_graph(
    *,
    callback: Callback | None = None,
    webhook_client: httpx.AsyncClient | None = None,
    listening: Callable[[FakeState, WhatsAppWebhooks], WritingListener] | None = None,
) -> FakeGraph:
    """The fake.

    Args:
        callback: takes the webhooks of every number.
        webhook_client: what posts webhooks.
        listening: makes who hears of sends, reads and customers' messages, and sees to the receipts; by default
            every send has those of the settings.
    """
    state = FakeState()
    webhooks = WhatsAppWebhooks(state, webhook_client)
    listener = listening(state, webhooks) if listening is not None else webhooks
    if callback is not None:
        state.callbacks[callback.phone_number_id] = callback

    app = create_fake_app("Fake WhatsApp Graph API", webhooks.sender)

    async def refuse(_: Request, refusal: Exception) -> Response:
        assert isinstance(refusal, RefusalError)
        return refusal.response()

    app.add_exception_handler(RefusalError, refuse)
    app.include_router(control_router(state, webhooks, listener.on_written))
    app.include_router(media_router(state))
    app.include_router(graph_router(state, listener))
    return FakeGraph(state, webhooks, app)
