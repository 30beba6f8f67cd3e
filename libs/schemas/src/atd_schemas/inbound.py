"""`inbound.events.v1` and `inbound.unparsed.v1`: what the providers told us, in our words."""

from typing import Annotated, Any, Literal

from pydantic import Field

from atd_schemas.envelope import Envelope, Schema, Timestamp
from atd_schemas.views import ChannelKind, MessageKind


class InboundContact(Schema):
    """The person outside, as the provider names them.

    `external_id` is what a reply is addressed to, exactly as received; `aliases` are other ids of the same
    person on the same account (WhatsApp: the business-scoped user id); `phone` is E.164 when known.
    """

    external_id: str
    aliases: tuple[str, ...] = ()
    name: str | None = None
    phone: str | None = None


class InboundMessageData(Schema):
    """A message that a customer wrote. `content` is the kind-specific part, the same for every channel."""

    account_id: str
    account_name: str
    channel: ChannelKind
    external_id: str
    contact: InboundContact
    kind: MessageKind
    text: str | None = None
    content: dict[str, Any] = Field(default_factory=dict)
    reply_to_external_id: str | None = None
    forwarded: Literal["no", "once", "often"] = "no"


class SendFailure(Schema):
    """Why a message could not be sent: the provider's code and the class that decides what to do.

    `reason` is a stable word that the channel service chose; `detail` is the provider's own words.
    """

    code: str
    reason: str
    detail: str = ""


ReceiptStatus = Literal["sent", "delivered", "read", "failed"]


class InboundReceiptData(Schema):
    """What became of a message that we sent.

    `message_id` is ours, known when the provider returns it; `external_id` is the provider's, unknown for
    a message that was refused. At least one of them is present.
    """

    account_id: str
    channel: ChannelKind
    status: ReceiptStatus
    recipient: str
    external_id: str | None = None
    message_id: str | None = None
    failure: SendFailure | None = None


class InboundMessage(Envelope):
    """A customer's message. `subject` is account + the customer's external id."""

    type: Literal["inbound.message"] = "inbound.message"
    data: InboundMessageData


class InboundReceipt(Envelope):
    """A receipt for a message of ours. `subject` is account + the recipient's external id."""

    type: Literal["inbound.receipt"] = "inbound.receipt"
    data: InboundReceiptData


InboundEvent = Annotated[InboundMessage | InboundReceipt, Field(discriminator="type")]


def inbound_subject(account_id: str, contact_external_id: str) -> str:
    """Subject and key of everything about one customer on one account."""
    return f"{account_id}:{contact_external_id}"


class UnparsedData(Schema):
    """An authentic webhook body of which something was not understood, kept whole.

    `body` is base64 of the raw bytes; `problems` names each part that was not understood and why
    (`entry[0].changes[1].value.messages[0]: unknown type 'poll'`).
    """

    account_id: str | None
    channel: ChannelKind
    body: str
    problems: tuple[str, ...]
    received_at: Timestamp


class InboundUnparsed(Envelope):
    """A body for the operator: listed, shown and re-driven by `atd unparsed`. `subject` is the account."""

    type: Literal["inbound.unparsed"] = "inbound.unparsed"
    data: UnparsedData


class UnparsedRedrivenData(Schema):
    """Which unparsed body was handed to the channel service again, and how many events it gave."""

    unparsed_id: str
    published: int


class InboundUnparsedRedriven(Envelope):
    """The body has been understood whole since: it is open no longer. `subject` and key are those of the body."""

    type: Literal["inbound.unparsed.redriven"] = "inbound.unparsed.redriven"
    data: UnparsedRedrivenData


UnparsedEvent = Annotated[InboundUnparsed | InboundUnparsedRedriven, Field(discriminator="type")]
