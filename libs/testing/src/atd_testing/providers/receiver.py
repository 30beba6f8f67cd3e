"""A webhook endpoint in this process, that keeps what a fake provider delivers and answers as scripted."""

import httpx


class WebhookReceiver:
    """Takes webhooks. `answers` are the next HTTP statuses, then 200."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.received: list[httpx.Request] = []

    @property
    def bodies(self) -> list[bytes]:
        """Every body that came, in order, repeats included."""
        return [request.content for request in self.received]

    async def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.received.append(request)
        return httpx.Response(self.answers.pop(0) if self.answers else 200)

    def client(self) -> httpx.AsyncClient:
        """A client whose every request comes here; a fake takes it as `webhook_client`."""
        return httpx.AsyncClient(transport=httpx.MockTransport(self.handle))
