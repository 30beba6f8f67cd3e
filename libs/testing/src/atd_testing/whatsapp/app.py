"""The fake put together: one application, usable in this process or as its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI, Request, Response

from atd_testing.whatsapp.control import control_router
from atd_testing.whatsapp.graph import CutConnection, CutError, RefusalError, graph_router
from atd_testing.whatsapp.state import Callback, FakeState
from atd_testing.whatsapp.webhooks import WebhookDeliverer


class FakeGraph:
    """An ASGI application that plays Meta's Graph API for WhatsApp.

    Tests in the same process read and set `state`; others use the routes under `/_fake/`.
    """

    def __init__(self, state: FakeState, deliverer: WebhookDeliverer, app: FastAPI) -> None:
        self.state = state
        self.deliverer = deliverer
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI interface."""
        await self.app(scope, receive, send)


def create_fake_graph(
    *, callback: Callback | None = None, webhook_client: httpx.AsyncClient | None = None
) -> FakeGraph:
    """The fake. `callback` takes the webhooks of every number; `webhook_client` is what posts them."""
    state = FakeState()
    deliverer = WebhookDeliverer(state, webhook_client)
    if callback is not None:
        state.callbacks[callback.phone_number_id] = callback

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await deliverer.start()
        yield
        await deliverer.stop()

    app = FastAPI(title="Fake WhatsApp Graph API", lifespan=lifespan)

    async def refuse(_: Request, refusal: Exception) -> Response:
        assert isinstance(refusal, RefusalError)
        return refusal.response()

    async def cut(_: Request, __: Exception) -> Response:
        return CutConnection()

    app.add_exception_handler(RefusalError, refuse)
    app.add_exception_handler(CutError, cut)
    app.include_router(control_router(state, deliverer))
    app.include_router(graph_router(state, deliverer.receipts_of))
    return FakeGraph(state, deliverer, app)
