"""WhatsApp, on the fake Graph API. What companies send comes by `company_listener`, which the fake calls."""

from datetime import datetime

import httpx
from fastapi import FastAPI

from atd_channel_sandbox import views
from atd_channel_sandbox.channels.channel import Json
from atd_channel_sandbox.model import ChannelKind, Company, Customer, PhoneMessage
from atd_channel_sandbox.state import SandboxState
from atd_testing.every_provider import AT_ROOT
from atd_testing.providers.webhooks import ReceiptState
from atd_testing.whatsapp.customers import CustomerMessage, contacts_of, new_message_id, write
from atd_testing.whatsapp.state import SentMessage


class WhatsAppChannel:
    """Numbers of the fake Graph API."""

    kind: ChannelKind = "whatsapp"
    outbound: str = AT_ROOT

    def __init__(self, state: SandboxState, fake: FastAPI) -> None:
        self._state = state
        self._fake = fake

    @property
    def fake(self) -> FastAPI:
        """The Graph API."""
        return self._fake

    def is_connected(self, company_id: str) -> bool:
        """Whether the number has a callback."""
        return self._state.graph.callback_of(company_id) is not None

    def new_message_id(self, company: Company, customer: Customer) -> str:  # noqa: ARG002 - see `Channel`
        """A `wamid`."""
        return new_message_id()

    def write(self, message: PhoneMessage, company: Company, customer: Customer) -> None:
        """Send a webhook with the message."""
        self._send(views.customer_message(message, company, customer))

    def tap(self, target: PhoneMessage, company: Company, customer: Customer, chosen: str) -> bool:  # noqa: ARG002 - see `Channel`
        """On WhatsApp the answer is a message."""
        return False

    def change(self, target: PhoneMessage, customer: Customer, change: Json) -> None:
        """Send a webhook with a reaction, an edit or a deletion."""
        told = {
            "phone_number_id": target.company,
            "sender": customer.sender,
            "user_id": customer.user_id,
            "name": customer.name,
            "message_id": new_message_id(),
            "target": target.id,
        }
        self._send(CustomerMessage.model_validate({**told, **change}))

    def report(self, message: PhoneMessage, receipt: ReceiptState) -> None:
        """Report a receipt of a company's message; numbers of others have their receipts from the fake."""
        if not self._state.directory.company(message.company).own:
            return
        now: datetime = self._state.graph.now()
        sent = SentMessage(
            number=0,
            account=message.company,
            recipient=message.recipient or message.customer,
            message_id=message.id,
            callback_data=message.callback_data,
            body={},
            at=now,
            kind=message.kind,
        )
        self._state.webhooks.report(sent, receipt, delay=self._state.receipt_delay(1))

    def set_blocked(self, company: Company, customer: Customer, *, blocked: bool) -> None:
        """WhatsApp tells companies nothing of it."""

    async def connect(self, client: httpx.AsyncClient) -> None:
        """The connector does it."""

    def _send(self, message: CustomerMessage) -> None:
        written = write(self._state.graph, message)
        self._state.webhooks.customer_wrote(message.phone_number_id, [written.element], contacts_of(written.message))
