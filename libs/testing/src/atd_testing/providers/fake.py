"""A fake provider for tests: one application with the control routes, ready for the provider's own routes."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse

from atd_testing.providers.behaviours import Behaviour, Call, plain_refusal, scripted_answer
from atd_testing.providers.connections import CutConnection, CutError
from atd_testing.providers.control import add_logs, add_settings, status_of
from atd_testing.providers.state import ProviderState, SentMessage
from atd_testing.providers.webhooks import C, Callback, WebhookFormat, WebhookSender


class FakeProvider:
    """An ASGI application that plays a provider. Add the provider's routes to `app`, and `answer` calls in them.

    Tests in the same process read and set `state`; others use the routes under `/_fake/`.

    Args:
        webhook_format: how the provider's webhooks look.
        webhook_client: posts webhooks (default: over the network).
        refuse: writes the answer to a behaviour `error` in the provider's shape.
    """

    def __init__(
        self,
        webhook_format: WebhookFormat[Callback],
        *,
        webhook_client: httpx.AsyncClient | None = None,
        refuse: Callable[[Behaviour], Response] = plain_refusal,
    ) -> None:
        self.state: ProviderState[SentMessage, Callback] = ProviderState()
        self.webhook_sender = WebhookSender(self.state, webhook_format, webhook_client)
        self.app = create_fake_app("Fake provider", self.webhook_sender)
        self.app.include_router(self._control_routes())
        self._refuse = refuse

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI interface."""
        await self.app(scope, receive, send)

    async def answer(self, call: Call, take: Callable[[], object]) -> Response:
        """Answer a call with what `take` returns (as JSON), or as a behaviour says; `take` lets it take effect."""
        self.state.calls += 1
        behaviour = self.state.take_behaviour(call)
        scripted = await scripted_answer(behaviour, take, self._refuse)
        return JSONResponse(take()) if scripted is None else scripted

    def record(self, call: Call, message_id: str, body: dict[str, Any]) -> SentMessage:
        """Add an accepted send to the log."""
        sent = SentMessage(
            number=self.state.next_number(),
            account=call.account,
            recipient=call.recipient,
            message_id=message_id,
            text=call.text or None,
            body=body,
            at=self.state.now(),
        )
        self.state.sent.append(sent)
        return sent

    def _control_routes(self) -> APIRouter:
        router = APIRouter(prefix="/_fake", tags=["control"])
        add_logs(router, self.state, self.webhook_sender)
        add_settings(router, self.state)

        @router.get("/sent")
        async def list_sent(account: str | None = None, recipient: str | None = None) -> list[SentMessage]:
            found = self.state.sent if recipient is None else self.state.sent_to(recipient)
            return [sent for sent in found if account in (None, sent.account)]

        @router.get("/status")
        async def show_status() -> dict[str, Any]:
            return status_of(self.state, self.webhook_sender)

        @router.put("/callbacks")
        async def set_callback(callback: Callback) -> Callback:
            """Where the webhooks of an account (or of every account) go."""
            self.state.callbacks[callback.account] = callback
            return callback

        return router


def create_fake_app(title: str, sender: WebhookSender[C]) -> FastAPI:
    """An application that delivers webhooks while it runs and cuts the connection of a call that raises `CutError`."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await sender.start()
        yield
        await sender.stop()

    async def cut(_: Request, __: Exception) -> Response:
        return CutConnection()

    app = FastAPI(title=title, lifespan=lifespan)
    app.add_exception_handler(CutError, cut)
    return app


def mounted_at(request: Request) -> str:
    """Where a fake is for who asked it, also below another application, whose own address `base_url` is there."""
    url = request.url
    return f"{url.scheme}://{url.netloc}{request.scope.get('root_path', '').rstrip('/')}"
