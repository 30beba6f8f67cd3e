"""Messages: what customers write, what the company writes on its own phone, edits, and what was taken back. Pure."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from atd_channelkit.sending.receipts import group_move_id
from atd_channelkit.webhooks.pictures import customer_picture
from atd_channelkit.webhooks.values import plain
from atd_ingest_telegram.translate.context import context_of, with_context
from atd_ingest_telegram.translate.files import PERSON
from atd_ingest_telegram.translate.kinds import Said, kind_of, not_shown, said
from atd_ingest_telegram.translate.part import (
    CHANNEL,
    Chat,
    Part,
    author_of,
    change_ref,
    chat_of,
    envelope,
    is_ours,
    of_account,
    thread_of,
)
from atd_ingest_telegram.translate.values import number_id
from atd_schemas.contents import Referral
from atd_schemas.inbound import (
    InboundContact,
    InboundContactChange,
    InboundContactChangeData,
    InboundDelete,
    InboundDeleteData,
    InboundEcho,
    InboundEdit,
    InboundEditData,
    InboundMessage,
    InboundMessageData,
)

DELETED_LIMIT = 1000
"""Messages that one update says were taken back; Telegram names up to 100."""

SERVICE = frozenset(
    (
        *("new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo"),
        *("group_chat_created", "supergroup_chat_created", "channel_chat_created", "pinned_message"),
        *("message_auto_delete_timer_changed", "proximity_alert_triggered", "boost_added", "chat_background_set"),
        *("forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened"),
        *("general_forum_topic_hidden", "general_forum_topic_unhidden", "write_access_allowed", "connected_website"),
        *("video_chat_scheduled", "video_chat_started", "video_chat_ended", "video_chat_participants_invited"),
        *("giveaway_created", "giveaway_completed", "checklist_tasks_done", "checklist_tasks_added"),
    )
)
"""What Telegram itself says in a chat, and attendants need not read: taken, without an event."""

_START = re.compile(r"/start(?:@\w{1,64})?(?: +([A-Za-z0-9_-]{1,512}))?\s*", re.ASCII)
_COMMON = frozenset(
    (
        *("message_id", "message_thread_id", "date", "edit_date", "chat", "from", "sender_chat", "is_topic_message"),
        *("is_automatic_forward", "reply_to_message", "external_reply", "quote", "reply_to_story", "via_bot"),
        *("business_connection_id", "sender_business_bot", "sender_boost_count", "has_protected_content"),
        *("media_group_id", "author_signature", "forward_origin", "reply_markup", "link_preview_options", "effect_id"),
        *("entities", "caption", "caption_entities", "show_caption_above_media", "has_media_spoiler"),
        *("is_from_offline", "is_paid_post", "paid_star_count", "sender_tag"),
        *("forward_from", "forward_from_chat", "forward_from_message_id", "forward_signature"),
        *("forward_sender_name", "forward_date"),
    )
)

MessageEvent = InboundMessage | InboundEcho | InboundEdit | InboundContactChange


def message(part: Part) -> MessageEvent | None:
    """The event of a new message; without one it was ignored on purpose, or what is wrong with it is a problem.

    A message of a kind that is not understood still shows in its conversation: as `unsupported`, by an event with an
    id of its own, beside the problem.
    """
    place = _place(part)
    if place is None:
        return None
    chat, message_id = place
    if (moved := _group_moved(part, chat)) is not None:
        return moved
    kind = kind_of(part.item)
    if kind is None and any(part.item.get(name) is not None for name in SERVICE):
        return None
    found = said(part, chat.ref(message_id)) if kind is not None else None
    if found is None:
        return _new(part, chat, message_id, not_shown(part, kind or _unknown(part)), "placeholder")
    return _new(part, chat, message_id, found, "message")


def _unknown(part: Part) -> str:
    """The kind of a message that has no field of a known one, which is a problem."""
    fields = [plain(name) for name in part.item if name not in _COMMON]
    part.problem(f"says nothing that is known to this version: {', '.join(fields[:5]) or 'no content'}")
    return fields[0] if fields else "unknown"


def edited_message(part: Part) -> InboundEdit | None:
    """What a message says now, and the files that it has: whether they are others than before, their ids tell."""
    place = _place(part)
    if place is None:
        return None
    chat, message_id = place
    ref = chat.ref(message_id)
    found = said(part, ref)
    if found is None:
        return None
    found, _ = _without_start(found)
    by_business = _by_business(part, chat)
    data = InboundEditData(
        **of_account(part),
        external_id=change_ref(part, ref),
        target_external_id=ref,
        contact=chat.contact,
        by_business=by_business,
        kind=found.kind,
        text=found.text,
        content=with_context(found.kind, found.content, context_of(part, chat, message_id).beside),
        attachments=found.attachments,
    )
    at = part.moment("edit_date" if part.item.get("edit_date") is not None else "date")
    around = envelope(part, data.external_id, "edit", chat.contact, at, by_business=by_business)
    return InboundEdit(**around, data=data)


def deleted_messages(part: Part) -> Iterator[InboundDelete]:
    """The messages of a business account's chat that were taken back."""
    chat, ids = chat_of(part, part.item.get("chat")), part.item.get("message_ids")
    if chat is None:
        return
    if not isinstance(ids, list) or not ids:
        part.problem("is not a list with something in it", ".message_ids")
        return
    if len(ids) > DELETED_LIMIT:
        part.problem(f"has {len(ids)} items, {DELETED_LIMIT} were taken", ".message_ids")
    for i, value in enumerate(ids[:DELETED_LIMIT]):
        message_id = number_id(value)
        if message_id is None:
            part.problem("is no id", f".message_ids[{i}]")
            continue
        ref = chat.ref(message_id)
        data = InboundDeleteData(
            **of_account(part), external_id=f"{ref}:deleted", target_external_id=ref, contact=chat.contact
        )
        yield InboundDelete(**envelope(part, ref, "delete", chat.contact, part.received_at), data=data)


