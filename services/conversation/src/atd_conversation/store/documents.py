"""Domain objects to MongoDB documents and back."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from atd_conversation.domain.channels import UNKNOWN_CHANNEL_TEXTS
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_record import CommentRef
from atd_conversation.domain.message import Attachment, Message, PrivateReplyTo
from atd_conversation.domain.names import UNNAMED, Mark, Names
from atd_conversation.domain.pending_deeds import PendingDeed
from atd_conversation.domain.read_marks import ReadMark
from atd_conversation.domain.search_terms import listed_as, terms_of
from atd_conversation.domain.searchable import terms_of as message_terms_of
from atd_conversation.store.automation import automation_fields, automation_of
from atd_conversation.store.record_documents import merge_fields, merge_of, record_fields, record_of
from atd_schemas.contents import EmptyContent, Referral, content_of, read_referral
from atd_schemas.conversation import ScheduledRef
from atd_schemas.inbound import InboundAttachment, SendFailure
from atd_schemas.views import (
    AuthorView,
    AutomaticRef,
    ChannelRef,
    ContactRef,
    EarlierText,
    LabelRef,
    LastMessage,
    MessageError,
    Named,
    PrivateReplyView,
    Reaction,
    ThreadView,
)

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document


def contact_document(contact: Contact) -> "Document":
    """The document of a new contact."""
    written_by = contact.written_by
    seen = {} if written_by is None else {"written_by": written_by, "attendants": [written_by]}
    return {"_id": contact.id, **contact_fields(contact), **seen}


def contact_fields(contact: Contact) -> "Document":
    """All but the id, `attendants` and `written_by`, which the store keeps by itself.

    `terms` and `listed_as` follow from the others: by them a contact is found.
    """
    return {
        "tenant_id": contact.tenant_id,
        "name": contact.name,
        "profile_name": contact.profile_name,
        "phone": contact.phone,
        "email": contact.email,
        "created_at": contact.created_at,
        "sequence": contact.sequence,
        "order": contact.order,
        "marketing": contact.marketing,
        "marketing_at": contact.marketing_at,
        "claimed_phone": contact.claimed_phone,
        "claimed_email": contact.claimed_email,
        "merged": merge_fields(contact.merged) if contact.merged else None,
        "labels": [_mark_document(one) for one in contact.labels],
        **record_fields(contact),
        "terms": terms_of(contact),
        "listed_as": listed_as(contact),
    }


def contact_of(document: "Document", names: Names = UNNAMED) -> Contact:
    """The contact of a document; `names` are those of its tenant."""
    fields = {name: document[name] for name in _CONTACT_FIELDS}
    later: Document = {name: document.get(name) for name in _LATER_CONTACT_FIELDS}
    merged = document.get("merged")
    attendants = frozenset(document.get("attendants", ()))
    return Contact(
        id=document["_id"],
        **fields,
        **later,
        merged=merge_of(merged, document["_id"]) if merged else None,
        labels=_marks_of(document.get("labels")),
        attendants=attendants,
        written_by=document.get("written_by"),
        names=names,
        **record_of(document),
    )


def _mark_document(mark: Mark) -> "Document":
    return {"id": mark.id, "by": _author_document(mark.by), "at": mark.at}


def _marks_of(documents: "list[Document] | None") -> tuple[Mark, ...]:
    return tuple(Mark(one["id"], AuthorView(**one["by"]), one["at"]) for one in documents or ())


_CONTACT_FIELDS = ("tenant_id", "name", "profile_name", "phone", "email", "created_at", "sequence", "order")
_LATER_CONTACT_FIELDS = ("marketing", "marketing_at", "claimed_phone", "claimed_email")
"""Fields that documents of earlier versions lack."""


def conversation_document(conversation: Conversation) -> "Document":
    """The whole document of a new conversation; `favourites` and `drafted_by` are kept by the store alone."""
    return {
        "_id": conversation.id,
        "tenant_id": conversation.tenant_id,
        "number": conversation.number,
        "opened_at": conversation.opened_at,
        **{name: value for name, value in conversation_fields(conversation).items() if value is not None},
    }


def conversation_fields(conversation: Conversation) -> "Document":
    """The fields that change during a conversation's life; None stands for a field that is absent."""
    channel, contact, last = conversation.channel, conversation.contact, conversation.last_message
    assignee = conversation.assignee
    return {
        "status": conversation.status,
        "channel": {"kind": channel.kind, "account_id": channel.account_id, "name": channel.name},
        "contact": _contact_document(contact),
        "recipient": conversation.recipient,
        "profile_name": conversation.profile_name,
        "assignee": {"id": assignee.id, "name": assignee.name} if assignee else None,
        "priority": conversation.priority,
        "scheduled_count": conversation.scheduled_count or None,
        "until_reply": [one.model_dump() for one in conversation.until_reply] or None,
        "unread_count": conversation.unread_count,
        "first_unread_sequence": conversation.first_unread_sequence,
        **reading_fields(conversation),
        "waiting_since": conversation.waiting_since,
        "closed_waiting_since": conversation.closed_waiting_since,
        "last_message": _last_document(last) if last else None,
        "reply_window_expires_at": conversation.reply_window_expires_at,
        "free_until": conversation.free_until,
        "first_response_at": conversation.first_response_at,
        "closed_at": conversation.closed_at,
        "snoozed_until": conversation.snoozed_until,
        "woke_at": conversation.woke_at,
        "last_activity_at": conversation.last_activity_at,
        "current_of": conversation.place if conversation.current else None,
        "filed": conversation.filed or None,
        "last_comment": asdict(conversation.last_comment) if conversation.last_comment else None,
        "thread": conversation.thread.model_dump(exclude_none=True) if conversation.thread else None,
        "sequence": conversation.sequence,
        "order": conversation.order,
        "type_id": conversation.type_id,
        "unreachable": conversation.unreachable,
        "reachable_at": conversation.reachable_at,
        "tags": list(conversation.tags) or None,
        **automation_fields(conversation),
    }


