"""Contacts and conversations to MongoDB documents and back."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from atd_conversation.domain.contact import Contact
from atd_conversation.domain.contact_picture import Picture
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_record import CommentRef
from atd_conversation.domain.names import UNNAMED, Names
from atd_conversation.domain.read_marks import ReadMark
from atd_conversation.domain.search_terms import listed_as, terms_of
from atd_conversation.store.automation import automation_fields, automation_of
from atd_conversation.store.message_documents import author_document, mark_document, marks_of
from atd_conversation.store.placing import placing_fields, placing_of
from atd_conversation.store.record_documents import merge_fields, merge_of, record_fields, record_of
from atd_schemas.conversation import ScheduledRef
from atd_schemas.views import (
    AuthorView,
    ChannelRef,
    ContactRef,
    LabelRef,
    LastMessage,
    Named,
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
        "labels": [mark_document(one) for one in contact.labels],
        "picture": None if contact.picture is None else asdict(contact.picture),
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
        labels=marks_of(document.get("labels")),
        attendants=attendants,
        written_by=document.get("written_by"),
        names=names,
        picture=_picture_of(document.get("picture")),
        **record_of(document),
    )


def _picture_of(document: "Document | None") -> Picture | None:
    return None if document is None else Picture(**{**document, "asked": tuple(document["asked"])})


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
        "picture_told": conversation.picture_told,
        "assignee": {"id": assignee.id, "name": assignee.name} if assignee else None,
        **placing_fields(conversation),
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
    if contact.avatar_url:
        document["avatar_url"] = contact.avatar_url
    return {**document, "labels": [one.id for one in contact.labels]} if contact.labels else document


def _contact_ref_of(document: "Document") -> ContactRef:
    labels = tuple(LabelRef(id=label_id, name="", color="") for label_id in document.get("labels", ()))
    return ContactRef(
        id=document["id"],
        name=document["name"],
        avatar_url=document.get("avatar_url"),
        labels=labels,
        blocked=document.get("blocked"),
    )


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
        "author": author_document(last.author) if last.author else None,
        "status": last.status,
        **({"deleted": True} if last.deleted else {}),
        **({"album": last.album} if last.album else {}),
    }


def _last_of(document: "Document") -> LastMessage:
    author = document.get("author")
    return LastMessage(**{**document, "author": AuthorView(**author) if author else None})


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
        picture_told=get("picture_told"),
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
        **placing_of(document),
    )
