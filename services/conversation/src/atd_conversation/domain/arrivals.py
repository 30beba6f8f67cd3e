"""Messages that a channel tells of, as they are when they come."""

from datetime import datetime

from atd_conversation.domain.attachments import announced
from atd_conversation.domain.message import Message
from atd_schemas.content_base import Content
from atd_schemas.inbound import InboundMessageData
from atd_schemas.views import AuthorView

SYSTEM_AUTHOR = AuthorView(type="system")
"""Nobody whom we know by name: the product itself, or whoever holds the company's phone."""


def arrived(
    message_id: str,
    tenant_id: str,
    conversation_id: str,
    data: InboundMessageData,
    *,
    sender: AuthorView | None,
    occurred_at: datetime,
    now: datetime,
    reply_to: str | None,
    quotes: str | None = None,
    deleted_at: datetime | None = None,
) -> Message:
    """A customer's message (`sender`), or one that the company wrote with its phone (no `sender`).

    `deleted_at`: it was taken back before it came, and `data` says nothing of what it was.
    """
    return Message(
        id=message_id,
        tenant_id=tenant_id,
        conversation_id=conversation_id,
        account_id=data.account_id,
        direction="inbound" if sender else "outbound",
        kind=data.kind,
        text=data.text,
        content=data.content,
        attachments=announced(data.kind, data.attachments),
        author=sender or SYSTEM_AUTHOR,
        occurred_at=occurred_at,
        recorded_at=now,
        reply_to=reply_to,
        quotes=quotes,
        forwarded=data.forwarded,
        referral=data.referral,
        status=None if sender else "sent",
        external_id=data.external_id,
        hidden=data.hidden,
        deleted_at=deleted_at,
    )


def notice_message(
    message_id: str,
    tenant_id: str,
    conversation_id: str,
    account_id: str,
    content: Content,
    *,
    occurred_at: datetime,
    now: datetime,
) -> Message:
    """A message by the product itself: `content` has a `type`, for which clients have the words."""
    return Message(
        id=message_id,
        tenant_id=tenant_id,
        conversation_id=conversation_id,
        account_id=account_id,
        direction="system",
        kind="text",
        text=None,
        content=content,
        author=SYSTEM_AUTHOR,
        occurred_at=occurred_at,
        recorded_at=now,
    )