def _contact_document(contact: ContactRef) -> "Document":
    """Who a conversation is with; `labels` is absent where there are none, for its index has those alone."""
    document: Document = {"id": contact.id, "name": contact.name}
    if contact.blocked:
        document["blocked"] = True
    return {**document, "labels": [one.id for one in contact.labels]} if contact.labels else document


def _contact_ref_of(document: "Document") -> ContactRef:
    labels = tuple(LabelRef(id=label_id, name="", color="") for label_id in document.get("labels", ()))
    return ContactRef(id=document["id"], name=document["name"], labels=labels, blocked=document.get("blocked"))


def reading_fields(conversation: Conversation) -> "Document":
    """Who has read how far, and whom notes mention; `mentioned` and `read_keys` follow from it, for the indexes."""
    if not conversation.marks and not conversation.mentions:
        return {"marks": None, "mentions": None, "mentioned": None, "read_keys": None}
    marks, mentions = conversation.marks.items(), conversation.mentions.items()
    return {
        "marks": [{"who": who, **asdict(mark)} for who, mark in marks] or None,
        "mentions": [{"who": who, "sequence": sequence} for who, sequence in mentions] or None,
        "mentioned": list(conversation.mentions) or None,
        "read_keys": list(conversation.read_keys()) or None,
    }


def _last_document(last: LastMessage) -> "Document":
    return {
        "id": last.id,
        "kind": last.kind,
        "preview": last.preview,
        "direction": last.direction,
        "occurred_at": last.occurred_at,
        "author": _author_document(last.author) if last.author else None,
        "status": last.status,
        **({"deleted": True} if last.deleted else {}),
    }


def _last_of(document: "Document") -> LastMessage:
    author = document.get("author")
    return LastMessage(**{**document, "author": AuthorView(**author) if author else None})


def _author_document(author: AuthorView) -> "Document":
    return {"type": author.type, "id": author.id, "name": author.name}


def conversation_of(document: "Document", names: Names = UNNAMED) -> Conversation:
    """The conversation of a document; `names` are those of its tenant."""
    get = document.get
    assignee, last = get("assignee"), get("last_message")
    return Conversation(
        id=document["_id"],
        tenant_id=document["tenant_id"],
        number=document["number"],
        status=document["status"],
        channel=ChannelRef(**document["channel"]),
        contact=_contact_ref_of(document["contact"]),
        recipient=document["recipient"],
        profile_name=get("profile_name"),
        opened_at=document["opened_at"],
        last_activity_at=document["last_activity_at"],
        assignee=Named(**assignee) if assignee else None,
        priority=document["priority"],
        favourites=frozenset(get("favourites", ())),
        marks={one["who"]: ReadMark(one["count"], one["sequence"], one["unread"]) for one in get("marks", ())},
        mentions={one["who"]: one["sequence"] for one in get("mentions", ())},
        drafted_by=frozenset(get("drafted_by", ())),
        scheduled_count=get("scheduled_count", 0),
        until_reply=tuple(ScheduledRef.model_validate(one) for one in get("until_reply", ())),
        unread_count=document["unread_count"],
        first_unread_sequence=get("first_unread_sequence"),
        waiting_since=get("waiting_since"),
        closed_waiting_since=get("closed_waiting_since"),
        last_message=_last_of(last) if last else None,
        reply_window_expires_at=get("reply_window_expires_at"),
        free_until=get("free_until"),
        first_response_at=get("first_response_at"),
        closed_at=get("closed_at"),
        snoozed_until=get("snoozed_until"),
        woke_at=get("woke_at"),
        current="current_of" in document,
        sequence=document["sequence"],
        order=document["order"],
        type_id=get("type_id"),
        unreachable=get("unreachable"),
        reachable_at=get("reachable_at"),
        tags=tuple(get("tags", ())),
        names=names,
        filed=get("filed", False),
        last_comment=CommentRef(**document["last_comment"]) if "last_comment" in document else None,
        thread=ThreadView.model_validate(document["thread"]) if "thread" in document else None,
        **automation_of(document),
    )


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
        "author": _author_document(message.author),
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
        "reactions": [one.model_dump() for one in message.reactions] or None,
        "tags": [_mark_document(one) for one in message.tags] or None,
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
        tags=_marks_of(get("tags")),
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
        deeds=tuple(PendingDeed(**one) for one in get("deeds", ())),
    )


def _deed_fields(deed: PendingDeed) -> "Document":
    return {"command": deed.command, "action": deed.action, "before": dict(deed.before)}


def _referral_of(document: "Document | None") -> Referral | None:
    return Referral.model_validate(read_referral(document)) if document else None
