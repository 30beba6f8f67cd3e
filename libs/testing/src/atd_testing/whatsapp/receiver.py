"""A callback in this process that answers as it is told and keeps what the fake delivers."""

import json
from typing import Any

import httpx

from atd_testing.whatsapp.builders import SIGNATURE_HEADER, Json


class WebhookReceiver:
    """Takes webhooks. `answers` are the next statuses, then 200; the handshake is always passed."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []

    async def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        if request.method == "GET":
            return httpx.Response(200, text=request.url.params["hub.challenge"])
        self.bodies.append(request.content)
        self.signatures.append(request.headers[SIGNATURE_HEADER])
        return httpx.Response(self.answers.pop(0) if self.answers else 200)

    def client(self) -> httpx.AsyncClient:
        """What reaches it, for `create_fake_graph`."""
        return httpx.AsyncClient(transport=httpx.MockTransport(self.handle))

    def changes(self) -> list[Json]:
        """Every `changes` element that came, in order."""
        return [change for body in self.bodies for entry in json.loads(body)["entry"] for change in entry["changes"]]

    def values(self, key: str) -> list[Any]:
        """What came in the lists of this name (`messages`, `statuses`, `contacts`, ...), in order."""
        return [element for change in self.changes() for element in change["value"].get(key, ())]
