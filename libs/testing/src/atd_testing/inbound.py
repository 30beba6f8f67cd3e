"""Events of `inbound.events.v1` as a channel service publishes them, and the records that carry them."""

from datetime import UTC, datetime
from typing import Any

from atd_schemas.envelope import Envelope
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import (
    InboundContact,
    InboundMessage,
    InboundMessageData,
    InboundReceipt,
    InboundReceiptData,
    ReceiptStatus,
    SendFailure,
    inbound_subject,
)
from atd_schemas.topics import INBOUND_EVENTS
from atd_schemas.views import ChannelKind
from atd_servicekit.consuming import Record

CUSTOMER = "5511999990000"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def customer_message(
    tenant_id: str,
    account_id: str,
    external_id: str,
    *,
    customer: str = CUSTOMER,
    name: str | None = "Ana",
    aliases: tuple[str, ...] = (),
    phone: str | None = None,
    text: str | None = "Oi",
    occurred_at: datetime = NOON,
    channel: ChannelKind = "whatsapp",
    account_name: str = "Loja",
    **more: Any,
) -> InboundMessage:
    """A text that a customer wrote. `customer` is their id at the provider: a WhatsApp number tells the phone too."""
    if phone is None and channel == "whatsapp" and customer.isdecimal():
        phone = f"+{customer}"
    return InboundMessage(
        id=provider_event_id(account_id, external_id, "message"),
        tenant_id=tenant_id,
        occurred_at=occurred_at,
        recorded_at=occurred_at,
        source="test",
        subject=inbound_subject(account_id, customer),
        data=InboundMessageData(
            account_id=account_id,
            account_name=account_name,
            channel=channel,
            external_id=external_id,
            contact=InboundContact(external_id=customer, aliases=aliases, name=name, phone=phone),
            text=text,
            **{"kind": "text", **more},
        ),
    )


def send_receipt(
    tenant_id: str,
    account_id: str,
    status: ReceiptStatus,
    *,
    message_id: str | None = None,
    external_id: str | None = None,
    failure: SendFailure | None = None,
    recipient: str = CUSTOMER,
    occurred_at: datetime = NOON,
    channel: ChannelKind = "whatsapp",
) -> InboundReceipt:
    """What became of a message of ours, known by our id, the provider's, or both."""
    return InboundReceipt(
        id=provider_event_id(account_id, f"{message_id}/{external_id}", status),
        tenant_id=tenant_id,
        occurred_at=occurred_at,
        recorded_at=occurred_at,
        source="test",
        subject=inbound_subject(account_id, recipient),
        data=InboundReceiptData(
            account_id=account_id,
            channel=channel,
            status=status,
            recipient=recipient,
            external_id=external_id,
            message_id=message_id,
            failure=failure,
        ),
    )


def record_of(event: Envelope, offset: int = 0, traceparent: str | None = None) -> Record[Any]:
    """The record of an event as a handler gets it."""
    return Record(event, INBOUND_EVENTS.name, 0, offset, event.key(), {}, traceparent)
