"""A webhook endpoint in this process for what the fake Graph API delivers."""

import json
from typing import Any

import httpx

from atd_testing import providers
from atd_testing.whatsapp.builders import SIGNATURE_HEADER, Json


class WebhookReceiver(providers.WebhookReceiver):
    """Takes WhatsApp's webhooks; the handshake passes, with a `verify_token` for that one alone."""

    verify_token: str | None = None

    async def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        if request.method == "GET":
            if self.verify_token not in (None, request.url.params["hub.verify_token"]):
                return httpx.Response(403)
            return httpx.Response(200, text=request.url.params["hub.challenge"])
        return await super().handle(request)

    @property
    def signatures(self) -> list[str]:
        """The signature of each body."""
        return [request.headers[SIGNATURE_HEADER] for request in self.received]

    def changes(self) -> list[Json]:
        """Every `changes` element that came, in order."""
        return [change for body in self.bodies for entry in json.loads(body)["entry"] for change in entry["changes"]]

    def values(self, key: str) -> list[Any]:
        """What came in the lists of this name (`messages`, `statuses`, `contacts`, ...), in order."""
        return [element for change in self.changes() for element in change["value"].get(key, ())]
