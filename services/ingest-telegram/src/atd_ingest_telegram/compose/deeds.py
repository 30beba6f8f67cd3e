"""What is done to messages that are there: reactions, changes, deletions; and the signs of reading and writing.

All of them can be made twice without a second effect: what is gone or says the same already is fine.
"""

from collections.abc import Sequence

from atd_channelkit.answers import Unsendable
from atd_channelkit.sending.texts import split_text, utf16_length
from atd_ingest_telegram.compose.address import Body, address_of, business_of, message_of
from atd_ingest_telegram.compose.calls import BotCall, CannotCompose
from atd_ingest_telegram.compose.files import CAPTION_MAX
from atd_ingest_telegram.compose.messages import TEXT_MAX
from atd_ingest_telegram.message_refs import in_business
from atd_schemas.outbound import OutboundActionData, OutboundReactionData, OutboundReadData

_VARIATION = "\ufe0f"
_SAME = frozenset({"not_modified"})
_GONE = frozenset({"delete_not_found"})


def compose_reaction(reaction: OutboundReactionData) -> BotCall | Unsendable:
    """Puts an emoji on a message, or takes it away. Telegram knows emoji without their variation selector alone."""
    emoji = (reaction.emoji or "").replace(_VARIATION, "")
    shown = [{"type": "emoji", "emoji": emoji}] if emoji else []
    if in_business(reaction.target_external_id):  # its number is another message in the bot's own chat
        return Unsendable("kind_not_supported", "Bots cannot react in chats of business accounts.")
    try:
        return BotCall("setMessageReaction", {**message_of(reaction.target_external_id), "reaction": shown})
    except CannotCompose as error:
        return error.unsendable


def compose_read(read: OutboundReadData) -> tuple[BotCall, ...] | Unsendable:
    """A business chat is marked as read; elsewhere bots can only show that they write, for five seconds."""
    try:
        address = address_of(read.recipient, read.thread_id)
        calls = []
        business = business_of(read.thread_id)
        if business:
            calls.append(BotCall("readBusinessMessage", {**business, **message_of(read.external_id)}))
        if read.typing:
            calls.append(BotCall("sendChatAction", {**address, "action": "typing"}))
    except CannotCompose as error:
        return error.unsendable
    return tuple(calls)


def compose_action(action: OutboundActionData) -> tuple[BotCall, ...] | Unsendable:
    """Changes or deletes a message of ours, in all of its parts."""
    try:
        messages = [message_of(one) for one in action.target_external_ids]
        business = business_of(action.thread_id)
        if not messages:
            raise CannotCompose("target_external_ids: is empty", "message_not_found")
        match action.action:
            case "delete":
                return tuple(_deletion(one, business) for one in messages)
            case "edit" if action.kind in ("text", "interactive"):
                return tuple(_text_edits(action.text or "", messages, business))
            case "edit":
                return (_caption_edit(action.text or "", messages, business),)
            case "hide" | "show":
                return Unsendable("kind_not_supported", "Telegram hides no messages.")
    except CannotCompose as error:
        return error.unsendable


def _deletion(message: Body, business: Body) -> BotCall:
    if business:
        return BotCall(
            "deleteBusinessMessages",
            {**business, "chat_id": message["chat_id"], "message_ids": [message["message_id"]]},
            fine=_GONE,
        )
    return BotCall("deleteMessage", message, fine=_GONE)


def _text_edits(text: str, messages: Sequence[Body], business: Body) -> list[BotCall]:
    """A text in parts is changed part by part; parts that it does not need any more go, more cannot come between."""
    parts = split_text(text, TEXT_MAX, "utf16")
    if not parts:
        raise CannotCompose("text: is missing", "empty_text")
    if len(parts) > len(messages):
        raise CannotCompose("text: is longer than the messages that carry it can be", "edit_too_long")
    edits = [_text_edit(part, message, business) for part, message in zip(parts, messages, strict=False)]
    return [*edits, *(_deletion(message, business) for message in messages[len(parts) :])]


def _text_edit(text: str, message: Body, business: Body) -> BotCall:
    return BotCall("editMessageText", {**business, **message, "text": text}, fine=_SAME)


def _caption_edit(text: str, messages: Sequence[Body], business: Body) -> BotCall:
    """The caption stands with the first file, unless it was too long and became a message of its own, the last one."""
    caption = BotCall("editMessageCaption", {**business, **messages[0], "caption": text}, fine=_SAME)
    length = utf16_length(text)
    if len(messages) == 1 or not text.strip():
        if length > CAPTION_MAX:
            raise CannotCompose("text: is longer than a caption can be", "edit_too_long")
        return caption
    if length > TEXT_MAX:
        raise CannotCompose("text: is longer than a message can be", "edit_too_long")
    edit = _text_edit(text, messages[-1], business)
    instead = {"no_text": caption} if length <= CAPTION_MAX else {}
    return BotCall(edit.method, edit.parameters, otherwise=instead, fine=_SAME)
