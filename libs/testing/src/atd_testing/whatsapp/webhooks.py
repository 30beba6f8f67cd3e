"""WhatsApp's webhooks: signed bodies of `changes`, receipts of sends, the handshake of a callback."""

import random
from collections.abc import Hashable, Sequence

import httpx

from atd_testing.providers import WebhookSender
from atd_testing.providers.webhooks import ReceiptState
from atd_testing.whatsapp import builders
from atd_testing.whatsapp.builders import Json
from atd_testing.whatsapp.customers import WrittenMessage
from atd_testing.whatsapp.state import Callback, FakeState, ReadMark, SentMessage


class WhatsAppFormat:
    """How WhatsApp's webhooks look; an update is one element of `changes`."""

    def batch_key(self, callback: Callback) -> Hashable:
        """Numbers with the same address and app secret share bodies."""
        return callback.callback_url, callback.app_secret

    def encode(self, callback: Callback, updates: Sequence[Json]) -> bytes:
        """One entry for each change."""
        entries = [builders.entry(callback.business_account_id, update) for update in updates]
        return builders.encode(builders.body(*entries))

    def headers(self, callback: Callback, raw: bytes) -> dict[str, str]:
        """Content type and `X-Hub-Signature-256`."""
        return builders.signed_headers(raw, callback.app_secret)


class WhatsAppWebhooks:
    """Reports to the callbacks what customers write and what becomes of sends; `sender` posts it."""

    def __init__(self, state: FakeState, client: httpx.AsyncClient | None = None) -> None:
        self.state = state
        self.sender: WebhookSender[Callback] = WebhookSender(state, WhatsAppFormat(), client)

    def customer_wrote(self, phone_number_id: str, messages: Sequence[Json], contacts: Sequence[Json]) -> bool:
        """Report these messages; False when the number has no callback."""
        change = builders.change(phone_number_id, messages=messages, contacts=contacts)
        return self.sender.enqueue(phone_number_id, change)

    def on_sent(self, sent: SentMessage) -> None:
        """Report every state of `receipts` for a message that was sent; a reaction is only ever `sent`."""
        settings = self.state.webhooks
        wanted = settings.receipts if sent.kind != "reaction" else settings.receipts[:1]
        for place, state in enumerate(wanted, 1):
            self.report(sent, state, delay=place * settings.receipt_delay_ms / 1000)

    def on_failing(self, sent: SentMessage, code: int, details: str) -> None:
        """Report that an accepted message could not be delivered."""
        self.report(sent, "failed", code, details, delay=self.state.webhooks.receipt_delay_ms / 1000)

    def on_read(self, mark: ReadMark) -> None:
        """Report nothing: what the business has read has no webhook."""

    def on_written(self, written: WrittenMessage) -> None:
        """Do nothing more: `customer_wrote` reports what a customer writes."""

    def report(
        self,
        sent: SentMessage,
        state: ReceiptState,
        code: int = 131047,
        details: str = "More than 24 hours have passed",
        *,
        delay: float = 0.0,
    ) -> bool:
        """Report one state of a message after `delay` seconds; code and details are those of a failure."""
        phone = sent.recipient.lstrip("+")
        person = phone if phone.isdigit() else None
        status = builders.status(
            sent.message_id,
            state,
            self.state.now(),
            recipient=person,
            user_id=builders.business_scoped_user_id(phone) if person else sent.recipient,
            callback_data=sent.callback_data,
            errors=[builders.error(code, details)] if state == "failed" else (),
        )
        return self.sender.enqueue(sent.account, builders.change(sent.account, statuses=[status]), delay)

    async def handshake(self, callback: Callback) -> bool:
        """Make Meta's GET request; True when the challenge comes back as plain text."""
        challenge = str(random.randrange(10**9, 10**10))
        query = {
            "hub.mode": "subscribe",
            "hub.challenge": challenge,
            "hub.verify_token": callback.verify_token or "",
        }
        try:
            answer = await self.sender.client.get(callback.callback_url, params=query)
        except httpx.HTTPError:
            return False
        return answer.status_code == httpx.codes.OK and answer.text == challenge
