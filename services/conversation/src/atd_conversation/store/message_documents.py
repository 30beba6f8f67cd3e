"""Messages and files to MongoDB documents and back."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from atd_conversation.domain.channels import UNKNOWN_CHANNEL_TEXTS
from atd_conversation.domain.message import Message, PrivateReplyTo
from atd_conversation.domain.message_files import Attachment
from atd_conversation.domain.names import UNNAMED, Mark, Names
from atd_conversation.domain.pending_deeds import PendingDeed
from atd_conversation.domain.searchable import terms_of as message_terms_of
from atd_schemas.contents import EmptyContent, Referral, content_of, read_referral
from atd_schemas.inbound import InboundAttachment, SendFailure
from atd_schemas.views import (
    AuthorView,
    AutomaticRef,
    EarlierText,
    MessageError,
    PrivateReplyView,
    Reaction,
)

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document


def mark_document(mark: Mark) -> "Document":
    """A tag or label that something bears."""
    return {"id": mark.id, "by": author_document(mark.by), "at": mark.at}


def marks_of(documents: "list[Document] | None") -> tuple[Mark, ...]:
    """The tags or labels of a document."""
    return tuple(Mark(one["id"], AuthorView(**one["by"]), one["at"]) for one in documents or ())


def author_document(author: AuthorView) -> "Document":
    """Who wrote or did something."""
    return {"type": author.type, "id": author.id, "name": author.name}


_MESSAGE_FIELDS = (
    "tenant_id",
    "conversation_id",
    "account_id",
    "direction",
    "kind",
    "text",
    "occurred_at",
    "recorded_at",
    "reply_to",
    "forwarded",
    "status",
    "external_id",
    "sequence",
)
"""Fields that every message has. What few messages have is absent from the others: see `message_fields`."""


_SEARCHED = frozenset({"text", "content", "attachments", "deleted_at"})
"""Fields that the terms of a message are made of."""


def message_document(message: Message, number: int) -> "Document":
    """The document of a new message of the conversation with this number.

    By `terms` and `number` it is found (`store/message_search.py`). Without terms it is of an earlier version.
    """
    return {
        "_id": message.id,
        **{name: getattr(message, name) for name in _MESSAGE_FIELDS},
        "author": author_document(message.author),
        **{name: value for name, value in message_fields(message).items() if value is not None},
        **search_fields(message),
        "number": number,
    }


def search_fields(message: Message) -> "Document":
    """What follows from what the message says."""
    return {"terms": message_terms_of(message)}


def changes_what_is_found(before: "Document", after: "Document") -> bool:
    """Whether a message with other `message_fields` has other terms."""
    return any(before[name] != after[name] for name in _SEARCHED)


def message_fields(message: Message) -> "Document":
    """The fields that can change, and those that few messages have; None stands for an absent field.

    `sent_as` has the provider's ids of a message of ours, indexed: most have one.
    """
    error, ids = message.error, message.external_ids
    sent_as = None if message.direction != "outbound" else message.external_id if len(ids) < 2 else list(ids)  # noqa: PLR2004 - one is no list
    return {
        "kind": message.kind,
        "text": message.text,
        "content": message.content.model_dump() if not isinstance(message.content, EmptyContent) else {},
        "status": message.status,
        "external_id": message.external_id,
        "error": error.model_dump(exclude_defaults=True) if error else None,
        "sent_as": sent_as,
        "more_external_ids": list(message.more_external_ids) or None,
        "parts_sent": message.parts_sent or None,
        "earlier": [one.model_dump() for one in message.earlier] or None,
        "edit_told_at": message.edit_told_at if message.edit_told_at != message.edited_at else None,
        "sent_at": message.sent_at,
        "reached": message.reached or None,
        "deeds": [_deed_fields(one) for one in message.deeds] or None,
        "attachments": [attachment_fields(one) for one in message.attachments] or None,
        "replaced": [attachment_fields(one) for one in message.replaced] or None,
        "reactions": [one.model_dump() for one in message.reactions] or None,
        "tags": [mark_document(one) for one in message.tags] or None,
        "referral": message.referral.model_dump() if message.referral else None,
        "edited_at": message.edited_at,
        "deleted_at": message.deleted_at,
        "attempt": message.attempt or None,
        "reply_to": message.reply_to,
        "quotes": message.quotes,
        "forwarded": message.forwarded,
        "reacted_at": message.reacted_at or None,
        "reaction_command": message.reaction_command,
        "client_id": message.client_id,
        "mentions": list(message.mentions) or None,
        "changed_sequence": message.changed_sequence or None,
        "version": message.version or None,
        "automatic": message.automatic.model_dump(exclude_none=True) if message.automatic else None,
        "private_reply": message.private_reply.model_dump() if message.private_reply else None,
        "private_reply_to": asdict(message.private_reply_to) if message.private_reply_to else None,
        "hidden": message.hidden or None,
        "hidden_at": message.hidden_at,
        "same_as": message.same_as,
    }


def attachment_fields(attachment: Attachment) -> "Document":
    """A file inside its message."""
    return {
        "id": attachment.id,
        "name": attachment.name,
        "mime_type": attachment.mime_type,
        "size": attachment.size,
        "state": attachment.state,
        "sha256": attachment.sha256,
        "source": attachment.source.model_dump(exclude_defaults=True) if attachment.source else None,
        "error": attachment.error.model_dump(exclude_defaults=True) if attachment.error else None,
        "attempt": attachment.attempt,
        "width": attachment.width,
        "height": attachment.height,
    }


def attachment_of(fields: "Document") -> Attachment:
    """The file of what `attachment_fields` made."""
    source = fields["source"]
    return Attachment(
        id=fields["id"],
        name=fields["name"],
        mime_type=fields["mime_type"],
        size=fields["size"],
        state=fields["state"],
        sha256=fields["sha256"],
        source=InboundAttachment(**source) if source else None,
        error=_attachment_error(fields),
        attempt=fields["attempt"],
        width=fields.get("width"),
        height=fields.get("height"),
    )


def _attachment_error(fields: "Document") -> MessageError | None:
    """Why a file could not be downloaded; earlier versions stored what the channel told, without its words."""
    if "error" in fields:
        return MessageError(**fields["error"]) if fields["error"] else None
    failure = fields.get("failure")
    return UNKNOWN_CHANNEL_TEXTS.fetching_error(SendFailure(**failure)) if failure else None


def message_of(document: "Document", names: Names = UNNAMED) -> Message:
    """The message of a document; `names` are those of its tenant."""
    get = document.get
    error, automatic = get("error"), get("automatic")
    fields: Document = {name: get(name) for name in _MESSAGE_FIELDS}
    return Message(
        id=document["_id"],
        **fields,
        author=AuthorView(**document["author"]),
        error=MessageError(**error) if error else None,
        attachments=tuple(attachment_of(one) for one in get("attachments", ())),
        replaced=tuple(attachment_of(one) for one in get("replaced", ())),
        quotes=get("quotes"),
        reactions=tuple(Reaction(**one) for one in get("reactions", ())),
        referral=_referral_of(get("referral")),
        content=content_of(document["kind"], get("content") or {}),
        edited_at=get("edited_at"),
        deleted_at=get("deleted_at"),
        attempt=get("attempt", 0),
        reacted_at=get("reacted_at", {}),
        reaction_command=get("reaction_command"),
        client_id=get("client_id"),
        mentions=tuple(get("mentions", ())),
        changed_sequence=get("changed_sequence", 0),
        version=get("version", 0),
        tags=marks_of(get("tags")),
        names=names,
        automatic=AutomaticRef(**automatic) if automatic else None,
        private_reply=PrivateReplyView(**document["private_reply"]) if "private_reply" in document else None,
        private_reply_to=PrivateReplyTo(**document["private_reply_to"]) if "private_reply_to" in document else None,
        hidden=get("hidden", False),
        hidden_at=get("hidden_at"),
        more_external_ids=tuple(get("more_external_ids", ())),
        parts_sent=get("parts_sent", 0),
        earlier=tuple(EarlierText(**one) for one in get("earlier", ())),
        edit_told_at=get("edit_told_at"),
        sent_at=get("sent_at"),
        reached=get("reached", {}),
        same_as=get("same_as"),
        deeds=tuple(PendingDeed(**one) for one in get("deeds", ())),
    )


def _deed_fields(deed: PendingDeed) -> "Document":
    return {"command": deed.command, "action": deed.action, "before": dict(deed.before)}


def _referral_of(document: "Document | None") -> Referral | None:
    return Referral.model_validate(read_referral(document)) if document else None