def _place(part: Part) -> tuple[Chat, int] | None:
    """The chat and id of a message; nothing for what is ignored on purpose: channels, and what our bot wrote."""
    chat = chat_of(part, part.item.get("chat"))
    if chat is None or chat.type == CHANNEL or part.item.get("is_automatic_forward") is True:
        return None
    message_id = part.required_id("message_id")
    if message_id is None or is_ours(part) or is_ours(part, "sender_business_bot"):
        return None
    return chat, message_id


def _by_business(part: Part, chat: Chat) -> bool:
    """Whether the owner of a business account wrote it, on their own phone: the chat is called after the customer."""
    sender = part.item.get("from")
    if part.item.get("business_connection_id") is None or not isinstance(sender, dict):
        return False
    return number_id(sender.get("id")) not in (None, chat.id)


def _new(part: Part, chat: Chat, message_id: int, found: Said, what: str) -> InboundMessage | InboundEcho:
    ref, by_business = chat.ref(message_id), _by_business(part, chat)
    around = context_of(part, chat, message_id)
    found, referral = _without_start(found)
    at = part.moment()
    contact = _pictured(part, chat, at)
    if found.shared_phone is not None and not chat.in_group and not by_business:
        contact = contact.model_copy(update={"shared_phone": found.shared_phone})
    data = InboundMessageData(
        **of_account(part),
        external_id=ref,
        contact=contact,
        kind=found.kind,
        text=found.text,
        content=with_context(found.kind, found.content, around.beside),
        reply_to_external_id=around.reply_to,
        forwarded=around.forwarded,
        attachments=found.attachments,
        referral=referral,
        thread=thread_of(part),
        author=author_of(part) if chat.in_group else None,
    )
    event = InboundEcho if by_business else InboundMessage
    return event(**envelope(part, ref, what, contact, at, by_business=by_business), data=data)


def _pictured(part: Part, chat: Chat, at: datetime) -> InboundContact:
    """The customer with their picture: a person may have one, and whether they do is asked when it is fetched."""
    if chat.type != "private":
        return chat.contact
    person = chat.contact.external_id
    picture = customer_picture(part.account.id, person, at, provider_id=f"{PERSON}{person}")
    return chat.contact.model_copy(update={"picture": picture})


def _without_start(found: Said) -> tuple[Said, Referral | None]:
    """A text without the word that a link put behind `/start`, and that word."""
    match = _START.fullmatch(found.text) if found.kind == "text" and found.text is not None else None
    if match is None or match[1] is None:
        return found, None
    return Said("text", "/start", found.content), Referral(ref=match[1], source_type="deep_link")


def _group_moved(part: Part, chat: Chat) -> InboundContactChange | None:
    """A group became a supergroup, which both say, in either order: one event, whichever comes first."""
    to, before = part.item.get("migrate_to_chat_id"), part.item.get("migrate_from_chat_id")
    if to is None and before is None:
        return None
    old, new = (chat.id, number_id(to)) if to is not None else (number_id(before), chat.id)
    if old is None or new is None:
        part.problem("is no id", ".migrate_to_chat_id" if to is not None else ".migrate_from_chat_id")
        return None
    contact = InboundContact(external_id=str(new), name=chat.contact.name, username=chat.contact.username, group=True)
    return group_moved(part, old, contact)


def group_moved(part: Part, old: int, contact: InboundContact) -> InboundContactChange:
    """The event of a group that has another id now; its order is that of the id before."""
    external_id = group_move_id(str(old), contact.external_id)
    before = InboundContact(external_id=str(old), name=contact.name, group=True)
    data: dict[str, Any] = {**of_account(part), "external_id": external_id, "previous": (str(old),)}
    return InboundContactChange(
        **envelope(part, external_id, "contact_change", before, part.moment()),
        data=InboundContactChangeData(**data, contact=contact, reason="group_moved"),
    )
