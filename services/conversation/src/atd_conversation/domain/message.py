"""Messages and what becomes of them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from atd_schemas.inbound import InboundAttachment, SendFailure
from atd_schemas.views import (
    AttachmentState,
    AttachmentView,
    AuthorView,
    Direction,
    LastMessage,
    MessageError,
    MessageKind,
    MessageStatus,
    MessageView,
    Reaction,
)

MAX_TEXT = 4096
"""Characters of one text message: WhatsApp's limit."""

THUMBNAILED = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
"""Types of which a thumbnail can be had."""

PREVIEW = 160
"""Characters of a message that a list row shows."""

_RANK: dict[MessageStatus, int] = {"pending": 0, "sent": 1, "failed": 2, "delivered": 3, "read": 4}


def later_status(current: MessageStatus, told: MessageStatus) -> MessageStatus:
    """What a message's status is after a receipt: receipts come in any order, repeat, and never downgrade.

    A failure stands against `sent`, but a proof of delivery stands against a failure: one of several devices may
    fail while another receives. Being a maximum, the result does not depend on the order of the receipts.
    """
    return max(current, told, key=_RANK.__getitem__)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message. `size` is in bytes and absent while it is not known, `sha256` is in hex.

    `source` is what the channel announced of a file that it has: what is needed to fetch it. `attempt` counts the
    repeats of fetching it that were asked for, `failure` is why the last one failed.
    """

    id: str
    name: str
    mime_type: str
    size: int | None
    state: AttachmentState
    sha256: str | None = None
    source: InboundAttachment | None = None
    failure: SendFailure | None = None
    attempt: int = 0

    def view(self) -> AttachmentView:
        """What every reader sees; images have a thumbnail."""
        url = f"/api/v1/attachments/{self.id}"
        return AttachmentView(
            id=self.id,
            name=self.name,
            mime_type=self.mime_type,
            size=self.size,
            url=f"{url}/content",
            state=self.state,
            thumbnail_url=f"{url}/thumbnail" if self.mime_type in THUMBNAILED else None,
            error=MessageError(code=self.failure.reason, message=self.failure.detail) if self.failure else None,
        )


@dataclass(slots=True)
class Message:
    """One message of a conversation. `sequence` is its place among the conversation's events.

    `attempt` counts the repeats of sending it that were asked for.
    """

    id: str
    tenant_id: str
    conversation_id: str
    account_id: str
    direction: Direction
    kind: MessageKind
    text: str | None
    author: AuthorView
    occurred_at: datetime
    recorded_at: datetime
    content: dict[str, Any] = field(default_factory=dict)
    reply_to: str | None = None
    forwarded: str = "no"
    status: MessageStatus | None = None
    error: MessageError | None = None
    external_id: str | None = None
    sequence: int = 0
    attachments: tuple[Attachment, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    referral: dict[str, Any] | None = None
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    attempt: int = 0

    def apply_receipt(
        self, status: MessageStatus, external_id: str | None, failure: SendFailure | None
    ) -> tuple[str, ...]:
        """Take a receipt into account; the fields that changed, empty when it told nothing new.

        Of several reasons for a failure the first stands; a proof of delivery does away with it.
        """
        changed = []
        if external_id and self.external_id is None:
            self.external_id = external_id
            changed.append("external_id")
        after = later_status(self.status or "pending", status)
        if after != self.status:
            self.status = after
            changed.append("status")
        error = self.error if after == "failed" else None
        if after == "failed" and error is None and failure is not None:
            error = MessageError(code=failure.reason, message=failure.detail)
        if error != self.error:
            self.error = error
            changed.append("error")
        return tuple(changed)

    def view(self) -> MessageView:
        return MessageView(
            id=self.id,
            conversation_id=self.conversation_id,
            direction=self.direction,
            kind=self.kind,
            text=self.text,
            attachments=tuple(attachment.view() for attachment in self.attachments),
            content=self.content,
            reply_to=self.reply_to,
            author=self.author,
            status=self.status,
            error=self.error,
            reactions=self.reactions,
            forwarded=self.forwarded,  # type: ignore[arg-type]  # stored from the same literal
            referral=self.referral,
            edited_at=self.edited_at,
            deleted_at=self.deleted_at,
            external_id=self.external_id,
            occurred_at=self.occurred_at,
            recorded_at=self.recorded_at,
            sequence=self.sequence,
        )

    def as_last(self) -> LastMessage:
        """What a list row shows of it."""
        preview = " ".join((self.text or "").split())[:PREVIEW]
        return LastMessage(
            id=self.id, kind=self.kind, preview=preview, direction=self.direction, occurred_at=self.occurred_at
        )
