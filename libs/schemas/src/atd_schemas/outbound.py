"""`outbound.<channel>.v1`: what conversation asks a channel service to send."""

from typing import Annotated, Any, Literal

from pydantic import Field

from atd_schemas.envelope import Envelope, Schema
from atd_schemas.views import ChannelKind, MessageKind


class OutboundMessageData(Schema):
    """One message to send. `recipient` is the external id that the customer wrote from, unchanged."""

    account_id: str
    channel: ChannelKind
    conversation_id: str
    message_id: str
    recipient: str
    kind: MessageKind
    text: str | None = None
    content: dict[str, Any] = Field(default_factory=dict)
    reply_to_external_id: str | None = None


class OutboundMessage(Envelope):
    """Send this message. `subject` and key are the conversation, whose order is kept."""

    type: Literal["outbound.message"] = "outbound.message"
    data: OutboundMessageData


OutboundCommand = Annotated[OutboundMessage, Field()]
