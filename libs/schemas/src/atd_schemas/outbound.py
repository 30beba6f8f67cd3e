"""`outbound.<channel>.v1`: what conversation asks a channel service to do."""

from datetime import datetime
from operator import not_
from typing import Annotated, Literal

from pydantic import Field

from atd_schemas.contents import EMPTY, ContentOfKind, MessageKind, WithContent
from atd_schemas.envelope import Envelope, Schema
from atd_schemas.inbound import InboundAttachment
from atd_schemas.views import ChannelKind


class OutboundAttachment(Schema):
    """A file to send; its bytes are in the file store. `size` is in bytes, `sha256` in hex."""

    id: str
    name: str
    mime_type: str
    size: int
    sha256: str


class OutboundMessageData(WithContent):
    """One message to send. `recipient` is the external id that the customer wrote from, unchanged.

    `content` has the shape of the public API, the same for every channel. `attempt` counts the repeats that an
    attendant asked for after a failure. After `reply_until` the channel lets nobody send it, because the customer has
    not written for too long; absent where there is no such time. After `free_until`, which is earlier, the channel
    takes it only because a person wrote it (`by_person`), and wants to be told so.

    `thread_id` names the strand of the customer that it belongs to (`InboundThread.id`). `parts_sent`: the first parts
    were accepted by an earlier attempt, and are not sent again. `private_reply_to` is the public comment that it
    answers in private: the customer has no other address here until they answer.
    """

    account_id: str
    channel: ChannelKind
    conversation_id: str
    message_id: str
    recipient: str
    kind: MessageKind
    text: str | None = None
    content: ContentOfKind = EMPTY
    reply_to_external_id: str | None = None
    attachments: tuple[OutboundAttachment, ...] = ()
    attempt: int = 0
    reply_until: datetime | None = None
    free_until: datetime | None = Field(default=None, exclude_if=not_)
    by_person: bool = Field(default=True, exclude_if=bool)
    thread_id: str | None = Field(default=None, exclude_if=not_)
    parts_sent: int = Field(default=0, exclude_if=not_)
    private_reply_to: str | None = Field(default=None, exclude_if=not_)


class OutboundReactionData(Schema):
    """Put an emoji on the message `target_external_id`, or take ours away when `emoji` is absent.

    `reply_until` as in messages.
    """

    account_id: str
    channel: ChannelKind
    conversation_id: str
    message_id: str
    recipient: str
    target_external_id: str
    emoji: str | None = None
    reply_until: datetime | None = None
    thread_id: str | None = Field(default=None, exclude_if=not_)


ActionName = Literal["edit", "delete", "hide", "show"]
"""`edit` and `delete`: of a message of ours; `delete` also of a public comment. `hide`, `show`: of a public comment."""


class OutboundActionData(Schema):
    """Do something to messages that are at the channel already. Done twice it has no second effect.

    `target_external_ids` are all ids of the message (it can have been sent in parts); `text` is what it says from now
    on (`edit`), and `kind` what it is.
    """

    account_id: str
    channel: ChannelKind
    conversation_id: str
    message_id: str
    recipient: str
    action: ActionName
    target_external_ids: tuple[str, ...]
    kind: MessageKind = "text"
    text: str | None = None
    thread_id: str | None = Field(default=None, exclude_if=not_)


class OutboundReadData(Schema):
    """Tell the customer that all up to `external_id` was read; with `typing`, that an answer is being written."""

    account_id: str
    channel: ChannelKind
    conversation_id: str
    recipient: str
    external_id: str
    typing: bool = False
    thread_id: str | None = Field(default=None, exclude_if=not_)


class OutboundFetchData(Schema):
    """Fetch a file that a customer sent into the file store. `attempt` counts the repeats that were asked for.

    `contact_id`: it is a picture of this customer, which the message told of.
    """

    account_id: str
    channel: ChannelKind
    conversation_id: str
    message_id: str
    contact_external_id: str
    kind: MessageKind
    attachment: InboundAttachment
    attempt: int = 0
    contact_id: str | None = Field(default=None, exclude_if=not_)


class OutboundEraseData(Schema):
    """Erase what is kept of a conversation: of these messages and files, and all that is not sent yet.

    `erasure_id` is whose receipt waits for the answer (`erasure.confirmed`). `recipient` is the customer's id on the
    account: what the service keeps under that goes too.
    """

    account_id: str
    channel: ChannelKind
    conversation_id: str
    erasure_id: str
    message_ids: tuple[str, ...] = ()
    attachment_ids: tuple[str, ...] = ()
    recipient: str | None = Field(default=None, exclude_if=not_)


class OutboundMessage(Envelope):
    """Send this message. `subject` and key are the conversation, whose order is kept."""

    type: Literal["outbound.message"] = "outbound.message"
    data: OutboundMessageData


class OutboundReaction(Envelope):
    """React to a message. `subject` and key are the conversation."""

    type: Literal["outbound.reaction"] = "outbound.reaction"
    data: OutboundReactionData


class OutboundAction(Envelope):
    """Change, take back, hide or show a message. `subject` and key are the conversation."""

    type: Literal["outbound.action"] = "outbound.action"
    data: OutboundActionData


class OutboundRead(Envelope):
    """Mark as read. `subject` and key are the conversation."""

    type: Literal["outbound.read"] = "outbound.read"
    data: OutboundReadData


class OutboundFetch(Envelope):
    """Fetch a file. `subject` and key are the conversation."""

    type: Literal["outbound.fetch"] = "outbound.fetch"
    data: OutboundFetchData


class OutboundErase(Envelope):
    """Erase what is kept of a conversation. `subject` and key are the conversation: it comes after all of its sends."""

    type: Literal["outbound.erase"] = "outbound.erase"
    data: OutboundEraseData


OutboundCommand = Annotated[
    OutboundMessage | OutboundReaction | OutboundAction | OutboundRead | OutboundFetch | OutboundErase,
    Field(discriminator="type"),
]
