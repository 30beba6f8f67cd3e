"""The public shapes of contacts, conversations and messages: one vocabulary for HTTP, WebSocket and webhooks."""

from typing import Any, Literal

from pydantic import Field

from atd_schemas.envelope import ActorType, Schema, Timestamp

ChannelKind = Literal["whatsapp", "telegram", "messenger", "facebook", "instagram", "web", "app"]
ConversationStatus = Literal["bot", "queued", "open", "snoozed", "closed"]
Direction = Literal["inbound", "outbound", "note", "system"]
MessageKind = Literal[
    "text",
    "image",
    "audio",
    "video",
    "document",
    "sticker",
    "location",
    "contacts",
    "interactive",
    "template",
    "order",
    "unsupported",
]
MessageStatus = Literal["pending", "sent", "delivered", "read", "failed"]
Priority = Literal["low", "normal", "high", "urgent"]


class Named(Schema):
    """A reference that can be shown without another request."""

    id: str
    name: str | None = None


class ChannelRef(Schema):
    """Where a conversation takes place: the kind of channel and the one account of it."""

    kind: ChannelKind
    account_id: str
    name: str


class LabelRef(Schema):
    """A label on a customer."""

    id: str
    name: str
    color: str


class ContactRef(Schema):
    """The customer, as far as a list needs it."""

    id: str
    name: str | None
    avatar_url: str | None = None
    labels: tuple[LabelRef, ...] = ()


class LastMessage(Schema):
    """What a list row shows. `preview` is at most 160 characters."""

    id: str
    kind: MessageKind
    preview: str
    direction: Direction
    occurred_at: Timestamp


class ConversationView(Schema):
    """A conversation as every reader sees it.

    `favourite` is the reader's own; false in events. `sequence` counts its events and is its version for edits.
    """

    id: str
    number: int
    status: ConversationStatus
    channel: ChannelRef
    contact: ContactRef
    assignee: Named | None = None
    team: Named | None = None
    type: Named | None = None
    priority: Priority = "normal"
    favourite: bool = False
    unread_count: int = 0
    last_message: LastMessage | None = None
    reply_window_expires_at: Timestamp | None = None
    queue_position: int | None = None
    opened_at: Timestamp
    first_response_at: Timestamp | None = None
    closed_at: Timestamp | None = None
    last_activity_at: Timestamp
    rating: int | None = None
    sequence: int = 0


class AuthorView(Schema):
    """Who wrote a message."""

    type: ActorType
    id: str | None = None
    name: str | None = None


class MessageError(Schema):
    """Why a message failed: a stable code and the provider's words."""

    code: str
    message: str


class AttachmentView(Schema):
    """A file of a message; `size` in bytes."""

    id: str
    name: str
    mime_type: str
    size: int
    url: str
    state: Literal["pending", "ready", "failed"]


class TagRef(Schema):
    """A tag on a message."""

    id: str
    name: str
    color: str


class Reaction(Schema):
    """An emoji that somebody put on a message."""

    emoji: str
    author: AuthorView


class MessageView(Schema):
    """A message as every reader sees it. `sequence` is its place among the events of its conversation."""

    id: str
    conversation_id: str
    direction: Direction
    kind: MessageKind
    text: str | None = None
    attachments: tuple[AttachmentView, ...] = ()
    content: dict[str, Any] = Field(default_factory=dict)
    reply_to: str | None = None
    author: AuthorView
    status: MessageStatus | None = None
    error: MessageError | None = None
    tags: tuple[TagRef, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    forwarded: Literal["no", "once", "often"] = "no"
    referral: dict[str, Any] | None = None
    edited_at: Timestamp | None = None
    deleted_at: Timestamp | None = None
    external_id: str | None = None
    occurred_at: Timestamp
    recorded_at: Timestamp
    sequence: int = 0


class ContactView(Schema):
    """A customer's record. `phone` is E.164."""

    id: str
    name: str | None
    phone: str | None = None
    email: str | None = None
    avatar_url: str | None = None
    labels: tuple[LabelRef, ...] = ()
    blocked: bool = False
    created_at: Timestamp
    version: int = 0
