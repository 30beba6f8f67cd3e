"""The webhook of the demonstration: an event arrives, the company's system fails, it comes again, and is mended."""

from collections.abc import Callable
from typing import Any

from atd_channel_sandbox.demo.calling import Json, call
from atd_channel_sandbox.demo.runner import DemoRunner
from atd_channel_sandbox.receivers.own_endpoint import NAME

_RECEIVER = f"/sandbox/api/receivers/{NAME}"
_CUSTOMER = "5511987650001"
_FINE, _FAILING = 204, 503


class WebhookStory:
    """Plays it with one of the customers of the demonstration."""

    def __init__(self, stage: DemoRunner, print_line: Callable[[str], None]) -> None:
        self._stage = stage
        self._print_line = print_line

    async def run(self) -> None:
        """Raises `StoryFailed`."""
        first = await self._stage.until(self._verified, "no webhook arrived")
        self._print_line(f"Webhook          {first['event_type']} arrived, signature {first['signature']}")
        try:
            await self._behave(_FAILING)
            await self._writes("Uma última pergunta: vocês abrem no feriado?")
            failed = await self._stage.until(self._failed_twice, "the failed webhook did not come again")
            self._print_line(f"Webhook          {failed['event_type']} refused with {_FAILING}, and sent again")
        finally:
            await self._behave(_FINE)

        async def mended() -> Json | None:
            again = [one for one in await self._requests() if one["event_id"] == failed["event_id"]]
            return next((one for one in again if one["answered"] == _FINE), None)

        await self._stage.until(mended, "the webhook did not come again after the receiver was mended")
        self._print_line("Webhook          mended: what had failed has arrived, with the same id")

    async def _verified(self) -> Json | None:
        return next((one for one in await self._requests() if one["signature"] == "valid"), None)

    async def _failed_twice(self) -> Json | None:
        found = [one for one in await self._requests() if one["answered"] == _FAILING]
        return next((one for one in found if one["repeated"]), None)

    async def _requests(self) -> list[Json]:
        view: Any = await call(self._stage.sandbox, "GET", _RECEIVER)
        requests: list[Json] = view["requests"]
        return requests

    async def _behave(self, status: int) -> None:
        await call(self._stage.sandbox, "PUT", f"{_RECEIVER}/behaviour", {"status": status})

    async def _writes(self, text: str) -> None:
        company = next(number for (channel, _), number in self._stage.numbers.items() if channel == "whatsapp")
        draft = {"company": company, "customer": _CUSTOMER, "kind": "text", "text": text}
        await call(self._stage.sandbox, "POST", "/sandbox/api/messages", draft)
